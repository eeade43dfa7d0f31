"""How far a matter has come and what comes next, read from the plan; and what a second handling would bring."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext, pgettext

from gezhi.cases.queries import Tracking
from gezhi.schemes import engine
from gezhi.schemes.clocks import calendar_of
from gezhi.schemes.model import CLOSED, Procedure, Question, Scheme, Step
from gezhi.schemes.state import REPORTER, Act, CaseState, Refused
from gezhi.web.clocks import clock_view
from gezhi.web.components import ClockView

_SAMPLES: dict[str, Any] = {"text": "…", "yes_no": True, "whole": 1, "money": 1.0}


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the way: `state` is done, now or next."""

    title: str
    state: str


@dataclass(frozen=True, slots=True)
class Second:
    """A second handling as it would begin now: by which office, by when."""

    office: str
    clock: ClockView | None


def stages(scheme: Scheme, state: CaseState) -> list[Stage]:
    """Return the stages that a resident can tell apart; those that the plan does not have are left out."""
    procedure = scheme.procedures[state.procedure]
    named = [("reported", gettext("Taken in")), ("work", gettext("Being done"))]
    if any(step.not_doer for step in procedure.steps.values()):
        named.append(("check", gettext("Checked")))
    if any(_is_reporters(step) for step in procedure.steps.values()):
        named.append(("sign", gettext("You sign")))
    named.append(("closed", pgettext("stage", "Closed")))
    here = [name for name, _ in named].index(_stage(procedure, state))
    marks = ["done"] * here + ["now"] + ["next"] * (len(named) - here - 1)
    if state.step == CLOSED:
        marks[-1] = "done"
    return [Stage(title, mark) for (_, title), mark in zip(named, marks, strict=True)]


def comes_next(scheme: Scheme, state: CaseState) -> str:
    """Say in a sentence what follows the present stage."""
    procedure = scheme.procedures[state.procedure]
    checked = any(step.not_doer for step in procedure.steps.values())
    signed = any(_is_reporters(step) for step in procedure.steps.values())
    stage = _stage(procedure, state)
    if stage == "check" and signed:
        return gettext("If the check finds it well done, you are asked to sign.")
    if stage != "work":
        return ""
    if checked and signed:
        return gettext("When it is done, somebody else checks it on the spot; then you are asked to sign.")
    if signed:
        return gettext("When it is done you read the result here and are asked to sign.")
    return gettext("When it is done you read the result here.")


def second_handling(found: Tracking, action: str, now: datetime) -> Second | None:
    """Return what an action of the reporter's that sends it back would begin; None for every other action."""
    procedure = found.scheme.procedures[found.procedure]
    ways = procedure.actions[action].ways.get(found.step, ())
    if not any(way.value == "doer" for way in ways):
        return None
    answers = {one.id: _sample(one) for one in procedure.actions[action].asks if one.required}
    try:
        after = engine.act(found.scheme, found.state, Act(action, REPORTER, now, answers)).state
    except Refused:
        return None
    clock, calendar = after.clock("step"), calendar_of(found.scheme)
    return Second(
        office=found.names.office(after.desk) if after.desk else "",
        clock=clock_view(clock, engine.light(clock, now), calendar, now) if clock else None,
    )


def _sample(question: Question) -> Any:
    return question.choices[0].id if question.choices else _SAMPLES.get(question.kind, "…")


def _stage(procedure: Procedure, state: CaseState) -> str:
    if state.step == CLOSED:
        return "closed"
    step = procedure.steps.get(state.step)
    if step is not None and _is_reporters(step):
        return "sign"
    return "check" if step is not None and step.not_doer else "work"


def _is_reporters(step: Step) -> bool:
    return any(one.value == REPORTER.key for one in step.holder)
