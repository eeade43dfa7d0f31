"""Which action is the usual one: by what the plan says that it does, in every plan that is shipped."""

import pytest

from gezhi.schemes import source
from gezhi.schemes.model import Procedure
from gezhi.schemes.ways import Course, courses


def _procedures(scheme: str) -> dict[str, Procedure]:
    return dict(source.load(source.shipped() / scheme).procedures)


def _in_order(procedure: Procedure, step: str) -> list[tuple[str, Course]]:
    here = [action.id for action in procedure.actions.values() if step in action.ways]
    known = courses(procedure, step, here)
    return [(one, known[one]) for one in sorted(here, key=lambda one: known[one])]


def test_refusing_and_withdrawing_come_last_and_the_work_first() -> None:
    order = [one for one, _ in _in_order(_procedures("shawan")["agency"], "accept")]
    assert order.index("do_at_once") < order.index("promise") < order.index("supplement")
    assert set(order[-2:]) == {"withdraw", "refuse"}


def test_upholding_a_refusal_ends_as_early_as_refusing() -> None:
    known = dict(_in_order(_procedures("shawan")["agency"], "review"))
    assert known == {"uphold": Course.ENDS_EARLY, "take_up": Course.LEADS_BACK}


@pytest.mark.parametrize(
    ("scheme", "procedure", "step", "action"),
    [
        ("shawan", "report_up", "department", "send_back"),
        ("shawan", "report_up", "check", "redo"),
        ("shawan", "report_up", "sign", "dissatisfied"),
        ("shawan", "complaint", "decide", "look_again"),
        ("community-grid", "general", "centre", "pass_down"),
        ("disposal-limits", "disposal", "town", "to_village"),
        ("three-entries-one-appeal", "appeal", "department", "send_back"),
    ],
)
def test_what_sends_back_is_known_by_where_it_leads(scheme: str, procedure: str, step: str, action: str) -> None:
    known = dict(_in_order(_procedures(scheme)[procedure], step))
    assert known[action] is Course.LEADS_BACK


@pytest.mark.parametrize(
    ("scheme", "procedure", "step", "action"),
    [
        ("shawan", "report_up", "district", "dispatch"),
        ("shawan", "report_up", "check", "confirm"),
        ("shawan", "report_up", "sign", "accept"),
        ("community-grid", "approval", "review", "pass_review"),
        ("community-grid", "approval", "notice_town", "notice_passed"),
        ("contact-pyramid", "must_report", "village", "report_up"),
        ("disposal-limits", "disposal", "town", "dispatch"),
    ],
)
def test_what_leads_on_may_be_the_usual_thing(scheme: str, procedure: str, step: str, action: str) -> None:
    assert dict(_in_order(_procedures(scheme)[procedure], step))[action] is Course.LEADS_ON


def test_pausing_and_words_of_progress_are_never_the_usual_thing() -> None:
    known = dict(_in_order(_procedures("shawan")["agency"], "promised"))
    assert not known["supplement"].usual
    assert not known["tell_progress"].usual
    assert known["finish"].usual
