"""What somebody owes now: each duty of the posts held, with the round, how much of it is done, and its light."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from gezhi.cases.access import keys_of, not_about
from gezhi.duties import plans
from gezhi.duties.marks import OUTSIDE
from gezhi.duties.models import Absence, Activity, Start
from gezhi.duties.plans import Planned
from gezhi.duties.queries import sums
from gezhi.duties.queries.hours import Hour, filled, hours
from gezhi.duties.queries.sums import Scope, Sum
from gezhi.people.access import Grant, in_force, standing
from gezhi.people.models import Account, Appointment
from gezhi.schemes.rounds import Round
from gezhi.schemes.state import Light
from gezhi.territory.models import Area


@dataclass(frozen=True, slots=True)
class Owed:
    """A duty in its present round on somebody's ground, or a start that waits.

    `sum` is over the objects. `asked` and `done` count activities where there is one object (two patrols a day), else
    objects. `covering`: as a stand-in for whoever is away; `away`: the person is away and nobody else has it.
    """

    planned: Planned
    area: Area
    round: Round | None
    due: datetime | None
    light: Light
    sum: Sum
    asked: int
    done: int
    post: str
    covering: bool = False
    away: str = ""
    start: Start | None = None
    running: UUID | None = None
    who: UUID | None = None
    on: date = date.min
    # How many of one's own are done and wait for the signature that closes the round.
    unsigned: int = 0
    # The hours of its day, where the plan names some.
    hours: tuple[Hour, ...] = ()

    @property
    def scope(self) -> Scope | None:
        """What its objects are; None for what an event started."""
        if self.round is None:
            return None
        return Scope(self.planned, self.round, self.area.path, self.on, self.who)

    @property
    def left(self) -> int:
        """How much is still to do."""
        return max(0, self.asked - self.done)

    @property
    def single(self) -> bool:
        """Whether it is about one object, so that it can be begun at once."""
        return self.start is not None or (not self.planned.of_entries and self.sum.objects <= 1)


@dataclass(frozen=True, slots=True)
class _Found:
    """A round with the sum over its objects."""

    round: Round
    sum: Sum


@dataclass(frozen=True, slots=True)
class _Mine:
    """What of the person matters to each duty: the instant, whether away, and what was begun and not ended."""

    who: UUID
    now: datetime
    away: str
    running: dict[tuple[str, UUID], UUID]
    unsigned: Sequence[tuple[str, str, str, date]] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """A duty with the appointment by which somebody does it, and its ground."""

    planned: Planned
    grant: Grant
    area: Area


# A round is a year at most; what is older is of none that runs.
_UNSIGNED_BACK = timedelta(days=366)
_ORDER = {Light.RED: 0, Light.YELLOW: 1, Light.GREEN: 2, Light.PAUSED: 3, Light.DONE: 4}


def due(*, account: Account, now: datetime) -> list[Owed]:
    """Return what an account owes now, the most pressing first; what is done in this round stands at the end.

    A handful of statements, however many duties and objects there are.
    """
    grants = [one for one in standing(account, now).reach.grants if one.path]
    held = duties_held(grants, now)
    if not held:
        return []
    today = held[0].planned.days.local_date(now)
    covered = _needing_cover(grants, now, today)
    held = [one for one in held if not one.grant.stand_in or (one.grant.post, one.grant.area) in covered]
    waiting = _unsigned(account, today) if any(one.planned.duty.signed_by for one in held) else ()
    mine = _Mine(account.pk, now, absent([account.pk], today).get(account.pk, ""), _running(account), waiting)
    starting = [one for one in held if one.planned.duty.starts_on]
    before = sums.lineage({one.area.pk for one in starting})
    told = Q(case=None) | not_about(keys_of(standing(account, now)), "case__")
    found = [owed for one in starting for owed in _started(one, before[one.area.pk], told, now)]
    found += _rounds(held, today, mine)
    return sorted(found, key=lambda one: (_ORDER[one.light], one.due is None, one.due or now, one.planned.name))


def duties_held(grants: Sequence[Grant], now: datetime) -> list[Held]:
    """Return each duty of the posts held, once for each ground, the own post before the stand-in's."""
    wanted: dict[tuple[str, str], tuple[Planned, Grant]] = {}
    for planned in plans.in_force(timezone.localdate(now)) if grants else ():
        for grant in sorted(grants, key=lambda one: one.stand_in):
            if grant.post in planned.duty.who:
                wanted.setdefault((planned.name, grant.path), (planned, grant))
    paths = {grant.path for _, grant in wanted.values()}
    areas = (
        {row.path: row for row in Area.objects.filter(path__in=paths, until=None).defer("boundary")} if paths else {}
    )
    return [Held(planned, grant, areas[grant.path]) for planned, grant in wanted.values() if grant.path in areas]


def _rounds(held: Sequence[Held], today: date, mine: _Mine) -> Iterable[Owed]:
    begun = [(one, found) for one in held if (found := one.planned.round_on(today)) and not one.planned.duty.starts_on]
    summed = sums.totals([Scope(one.planned, found, one.grant.path, today, mine.who) for one, found in begun])
    for (one, found), total in zip(begun, summed, strict=True):
        if total.objects:
            yield _owed(one.planned, one.grant, one.area, _Found(found, total), mine)


