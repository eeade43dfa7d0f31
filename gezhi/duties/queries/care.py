"""Visits to care cases: which are owed, said only to the worker and the supervisor who are assigned to each."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from gezhi.duties import plans
from gezhi.duties.plans import Planned
from gezhi.duties.queries import sums
from gezhi.duties.queries.sums import Object, Scope, Wanted
from gezhi.people.models import Account
from gezhi.registers.access import serves
from gezhi.registers.models import CareAssignment
from gezhi.schemes.rounds import Round
from gezhi.schemes.state import Light
from gezhi.territory.models import Area

MOST = 200
_ROLES = tuple(CareAssignment.Role.values)


@dataclass(frozen=True, slots=True)
class CareVisit:
    """A care case in the present round of a duty: how often it was seen to, of how often; its light."""

    planned: Planned
    round: Round
    object: Object
    asked: int
    light: Light
    due: datetime


def care_visits(*, account: Account, now: datetime) -> list[CareVisit]:
    """Return the care cases that somebody is assigned to, as worker or supervisor, in the rounds of now."""
    mine = CareAssignment.objects.filter(account=account, until=None)
    if not (serves(account, now) and mine.exists()):
        return []
    tops = Area.objects.filter(parent=None, until=None).values_list("path", flat=True)
    found: list[CareVisit] = []
    for planned in plans.in_force(timezone.localdate(now)):
        on = planned.days.local_date(now)
        one = planned.round_on(on) if planned.of_care and not planned.duty.starts_on else None
        for top in tops if one else ():
            found += _of(planned, one, Scope(planned, one, top, on, account.pk, _ROLES), now) if one else ()
    return found


def _of(planned: Planned, one: Round, scope: Scope, now: datetime) -> list[CareVisit]:
    return [
        CareVisit(
            planned, one, row, one.amount,
            planned.light(one, now, done=row.n >= one.amount, filled=row.filled(planned.duty.hours)),
            planned.next_due(one, now, row.filled(planned.duty.hours)),
        )
        for row in sums.objects(scope, Wanted(open_only=False, size=MOST))
    ]  # fmt: skip
