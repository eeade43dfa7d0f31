"""What a limit is the limit of: the whole matter, one step, one co-handler; set by the item or by the flow."""

from django.utils.translation import gettext

from gezhi.schemes.model import Either, Item, Procedure, Scheme
from gezhi.schemes.state import Clock
from gezhi.web import wording

_BY_ITEM = "item"


def told(clock: Clock, scheme: Scheme, procedure: str, step: str, item: str) -> str:
    """Say what one clock of a case counts, in a sentence."""
    flow, line = scheme.procedures[procedure], scheme.items.get(item)
    of_item = line is not None and _by_item(_rule_of(flow, clock.id, step)) and clock.limit == line.limit
    by = gettext(" (set for “%(item)s”)") % {"item": wording.say(line.title)} if line and of_item else ""
    if clock.id == "case":
        return gettext("All steps together, from intake to the end%(by)s") % {"by": by}
    if clock.id.startswith("part:"):
        return gettext("For this co-handler's part alone")
    if clock.id == "response":
        return gettext("Until somebody answers the call")
    name = wording.say(flow.steps[step].title) if step in flow.steps else ""
    return gettext("For the step “%(step)s” alone%(by)s") % {"step": name, "by": by}


def of_item(scheme: Scheme, item: Item) -> str:
    """Say the limit that a line of the catalogue names, and what it is for: it seldom is the whole matter's."""
    flow = scheme.procedures.get(item.procedure)
    if flow is None:
        return ""
    if whole := whole_of(scheme, item):
        return gettext("the whole matter within %(limit)s") % {"limit": wording.say_limit(whole)}
    step = next((one for one in flow.steps.values() if one.clock and _by_item(one.clock.limit)), None)
    if step is None or not item.limit:
        return ""
    return gettext("“%(step)s” within %(limit)s") % {
        "step": wording.say(step.title),
        "limit": wording.say_limit(item.limit),
    }


def whole_of(scheme: Scheme, item: Item) -> str:
    """Return the whole matter's limit, as the plan writes it; empty where it depends on an answer or there is none."""
    flow = scheme.procedures.get(item.procedure)
    for one in flow.clock.limit if flow and flow.clock else ():
        word = item.limit if one.value == _BY_ITEM else one.value
        if word == "urgency":
            urgency = scheme.urgencies.get(item.urgency)
            word = urgency.limit if urgency else ""
        if word and word[:1].isdigit():
            return word
    return ""


def _rule_of(flow: Procedure, clock: str, step: str) -> Either:
    if clock == "case":
        return flow.clock.limit if flow.clock else ()
    here = flow.steps.get(step)
    return here.clock.limit if here and here.clock and clock == "step" else ()


def _by_item(limit: Either) -> bool:
    return any(one.value == _BY_ITEM for one in limit)