def absent(accounts: Iterable[UUID], on: date) -> dict[UUID, str]:
    """Return who of several is away on a day, with the kind of reason."""
    rows = Absence.objects.filter(account__in=list(accounts), first__lte=on, last__gte=on, withdrawn_at=None)
    return {row.account_id: row.reason for row in rows}


def _owed(planned: Planned, grant: Grant, area: Area, found: _Found, mine: _Mine) -> Owed:
    one = found.round
    asked, done = measured(planned, one, found.sum)
    full = filled(planned, found.sum)
    light = planned.light(one, mine.now, done=done >= asked, filled=full)
    if mine.away and light is not Light.DONE:
        light = Light.PAUSED
    return Owed(
        planned=planned, area=area, round=one, due=planned.next_due(one, mine.now, full), light=light, sum=found.sum,
        asked=asked,
        done=done, post=grant.post, covering=grant.stand_in, away=mine.away,
        running=mine.running.get((planned.name, area.pk)), who=mine.who, on=planned.days.local_date(mine.now),
        unsigned=sum(
            (scheme, duty) == (planned.scheme.id, planned.duty.id) and path.startswith(area.path)
            and one.first <= day <= one.last for scheme, duty, path, day in mine.unsigned
        ) if planned.duty.signed_by else 0,
        hours=hours(planned, one, found.sum, mine.now, done=done >= asked),
    )  # fmt: skip


def measured(planned: Planned, one: Round, found: Sum) -> tuple[int, int]:
    """Return how much a round asks for and how much is done: activities of areas, a share, or entries.

    Of areas what is asked below adds up to what is asked above: two patrols of four grids are eight.
    """
    rate = planned.duty.rate
    if planned.sampled:
        # a draw of more than the plan asks binds nobody to more
        share = math.ceil((found.objects - found.free) * one.amount / 100)
        asked = min(found.drawn, share) + math.ceil(found.free * one.amount / 100)
        return asked, min(found.done, asked)
    if rate is not None and rate.share:
        asked = math.ceil(found.objects * one.amount / 100)
        return asked, min(found.done, asked)
    if not planned.of_entries:
        return found.objects * one.amount, found.activities
    return found.objects, found.done


def _started(held: Held, before: set[UUID], told: Q, now: datetime) -> Iterable[Owed]:
    """Yield the starts that wait on somebody's ground, or on what that ground was before it was drawn anew.

    `told` leaves out those of cases about the person: whom a case complains about never hears of it.
    """
    planned, grant = held.planned, held.grant
    rows = Start.objects.filter(
        Q(area_path__startswith=grant.path) | Q(area__in=before), told,
        scheme=planned.scheme.id, duty=planned.duty.id, answered_by=None, called_off_at=None, at__lte=now,
    )  # fmt: skip
    rows = rows.select_related("area", "case", "entry").defer(
        "area__boundary", "case__text", "case__contact", "case__state", "entry__data", "entry__sealed"
    )
    for row in rows.order_by("due", "at")[:50]:
        light = plans.light_of(row.at, row.due, now, done=False) if row.due else Light.GREEN
        yield Owed(
            planned=planned, area=row.area, round=None, due=row.due, light=light, sum=Sum(1, 0), asked=1, done=0,
            post=grant.post, covering=grant.stand_in, start=row,
        )  # fmt: skip


def _needing_cover(grants: Iterable[Grant], now: datetime, today: date) -> set[tuple[str, str]]:
    """Return at which posts that somebody stands in for nobody of its own is there today."""
    places = {(one.post, one.area) for one in grants if one.stand_in}
    if not places:
        return set()
    at = Q(pk__in=[])
    for post, area in places:
        at |= Q(post=post, area__code=area)
    held = Appointment.objects.filter(in_force(now), at, stand_in=False, account__is_active=True)
    holders = list(held.values_list("post", "area__code", "account"))
    away = absent({account for _, _, account in holders}, today)
    there = {(post, area) for post, area, account in holders if account not in away}
    return places - there


def _running(account: Account) -> dict[tuple[str, UUID], UUID]:
    rows = Activity.objects.unscoped(reason="one's own, begun and not ended").filter(
        account=account, ended=None, withdrawn_at=None
    )
    return {(f"{row.scheme}.{row.duty}", row.area_id): row.pk for row in rows.only("scheme", "duty", "area")}


def _unsigned(account: Account, today: date) -> Sequence[tuple[str, str, str, date]]:
    """Return what somebody did or took part in that is ended and not signed: scheme, duty, place and day."""
    rows = Activity.objects.unscoped(reason="one's own, done and not signed yet").filter(
        Q(account=account) | Q(others__contains=[account.pk]), day__gte=today - _UNSIGNED_BACK, ended__isnull=False,
        signed_at=None, declined_at=None, withdrawn_at=None,
    ).exclude(marks__contains=[OUTSIDE])  # fmt: skip
    return list(rows.values_list("scheme", "duty", "area_path", "day"))
