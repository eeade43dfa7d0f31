"""Records of others that wait for the sender's signature, on a telephone: what was done, in words.

Never what is sealed, no photo (only how many there are), and nothing of a care case.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext

from gezhi.duties import marks, plans, queries
from gezhi.duties.models import SEALED, Activity, ActivityFile, Finding
from gezhi.duties.queries import ActivityPage
from gezhi.people import queries as people
from gezhi.people.models import Account
from gezhi.schemes.filled import flat
from gezhi.schemes.forms import SILENT, Field
from gezhi.sync.queries.asking import say
from gezhi.sync.queries.changed import in_words
from gezhi.sync.shapes import Theirs
from gezhi.territory import queries as territory

MOST = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a signature, by part name."""

    rows: Mapping[str, Activity]

    @property
    def marks(self) -> dict[str, str]:
        """What a change of one is seen by."""
        return {name: str(row.version) for name, row in self.rows.items()}


def waiting(account: Account, now: datetime) -> Waiting:
    """Return what waits for the sender's signature."""
    rows = queries.to_sign(account=account, now=now, size=MOST)
    return Waiting({f"sign/{row.pk}": row for row in rows if not row.guarded})


def parts(found: Waiting, wanted: Sequence[str]) -> dict[str, Any]:
    """Return the wanted parts `sign/ID`."""
    rows = [found.rows[name] for name in wanted]
    findings: dict[Any, list[Finding]] = {}
    for one in Finding.objects.filter(activity__in=rows).order_by("place") if rows else ():
        findings.setdefault(one.activity_id, []).append(one)
    photos = ActivityFile.objects.filter(activity__in=rows).exclude(role=SEALED)
    counted = dict(photos.values("activity").annotate(n=Count("pk")).values_list("activity", "n")) if rows else {}
    names = people.names({one for row in rows for one in row.others})
    told = {
        name: _told(row, findings.get(row.pk, []), names) | {"photos": counted.get(row.pk, 0)}
        for name, row in ((name, found.rows[name]) for name in wanted)
    }
    return {name: {key: value for key, value in one.items() if value or value is False} for name, one in told.items()}


def _told(row: Activity, found: Sequence[Finding], names: Mapping[str, str]) -> dict[str, Any]:
    planned = plans.of_version(row.scheme_version_id, row.duty)
    return {
        "id": str(row.pk), "version": row.version, "title": say(planned.duty.title) if planned else row.duty,
        "place": territory.short_name(row.area.name), "name": row.entry_name, "by": row.account.name,
        "others": [names[str(one)] for one in row.others if str(one) in names], "began": row.began, "ended": row.ended,
        "answers": _answers(row), "remarks": row.remarks, "nil": row.nil or None, "agrees": row.agrees,
        "odd": list(marks.words(row)),
        "found": [{"text": one.text or one.item, "way": one.outcome, "number": one.number} for one in found],
    }  # fmt: skip


def _answers(row: Activity) -> list[list[str]]:
    """Return title and words of each answer that is not sealed, in the form's order; each round of a repeat a line."""
    planned = plans.of_version(row.scheme_version_id, row.duty)
    fields = [one for one, _when in flat(planned.form.fields)] if planned and planned.form else []
    return [line for one in fields for line in _lines(one, row.answers.get(one.id))]


def _lines(one: Field, value: Any) -> list[list[str]]:
    if one.kind in (*SILENT, "photos") or value in (None, "", [], {}):
        return []
    title = say(one.title)
    if one.kind == "repeat" and isinstance(value, list):
        inner = [each for each, _when in flat(one.fields)]
        rows = [
            [f"{of}: {said}" for each in inner for of, said in _lines(each, row.get(each.id))] for row in value
        ]  # fmt: skip
        return [[title, "; ".join(words)] for words in rows if words]
    return [[title, _word(one, value)]]


def _word(one: Field, value: Any) -> str:
    if one.kind == "yes_no":
        return gettext("Yes") if value is True else gettext("No")
    if one.kind == "place" and isinstance(value, Mapping):
        return ", ".join(str(value[name]) for name in ("lat", "lon") if name in value)
    unit = say(one.unit)
    return in_words(one, value) + (f" {unit}" if unit else "")


def stands_to_sign(account: Account, pk: UUID, now: datetime) -> Theirs | None:
    """Return how a record stands that was to be signed; version 0 where it is signed by now, or taken back."""
    page = queries.activity_page(account=account, pk=pk, now=now)
    if page is None:
        return None
    row = page.activity
    closed = row.signed_at is not None or row.withdrawn_at is not None
    lines = [f"{title}: {words}" for title, words in _answers(row)]
    lines += [row.remarks] if row.remarks else []
    lines += [one.finding.text or one.finding.item for one in page.findings]
    return Theirs(0 if closed else row.version, title=_state(page), lines=tuple(lines))


def _state(page: ActivityPage) -> str:
    row = page.activity
    if row.withdrawn_at is not None:
        return gettext("Taken back by %(name)s, %(at)s") % {"name": row.account.name, "at": _at(row.withdrawn_at)}
    if row.signed_at is not None and row.signed_by is not None:
        return gettext("Signed by %(name)s, %(at)s") % {"name": row.signed_by.name, "at": _at(row.signed_at)}
    if row.declined_at is not None and row.declined_by is not None:
        said = {"name": row.declined_by.name, "at": _at(row.declined_at), "why": row.declined_why}
        return gettext("Not signed by %(name)s, %(at)s: %(why)s") % said
    return gettext("Put right by %(name)s, %(at)s") % {"name": row.account.name, "at": _at(row.changed_at)}


def _at(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%m-%d %H:%M")
