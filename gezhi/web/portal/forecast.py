"""Who will get a matter and by when, said before it is sent: the engine opens the case on paper."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext

from gezhi.enactment import queries as enactment
from gezhi.schemes import engine
from gezhi.schemes.clocks import calendar_of
from gezhi.schemes.model import Scheme
from gezhi.schemes.state import CaseState, Opening, Refused
from gezhi.territory import queries as territory
from gezhi.web import limits, wording
from gezhi.web.clocks import clock_view
from gezhi.web.components import ClockView
from gezhi.web.desks import Called, called, parse
from gezhi.web.portal.drafts import Draft

CHANNEL = "portal"


@dataclass(frozen=True, slots=True)
class Forecast:
    """Who has it first and the clocks that will run. `placed` is False when nobody knows yet where it is."""

    placed: bool
    desk: Called | None = None
    clocks: tuple[ClockView, ...] = ()


def forecast(draft: Draft, now: datetime) -> Forecast:
    """Return what would happen if the draft were sent now."""
    on = timezone.localdate(now)
    levels = {area.level: area.code for area in territory.chain(draft.area, on)} if draft.area else {}
    if not levels:
        return Forecast(placed=False)
    _, scheme = enactment.in_force(draft.scheme, on)
    try:
        state = engine.open_case(scheme, _opening(draft, levels, now)).state
    except Refused:
        # the plan refuses it as it stands (an answer is missing); sending will say what
        return Forecast(placed=True)
    desk = state.desk
    name = called([desk], scheme, now, with_people=True)[desk.key] if desk else None
    return Forecast(placed=True, desk=name, clocks=_clocks(scheme, state, now))


def _opening(draft: Draft, levels: dict[str, str], now: datetime) -> Opening:
    facts = {**draft.facts, "anonymous": draft.anonymous}
    about = (parse(draft.about),) if draft.about else ()
    return Opening(item=draft.item, channel=CHANNEL, at=now, areas=levels, facts=facts, about=about)


def _clocks(scheme: Scheme, state: CaseState, now: datetime) -> tuple[ClockView, ...]:
    calendar, lights = calendar_of(scheme), engine.lights(state, now)
    steps = scheme.procedures[state.procedure].steps
    step = wording.say(steps[state.step].title) if state.step in steps else ""
    titles = {"response": gettext("To respond"), "step": step, "case": gettext("The whole matter")}
    wanted = [clock for name in titles if (clock := state.clock(name)) and clock.due]
    return tuple(
        clock_view(
            clock, lights[clock.id], calendar, now, title=titles[clock.id],
            of=limits.told(clock, scheme, state.procedure, state.step, state.item),
        )
        for clock in wanted
    )  # fmt: skip
