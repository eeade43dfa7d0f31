"""Which limit applies, which clock it starts, and at which instants that clock rings by itself."""

import re
from datetime import datetime
from typing import Any

import msgspec

from gezhi.schemes import clocks
from gezhi.schemes.conditions import Facts, urgency_of
from gezhi.schemes.model import Alarm, Procedure, Rule, Scheme
from gezhi.schemes.state import CaseState, Clock

NO_ALARM = Alarm()
_COUNTED_ANSWER = re.compile(r"(answer|fact)\.(\w+) (\w+)")


def limit_of(scheme: Scheme, state: CaseState, facts: Facts, rule: Rule, at: datetime) -> str:
    """Return the limit as it comes out for this case (`3 workdays`, `until 2026-03-05`), or "" for no limit.

    A date named earlier that has passed by now is no limit for work that begins anew: the next alternative counts.
    """
    today = clocks.calendar_of(scheme).local_date(at).isoformat()
    for word in facts.possible(rule.limit):
        if word == "none":
            return ""
        found = _one_limit(scheme, state, word)
        if found and not (found.startswith(clocks.UNTIL) and found.removeprefix(clocks.UNTIL) < today):
            return found
    return ""


def _one_limit(scheme: Scheme, state: CaseState, word: str) -> str:
    if word == "item":
        item = scheme.items.get(state.item)
        return item.limit if item else ""
    if word == "urgency":
        urgency = scheme.urgencies.get(urgency_of(scheme, state))
        return urgency.limit if urgency else ""
    if word.startswith(("answer.", "fact.")):
        return _answered(state, word)
    return word


def _answered(state: CaseState, word: str) -> str:
    kind, _, name = word.partition(".")
    answers: dict[str, Any] = state.answers if kind == "answer" else state.facts
    counted = _COUNTED_ANSWER.fullmatch(word)
    if counted:
        number = answers.get(counted[2])
        return f"{number} {counted[3]}" if number else ""
    return f"{clocks.UNTIL}{answers[name]}" if answers.get(name) else ""


def started(
    scheme: Scheme, procedure: Procedure, state: CaseState, rule: Rule, *, clock_id: str, at: datetime
) -> Clock | None:
    """Return the clock that a rule starts now, or None when no limit comes out."""
    limit = limit_of(scheme, state, Facts(scheme, procedure, state), rule, at)
    if not limit:
        return None
    clock = Clock(
        id=clock_id,
        limit=limit,
        started=at,
        clause=rule.clause or procedure.clause,
        rule=rule.path,
        warning=rule.warn,
        counting=rule.counting,
    )
    clock = clocks.counted(clocks.calendar_of(scheme), clock)
    return msgspec.structs.replace(clock, wake=wake_of(scheme, procedure, state, clock))


def rule_of(procedure: Procedure, state: CaseState, clock_id: str) -> Rule | None:
    """Return the rule that a clock in use was started by."""
    step = procedure.steps.get(state.step)
    if clock_id == "case":
        return procedure.clock
    if clock_id.startswith("part:"):
        return _part_rule(procedure, state, clock_id)
    if step is None:
        return None
    rules = (step.clock, step.response, *step.stages)
    return next((rule for rule in rules if rule and rule.id == clock_id), None)


def _part_rule(procedure: Procedure, state: CaseState, clock_id: str) -> Rule | None:
    _, number, *response = clock_id.split(":")
    part = next((one for one in state.parts if one.number == int(number)), None)
    action = procedure.actions.get(part.action) if part else None
    if action is None or action.joint is None:
        return None
    return action.joint.response if response else action.joint.clock


def alarm_of(procedure: Procedure, state: CaseState, clock_id: str, what: str) -> Alarm:
    """Return what the scheme wants when a clock warns (`warn`) or runs out (`due`)."""
    rule = rule_of(procedure, state, clock_id)
    if rule is None:
        return NO_ALARM
    return rule.on_warn if what == "warn" else rule.on_overdue


def names_of(procedure: Procedure, state: CaseState, clock_id: str, what: str) -> frozenset[str]:
    """Return the names under which notices and follow-ups may listen to a clock's ringing."""
    event = "warn" if what == "warn" else "overdue"
    kind = "part" if clock_id.startswith("part:") else clock_id
    names = {event, f"{event}:{kind}"}
    step = procedure.steps.get(state.step)
    if kind == "step":
        names.add(f"{event}:step:{state.step}")
        if step and step.reporter_time:
            # nobody is late here, so only who names the step hears of it
            names -= {event, f"{event}:{kind}"}
    return frozenset(names)


def wake_of(scheme: Scheme, procedure: Procedure, state: CaseState, clock: Clock) -> tuple[str, ...]:
    """Return what a clock rings for: only what the scheme wants something done about."""
    found = []
    for what, at in (("warn", clock.warn), ("due", clock.due)):
        if at is None:
            continue
        alarm = alarm_of(procedure, state, clock.id, what)
        names = names_of(procedure, state, clock.id, what)
        if alarm or not scheme.heard.isdisjoint(names):
            found.append(what)
    return tuple(found)
