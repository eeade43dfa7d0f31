"""Whether an action may be taken now, and by whom: one set of checks for what is offered and for what is accepted."""

from collections.abc import Iterator
from datetime import datetime

from gezhi.schemes import clocks, limits
from gezhi.schemes.conditions import Facts
from gezhi.schemes.desks import concerned, desks_of
from gezhi.schemes.durations import Duration
from gezhi.schemes.model import CLOSED, Action, Procedure, Scheme
from gezhi.schemes.state import SYSTEM, CaseState, Desk, Part, Refused

STAYS = "stay"
OWN_PART = ("finish", "return", "arrive")


def obstacle(scheme: Scheme, procedure: Procedure, state: CaseState, action: Action, at: datetime) -> Refused | None:
    """Return why nobody may take an action for the moment, or None; its way out of the step is taken as given."""
    checks = (
        _paused(state, action),
        _used_up(state, action),
        _too_late(scheme, state, action, at),
        _parts_open(state, action),
        _nowhere(state, action),
        _condition(scheme, procedure, state, action),
    )
    return next((found for found in checks if found), None)


def _paused(state: CaseState, action: Action) -> Refused | None:
    clause = action.clause
    if state.paused and not (action.resumes or action.while_paused):
        return Refused("paused", "事项已暂停，请先恢复。", "The case is paused; resume it first.", clause=clause)
    if action.resumes and not state.paused:
        return Refused("out_of_order", "事项没有暂停。", "The case is not paused.", clause=clause)
    return None


def _used_up(state: CaseState, action: Action) -> Refused | None:
    if action.times and state.counts.get(action.id, 0) >= action.times:
        zh = f"“{action.title.say('zh')}”最多 {action.times} 次，已用完。"
        en = f"“{action.title.say('en')}” is allowed at most {action.times} time(s), and that is used up."
        return Refused("too_often", zh, en, clause=action.clause)
    return None


def _too_late(scheme: Scheme, state: CaseState, action: Action, at: datetime) -> Refused | None:
    if not action.within:
        return None
    limit = Duration.parse(action.within)
    until = clocks.calendar_of(scheme).due(state.closed_at or state.entered_at, limit).at
    if at <= until:
        return None
    zh, en = f"已过 {limit.text.zh} 的期限。", f"The time for this ({limit}) has passed."
    return Refused("too_late", zh, en, clause=action.clause)


def _parts_open(state: CaseState, action: Action) -> Refused | None:
    if action.open_parts != "block" or not any(part.state == "open" for part in state.parts):
        return None
    if all(one.value == STAYS for one in action.ways[state.step]):
        return None
    zh, en = "还有协办单位没有办完。", "A co-handler has not finished yet."
    return Refused("parts_open", zh, en, clause=action.clause)


def _nowhere(state: CaseState, action: Action) -> Refused | None:
    """A way back needs somebody to go back to."""
    back = {one.value for one in action.ways[state.step]}
    line = {hold.step for hold in state.holds if not hold.part} - {state.step}
    if (back == {"doer"} and not state.doer_step) or (back == {"previous"} and not line):
        zh, en = "还没有可以退回的承办单位。", "There is nobody to go back to yet."
        return Refused("out_of_order", zh, en, clause=action.clause)
    return None


def _condition(scheme: Scheme, procedure: Procedure, state: CaseState, action: Action) -> Refused | None:
    if Facts(scheme, procedure, state).hold(action.when):
        return None
    why = action.why_not
    zh = why.say("zh") or f"现在还不能“{action.title.say('zh')}”。"
    en = why.say("en") or f"“{action.title.say('en')}” is not possible now."
    return Refused("condition", zh, en, clause=action.clause)


def rightful(scheme: Scheme, state: CaseState, words: tuple[str, ...]) -> tuple[Desk, ...]:
    """Return the desks that words let act in this case, without those that the case is about."""
    found = [desk for word in words for desk in desks_of(word, scheme, state)]
    return tuple(dict.fromkeys(desk for desk in found if not concerned(state, desk)))


