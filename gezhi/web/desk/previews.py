"""What a press would lead to, said before it: the next step with holder and limit, the due times of an extension."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext, pgettext

from gezhi.cases.queries import Load
from gezhi.schemes import clocks, explain
from gezhi.schemes.durations import Duration
from gezhi.schemes.model import CLOSED, Action, Procedure, Scheme, Step
from gezhi.schemes.state import CaseState, Clock
from gezhi.territory import pinyin
from gezhi.web import wording
from gezhi.web.acting import Doing
from gezhi.web.questions import Field, Offer

MOST_SHOWN_AT_ONCE = 6
_DAY = 24 * 3600


@dataclass(frozen=True, slots=True)
class Shift:
    """What an extension does to one clock: the due moment before and after, and whether that has passed already."""

    clock: str
    before: datetime
    after: datetime
    is_late: bool


def shifts(scheme: Scheme, state: CaseState, action: Action, amount: int, now: datetime) -> list[Shift]:
    """Return how an extension by an amount moves the clocks that it names; clocks that stand still show nothing."""
    if action.extends is None:
        return []
    calendar, by = clocks.calendar_of(scheme), Duration.parse(f"{amount} {action.extends.unit}")
    found = []
    for name in action.extends.clocks:
        clock = state.clock(name)
        if clock is not None and clock.due is not None and clock.met_at is None:
            after = clocks.extended(calendar, clock, by, now, ()).due
            if after is not None:
                found.append(Shift(clock_title(clock), clock.due, after, is_late=after < now))
    return found


def clock_title(clock: Clock) -> str:
    """Return what a clock measures."""
    return clock_name(clock.id)


def clock_name(clock_id: str) -> str:
    """Return what the clock of an id measures."""
    kind, _, rest = clock_id.partition(":")
    if kind == "part":
        number, _, response = rest.partition(":")
        pattern = gettext("Part %(n)s, to respond") if response else gettext("Part %(n)s")
        return pattern % {"n": number}
    if kind == "stage":
        return gettext("Stage")
    known = {
        "step": gettext("This step"),
        "case": gettext("The whole matter"),
        "response": gettext("To respond"),
    }
    return known.get(clock_id, clock_id)


def leads_to(scheme: Scheme, procedure: Procedure, state: CaseState, action: Action) -> str:
    """Say where an action leads: the next step, who holds it, how long; empty where nothing moves or it depends."""
    ways = action.ways.get(state.step, ())
    if len(ways) != 1:
        return ""
    way = ways[0].value
    if way in procedure.steps:
        return next_step(scheme, procedure.steps[way])
    known = {
        CLOSED: gettext("The case is then closed."),
        "doer": gettext("It goes back to whoever did the work."),
        "previous": gettext("It goes back to whoever held it before."),
        "again": gettext("The step begins anew."),
    }
    return known.get(way, "")


def next_step(scheme: Scheme, step: Step) -> str:
    """Say a step that comes next: 核查，网格员，2个工作日."""
    holders = [explain.desk_word(scheme, one.value) for one in step.holder]
    parts = [wording.say(step.title), wording.say(holders[0]) if len(holders) == 1 else ""]
    if step.clock is not None and len(step.clock.limit) == 1:
        parts.append(wording.say(explain.limit_word(step.clock.limit[0].value)))
    return gettext("Next: %(step)s") % {
        "step": pgettext("between parts of a sentence", ", ").join(part for part in parts if part)
    }


def enrich(
    doings: Sequence[Doing], actions: Mapping[str, Action], *, scheme: Scheme, state: CaseState,
    loads: Mapping[str, Load], now: datetime,
) -> None:  # fmt: skip
    """Put beside what a form offers what it would mean: a department's load, the due time of each extension."""
    for doing in doings:
        action = actions[doing.action]
        for field, question in zip(doing.form.fields, action.asks, strict=True):
            if question.kind in ("department", "departments"):
                _show_loads(field, scheme, state, loads)
            elif action.extends is not None and question.id == action.extends.answer:
                _show_dues(field, scheme, state, action, now)


def _show_loads(field: Field, scheme: Scheme, state: CaseState, loads: Mapping[str, Load]) -> None:
    item = scheme.items.get(state.item)
    proper = item.department if item else ""
    offers = [_with_load(one, loads.get(f"department:{one.value}", Load()), proper) for one in field.offers]
    field.offers = tuple(sorted(offers, key=lambda one: not one.suggested))
    if field.kind == "department" and not field.value and not field.error:
        field.value = proper


def _with_load(offer: Offer, load: Load, proper: str) -> Offer:
    """Say beside a department what it has in hand, overdue, due this week, and how long it usually needs."""
    usual = wording.say_limit(f"{round(load.usual_seconds / _DAY) or 1} days") if load.usual_seconds else ""
    return replace(
        offer,
        help=_load(load),
        words=f"{offer.title} {pinyin.keys(offer.title)}",
        figures=((str(load.open), False), (str(load.late), load.late > 0), (str(load.week), False), (usual, False)),
        suggested=offer.value == proper,
    )


def _load(load: Load) -> str:
    if not load.open:
        return gettext("nothing in hand")
    if load.late:
        return gettext("%(open)d in hand, %(late)d overdue") % {"open": load.open, "late": load.late}
    return gettext("%(open)d in hand") % {"open": load.open}


def _show_dues(field: Field, scheme: Scheme, state: CaseState, action: Action, now: datetime) -> None:
    """Turn a small range into choices, each with the due times that it leads to."""
    if not (field.low.isdecimal() and field.high.isdecimal()) or action.extends is None:
        return
    low, high = int(field.low), int(field.high)
    if high - low >= MOST_SHOWN_AT_ONCE:
        return
    field.kind = "choice"
    field.value = str(field.value)
    field.offers = tuple(
        Offer(
            str(n),
            wording.say_limit(f"{n} {action.extends.unit}"),
            say_shifts(shifts(scheme, state, action, n, now), now),
        )
        for n in range(low, high + 1)
    )


def say_shifts(moved: Sequence[Shift], now: datetime) -> str:
    """Say the due times after an extension: 这个环节 5月14日（周四）17:30；整件 5月18日（周一）17:30."""
    return pgettext("between parts of a sentence", "; ").join(
        (gettext("%(clock)s due %(after)s, overdue even then") if one.is_late else gettext("%(clock)s due %(after)s"))
        % {"clock": one.clock, "after": wording.say_moment(one.after, now)}
        for one in moved
    )
