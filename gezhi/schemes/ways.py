"""Which of the things that may be done is the usual one: read from the plan's ways, never from an action's name.

Every page lists them in this order, draws at most the usual one as its main button, and opens none but that. What
ends a case without the work, or sends it back, is never the first thing under a thumb.
"""

from collections.abc import Sequence
from enum import IntEnum

from gezhi.schemes.flow import Edge, edges
from gezhi.schemes.model import CLOSED, Action, Procedure

_PART_WORK = frozenset({"arrive", "finish"})
_PART_BACK = frozenset({"return", "cancel"})


class Course(IntEnum):
    """What an action does to the course of a case, the usual first. The order of a page is this, then the plan's."""

    GOES_ON = 0
    """Lets a case that stands still go on."""
    WORKS = 1
    """Does the work, of the case or of one's own part."""
    LEADS_ON = 2
    """Leads to a later step, or to the end where a case ends."""
    STAYS = 3
    """Moves nothing: a word of progress, an extension, another holder of the same step."""
    PAUSES = 4
    LEADS_BACK = 5
    """Returns the case, or a part, to who had it before."""
    ENDS_EARLY = 6
    """Closes the case without the work: refused, withdrawn."""

    @property
    def usual(self) -> bool:
        """Whether it may be a page's main button."""
        return self <= Course.LEADS_ON


def courses(procedure: Procedure, step: str, actions: Sequence[str]) -> dict[str, Course]:
    """Return what each of the actions does to a case that stands at a step."""
    drawn, early = edges(procedure), _early_outcomes(procedure)
    before = _before(procedure, step, drawn)
    return {one: _course(procedure.actions[one], step, drawn, before, early) for one in dict.fromkeys(actions)}


def _course(action: Action, step: str, drawn: Sequence[Edge], before: set[str], early: set[str]) -> Course:
    told = (
        (action.resumes, Course.GOES_ON),
        (action.does_work or action.part in _PART_WORK, Course.WORKS),
        (action.part in _PART_BACK, Course.LEADS_BACK),
        (action.outcome in early, Course.ENDS_EARLY),
        (action.pauses, Course.PAUSES),
    )
    for holds, course in told:
        if holds:
            return course
    ways = [one for one in drawn if one.action == action.id and one.source == step and one.target != step]
    if not ways:
        return Course.STAYS
    return Course.LEADS_BACK if all(one.back or one.target in before for one in ways) else Course.LEADS_ON


def _early_outcomes(procedure: Procedure) -> set[str]:
    """Return the outcomes in which a case can end at a step where its work could have been done instead."""
    work = {step for action in procedure.actions.values() if action.does_work for step in action.ways}
    return {
        action.outcome
        for action in procedure.actions.values()
        if action.outcome and not action.does_work
        for step, ways in action.ways.items()
        if step in work and all(way.value == CLOSED for way in ways)
    }


def _before(procedure: Procedure, step: str, drawn: Sequence[Edge]) -> set[str]:
    """Return the steps that come before one: named before it, leading to it, and no farther from the beginning.

    Each alone misleads: a plan may begin at several steps, and one that extends another names its own steps last.
    """
    onward = [one for one in drawn if not one.back]
    far, layer = dict[str, int](), [one.value for one in procedure.first]
    while layer:
        far |= dict.fromkeys(layer, max(far.values(), default=-1) + 1)
        layer = [one.target for one in onward if one.source in layer and one.target not in far]
    lead_here, newest = set[str](), {step}
    while newest:
        newest = {one.source for one in onward if one.target in newest} - lead_here - {step}
        lead_here |= newest
    named = list(procedure.steps)
    earlier = named[: named.index(step)] if step in named else []
    return {one for one in earlier if one in lead_here and far.get(one, 0) <= far.get(step, 0)}
