"""The demo's rounds: two weeks of patrols and visits in the home village, through the operations."""

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.utils import timezone

from gezhi.cases import operations as cases
from gezhi.demo.months import somewhere
from gezhi.demo.script import plan
from gezhi.demo.staff import Staff
from gezhi.duties import operations, plans, queries
from gezhi.duties.errors import DutyError
from gezhi.duties.operations import Found
from gezhi.duties.plans import Planned
from gezhi.people.models import Account
from gezhi.registers.models import Entry
from gezhi.schemes.model import Scheme
from gezhi.schemes.rounds import Round
from gezhi.territory import queries as territory
from gezhi.territory.models import Area


def walk(scheme: Scheme, staff: Staff, rng: Random, now: datetime) -> None:
    """Let the workers of the home village's grids go their rounds up to `now`."""
    script = plan()["rounds"]
    if script["register"] not in scheme.registers:
        return
    first = timezone.localdate(now) - timedelta(days=script["days"])
    home = plan()["home"]["village"]
    village = territory.by_code(home)
    if village is None:
        return
    planned = [one for one in plans.in_force(timezone.localdate(now)) if one.scheme.id == scheme.id]
    for area in territory.children(village):
        worker = _worker(staff, planned, area)
        if worker is not None:
            _Weeks(planned, area, worker, rng, now).go(first)
    _excuses(staff, planned, village, now)
    cases.sweep(now=now)


def _worker(staff: Staff, planned: list[Planned], area: Area) -> Account | None:
    posts = [post for one in planned for post in one.duty.who]
    return next((staff.at[f"{post}@{area.code}"] for post in posts if f"{post}@{area.code}" in staff.at), None)


class _Weeks:
    """One grid's rounds."""

    def __init__(self, planned: list[Planned], area: Area, worker: Account, rng: Random, now: datetime) -> None:
        self.script = plan()["rounds"]
        self.planned, self.area, self.worker, self.rng, self.now = planned, area, worker, rng, now
        self.keys = 0

    def go(self, first: date) -> None:
        """Walk and visit day by day."""
        homes = self._homes()
        for one in self.planned:
            if one.duty.activity == "patrol" and one.duty.of.of == self.area.level:
                self._patrols(one, first)
            elif one.duty.activity == "visit" and one.of_entries and not one.duty.starts_on:
                self._visits(one, first, homes)
            elif one.duty.activity == "visit" and one.duty.of.of == self.area.level and not one.duty.starts_on:
                self._record(one, self._at(first + timedelta(days=self.script["days"] // 2), 14), minutes=60)
            elif one.duty.activity == "report" and one.duty.of.of == self.area.level:
                self._reports(one, first)

    def _homes(self) -> list[Entry]:
        """Return the households of the grid, as far as they have a place."""
        rows = Entry.objects.visible_to(self.worker, now=self.now).filter(
            register=self.script["register"], area=self.area, lon__isnull=False
        )
        return list(rows.order_by("code"))

    def _patrols(self, one: Planned, first: date) -> None:
        for planned in one.rounds(first, timezone.localdate(self.now)):
            if self.rng.randrange(self.script["missed"]) == 0:
                continue
            for at in self._times(one, planned):
                found: tuple[Found, ...] = ()
                if self.rng.randrange(self.script["finds"]) == 0:
                    # older matters were put right at once; what waits was found in the last days
                    fresh = timezone.localdate(self.now) - planned.due <= timedelta(days=2)
                    some = [each for each in self.script["findings"] if fresh or "item" not in each]
                    found = (Found(**self.rng.choice(some)),)
                spot = somewhere(self.area, self.rng)
                self._record(one, at, minutes=40, findings=found, place=(spot.x, spot.y, 12.0))

    def _times(self, one: Planned, planned: Round) -> list[datetime]:
        """Return when the patrols of a round begin: within the plan's hours, or in the morning and the afternoon."""
        spans = one.spans(planned)
        if not spans:
            return [self._at(planned.due, hour) for hour in (9, 16)[: planned.amount]]
        often = (spans * planned.amount)[: planned.amount]
        return [opens + (closes - opens) * self.rng.uniform(0.05, 0.7) for opens, closes in often]

    def _visits(self, one: Planned, first: date, homes: list[Entry]) -> None:
        tests = dict(one.duty.of.tests)
        days = [first + timedelta(days=n) for n in range(self.script["days"] + 1)]
        for home in homes:
            if all(str(home.facets.get(facet, "")) in values for facet, values in tests.items()):
                for day in sorted(self.rng.sample(days, self.rng.randint(0, 2))):
                    at = self._at(day, self.rng.choice((10, 15, 18)))
                    self._record(one, at, minutes=15, entry=home.pk, place=(home.lon, home.lat, 10.0))

    def _reports(self, one: Planned, first: date) -> None:
        for planned in one.rounds(first, timezone.localdate(self.now)):
            self._record(one, self._at(planned.due, 16), minutes=20)

    def _record(self, one: Planned, began: datetime, *, minutes: int, **more: Any) -> None:
        ended = began + timedelta(minutes=minutes)
        if ended >= self.now:
            return
        self.keys += 1
        try:
            operations.record(
                actor=self.worker, now=ended, key=f"demo-{self.area.code}-{self.keys}", duty=one.name, area=self.area,
                began=began, ended=ended, answers=self.script["answers"].get(one.duty.form, {}),
                remarks=self.rng.choice(self.script["remarks"]), **more,
            )  # fmt: skip
        except DutyError:
            # a plan that an office changed may ask more than the script answers: then that round was missed
            return

    def _at(self, day: date, hour: int) -> datetime:
        return datetime.combine(day, time(hour, self.rng.randrange(50)), timezone.get_default_timezone())


def _excuses(staff: Staff, planned: list[Planned], village: Area, now: datetime) -> None:
    """Somebody will be away, and somebody says why a round was missed."""
    script = plan()["rounds"]
    grids = list(territory.children(village))
    away = next((who for grid in grids[1:] if (who := _worker(staff, planned, grid)) is not None), None)
    if away is not None:
        first = timezone.localdate(now) + timedelta(days=script["absent"]["after"])
        last = first + timedelta(days=script["absent"]["days"])
        operations.go_away(actor=away, account=away, first=first, last=last, reason=script["absent"]["reason"], now=now)
    worker = _worker(staff, planned, grids[0]) if grids else None
    if worker is None:
        return
    for one in queries.missed(account=worker, now=now)[:1]:
        operations.object_to(
            actor=worker, now=now, duty=one.planned.name, area=grids[0].code, on=one.round.last,
            reason=script["objection"],
        )  # fmt: skip
