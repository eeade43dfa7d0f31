"""Each allowed action works and each other is refused, for every step of Shawan and every role."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from gezhi.cases.errors import CaseError, Conflict, NotFound
from gezhi.cases.models import Case, CaseEvent, Hold
from gezhi.cases.operations import act, verify_log
from gezhi.cases.tests.conftest import District
from gezhi.enactment import queries as enactment
from gezhi.foundation.models import Outbox
from gezhi.schemes.state import Refused

ROLES = (
    "worker", "other_worker", "head", "other_head", "centre", "dispatcher", "leader", "clerk", "other_clerk",
    "outsider", "steward", "reporter", "stranger",
)  # fmt: skip
ANSWERS: dict[str, Any] = {
    "reason": "说明", "result": "已处理", "lead": "city_management", "with": ["water"], "task": "清淤", "workdays": 2,
    "rating": "satisfied",
}  # fmt: skip

OVER = {"supervise"}
# step → role → what it may do; whoever is not named may do nothing.
ALLOWED: dict[str, dict[str, set[str]]] = {
    "scene": {"worker": {"settle", "report_up", "pause"}, "head": OVER, "centre": OVER, "dispatcher": OVER},
    "station": {"head": {"settle", "report_up", "pause", "extend"}, "centre": OVER, "dispatcher": OVER | {"extend"}},
    "township": {"centre": {"settle", "report_up", "pause", "extend"}, "dispatcher": OVER | {"extend"}},
    "district": {"dispatcher": {"dispatch", "pause"}},
    "department": {
        "clerk": {"send_back", "pause", "extend"},
        "other_clerk": {"finish_part", "return_part"},
        "dispatcher": OVER | {"extend", "cancel_part", "hand_over"},
    },
    "check": {"worker": {"confirm", "redo"}, "head": OVER, "centre": OVER, "dispatcher": OVER},
    "sign": {"reporter": {"accept", "dissatisfied"}},
    "review": {"dispatcher": {"conclude"}},
    "closed": {"dispatcher": {"reopen"}},
}


def to_scene(d: District, _number: str) -> None:
    del d


def to_station(d: District, number: str) -> None:
    d.act(d.cast.worker, number, "report_up", answers={"reason": "说明"})


def to_township(d: District, number: str) -> None:
    to_station(d, number)
    d.act(d.cast.head, number, "report_up", answers={"reason": "说明"})


def to_district(d: District, number: str) -> None:
    to_township(d, number)
    d.act(d.cast.centre, number, "report_up", answers={"reason": "说明"})


def to_department(d: District, number: str) -> None:
    to_district(d, number)
    d.act(d.cast.dispatcher, number, "dispatch", answers={"lead": "city_management", "with": ["water"], "task": "清淤"})


def to_check(d: District, number: str) -> None:
    to_department(d, number)
    d.act(d.cast.other_clerk, number, "finish_part", answers={"result": "已清淤"})
    d.act(d.cast.clerk, number, "finish", answers={"result": "已修复"})


def to_sign(d: District, number: str) -> None:
    to_check(d, number)
    d.act(d.cast.worker, number, "confirm")


def to_review(d: District, number: str) -> None:
    to_sign(d, number)
    d.act(d.cast.resident, number, "dissatisfied", answers={"reason": "还在积水"})
    d.act(d.cast.clerk, number, "finish", answers={"result": "又修了一次"})
    d.act(d.cast.worker, number, "confirm")
    d.act(d.cast.resident, number, "protest", answers={"reason": "还是不行"})


def to_closed(d: District, number: str) -> None:
    to_sign(d, number)
    d.act(d.cast.resident, number, "accept", answers={"rating": "satisfied"})


WAYS: dict[str, Callable[[District, str], None]] = {
    name.removeprefix("to_"): way for name, way in list(globals().items()) if name.startswith("to_")
}


@pytest.mark.parametrize("step", ALLOWED)
def test_who_may_do_what(district: District, step: str) -> None:
    opened = district.open(district.cast.resident, reporter=district.cast.resident)
    WAYS[step](district, opened.number)
    case = district.case(opened.number)
    assert case.step == step
    actions = enactment.scheme(case.scheme_version_id).procedures[case.procedure].actions
    district.later(minutes=1)
    worked = {role: {action for action in actions if _works(district, opened.number, role, action)} for role in ROLES}
    assert {role: done for role, done in worked.items() if done} == ALLOWED[step]
    assert district.case(opened.number).version == case.version
    assert verify_log(case).whole


def _works(district: District, number: str, role: str, action: str) -> bool:
    """Try an action and take it back; a refusal must not leave a trace."""
    try:
        with transaction.atomic():
            act(
                **_as(district, role),
                number=number,
                action=action,
                answers=_answers(district, number, action),
                now=district.now,
            )
            raise _Undone
    except _Undone:
        return True
    except (Refused, CaseError):
        return False


class _Undone(Exception):
    pass


def _as(district: District, role: str) -> dict[str, Any]:
    if role == "reporter":
        return {"actor": district.cast.resident}
    if role == "stranger":
        return {"actor": None, "secret": "00000000"}
    return {"actor": getattr(district.cast, role)}


def _answers(district: District, number: str, action_id: str) -> dict[str, Any]:
    case = district.case(number)
    action = enactment.scheme(case.scheme_version_id).procedures[case.procedure].actions[action_id]
    return {question.id: ANSWERS[question.id] for question in action.asks if question.id in ANSWERS}


def test_the_code_signs(district: District) -> None:
    opened = district.open()
    to_sign(district, opened.number)
    district.act(None, opened.number, "accept", answers={"rating": "satisfied"}, secret=opened.secret.lower())
    assert district.case(opened.number).outcome == "accepted"


def test_a_wrong_code_finds_nothing(district: District) -> None:
    opened = district.open()
    to_sign(district, opened.number)
    with pytest.raises(NotFound):
        district.act(None, opened.number, "accept", answers={"rating": "satisfied"}, secret="ABCD1234")


def test_two_acting_at_once_one_wins_and_the_other_hears_what_happened(district: District) -> None:
    opened = district.open()
    seen = district.case(opened.number).version
    district.act(district.cast.worker, opened.number, "settle", answers={"result": "扫了"}, version=seen)
    with pytest.raises(Conflict) as refused:
        district.act(district.cast.worker, opened.number, "report_up", answers={"reason": "办不了"}, version=seen)
    assert [(one.action, one.actor) for one in refused.value.meanwhile] == [("settle", str(district.cast.worker.pk))]
    assert district.case(opened.number).step == "check"


def test_a_failed_change_changes_nothing_and_tells_nobody(district: District) -> None:
    opened = district.open()
    before = _everything(opened.number)
    with pytest.raises(Refused) as refused:
        district.act(district.cast.worker, opened.number, "settle", answers={})
    assert refused.value.code == "missing_answer"
    assert _everything(opened.number) == before


def test_a_closed_case_is_reopened_once_and_within_the_plans_time(district: District) -> None:
    number, late = district.open(), district.open()
    for opened in (number, late):
        district.act(district.cast.worker, opened.number, "settle", answers={"result": "扫了"})
        district.act(district.cast.head, opened.number, "confirm")
        district.act(None, opened.number, "accept", answers={"rating": "satisfied"}, secret=opened.secret)
    district.act(district.cast.dispatcher, number.number, "reopen", answers={"reason": "又堆上了"})
    again = district.case(number.number)
    assert (again.closed_at, again.step != "closed", verify_log(again).whole) == (None, True, True)
    district.later(days=60)
    with pytest.raises(Refused) as refused:
        district.act(district.cast.dispatcher, late.number, "reopen", answers={"reason": "又堆上了"})
    assert refused.value.code == "too_late"


def test_an_answer_with_a_null_character_is_kept_without_it(district: District) -> None:
    opened = district.open(facts={"note": "a\x00b", "list": ["\x00"]})
    district.act(district.cast.worker, opened.number, "settle", answers={"result": "好\x00了\r\n🧹"})
    assert district.case(opened.number).state["answers"]["result"] == "好了\n🧹"
    assert verify_log(district.case(opened.number)).whole


def test_an_unknown_action_and_one_out_of_order_are_refused_with_words(district: District) -> None:
    opened = district.open()
    for action, code in (("fly", "unknown_action"), ("dispatch", "out_of_order")):
        with pytest.raises(Refused) as refused:
            district.act(district.cast.worker, opened.number, action)
        assert (refused.value.code, bool(refused.value.zh), bool(refused.value.en)) == (code, True, True)


def _everything(number: str) -> tuple[Any, ...]:
    case = Case.objects.unscoped(reason="a test looks").get(number=number)
    rows = [list(model.objects.filter(case_id=case.pk).values()) for model in (CaseEvent, Hold)]
    return case.state, case.version, case.changed_at, rows, Outbox.objects.count()
