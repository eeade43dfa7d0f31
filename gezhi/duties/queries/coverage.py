"""Coverage for offices: of each duty's round how many objects there are, done, due, late; by area, never by person."""

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.core.cache import cache
from django.utils import timezone

from gezhi.duties import plans
from gezhi.duties.plans import Planned
from gezhi.duties.queries import sums
from gezhi.duties.queries.hours import Hour, filled, hours, late
from gezhi.duties.queries.owed import measured
from gezhi.duties.queries.sums import Scope, Sum
from gezhi.people import access
from gezhi.people.models import Account
from gezhi.schemes.rounds import Round
from gezhi.schemes.state import Light
from gezhi.territory import queries as territory
from gezhi.territory.models import Area

_BACK = timedelta(days=400)
_SLOW_SECONDS, _KEPT_SECONDS = 0.7, 60
# A round that is over changes by what was recorded late and put right only.
_OVER_KEPT_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Covered:
    """A duty's present round over an area: objects, done; `asked` and `done` as the round counts. `before` is the last.

    `late` is what is not done though it is due. `missed` is what of the round before stayed undone.
    """

    planned: Planned
    round: Round
    due: datetime
    light: Light
    sum: Sum
    asked: int
    done: int
    before: Round | None = None
    missed: int = 0
    late: int = 0
    # The hours of its day, where the plan names some.
    hours: tuple[Hour, ...] = ()

    @property
    def percent(self) -> int:
        """How much of what is asked is done, in whole percent, rounded down."""
        return self.done * 100 // self.asked if self.asked else 100


@dataclass(frozen=True, slots=True)
class Part:
    """The share of one area below in a round."""

    area: Area
    sum: Sum
    asked: int
    done: int
    light: Light


def grounds(account: Account, now: datetime) -> list[Area]:
    """Return the areas whose coverage somebody sees: the own ones."""
    paths = access.reach(account, now).area_paths
    return list(Area.objects.filter(path__in=paths, until=None).defer("boundary").order_by("path"))


def ground(account: Account, code: str, now: datetime) -> Area | None:
    """Return an area that somebody answers for, by its code; the topmost own one without a code."""
    if not code:
        return next(iter(grounds(account, now)), None)
    area = territory.by_code(code, timezone.localdate(now))
    return area if area is not None and access.reach(account, now).sees_area(area.path) else None


def board(area: Area, now: datetime, *, duty: str = "") -> list[Covered]:
    """Return the present rounds of all duties, or of one, with objects below an area; the worst first.

    Two statements, however many duties and objects there are: of what runs, and of what is over.
    """
    wanted = []
    for planned in plans.in_force(timezone.localdate(now)):
        if planned.duty.starts_on or (duty and planned.name != duty):
            continue
        on = planned.days.local_date(now)
        one = planned.round_on(on) or _last(planned, on)
        if one is not None:
            wanted.append((planned, one, _last(planned, one.first - plans.DAY)))
    today = timezone.localdate(now)
    found = _totals(area, duty, [Scope(planned, one, area.path, today) for planned, one, _before in wanted])
    over = [Scope(planned, before, area.path, before.last) for planned, _one, before in wanted if before is not None]
    then = iter(_totals(area, f"{duty}:over", over, _OVER_KEPT_SECONDS))
    both = [
        (each, sum_, next(then) if each[2] is not None else Sum()) for each, sum_ in zip(wanted, found, strict=True)
    ]
    rows = [
        _covered(planned, one, before, (sum_, past), now) for (planned, one, before), sum_, past in both if sum_.objects
    ]
    order = {Light.RED: 0, Light.YELLOW: 1, Light.GREEN: 2, Light.PAUSED: 3, Light.DONE: 4}
    return sorted(rows, key=lambda one: (order[one.light], one.percent, one.due, one.planned.name))


def _totals(area: Area, duty: str, scopes: Sequence[Scope], seconds: int = _KEPT_SECONDS) -> list[Sum]:
    rounds = ",".join(_named(one) for one in scopes)
    digest = hashlib.sha256(rounds.encode()).hexdigest()
    return _kept(f"duties.board:{area.path}:{duty}:{digest}", lambda: sums.totals(scopes), seconds)


def _named(one: Scope) -> str:
    return f"{one.planned.version}:{one.round.duty}:{one.round.period}:{one.on}"


