"""The demo's last months, lived day by day through the real operations: nothing is written past the engine.

A heap holds what happens next, in order of time: somebody reports, a desk acts, a limit's expiry is swept. What a desk
does, and how fast, is drawn by the weights in data/demo.toml; what it may do, the engine says.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import count
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import shapely

from gezhi.cases import operations
from gezhi.cases.errors import CaseError
from gezhi.cases.models import Case
from gezhi.cases.operations import Report
from gezhi.cases.operations.projection import load_state
from gezhi.demo.script import matters, plan
from gezhi.demo.staff import Staff
from gezhi.people.models import Account
from gezhi.schemes import engine
from gezhi.schemes.clocks import calendar_of
from gezhi.schemes.model import CLOSED, Question, Scheme
from gezhi.schemes.state import CaseState, Choice, Desk, Hold, Refused
from gezhi.territory import queries as territory
from gezhi.territory.models import Area

type Progress = Callable[[str, int, int], None]

_SWEEP = timedelta(hours=12)


@dataclass(order=True)
class _Next:
    at: datetime
    turn: int
    do: Callable[[datetime], None] = field(compare=False)


class Months:
    """The months up to `now`, ready to be played."""

    def __init__(self, scheme: Scheme, staff: Staff, rng: Random, now: datetime) -> None:
        self.scheme = scheme
        self.staff = staff
        self.rng = rng
        self.now = now
        self.began = now - timedelta(days=plan()["days"])
        self.calendar = calendar_of(scheme)
        self.zone = ZoneInfo(scheme.timezone)
        self._heap: list[_Next] = []
        self._turns = count()
        self._secrets: dict[str, str] = {}

    def play(self, progress: Progress) -> None:
        """Live the months."""
        total = plan()["cases"]
        self._plan_reports(total)
        self._plan_sweeps()
        opened = 0
        while self._heap and self._heap[0].at <= self.now:
            happening = heapq.heappop(self._heap)
            happening.do(happening.at)
            if len(self._secrets) > opened:
                opened = len(self._secrets)
                progress(str(happening.at.date()), opened, total)

    # ---- reports

    def _plan_reports(self, total: int) -> None:
        grids = [area for area in territory.areas(self.now.date()) if area.boundary and area.kind]
        lowest = list(self.scheme.levels)[-1]
        grids = [area for area in grids if area.level == lowest]
        at_home = [area for area in grids if area.code.startswith(plan()["home"]["village"])]
        days = plan()["days"]
        for number in range(total):
            # A steady stream that thickens at the end, so that desks have fresh work in hand.
            back = self.rng.uniform(0, days) if number % 4 else self.rng.uniform(0, 6)
            home = self.rng.random() < plan()["at_home"]
            grid = self.rng.choice(at_home if home else grids)
            self._later(self._moment(self.now - timedelta(days=back)), self._reporting(number, grid))

    def _moment(self, day: datetime) -> datetime:
        """Return a likely time of day, a minute ago at the latest."""
        hours = plan()["hours"]
        hour = self.rng.choices(hours["values"], hours["weights"])[0]
        local = day.astimezone(self.zone).replace(hour=hour, minute=self.rng.randrange(60), second=0, microsecond=0)
        return min(local, self.now - timedelta(minutes=self.rng.randrange(1, 90)))

    def _reporting(self, number: int, grid: Area) -> Callable[[datetime], None]:
        def do(at: datetime) -> None:
            matter = self.rng.choices(matters(), [one["often"] for one in matters()])[0]
            channels = plan()["channels"]
            channel = self.rng.choices([*channels], [*channels.values()])[0]
            actor = self._taker(channel, grid)
            point = somewhere(grid, self.rng)
            report = Report(
                client_key=f"demo-case-of-the-district-{number:05}", item=matter["item"], channel=channel,
                text=self.rng.choice(matter["texts"]), lon=point.x, lat=point.y, area=grid.code,
                address=f"{self.rng.choice(plan()['roads'])} {self.rng.randrange(1, 180)} 号",
                anonymous=self.rng.random() < 0.3,
                reporter=self.staff.resident if channel == "portal" and self.rng.random() < 0.02 else None,
                about=_about(self.scheme, matter["item"], grid),
            )  # fmt: skip
            opened = operations.open_case(actor=actor, report=report, now=at)
            self._secrets[opened.number] = opened.secret
            self._plan_next(opened.number, at)

        return do

    def _taker(self, channel: str, grid: Area) -> Account | None:
        """Return who takes a report in: the grid worker, the station at its counter, nobody on the portal."""
        if channel == "portal":
            return None
        lowest = channel == "field"
        desks = [desk for desk in self.staff.at if "@" in desk]
        code = grid.code if lowest else grid.code[:-3]
        return next((self.staff.at[desk] for desk in desks if desk.endswith(f"@{code}")), None)

    # ---- what desks do

    def _plan_next(self, number: str, at: datetime) -> None:
        """Look at who holds the case now, and draw when and what they do next."""
        state = _state(number)
        if state.step == CLOSED or state.step not in self.scheme.procedures[state.procedure].steps:
            return
        for hold in [hold for hold in state.holds if hold.until is None]:
            moment = self._when(state, hold, at)
            if moment is not None:
                self._later(moment, self._acting(number, hold, state.events))

    def _when(self, state: CaseState, hold: Hold, at: datetime) -> datetime | None:
        if state.paused:
            days = plan()["while_paused"]["pace_workdays"]
            return self._after_work(at, days * 8 * 3600 * self.rng.uniform(0.4, 1.6))
        behaviour = plan()["parts"] if hold.part else plan()["steps"].get(state.step)
        recent = at > self.now - timedelta(days=plan()["stuck_days"])
        if behaviour is None or (recent and self.rng.random() < behaviour.get("stuck", 0)):
            return None
        clock = state.clock(f"part:{hold.part}" if hold.part else "step")
        due = clock.due if clock else None
        if due is None or due <= at:
            return at + timedelta(hours=self.rng.uniform(1, 20))
        share: float = behaviour["pace"] * self.rng.uniform(0.3, 1.5)
        if self.rng.random() < behaviour.get("late", 0):
            share = self.rng.uniform(1.05, behaviour["latest"])
        if hold.desk.kind == "reporter":
            return at + share * (due - at)
        return self._after_work(at, max(60, share * self.calendar.between(at, due)))

    def _after_work(self, at: datetime, seconds: float) -> datetime:
        """Return the instant at which so much working time has passed."""
        moment: datetime = self.calendar.add_work_seconds(at, int(seconds)).at
        return moment

    def _acting(self, number: str, hold: Hold, events: int) -> Callable[[datetime], None]:
        def do(at: datetime) -> None:
            state = _state(number)
            if self._has_left(hold.desk, at) or (state.events != events and not hold.part):
                return
            choice = self._choose(state, hold, at)
            if choice is None:
                return
            self._comment(number, hold.desk, at)
            self._do(number, state, choice, at)

        return do

    def _has_left(self, desk: Desk, at: datetime) -> bool:
        """Say whether a desk of the cast has stopped working, so that the demo's visitor finds something to do."""
        leaves = self.staff.leaves.get(desk.key)
        return leaves is not None and at > self.now - timedelta(days=leaves)

    def _choose(self, state: CaseState, hold: Hold, at: datetime) -> Choice | None:
        weights = self._weights(state, hold)
        offered = [
            one
            for one in engine.choices(self.scheme, state, [hold.desk], at)
            if not one.blocked and weights.get(one.action, 0) and one.part in {0, hold.part}
        ]
        if not offered:
            return None
        return self.rng.choices(offered, [weights[one.action] for one in offered])[0]

    def _weights(self, state: CaseState, hold: Hold) -> dict[str, int]:
        if state.paused:
            behaviour = plan()["while_paused"]
        else:
            behaviour = plan()["parts"] if hold.part else plan()["steps"].get(state.step, {"actions": {}})
        weights: dict[str, int] = behaviour["actions"]
        return weights

    def _do(self, number: str, state: CaseState, choice: Choice, at: datetime) -> None:
        action = self.scheme.procedures[state.procedure].actions[choice.action]
        answers = {one.id: self._answer(one, state, choice.action, at) for one in action.asks}
        answers = {key: value for key, value in answers.items() if value not in (None, "", [])}
        reporter = choice.by.kind == "reporter"
        try:
            done = operations.act(
                actor=None if reporter else self.staff.at.get(choice.by.key), number=number, action=choice.action,
                answers=answers, secret=self._secrets[number] if reporter else "", part=choice.part, now=at,
            )  # fmt: skip
        except (CaseError, Refused):
            # The case has moved on meanwhile (an expiry, a co-handler): whoever holds it now has its own turn.
            return
        if done.proposal is not None and choice.approver is not None:
            later = at + timedelta(hours=self.rng.uniform(0.5, 6))
            self._later(later, self._deciding(number, done.proposal, choice.approver))
        self._plan_next(number, at)

    def _deciding(self, number: str, proposal: UUID, approver: Desk) -> Callable[[datetime], None]:
        def do(at: datetime) -> None:
            actor = self.staff.at.get(approver.key)
            if self._has_left(approver, at):
                return
            try:
                operations.decide(actor=actor, number=number, proposal=proposal, approve=True, now=at)
            except (CaseError, Refused):
                return
            self._plan_next(number, at)

        return do

    def _answer(self, question: Question, state: CaseState, action: str, at: datetime) -> Any:
        """Return a likely answer; None leaves an optional question open."""
        own = plan()["answers_to"].get(action, {})
        known = own.get(question.id) or plan()["answers"].get(question.id) or _results(state.item, question.id)
        item = self.scheme.items[state.item]
        match question.kind:
            case "text" | "choice":
                return self.rng.choice(known or [option.id for option in question.choices] or ["已办理。"])
            case "department":
                return item.department
            case "departments":
                others = sorted(set(self.scheme.departments) - {item.department})
                return [self.rng.choice(others)] if self.rng.random() < 0.25 or question.required else None
            case "whole":
                return self.rng.randint(1, 3)
            case "date":
                return (at.astimezone(self.zone) + timedelta(days=self.rng.randint(3, 9))).date().isoformat()
            case _:
                return None

    def _comment(self, number: str, desk: Desk, at: datetime) -> None:
        said = plan()["comments"]
        actor = self.staff.at.get(desk.key)
        if actor is not None and self.rng.random() < said["likelihood"]:
            operations.comment(actor=actor, number=number, text=self.rng.choice(said["texts"]), now=at)

    # ---- time

    def _plan_sweeps(self) -> None:
        at = datetime.combine(self.began.date(), time(0, 5), tzinfo=self.zone)
        while at < self.now:
            self._later(at, _sweep)
            at += _SWEEP

    def _later(self, at: datetime, do: Callable[[datetime], None]) -> None:
        heapq.heappush(self._heap, _Next(at, next(self._turns), do))