def parts_for(state: CaseState, action: Action, desk: Desk) -> Iterator[Part]:
    """Yield the parts that a desk may take this action on."""
    for part in state.parts:
        if action.part in OWN_PART:
            fits = part.state == "open" and part.desk == desk and not _arrived(state, action, part)
        elif action.part == "cancel":
            fits = part.state == "open"
        else:
            fits = part.state in ("open", "finished") and not part.rating
        if fits:
            yield part


def _arrived(state: CaseState, action: Action, part: Part) -> bool:
    clock = state.clock(f"part:{part.number}:response")
    return action.part == "arrive" and (clock is None or clock.met_at is not None)


def part_meant(state: CaseState, action: Action, desk: Desk, number: int) -> Part:
    """Return the part that an act is about; raise Refused when there is none or it is not clear which."""
    found = [part for part in parts_for(state, action, desk) if number in (0, part.number)]
    if len(found) == 1:
        return found[0]
    if found:
        raise Refused("unknown_part", "请指明是哪一个协办件。", "Say which co-handler's part is meant.", field="part")
    if action.part in OWN_PART and not any(part.desk == desk for part in state.parts):
        raise _not_yours(action)
    raise Refused("unknown_part", "没有这样的协办件。", "There is no such part.", field="part", clause=action.clause)


def demand(scheme: Scheme, state: CaseState, action: Action, *, by: Desk, at: datetime) -> None:
    """Raise Refused unless this desk may take this action at this instant."""
    if state.step not in action.ways:
        if state.step == CLOSED:
            raise Refused("closed", "事项已办结。", "The case is closed.")
        step = scheme.procedures[state.procedure].steps[state.step].title
        zh = f"在“{step.say('zh')}”环节不能“{action.title.say('zh')}”。"
        en = f"“{action.title.say('en')}” is not possible at “{step.say('en')}”."
        raise Refused("out_of_order", zh, en, clause=action.clause)
    if concerned(state, by):
        zh = "事项涉及本人或本单位，应当回避。"
        raise Refused("conflict_of_interest", zh, "The case is about you or your office: you may not act in it.")
    if by != SYSTEM and by not in rightful(scheme, state, action.by):
        raise _not_yours(action)
    found = obstacle(scheme, scheme.procedures[state.procedure], state, action, at)
    if found:
        raise found


def _not_yours(action: Action) -> Refused:
    zh = f"“{action.title.say('zh')}”不由本岗位办理。"
    return Refused("not_yours", zh, f"“{action.title.say('en')}” is not yours to do.", clause=action.clause)


def demand_actor(procedure: Procedure, state: CaseState, actor: str) -> None:
    """Raise Refused when the person is the one complained about, or would check their own work."""
    if not actor:
        return
    concerns = any(desk.kind == "person" and desk.id == actor for desk in state.about)
    step = procedure.steps.get(state.step)
    if concerns or (step and step.not_doer and actor == state.doer_actor):
        zh = "事项涉及本人，或由本人办理，应当回避。"
        en = "The case is about you, or you did the work yourself: somebody else has to do this."
        raise Refused("conflict_of_interest", zh, en, clause=step.clause if step else "")


def demand_time(procedure: Procedure, state: CaseState, at: datetime) -> None:
    """Raise Refused when the act would lie before the last event, or after a limit that changes the case ran out."""
    if at < state.changed_at:
        zh, en = "时间早于上一次办理。", "The time lies before the last event of this case."
        raise Refused("before_last_event", zh, en)
    for clock in state.clocks:
        for due, what in clocks.wakes(clock):
            if due < at and limits.alarm_of(procedure, state, clock.id, what).do:
                zh, en = "事项的时限已到，状态已变，请刷新。", "A limit has run out meanwhile; look at the case again."
                raise Refused("stale", zh, en)
