"""What may be done with a case in the same breath as it is reported: settled on the spot, or handed on at once.

Asked on the report's own screen, with a network and without one: so what it asks stays within a form.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from gezhi.schemes import explain
from gezhi.schemes.model import Action, Question, Scheme
from gezhi.schemes.state import CaseState, Choice
from gezhi.schemes.text import Text
from gezhi.schemes.ways import Course, courses


def unasked(scheme: Scheme, item: str) -> Scheme:
    """Return the scheme as if the opening of this item asked nothing: for looking ahead while it is being typed."""
    procedure = scheme.procedures[scheme.items[item].procedure]
    if not procedure.asks:
        return scheme
    return replace(scheme, procedures={**scheme.procedures, procedure.id: replace(procedure, asks=())})


def ways(scheme: Scheme, state: CaseState, choices: Sequence[Choice]) -> Iterator[tuple[Choice, Action, Course]]:
    """Give what does the work or leads on, the usual first, each action once; what asks for a person is for later."""
    procedure = scheme.procedures[state.procedure]
    free = {one.action: one for one in choices if not one.blocked and not one.proposal and not one.part}
    known = courses(procedure, state.step, list(free))
    for name, choice in sorted(free.items(), key=lambda one: known[one[0]]):
        action, course = procedure.actions[name], known[name]
        if course in (Course.WORKS, Course.LEADS_ON) and not any(one.kind == "person" for one in action.asks):
            yield choice, action, course


def asked(action: Action) -> tuple[Question, ...]:
    """Return what is asked there: the report's own photos show how it was, so only the result's are asked."""
    photos = [one for one in action.asks if one.kind == "photos"]
    return tuple(one for one in action.asks if one.kind != "photos" or one.required or one is photos[-1])


def leads_to(scheme: Scheme, state: CaseState, action: Action) -> tuple[Text | str, ...]:
    """Return which step comes next, who holds it and how long; nothing where it depends."""
    found = action.ways.get(state.step, ())
    steps = scheme.procedures[state.procedure].steps
    step = steps.get(found[0].value) if len(found) == 1 else None
    if step is None:
        return ()
    parts: list[Text | str] = [step.title]
    if len(step.holder) == 1:
        parts.append(explain.desk_word(scheme, step.holder[0].value))
    if step.clock is not None and len(step.clock.limit) == 1:
        parts.append(explain.limit_word(step.clock.limit[0].value))
    return tuple(parts)
