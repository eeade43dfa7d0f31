"""Random legal walks over every shipped scheme: what the engine promises holds wherever a case may get to."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gezhi.schemes import clocks, engine, source
from gezhi.schemes.documents import shipped
from gezhi.schemes.durations import Duration
from gezhi.schemes.model import CLOSED, Question, Scheme
from gezhi.schemes.state import REPORTER, Act, CaseState, Choice, Desk, Event, Opening, Outcome, Refused

SCHEMES = sorted(path.parent.name for path in shipped().glob("*/scheme.toml"))
START = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
GAPS = [0, 30, 600, 4_000, 30_000, 90_000, 400_000, 1_500_000]
EVENT = msgspec.json.Decoder(Event)


@cache
def scheme_of(name: str) -> Scheme:
    return source.load(shipped() / name)


def answer(scheme: Scheme, question: Question, at: datetime, draw: Callable[..., Any]) -> Any:
    """Return a fitting answer to a question."""
    kinds: dict[str, Callable[[], Any]] = {
        "choice": lambda: draw(st.sampled_from([option.id for option in question.choices])),
        "department": lambda: draw(st.sampled_from(sorted(scheme.departments))),
        "departments": lambda: draw(st.lists(st.sampled_from(sorted(scheme.departments)), min_size=1, max_size=3)),
        "whole": lambda: draw(st.integers(int(question.low or 0), int(question.high or 100))),
        "money": lambda: float(draw(st.integers(int(float(question.low or 0)), int(float(question.high or 100))))),
        "date": lambda: a_day(scheme, question, at),
        "photos": lambda: ["photo"],
        "yes_no": lambda: draw(st.booleans()),
    }
    return kinds.get(question.kind, lambda: "words")()


def a_day(scheme: Scheme, question: Question, at: datetime) -> str:
    calendar = clocks.calendar_of(scheme)
    bound = question.low or question.high
    day = calendar.shift(at, Duration.parse(bound)).at if bound else at
    return calendar.local_date(day).isoformat()


def desks(state: CaseState, scheme: Scheme) -> list[Desk]:
    """Return everybody who might act: posts, departments, the reporter."""
    posts = [Desk("post", post, state.areas.get(rule.at, "")) for post, rule in scheme.posts.items()]
    found = [*posts, *(Desk("department", one) for one in scheme.departments), REPORTER]
    if state.desk:
        found.append(state.desk)
    return list(dict.fromkeys(found))


class Walk:
    """One case on a random way, with its log kept as JSON."""

    def __init__(self, scheme: Scheme, draw: Callable[..., Any]) -> None:
        self.scheme = scheme
        self.draw = draw
        self.at = START + timedelta(seconds=draw(st.integers(0, 40_000_000)))
        self.log: list[bytes] = []
        self.rung: list[tuple[str, str, datetime]] = []
        self.state = self.open()

    def open(self) -> CaseState:
        scheme, draw = self.scheme, self.draw
        items = [item for item in scheme.items.values() if item.procedure]
        item = draw(st.sampled_from(items))
        asks = scheme.procedures[item.procedure].asks
        about = draw(st.lists(st.sampled_from([Desk("post", post) for post in scheme.posts]), max_size=2))
        opening = Opening(
            item=item.id,
            channel=next(iter(scheme.channels), "portal"),
            at=self.at,
            areas=dict.fromkeys(scheme.levels, "1") if draw(st.booleans()) else {},
            facts={question.id: answer(scheme, question, self.at, draw) for question in asks},
            about=tuple(about),
        )
        return self.keep(engine.open_case(scheme, opening))

    def keep(self, outcome: Outcome) -> CaseState:
        self.log.append(msgspec.json.encode(outcome.event))
        return outcome.state

    def wait(self) -> None:
        self.at += timedelta(seconds=self.draw(st.sampled_from(GAPS)), microseconds=self.draw(st.integers(0, 999_999)))
        before = self.state
        outcomes = engine.expire(self.scheme, before, self.at)
        assert outcomes == stepwise(self.scheme, before, self.at)
        for outcome in outcomes:
            self.state = self.keep(outcome)
        wake = engine.next_wake(self.state)
        assert wake is None or wake > self.at
        assert engine.expire(self.scheme, self.state, self.at) == []

    def options(self) -> list[Choice]:
        return list(engine.choices(self.scheme, self.state, desks(self.state, self.scheme), self.at))

    def act(self, choice: Choice) -> None:
        action = self.scheme.procedures[self.state.procedure].actions[choice.action]
        answers = {
            question.id: answer(self.scheme, question, self.at, self.draw)
            for question in action.asks
            if question.required or self.draw(st.booleans())
        }
        act = Act(choice.action, choice.by, self.at, answers, part=choice.part)
        # an answer may name the office that the case is about; anything else that was offered must be accepted
        if state := self.accepted(act):
            self.state = state

    def accepted(self, act: Act) -> CaseState | None:
        try:
            return self.keep(engine.act(self.scheme, self.state, act))
        except Refused as refused:
            if refused.code == "conflict_of_interest":
                return None
            raise


def stepwise(scheme: Scheme, state: CaseState, until: datetime) -> list[Outcome]:
    """Expire with a look at every single instant at which something falls due."""
    found: list[Outcome] = []
    while (wake := engine.next_wake(state)) is not None and wake <= until:
        outcomes = engine.expire(scheme, state, wake)
        assert outcomes, "next_wake promised that something happens"
        found += outcomes
        state = outcomes[-1].state
    return found


def check(walk: Walk) -> None:
    scheme, state = walk.scheme, walk.state
    assert engine.replay(EVENT.decode(one) for one in walk.log) == state
    if state.step == CLOSED:
        assert state.desk is None
        assert state.closed_at is not None
        assert state.in_time is not None
        assert all(hold.until for hold in state.holds)
    else:
        assert state.desk is not None
        assert not any(one.kind == state.desk.kind and one.id == state.desk.id for one in state.about)
        # whoever holds it (or the reporter, or what runs out) can always take it further
        assert walk.options() or engine.next_wake(state), f"stuck at {state.step}"
    times = engine.look_back(scheme, state, walk.at)
    line = [hold for hold in state.holds if not hold.part]
    calendar = clocks.calendar_of(scheme)
    now = clocks.at_second(scheme, walk.at)
    whole = sum(calendar.between(hold.since, hold.until or now) for hold in line)
    still = sum(calendar.between(p.since, p.until or hold.until or now) for hold in line for p in hold.pauses)
    assert sum(time.work_seconds for time in times) == whole - still
    assert all(0 <= time.overdue_seconds <= time.work_seconds for time in times)
    assert sum(not hold.until for hold in line) == (state.step != CLOSED)


@pytest.mark.parametrize("name", SCHEMES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_walks_keep_every_promise(name: str, data: st.DataObject) -> None:
    walk = Walk(scheme_of(name), data.draw)
    check(walk)
    for _ in range(data.draw(st.integers(1, 14))):
        walk.wait()
        open_to = [one for one in walk.options() if not one.blocked and not one.proposal]
        if open_to:
            walk.act(data.draw(st.sampled_from(open_to)))
        check(walk)
        if walk.state.step == CLOSED and not open_to:
            break


@pytest.mark.parametrize("name", SCHEMES)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_is_not_offered_is_refused(name: str, data: st.DataObject) -> None:
    walk = Walk(scheme_of(name), data.draw)
    for _ in range(data.draw(st.integers(0, 5))):
        walk.wait()
        open_to = [one for one in walk.options() if not one.blocked and not one.proposal]
        if open_to:
            walk.act(data.draw(st.sampled_from(open_to)))
    walk.wait()
    open_to_now = {(one.action, one.by) for one in walk.options() if not one.blocked and not one.proposal}
    procedure = walk.scheme.procedures[walk.state.procedure]
    for action in procedure.actions.values():
        answers = {question.id: answer(walk.scheme, question, walk.at, data.draw) for question in action.asks}
        for desk in desks(walk.state, walk.scheme):
            if (action.id, desk) not in open_to_now:
                with pytest.raises(Refused):
                    engine.act(walk.scheme, walk.state, Act(action.id, desk, walk.at, answers))
