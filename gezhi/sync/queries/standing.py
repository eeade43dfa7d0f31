"""How a case stands here by now, for who acted on an older version of it."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import get_language

from gezhi.cases import queries
from gezhi.cases.errors import NotFound
from gezhi.people.models import Account
from gezhi.sync.queries.asking import say
from gezhi.sync.shapes import Theirs

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
