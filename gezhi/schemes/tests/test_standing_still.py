"""Time that stands still is left out once, whatever makes it stand still, and nothing begun meanwhile runs on."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from gezhi.schemes import engine
from gezhi.schemes.model import Scheme
from gezhi.schemes.source import load
from gezhi.schemes.state import REPORTER, Act, CaseState, Desk, Opening

RULES = """
scheme = "s"
version = "1"
title = "s"
levels = [{id = "town", title = "镇"}]

[calendar]
statutory = "cn"

[posts.office]
title = "镇办"
at = "town"
superior = "leader"

[posts.leader]
title = "领导"
at = "town"

[questions.with]
kind = "departments"
title = "协办"

[questions.days]
kind = "whole"
title = "几天"

[procedures.p]
limit = "10 workdays"
[procedures.p.steps.office]
holder = "office"
limit = "5 workdays"
on_overdue = {do = "give_up"}
[procedures.p.steps.papers]
holder = "reporter"
limit = "20 days"
reporter_time = true
[procedures.p.actions.ask]
from = "office"
to = "papers"
[procedures.p.actions.hold]
from = "*"
by = "holder"
pauses = true
[procedures.p.actions.go_on]
from = "*"
by = "holder"
resumes = true
[procedures.p.actions.hand_in]
from = "papers"
to = "office"
by = "reporter"
[procedures.p.actions.press]
from = "office"
by = "superior"
asks = ["days"]
sets_limit = {step = "answer.days workdays"}
while_paused = true
[procedures.p.actions.more]
from = "office"
asks = ["days"]
extends = {answer = "days", unit = "workdays", clocks = ["step"]}
while_paused = true
[procedures.p.actions.call]
from = "office"
asks = ["with"]
joint = {desks = ["answer.with"], limit = "2 workdays"}
while_paused = true
[procedures.p.actions.finish_part]
from = "office"
by = "parts"
part = "finish"
[procedures.p.actions.give_up]
from = "office"
to = "closed"
open_parts = "cancel"
[procedures.p.actions.finish]
from = "office"
to = "closed"
"""
FILES = {
    "s/scheme.toml": RULES,
    "s/departments.csv": "id,title,superior\nwater,水利站,leader\n",
    "s/catalogue.csv": "id,title,procedure\nditch,沟渠,p\n",
}
OFFICE, LEADER = Desk("post", "office"), Desk("post", "leader")


@pytest.fixture(scope="module")
def scheme() -> Scheme:
    return load(FILES)


def at(day: int, hour: int = 10) -> datetime:
    """Return an instant in March 2026; the 2nd is a Monday."""
    return datetime(2026, 3, day, hour, tzinfo=ZoneInfo("Asia/Shanghai"))


def begun(scheme: Scheme) -> CaseState:
    return engine.open_case(scheme, Opening("ditch", "portal", at(2))).state


def after(scheme: Scheme, state: CaseState, action: str, by: Desk, when: datetime, **answers: object) -> CaseState:
    return engine.act(scheme, state, Act(action, by, when, answers)).state


def due(state: CaseState, clock: str) -> datetime | None:
    found = state.clock(clock)
    assert found is not None
    return found.due


def test_a_pause_within_the_reporters_time_is_left_out_once(scheme: Scheme) -> None:
    plain = after(scheme, begun(scheme), "ask", OFFICE, at(3))
    held = after(scheme, plain, "hold", REPORTER, at(4))
    held = after(scheme, held, "go_on", REPORTER, at(6))
    handed = [after(scheme, one, "hand_in", REPORTER, at(10)) for one in (plain, held)]
    assert due(handed[0], "case") == due(handed[1], "case")


def test_a_limit_set_while_paused_waits_for_the_resumption(scheme: Scheme) -> None:
    paused = after(scheme, begun(scheme), "hold", OFFICE, at(3))
    pressed = after(scheme, paused, "press", LEADER, at(4), days=1)
    assert engine.next_wake(pressed) is None
    assert engine.expire(scheme, pressed, at(20)) == []
    on = after(scheme, pressed, "go_on", OFFICE, at(20))
    assert due(on, "step") == at(23, 17).replace(minute=30)
    assert engine.expire(scheme, on, at(24))[-1].state.step == "closed"


def test_a_part_called_while_paused_waits_too(scheme: Scheme) -> None:
    paused = after(scheme, begun(scheme), "hold", OFFICE, at(3))
    called = after(scheme, paused, "call", OFFICE, at(4), **{"with": ["water"]})
    assert due(called, "part:1") is None
    on = after(scheme, called, "go_on", OFFICE, at(18))
    found = due(on, "part:1")
    assert found is not None
    assert found > at(19)
    done = after(scheme, on, "finish_part", Desk("department", "water"), at(19))
    assert [one.overdue_seconds for one in engine.part_times(scheme, done, at(19))] == [0]
    assert engine.part_times(scheme, done, at(19))[0].work_seconds < 2 * 27_000


def test_an_extension_granted_while_paused_shows_no_due_time_yet(scheme: Scheme) -> None:
    paused = after(scheme, begun(scheme), "hold", OFFICE, at(3))
    more = after(scheme, paused, "more", OFFICE, at(4), days=2)
    assert due(more, "step") is None
    once = after(scheme, after(scheme, begun(scheme), "more", OFFICE, at(3), days=2), "hold", OFFICE, at(3))
    resumed = [after(scheme, one, "go_on", OFFICE, at(9)) for one in (more, once)]
    assert due(resumed[0], "step") == due(resumed[1], "step")