def _sweep(at: datetime) -> None:
    while operations.sweep(now=at, limit=500).cases:
        pass


def _state(number: str) -> CaseState:
    rows = Case.objects.unscoped(reason="the demo looks at the cases that it made")
    return load_state(rows.values_list("state", flat=True).get(number=number))


def _about(scheme: Scheme, item: str, grid: Area) -> tuple[str, ...]:
    """Return whom a complaint about staff names: the post of the item's grid."""
    if not scheme.items[item].about_staff:
        return ()
    post = next(post for post in scheme.posts.values() if post.at == grid.level)
    return (f"{post.id}@{grid.code}",)


def _results(item: str, question: str) -> list[str]:
    """Return how a matter of this item is settled, for the question that asks it."""
    found: list[str] = next((one["results"] for one in matters() if one["item"] == item), [])
    return found if question == "result" else []


def somewhere(grid: Area, rng: Random) -> Any:
    """Return a point inside a grid, not at its very border."""
    shape = shapely.from_wkb(bytes(grid.boundary or b""))
    inner = shape.buffer(-0.0004)
    ground = shape if inner.is_empty else inner
    west, south, east, north = ground.bounds
    for point in _darts(rng, (west, south, east, north)):
        if ground.contains(point):
            return point
    return ground.representative_point()


def _darts(rng: Random, bounds: tuple[float, float, float, float]) -> Iterator[Any]:
    west, south, east, north = bounds
    for _ in range(40):
        yield shapely.Point(rng.uniform(west, east), rng.uniform(south, north))