def _kept[T](name: str, reckon: Callable[[], T], seconds: int = _KEPT_SECONDS) -> T:
    """Return what is reckoned; where that takes long, it is kept for a while."""
    found: T | None = cache.get(name)
    if found is None:
        began = time.perf_counter()
        found = reckon()
        if time.perf_counter() - began > _SLOW_SECONDS:
            cache.set(name, found, seconds)
    return found


def parts(covered: Covered, area: Area, now: datetime) -> list[Part]:
    """Return the shares of the areas right below (of the area itself, where it is the lowest); they add up."""
    planned, on = covered.planned, covered.planned.days.local_date(now)
    scope = Scope(planned, covered.round, area.path, on)
    own = _kept(f"duties.parts:{area.path}:{_named(scope)}", lambda: sums.by_area(scope))
    below = list(territory.children(area, on).defer("boundary"))
    paths = dict(Area.objects.filter(pk__in=own).values_list("pk", "path"))
    found = []
    for child in below or [area]:
        total = _added(own[pk] for pk, path in paths.items() if path.startswith(child.path))
        if total.objects:
            found.append(_part(planned, covered.round, child, total, now))
    if below:
        rest = _added(own[pk] for pk, path in paths.items() if not any(path.startswith(one.path) for one in below))
        if rest.objects:
            found.append(_part(planned, covered.round, area, rest, now))
    return found


def _part(planned: Planned, one: Round, area: Area, total: Sum, now: datetime) -> Part:
    asked, done = measured(planned, one, total)
    return Part(area, total, asked, done, _light(planned, one, total, now, done=done >= asked))


def _light(planned: Planned, one: Round, total: Sum, now: datetime, *, done: bool) -> Light:
    return planned.light(one, now, done=done, filled=filled(planned, total))


def _added(some: Iterable[Sum]) -> Sum:
    kept = list(some)
    names = ("objects", "done", "activities", "drawn", "free")
    slots = ((sum(of) for of in zip(*(getattr(one, name) for one in kept), strict=True)) for name in ("filled", "upto"))
    return Sum(*(sum(getattr(one, name) for one in kept) for name in names), *(tuple(one) for one in slots))


def _covered(planned: Planned, one: Round, before: Round | None, sums_: tuple[Sum, Sum], now: datetime) -> Covered:
    found, then = sums_
    asked, done = measured(planned, one, found)
    missed = 0
    if before is not None:
        then_asked, then_done = measured(planned, before, then)
        missed = max(0, then_asked - then_done)
    light = _light(planned, one, found, now, done=done >= asked)
    over = planned.due_at(one) <= now
    behind = late(planned, one, found, now) if found.filled and not over else asked - done
    return Covered(
        planned=planned, round=one, due=planned.next_due(one, now, filled(planned, found)), light=light,
        sum=found, asked=asked, done=done, before=before, missed=missed,
        late=max(0, behind) if light is Light.RED else 0,
        hours=hours(planned, one, found, now, done=done >= asked),
    )  # fmt: skip


def _last(planned: Planned, on: date) -> Round | None:
    """Return the newest round that began by a day: what a board shows while no round runs."""
    long = planned.duty.rate is None or planned.duty.rate.per in ("quarter", "half_year", "year")
    back = _BACK if long else timedelta(days=45)
    past: Sequence[Round] = [one for one in planned.rounds(on - back, on + timedelta(days=31)) if one.last <= on]
    return past[-1] if past else None


def lights_of_cases(ids: Iterable[UUID], now: datetime) -> dict[UUID, Light]:
    """Return the light of each case, for the lists of what activities found."""
    from gezhi.cases.models import Case  # noqa: PLC0415  only this list reads them

    rows = Case.objects.unscoped(reason="the light only, of cases that an activity in sight found").filter(
        pk__in=list(ids)
    )
    found = {}
    for row in rows.only("closed_at", "step_due", "step_warn", "case_due", "case_warn", "paused"):
        dues = [one for one in (row.step_due, row.case_due) if one]
        warns = [one for one in (row.step_warn, row.case_warn) if one]
        found[row.pk] = _case_light(row.closed_at is not None, row.paused, dues, warns, now)
    return found


def _case_light(closed: bool, paused: bool, dues: list[datetime], warns: list[datetime], now: datetime) -> Light:  # noqa: FBT001
    if closed:
        return Light.DONE
    if paused:
        return Light.PAUSED
    if any(one < now for one in dues):
        return Light.RED
    return Light.YELLOW if any(one <= now for one in warns) else Light.GREEN
