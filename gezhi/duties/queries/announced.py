"""What residents read ahead: rounds that have their day, from when the plan announces them. Never stored."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from gezhi.duties import plans
from gezhi.duties.plans import Planned
from gezhi.duties.queries.owed import absent, duties_held
from gezhi.people.access import standing
from gezhi.people.models import Account
from gezhi.schemes.durations import Duration, Unit
from gezhi.schemes.rounds import Round
from gezhi.territory.models import Area

# Whoever does it reads so long before the residents do that it will be announced: time to say that one can't.
LEAD = timedelta(days=7)
_DAYS = {Unit.DAYS: 1, Unit.WORKDAYS: 2, Unit.MONTHS: 31}
# No holidays make so many workdays longer than twice as many days and this.
_MARGIN = 20


@dataclass(frozen=True, slots=True)
class Announced:
    """A round that residents read of from `since` on: at the area, or at each of its level where `area` is None."""

    planned: Planned
    round: Round
    since: date
    area: Area | None

    @property
    def opens(self) -> datetime:
        """When it begins: with its hours, else with its day."""
        spans = self.planned.spans(self.round)
        return spans[0][0] if spans else plans.midnight(self.round.due, self.planned.days)


@dataclass(frozen=True, slots=True)
class Coming:
    """What somebody will have to do on its day; `away`: has said so to be away on it."""

    told: Announced
    public: bool
    away: bool


def announced(*, chain: Sequence[Area], now: datetime) -> list[Announced]:
    """Return what residents of an area read, the next first: `chain` leads down to it. It is public."""
    found = []
    for planned in _planned(timezone.localdate(now)):
        place, today = _place(planned, chain), planned.days.local_date(now)
        some = _rounds(planned, place[0], today) if place is not None else ()
        found += [one for one in some if one.since <= today and planned.due_at(one.round) > now]
    return sorted(found, key=lambda one: (one.opens, one.planned.name))


def coming(*, account: Account, now: datetime) -> list[Coming]:
    """Return what somebody will have to do on a day after today that is, or soon will be, announced to residents."""
    grants = [one for one in standing(account, now).reach.grants if one.path]
    found = []
    for held in duties_held(grants, now) if _planned(timezone.localdate(now)) else ():
        place = _place(held.planned, [held.area]) if held.planned.duty.notice else None
        today = held.planned.days.local_date(now)
        some = _rounds(held.planned, place[0], today + plans.DAY) if place is not None else ()
        found += [(one, one.since <= today) for one in some if one.since - LEAD <= today]
    away = {day: bool(absent([account.pk], day)) for day in {one.round.due for one, _ in found}}
    ordered = sorted(found, key=lambda each: (each[0].opens, each[0].planned.name))
    return [Coming(one, public, away[one.round.due]) for one, public in ordered]


def announced_now(now: datetime) -> list[Announced]:
    """Return every round that residents read of now and that is still to come, at all its areas together."""
    some = [(planned, planned.days.local_date(now)) for planned in _planned(timezone.localdate(now))]
    return [one for planned, on in some for one in _rounds(planned, None, on + plans.DAY) if one.since <= on]


def _planned(on: date) -> list[Planned]:
    return [one for one in plans.in_force(on) if one.duty.notice]


def _place(planned: Planned, chain: Sequence[Area]) -> tuple[Area | None] | None:
    """Return the area of a duty's level that a chain leads through, or that it is about all below; None for neither."""
    level, order = planned.duty.of.of, list(planned.scheme.levels)
    here = next((one for one in chain if one.level == level), None)
    if here is not None:
        return (here,)
    last = chain[-1].level
    return (None,) if last in order and order.index(last) < order.index(level) else None


def _rounds(planned: Planned, area: Area | None, first: date) -> Iterator[Announced]:
    """Yield the rounds from a day on of which anybody could have read by then, or reads within the lead."""
    ahead = Duration.parse(planned.duty.notice)
    furthest = timedelta(days=ahead.amount * _DAYS[ahead.unit] + _MARGIN) + LEAD
    for one in planned.rounds(first, first + furthest):
        since = planned.announced_on(one)
        if since is not None:
            yield Announced(planned, one, since, area)
