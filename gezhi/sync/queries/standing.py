"""How a case, or an own activity, stands here by now, for who acted on an older version of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import get_language, gettext

from gezhi.cases import queries
from gezhi.cases.errors import NotFound
from gezhi.duties import plans
from gezhi.duties import queries as duties
from gezhi.duties.answers import private_of
from gezhi.people.models import Account
from gezhi.schemes.filled import flat
from gezhi.sync.queries.asking import say
from gezhi.sync.queries.changed import in_words
from gezhi.sync.shapes import Difference, Theirs

MOST_LINES = 8


def theirs_of(account: Account, number: str, seen: int, now: datetime) -> Theirs | None:
    """Return the case as it is now, and what others did to it since the version that was seen; None out of sight."""
    try:
        page = queries.case_page(account=account, number=number, now=now, language=get_language() or "zh-hans")
    except NotFound:
        return None
    acts = [entry for entry in page.story if entry.kind in ("act", "expire")]
    lines = tuple(_line(entry) for entry in acts[-max(1, page.case.version - seen) :][-MOST_LINES:])
    step = page.scheme.procedures[page.state.procedure].steps.get(page.state.step)
    holder = page.names.desk(page.state.desk) if page.state.desk else ""
    title = " · ".join(word for word in (say(step.title) if step else "", holder) if word)
    return Theirs(version=page.case.version, title=title, lines=lines)


def _line(entry: queries.Entry) -> str:
    at = timezone.localtime(entry.at)
    who = " ".join(word for word in (entry.office, entry.person) if word)
    words = "；".join(word for word in (*entry.words.values(), entry.text) if word)
    return f"{at:%m-%d %H:%M} {who} {entry.title}" + (f"：{words}" if words else "")


def activity_stands(account: Account, pk: UUID, mine: Mapping[str, Any]) -> tuple[Theirs, tuple[Difference, ...]]:
    """Return how an own activity stands, and on which answers and words what the sender brings differs from it."""
    row = duties.own(account=account, pk=pk)
    if row is None:
        return Theirs(0), ()
    planned = plans.of_version(row.scheme_version_id, row.duty)
    fields = {one.id: one for one, _ in flat(planned.form.fields)} if planned and planned.form else {}
    stands = {**row.answers, **private_of(row.sealed)}
    given = mine.get("answers") if isinstance(mine.get("answers"), dict) else {}
    found = [
        Difference(name, say(fields[name].title) if name in fields else name, in_words(fields.get(name), value),
                   in_words(fields.get(name), stands.get(name)))
        for name, value in (given or {}).items() if value != stands.get(name)
    ]  # fmt: skip
    words = str(mine.get("remarks") or "")
    if words and words != row.remarks:
        found.append(Difference("remarks", gettext("Remark"), words, row.remarks))
    title = say(planned.duty.title) if planned else row.duty
    lines = [one.text or one.item for one in row.findings.order_by("place")]
    return Theirs(row.version, title, tuple(lines[:MOST_LINES])), tuple(found)
