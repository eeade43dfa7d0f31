"""The engine's doors on a small scheme: who holds, who may, which limit, what is refused and why."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from gezhi.schemes import engine
from gezhi.schemes.model import Scheme
from gezhi.schemes.source import gather, load
from gezhi.schemes.state import REPORTER, SYSTEM, Act, CaseState, Desk, Light, Opening, Outcome, Refused

ZONE = ZoneInfo("Asia/Shanghai")
SMALL = Path(__file__).parent / "small"
AREAS = {"town": "t", "village": "v", "grid": "g"}
WORKER, HEAD, CENTRE, CHIEF, INSPECTOR = (
    Desk("post", one, area) for one, area in
    (("worker", "g"), ("head", "v"), ("centre", "t"), ("chief", "t"), ("inspector", "t"))
)  # fmt: skip
WATER, SAFETY, TRANSPORT = (Desk("department", one) for one in ("water", "safety", "transport"))


@pytest.fixture(scope="module")
def scheme() -> Scheme:
    return load(SMALL)


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZONE)


def opened(scheme: Scheme, item: str = "leak", **more: object) -> Outcome:
    known = {"channel": "portal", "at": at("2026-03-04T09:00"), "areas": AREAS, **more}
    return engine.open_case(scheme, msgspec.convert({"item": item, **known}, Opening, from_attributes=True))


def taken(
    scheme: Scheme, state: CaseState, action: str, by: Desk, when: str = "2026-03-04T10:00", **answers: object
) -> CaseState:
    return engine.act(scheme, state, Act(action, by, at(when), answers)).state


def refused(scheme: Scheme, state: CaseState, act: Act) -> Refused:
    with pytest.raises(Refused) as caught:
        engine.act(scheme, state, act)
    assert caught.value.zh
    assert caught.value.en
    return caught.value


def due(state: CaseState, clock: str = "step") -> str:
    found = state.clock(clock)
    assert found is not None
    assert found.due is not None
    return found.due.astimezone(ZONE).strftime("%m-%d %H:%M")


# ── opening: first step, holder, limit ──


def test_the_first_step_and_limit_follow_from_what_is_known(scheme: Scheme) -> None:
    plain = opened(scheme).state
    assert (plain.step, plain.desk, due(plain)) == ("grid", WORKER, "03-04 15:00")
    urgent = opened(scheme, "fire").state
    assert due(urgent) == "03-04 11:00"
    said = opened(scheme, facts={"urgency": "urgent"}).state
    assert due(said) == "03-04 11:00"
    dear = opened(scheme, facts={"amount": 2000}).state
    assert (dear.step, dear.desk, due(dear)) == ("leader", CHIEF, "03-09 17:30")
    counter = opened(scheme, channel="counter", received_by=HEAD).state
    assert (counter.step, counter.desk) == ("desk", HEAD)


def test_what_cannot_be_opened_says_why(scheme: Scheme) -> None:
    for more, code in (
        ({"item": "nothing"}, "unknown_item"),
        ({"item": "road"}, "unknown_item"),
        ({"item": "leak", "channel": "fax"}, "unknown_channel"),
        ({"item": "leak", "facts": {"amount": -1}}, "bad_answer"),
    ):
        with pytest.raises(Refused) as caught:
            opened(scheme, **more)
        assert caught.value.code == code


def test_a_place_known_only_at_a_higher_level_goes_to_the_superior_there(scheme: Scheme) -> None:
    assert opened(scheme, areas={"town": "t"}).state.desk == CENTRE


def test_nobody_found_means_the_system_keeps_it_in_sight(scheme: Scheme) -> None:
    assert opened(scheme, channel="counter").state.desk == SYSTEM


# ── choices by condition, holders from answers, limits from answers ──


def test_an_answer_decides_the_way_the_holder_and_the_limit(scheme: Scheme) -> None:
    state = taken(scheme, opened(scheme).state, "up", WORKER)
    large = taken(scheme, state, "issue", CHIEF, size="large")
    assert (large.step, large.desk) == ("inside", Desk("post", "clerk", "water"))
    lead = taken(scheme, state, "issue", CHIEF, size="general", lead="safety", by_day="2026-03-10")
    assert (lead.desk, due(lead)) == (SAFETY, "03-10 17:30")
    person = taken(scheme, state, "issue", CHIEF, size="general", person="p1")
    assert (person.desk, due(person)) == (Desk("person", "p1"), "03-10 00:00")
    assert taken(scheme, state, "issue", CHIEF, size="general", who="head").desk == HEAD
    assert taken(scheme, state, "issue", CHIEF, size="general", who="department:water").desk == WATER
    assert taken(scheme, state, "issue", CHIEF, size="general").desk == WATER


def test_a_rest_day_named_as_the_date_moves_to_the_next_workday(scheme: Scheme) -> None:
    state = taken(scheme, opened(scheme).state, "up", WORKER)
    assert due(taken(scheme, state, "issue", CHIEF, size="general", by_day="2026-03-15")) == "03-16 17:30"


def test_a_limit_set_in_days_by_a_leader_and_the_same_step_anew(scheme: Scheme) -> None:
    state = taken(scheme, opened(scheme).state, "up", WORKER)
    anew = taken(scheme, state, "again", CHIEF, "2026-03-05T10:00", days=2)
    assert (anew.step, anew.desk, due(anew), len(anew.holds)) == ("leader", CHIEF, "03-09 17:30", 3)


@pytest.mark.parametrize(
    ("answers", "code", "field"),
    [
        ({}, "missing_answer", "size"),
        ({"size": "huge"}, "bad_answer", "size"),
        ({"size": "general", "lead": "nobody"}, "bad_answer", "lead"),
        ({"size": "general", "days": 11}, "bad_answer", "days"),
        ({"size": "general", "days": True}, "bad_answer", "days"),
        ({"size": "general", "by_day": "2026-03-04"}, "bad_answer", "by_day"),
        ({"size": "general", "by_day": "2036-03-04"}, "bad_answer", "by_day"),
        ({"size": "general", "by_day": "soon"}, "bad_answer", "by_day"),
        ({"size": "general", "note": "x"}, "bad_answer", "note"),
        ({"size": "general", "person": 7}, "bad_answer", "person"),
    ],
)
def test_answers_are_checked(scheme: Scheme, answers: dict[str, object], code: str, field: str) -> None:
    state = taken(scheme, opened(scheme).state, "up", WORKER)
    wrong = refused(scheme, state, Act("issue", CHIEF, at("2026-03-04T11:00"), answers))
    assert (wrong.code, wrong.field) == (code, field)


def test_an_answer_left_empty_when_asked_again_counts_no_more(scheme: Scheme) -> None:
    state = taken(scheme, opened(scheme).state, "up", WORKER)
    office = taken(scheme, state, "issue", CHIEF, size="general", lead="safety", by_day="2026-03-10")
    back = taken(scheme, office, "back", SAFETY, "2026-03-12T10:00")
    # the date of the first order has passed, so it is no limit for the leader either
    assert due(back) == "03-17 17:30"
    again = taken(scheme, back, "issue", CHIEF, "2026-03-12T11:00", size="general")
    assert (again.desk, due(again), "lead" in again.answers) == (WATER, "03-18 00:00", False)


# ── order, right, time ──


def test_refusals_name_their_reason(scheme: Scheme) -> None:
    state = opened(scheme).state
    later = at("2026-03-04T11:00")
    for act, code in (
        (Act("fly", WORKER, later), "unknown_action"),
        (Act("confirm", WORKER, later), "out_of_order"),
        (Act("done", HEAD, later), "not_yours"),
        (Act("done", replace_area(WORKER, "g2"), later), "not_yours"),
        (Act("go_on", WORKER, later), "out_of_order"),
        (Act("done", WORKER, at("2026-03-04T08:59")), "before_last_event"),
    ):
        assert refused(scheme, state, act).code == code


def replace_area(desk: Desk, area: str) -> Desk:
    return msgspec.structs.replace(desk, area=area)


def test_pause_stops_everything_but_what_is_allowed(scheme: Scheme) -> None:
    state = taken(scheme, opened(scheme).state, "hold", WORKER)
    assert refused(scheme, state, Act("done", WORKER, at("2026-03-04T11:00"))).code == "paused"
    assert engine.next_wake(state) is None
    assert set(engine.lights(state, at("2026-12-01T11:00")).values()) == {Light.PAUSED}
    resumed = taken(scheme, state, "go_on", WORKER, "2026-03-09T15:00")
    assert due(resumed) == "03-10 09:00"
    assert due(resumed, "case") == "03-30 17:30"
    twice = taken(scheme, resumed, "hold", WORKER, "2026-03-09T16:00")
    again = taken(scheme, twice, "go_on", WORKER, "2026-03-09T17:00")
    assert refused(scheme, again, Act("hold", WORKER, at("2026-03-09T17:10"))).code == "too_often"
    dropped = taken(scheme, twice, "cancel", REPORTER, "2026-03-09T18:00")
    assert (dropped.step, dropped.paused, dropped.in_time) == ("closed", False, True)


def test_a_superior_sets_a_limit_and_others_may_not(scheme: Scheme) -> None:
    state = opened(scheme).state
    for desk in (HEAD, CENTRE, CHIEF):
        pressed = taken(scheme, state, "press", desk, by_day="2026-03-06")
        assert (pressed.step, pressed.desk, due(pressed)) == ("grid", WORKER, "03-06 17:30")
    assert (
        refused(scheme, state, Act("press", WATER, at("2026-03-04T11:00"), {"by_day": "2026-03-06"})).code
        == "not_yours"
    )
    office = taken(scheme, taken(scheme, state, "up", WORKER), "issue", CHIEF, size="general")
    assert taken(scheme, office, "press", CENTRE, by_day="2026-03-06").desk == WATER


def test_hand_over_keeps_the_step_and_restarts_its_clock(scheme: Scheme) -> None:
    state = taken(scheme, taken(scheme, opened(scheme).state, "up", WORKER), "issue", CHIEF, size="general")
    handed = taken(scheme, state, "pass_on", WATER, "2026-03-06T10:00", lead="transport")
    assert (handed.step, handed.desk, due(handed)) == ("office", TRANSPORT, "03-12 00:00")
    returned = taken(scheme, handed, "back", TRANSPORT, "2026-03-06T11:00")
    assert (returned.step, returned.desk) == ("leader", CHIEF)


# ── whoever is concerned ──


def test_whom_the_case_is_about_never_holds_it_nor_acts_in_it(scheme: Scheme) -> None:
    assert opened(scheme, about=(WORKER,)).state.desk == HEAD
    assert opened(scheme, about=(Desk("post", "worker"), HEAD)).state.desk == CENTRE
    everyone = tuple(Desk("post", one) for one in ("worker", "head", "centre", "chief"))
    assert opened(scheme, about=everyone).state.desk == INSPECTOR
    assert opened(scheme, about=(*everyone, Desk("post", "inspector"))).state.desk == SYSTEM
    state = opened(scheme, about=(HEAD, Desk("person", "p9"))).state
    wrong = Act("press", HEAD, at("2026-03-04T11:00"), {"by_day": "2026-03-06"})
    assert refused(scheme, state, wrong).code == "conflict_of_interest"
    as_person = Act("done", WORKER, at("2026-03-04T11:00"), actor="p9")
    assert refused(scheme, state, as_person).code == "conflict_of_interest"
    assert engine.choices(scheme, state, [HEAD], at("2026-03-04T11:00")) == ()
    assert engine.choices(scheme, state, [WORKER, Desk("person", "p9")], at("2026-03-04T11:00")) == ()


def test_a_department_that_is_concerned_is_skipped_and_cannot_be_chosen(scheme: Scheme) -> None:
    state = taken(scheme, opened(scheme, about=(WATER,)).state, "up", WORKER)
    assert taken(scheme, state, "issue", CHIEF, size="general").desk == CENTRE
    office = taken(scheme, state, "issue", CHIEF, size="general", lead="safety")
    chosen = Act("pass_on", SAFETY, at("2026-03-04T11:00"), {"lead": "water"})
    assert refused(scheme, office, chosen).code == "conflict_of_interest"
    assert WATER not in {telling.to for telling in opened(scheme, about=(WATER,)).notices}


def test_whoever_did_the_work_does_not_check_it(scheme: Scheme) -> None:
    done = engine.act(scheme, opened(scheme).state, Act("done", WORKER, at("2026-03-04T10:00"), actor="p1")).state
    assert (done.step, done.desk) == ("check", HEAD)
    same_person = Act("confirm", HEAD, at("2026-03-04T11:00"), actor="p1")
    assert refused(scheme, done, same_person).code == "conflict_of_interest"
    assert engine.act(scheme, done, Act("confirm", HEAD, at("2026-03-04T11:00"), actor="p2")).state.step == "closed"


# ── parts ──


def joined(scheme: Scheme) -> CaseState:
    state = taken(scheme, taken(scheme, opened(scheme).state, "up", WORKER), "issue", CHIEF, size="general")
    call = Act("join", WATER, at("2026-03-04T10:00"), {"with": ["safety", "transport", "safety", "water"]})
    return engine.act(scheme, state, call).state


def test_co_handlers_get_one_part_each_and_the_lead_waits(scheme: Scheme) -> None:
    state = joined(scheme)
    assert [part.desk for part in state.parts] == [SAFETY, TRANSPORT]
    assert (due(state, "part:1"), due(state, "part:1:response")) == ("03-09 17:30", "03-04 10:30")
    assert refused(scheme, state, Act("done", WATER, at("2026-03-04T11:00"))).code == "parts_open"
    came = taken(scheme, state, "part_come", SAFETY, "2026-03-04T10:20")
    assert engine.lights(came, at("2026-03-04T12:00"))["part:1:response"] is Light.DONE
    assert engine.lights(came, at("2026-03-04T12:00"))["part:2:response"] is Light.RED
    one = taken(scheme, came, "part_done", SAFETY, "2026-03-04T11:00", note="好了")
    both = taken(scheme, one, "part_done", TRANSPORT, "2026-03-05T11:00", note="也好了")
    assert [(part.state, part.result) for part in both.parts] == [("finished", "好了"), ("finished", "也好了")]
    assert "note" not in both.answers
    assert taken(scheme, both, "done", WATER, "2026-03-05T12:00").step == "check"
    times = engine.part_times(scheme, both, at("2026-03-05T12:00"))
    assert [time.work_seconds for time in times] == [3600, 3600 * 7 + 3600]


def test_a_rule_may_let_the_lead_close_over_open_parts(scheme: Scheme) -> None:
    closed = taken(scheme, joined(scheme), "drop", WATER)
    assert [part.state for part in closed.parts] == ["cancelled", "cancelled"]
    assert all(hold.until for hold in closed.holds)


# ── expiry, reopening, follow-ups, recount ──


def test_what_runs_out_rings_once_at_its_own_instant(scheme: Scheme) -> None:
    state = opened(scheme).state
    outcomes = engine.expire(scheme, state, at("2027-03-01T00:00"))
    assert [(one.event.clock, one.event.at.astimezone(ZONE).isoformat()[:16]) for one in outcomes] == [
        ("case", "2026-03-25T17:30")
    ]
    assert [(one.template, one.to) for one in outcomes[0].notices] == [("overdue", CHIEF)]
    assert engine.expire(scheme, outcomes[-1].state, at("2027-03-01T00:00")) == []
    assert engine.next_wake(outcomes[-1].state) is None


def test_reopened_in_time_once_and_its_follow_up_declared(scheme: Scheme) -> None:
    done = taken(scheme, opened(scheme).state, "done", WORKER)
    redone = taken(scheme, taken(scheme, done, "redo", HEAD, "2026-03-04T11:00"), "done", WORKER, "2026-03-04T14:30")
    last = engine.act(scheme, redone, Act("confirm", HEAD, at("2026-03-05T09:00")))
    assert [(one.follow_up, one.at.astimezone(ZONE).isoformat()[:10]) for one in last.starts] == [
        ("look_again", "2026-04-08")
    ]
    late = Act("reopen", REPORTER, at("2026-03-20T09:00"))
    assert refused(scheme, last.state, late).code == "too_late"
    again = taken(scheme, last.state, "reopen", REPORTER, "2026-03-06T09:00")
    assert (again.step, again.desk, again.closed_at, again.in_time, again.outcome) == ("grid", WORKER, None, None, "")
    assert due(again, "case") == "03-26 17:30"
    assert refused(scheme, last.state, Act("done", WORKER, at("2026-03-06T09:00"))).code == "closed"


def test_next_years_limits_are_counted_again_once_its_calendar_is_known(scheme: Scheme) -> None:
    state = opened(scheme, at=at("2026-12-29T10:00")).state
    case = state.clock("case")
    assert case is not None
    assert case.provisional
    assert engine.recount(scheme, state, at("2026-12-30T10:00")) is None
    known = replace(scheme.calendar, rest=(at("2027-01-01").date(),), published_until=at("2027-12-31").date())
    told = engine.recount(replace(scheme, calendar=known), state, at("2026-12-30T10:00"))
    assert told is not None
    assert told.event.kind == "recount"
    assert due(state, "case") == "01-19 17:30"
    assert due(told.state, "case") == "01-20 17:30"
    assert engine.replay([opened(scheme, at=at("2026-12-29T10:00")).event, told.event]) == told.state


def test_fractions_of_a_second_do_not_matter(scheme: Scheme) -> None:
    state = opened(scheme, at=at("2026-03-04T09:00:00.900000")).state
    done = engine.act(scheme, state, Act("done", WORKER, at("2026-03-04T10:00:00.100000"))).state
    assert [time.work_seconds for time in engine.look_back(scheme, done, at("2026-03-04T10:00:00.900000"))] == [3600, 0]


def test_an_act_after_an_unseen_expiry_that_changes_the_case_is_stale() -> None:
    files = dict(gather(SMALL).files)
    rules = files["small/scheme.toml"]
    scheme = load(
        files | {"small/scheme.toml": rules.replace('limit = "1 day"}', 'limit = "1 day", on_expiry = "up"}')}
    )
    state = opened(scheme, channel="counter", received_by=HEAD).state
    tomorrow = at("2026-03-06T10:00")
    assert refused(scheme, state, Act("up", HEAD, tomorrow)).code == "stale"
    moved = engine.expire(scheme, state, tomorrow)[-1]
    assert (moved.state.step, moved.event.by, moved.event.action) == ("leader", SYSTEM, "up")
    assert moved.event.at == at("2026-03-06T00:00")
    assert engine.expire(scheme, state, tomorrow - timedelta(days=1)) == []
