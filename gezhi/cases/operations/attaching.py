"""Putting stored files with a case: what they show, who may see them, and a note in the log."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext as _

from gezhi.cases.errors import BadInput
from gezhi.cases.models import CaseFile, Proposal
from gezhi.foundation.files import ids_in as files_in
from gezhi.foundation.files import take
from gezhi.schemes.model import Scheme

if TYPE_CHECKING:
    from gezhi.cases.operations.door import Open


def attach_to(opened: "Open", files: Sequence[UUID], *, role: str, public: bool, by: str, who: str) -> list[CaseFile]:
    """Keep files with an opened case. A file that is not here, or with another case, is refused; twice is once."""
    there = take(files)
    elsewhere = set(CaseFile.objects.filter(file__in=files).exclude(case=opened.case).values_list("file_id", flat=True))
    kept = []
    for pk in dict.fromkeys(files):
        if pk not in there or pk in elsewhere:
            raise BadInput(_("This file is not here (any more); send it again."), field=role)
        row, _made = CaseFile.objects.get_or_create(
            case=opened.case, file=there[pk], role=role,
            defaults={"public": public, "desk_key": by, "actor": who, "at": opened.now},
        )  # fmt: skip
        kept.append(row)
    if kept:
        opened.note("attach", by=by, actor=who, role=role, public=public, files=[str(row.file_id) for row in kept])
    return kept


def in_proposals(ids: Collection[UUID]) -> set[UUID]:
    """Return those of the files that a proposal names which waits for a decision: it holds none before that."""
    waiting = Proposal.objects.filter(state=Proposal.State.OPEN).values_list("answers", flat=True)
    named = {pk for answers in waiting.iterator() for pk in files_in(answers)}
    return named & set(ids)


def named_at_opening(scheme: Scheme, item: str, facts: Mapping[str, Any]) -> dict[str, list[UUID]]:
    """Return the files that answer an item's opening, by the question's id. Raises `BadInput`."""
    found = scheme.items.get(item)
    asks = scheme.procedures[found.procedure].asks if found is not None and found.procedure else ()
    return {one.id: as_ids(facts[one.id], one.id) for one in asks if one.kind == "photos" and facts.get(one.id)}


def as_ids(answer: Any, role: str) -> list[UUID]:
    """Return the file ids of a photos answer."""
    try:
        return [UUID(str(one)) for one in (answer if isinstance(answer, list | tuple) else [answer]) if one]
    except ValueError:
        raise BadInput(_("This is not a file that was sent here."), field=role) from None
