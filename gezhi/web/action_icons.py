"""The icon of each kind of action, by what the plan says that it does: never by its name.

Work, verification, signing, reporting up, dispatching, sending back, handing over, pausing, extending, ending early:
each has a drawing of its own, wherever the action is met.
"""

from gezhi.schemes.model import CLOSED, Action, Procedure, Scheme, Step
from gezhi.schemes.ways import Course, courses

_DESKS = {"department": "send", "parts": "split", "reporter": "approve", "superior": "up"}
_BY_PART = {"finish": "check", "arrive": "pin", "return": "back", "cancel": "x", "rate": "star"}


def action_icon(action: Action, scheme: Scheme, procedure: Procedure, step: str = "") -> str:
    """Return the icon of an action, taken from a step; of any that it may be taken from where none is told."""
    return _told(action) or _by_way(
        action, scheme, procedure, step if step in action.ways else next(iter(action.ways), "")
    )


def _told(action: Action) -> str:
    """Return the icon for what the plan says outright."""
    told = (
        (action.does_work, "check"),
        (bool(action.part), _BY_PART.get(action.part, "split")),
        (action.pauses, "pause"),
        (action.resumes, "play"),
        (action.joint is not None, "split"),
        (action.extends is not None, "extend"),
        (bool(action.sets_limit), "flag"),
    )
    return next((icon for holds, icon in told if holds), "")


def _by_way(action: Action, scheme: Scheme, procedure: Procedure, step: str) -> str:
    """Return the icon for where it leads from here, and whose step that is."""
    here, course = procedure.steps.get(step), courses(procedure, step, [action.id])[action.id]
    if here is None:
        return "refresh"
    told = (
        (course is Course.STAYS, "users" if action.holder else "pen"),
        (course is Course.LEADS_BACK, "back"),
        (_held_by(here, "reporter"), "sign" if any(way.value == CLOSED for way in action.ways[step]) else "scale"),
        (course is Course.ENDS_EARLY, "x"),
        (here.not_doer, "verify"),
        (here.published, "approve"),
    )
    return next((icon for holds, icon in told if holds), "") or _onward(action, scheme, procedure, here)


def _onward(action: Action, scheme: Scheme, procedure: Procedure, here: Step) -> str:
    targets = [way.value for way in action.ways.get(here.id, ())]
    if all(one == CLOSED for one in targets):
        return "approve"
    steps = [procedure.steps[one] for one in targets if one in procedure.steps]
    if any(one.published or _held_by(one, "reporter") for one in steps):
        return "approve"
    for step in steps:
        for holder in step.holder:
            if icon := _toward(holder.value, scheme, here):
                return icon
    return "onward"


def _toward(holder: str, scheme: Scheme, here: Step) -> str:
    """Return where a holder stands, seen from a step: an office, above, below."""
    word, _, level = holder.partition("@")
    if icon := _DESKS.get(word.partition(":")[0]):
        return icon
    if word in scheme.posts and scheme.posts[word].at == "department":
        return "send"
    there, ours = (
        _rank(scheme, word, level),
        min((_rank(scheme, *_split(one.value)) for one in here.holder), default=-1),
    )
    if there < 0 or ours < 0 or there == ours:
        return ""
    return "up" if there < ours else "below"


def _split(holder: str) -> tuple[str, str]:
    word, _, level = holder.partition("@")
    return word, level


def _rank(scheme: Scheme, post: str, level: str) -> int:
    """Return how far from the top a post stands; -1 where it stands at no level."""
    at = level or (scheme.posts[post].at if post in scheme.posts else "")
    levels = list(scheme.levels)
    return levels.index(at) if at in levels else -1


def _held_by(step: Step, desk: str) -> bool:
    return any(one.value == desk for one in step.holder)
