"""Absences and missed rounds on a telephone: what is entered, what was missed and whether it was said why."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from gezhi.duties import queries
from gezhi.duties.models import Absence
from gezhi.people.models import Account
from gezhi.schemes.explain import join
from gezhi.schemes.rounds import period_text
from gezhi.sync.queries.asking import say
from gezhi.territory import queries as territory

MOST = 40
_BACK = timedelta(days=31)


def part(account: Account, now: datetime) -> dict[str, Any]:
    """Return the part `away`."""
    today = timezone.localdate(now)
    return {
        "reasons": [{"value": value, "title": str(title)} for value, title in Absence.Reason.choices],
        "absences": [
            {"id": str(row.pk), "first": row.first, "last": row.last, "reason": row.reason}
            for row in queries.absences(accounts=[account], since=today - _BACK)
        ],
        "missed": [_missed(one) for one in queries.missed(account=account, now=now)[:MOST]],
    }


def _missed(one: queries.Missed) -> dict[str, Any]:
    told: dict[str, Any] = {
        "duty": one.planned.name, "title": say(one.planned.duty.title), "area": one.area.code,
        "place": territory.short_name(one.area.name), "period": say(period_text(one.round.period)),
        "on": one.round.last, "asked": one.asked, "done": one.done,
        "empty": say(join(list(one.empty))),
        "away": str(Absence.Reason(one.away).label) if one.away else "",
    }  # fmt: skip
    if one.objection is not None:
        said = one.objection
        told |= {"said": said.reason, "state": str(said.get_state_display()), "why": said.why}
        told |= {"id": str(said.pk)} if said.state == "open" else {}
    return {name: value for name, value in told.items() if value not in ("", None)}
