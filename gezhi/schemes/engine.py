"""The engine's doors. Pure functions of a scheme, a case and a given instant; nothing else computes a limit.

A caller that wants to act first appends what `expire` returns for the same instant, then calls `act`.
"""

from collections.abc import Collection, Iterator
from datetime import datetime

import msgspec

from gezhi.schemes import clocks, limits, permits, telling
from gezhi.schemes.answers import checked
from gezhi.schemes.clocks import light, lights, next_wake
from gezhi.schemes.desks import concerned
from gezhi.schemes.log import changed, fold, replay
from gezhi.schemes.lookback import look_back, part_times
from gezhi.schemes.model import CLOSED, Action, Procedure, Scheme
from gezhi.schemes.state import (
    REPORTER,
    SYSTEM,
    Act,
    CaseState,
    Choice,
    Desk,
    Event,
    Opening,
    Outcome,
    Part,
    Refused,
    Telling,
)
from gezhi.schemes.transitions import CASE, Draft

__all__ = [
    "act",
    "carried",
    "choices",
    "expire",
    "fold",
    "left",
    "light",
    "lights",
    "look_back",
    "next_wake",
    "open_case",
    "part_times",
    "recount",
    "replay",
]

OPEN = "open"


# ── open ──


def open_case(scheme: Scheme, opening: Opening) -> Outcome:
    """Begin a case: its item's procedure, its first step, its clocks. Raise Refused for an unknown item or channel."""
    procedure = _procedure_for(scheme, opening)
    at = clocks.at_second(scheme, opening.at)
    asked = {question.id for question in procedure.asks}
    answered = checked(scheme, procedure.asks, {k: v for k, v in opening.facts.items() if k in asked}, at)
    state = CaseState(
        scheme=scheme.id,
        version=scheme.version,
        procedure=procedure.id,
        item=opening.item,
        channel=opening.channel,
        opened_at=at,
        step="",
        entered_at=at,
        changed_at=at,
        desk=None,
        areas=dict(opening.areas),
        facts={**opening.facts, **answered},
        received_by=opening.received_by,
        about=opening.about,
    )
    by = opening.received_by or REPORTER
    draft = Draft(scheme, procedure, state, at, by)
    draft.start_clock(procedure.clock, CASE)
    draft.enter(draft.facts().pick(procedure.first))
    answers = {"item": opening.item, "channel": opening.channel, **draft.state.facts}
    event = Event("open", OPEN, by, at, answers=answers)
    return _outcome(draft, None, event, ("opened", *_entered(draft.state)))


def _procedure_for(scheme: Scheme, opening: Opening) -> Procedure:
    item = scheme.items.get(opening.item)
    procedure = scheme.procedures.get(item.procedure) if item else None
    if procedure is None:
        zh, en = f"目录里没有事项“{opening.item}”。", f"The catalogue has no item “{opening.item}”."
        raise Refused("unknown_item", zh, en, field="item")
    if scheme.channels and opening.channel not in scheme.channels:
        zh, en = f"没有来源渠道“{opening.channel}”。", f"There is no channel “{opening.channel}”."
        raise Refused("unknown_channel", zh, en, field="channel")
    urgency = opening.facts.get("urgency")
    if urgency and scheme.urgencies and urgency not in scheme.urgencies:
        zh, en = f"没有紧急程度“{urgency}”。", f"There is no urgency “{urgency}”."
        raise Refused("bad_answer", zh, en, field="urgency")
    return procedure


# ── act ──


def act(scheme: Scheme, state: CaseState, act: Act) -> Outcome:
    """Do what somebody asks, or raise Refused and change nothing."""
    procedure = scheme.procedures[state.procedure]
    at = clocks.at_second(scheme, act.at)
    action = procedure.actions.get(act.action)
    if action is None:
        raise Refused("unknown_action", f"没有“{act.action}”这个动作。", f"There is no action “{act.action}”.")
    permits.demand_time(procedure, state, at)
    permits.demand(scheme, state, action, by=act.by, at=at)
    permits.demand_actor(procedure, state, act.actor)
    answers = checked(scheme, action.asks, act.answers, at)
    part = permits.part_meant(state, action, act.by, act.part) if action.part else None
    draft = Draft(scheme, procedure, state, at, act.by)
    names = _take(draft, action, answers, part, act.actor)
    number = part.number if part else 0
    event = Event("act", action.id, act.by, at, answers=answers, actor=act.actor, part=number)
    return _outcome(draft, state, event, names)


def _take(
    draft: Draft, action: Action, answers: dict[str, object], part: Part | None, actor: str = ""
) -> tuple[str, ...]:
    """Carry an action out; return the names under which notices may listen to it."""
    state = draft.state
    counts = {**state.counts, action.id: state.counts.get(action.id, 0) + 1}
    draft.put(counts=counts, answers=state.answers if part else _newest(state, action, answers))
    if action.does_work:
        # what the system takes when a limit runs out counts as the holder's work
        doer = draft.by if draft.by != SYSTEM else state.desk
        draft.put(doer_step=state.step, doer_desk=doer, doer_actor=actor)
    if part is not None:
        _handle_part(draft, action, answers, part)
    draft.meet(action.meets)
    _time_effects(draft, action, answers)
    moved = _go(draft, action, state)
    draft.call(action)
    return (f"act:{action.id}", *(_entered(draft.state) if moved else ()))


def _newest(state: CaseState, action: Action, answers: dict[str, object]) -> dict[str, object]:
    """Return the newest answer to each question; one that was asked again and left empty is no answer any more."""
    asked = {question.id for question in action.asks}
    return {**{name: value for name, value in state.answers.items() if name not in asked}, **answers}


def _time_effects(draft: Draft, action: Action, answers: dict[str, object]) -> None:
    if action.extends:
        draft.extend(action, answers)
    if action.pauses:
        draft.pause()
    if action.resumes:
        draft.resume()


def _handle_part(draft: Draft, action: Action, answers: dict[str, object], part: Part) -> None:
    kinds = {question.id: question.kind for question in action.asks}
    words = next((str(value) for name, value in answers.items() if kinds[name] == "text"), "")
    match action.part:
        case "finish":
            draft.end_part(part, "finished", words)
        case "return":
            draft.end_part(part, "returned", words)
        case "cancel":
            draft.end_part(part, "cancelled", words)
        case "arrive":
            draft.arrive(part)
        case _:
            draft.rate(part, next((str(value) for name, value in answers.items() if kinds[name] == "choice"), words))


def _go(draft: Draft, action: Action, before: CaseState) -> bool:
    """Follow the action's way out of the step; tell whether the case moved."""
    way = draft.facts().pick(action.ways[before.step])
    if way in ("", permits.STAYS):
        draft.set_limits(action)
        return False
    chosen = _chosen(draft, action, before)
    step, holder = _where(way, before)
    if not step:
        raise Refused("out_of_order", "没有可以退回的环节。", "There is no step to go back to.", clause=action.clause)
    draft.enter(step, chosen or holder)
    draft.set_limits(action)
    if step == CLOSED:
        draft.put(outcome=action.outcome or action.id)
    elif before.step == CLOSED:
        draft.put(closed_at=None, in_time=None, outcome="")
    return True


def _chosen(draft: Draft, action: Action, before: CaseState) -> Desk | None:
    """Return the desk that the action itself names as the next holder; it may not be one that the case is about."""
    if not action.holder:
        return None
    desk = draft.holder_of(action.holder)
    if concerned(before, desk):
        zh, en = "所选的承办单位与事项有利害关系。", "The chosen office is the one that the case is about."
        raise Refused("conflict_of_interest", zh, en, clause=action.clause)
    return desk


def _where(way: str, before: CaseState) -> tuple[str, Desk | None]:
    """Return the step that a way leads to and, for ways back, the desk that had it."""
    match way:
        case "again":
            return before.step, None
        case "doer":
            return before.doer_step, before.doer_desk
        case "previous":
            line = [hold for hold in before.holds if not hold.part and hold.step != before.step]
            return (line[-1].step, line[-1].desk) if line else ("", None)
        case _:
            return way, None


def _entered(state: CaseState) -> tuple[str, ...]:
    return ("closed",) if state.step == CLOSED else ("enter", f"enter:{state.step}")


def _outcome(
    draft: Draft,
    before: CaseState | None,
    event: Event,
    names: tuple[str, ...],
    alarms: tuple[Telling, ...] = (),
) -> Outcome:
    scheme, procedure, at = draft.scheme, draft.procedure, draft.at
    draft.put(changed_at=at, events=draft.state.events + 1)
    event = msgspec.structs.replace(event, then=changed(before, draft.state))
    notices = tuple(dict.fromkeys((*alarms, *telling.tellings(scheme, procedure, draft.state, names, draft.by))))
    return Outcome(event, draft.state, notices, telling.starts(scheme, procedure, draft.state, names, at))


def left(scheme: Scheme, state: CaseState, at: datetime) -> CaseState:
    """Return the case as it stands when its step ends without an action (it begins anew elsewhere, or is merged).

    Every open hold ends and keeps what it was due, so that the look-back loses nobody's overdue time.
    """
    draft = Draft(scheme, scheme.procedures[state.procedure], state, clocks.at_second(scheme, at), SYSTEM)
    draft.leave()
    return draft.state


def carried(scheme: Scheme, state: CaseState, areas: dict[str, str], now: datetime) -> Outcome:
    """Let a case follow its ground to other areas (level → code) as it is: same step, same clocks, the posts there."""
    at = max(clocks.at_second(scheme, now), state.changed_at)
    draft = Draft(scheme, scheme.procedures[state.procedure], state, at, SYSTEM)
    draft.carry(areas)
    names = _entered(draft.state) if draft.state.desk != state.desk else ()
    return _outcome(draft, state, Event("act", "place", SYSTEM, at, answers={"areas": areas}), names)


# ── expiry ──


def expire(scheme: Scheme, state: CaseState, now: datetime) -> list[Outcome]:
    """Return what happened by itself up to and including `now`, in order, each at its own instant.

    The result is the same however often and however late one looks: each clock rings once for each due instant.
    """
    procedure = scheme.procedures[state.procedure]
    outcomes: list[Outcome] = []
    while (ring := _next_ring(state)) is not None and ring[0] <= now:
        outcome = _ring(scheme, procedure, state, ring)
        outcomes.append(outcome)
        state = outcome.state
    return outcomes


def _next_ring(state: CaseState) -> tuple[datetime, str, str] | None:
    rings = [(at, what, clock.id) for clock in state.clocks for at, what in clocks.wakes(clock)]
    # at one instant the warning comes before the end of the limit
    return min(rings, key=lambda ring: (ring[0], ring[1] != "warn"), default=None)


def _ring(scheme: Scheme, procedure: Procedure, state: CaseState, ring: tuple[datetime, str, str]) -> Outcome:
    instant, what, clock_id = ring
    at = max(instant, state.changed_at)
    alarm = limits.alarm_of(procedure, state, clock_id, what)
    names = limits.names_of(procedure, state, clock_id, what)
    # told while the clock's step still stands: afterwards the holder may be another
    heard = _as_of(state, clock_id)
    alarms = (*telling.alarmed(scheme, heard, alarm), *telling.tellings(scheme, procedure, heard, names, SYSTEM))
    draft = Draft(scheme, procedure, state, at, SYSTEM)
    draft.each_clock(
        lambda clock: (
            msgspec.structs.replace(clock, wake=tuple(one for one in clock.wake if one != what))
            if clock.id == clock_id
            else clock
        )
    )
    action = procedure.actions.get(alarm.do)
    taken: tuple[str, ...] = ()
    if action is not None and state.step in action.ways and not _blocked(scheme, procedure, state, action, at):
        taken = _take(draft, action, {}, _part_of(state, clock_id) if action.part else None)
    event = Event("expire", action.id if taken and action else "", SYSTEM, at, clock=clock_id)
    return _outcome(draft, state, event, taken, alarms)


def _as_of(state: CaseState, clock_id: str) -> CaseState:
    """Return the state as those told of a clock see it: for a co-handler's clock the holder is the co-handler."""
    part = _part_of(state, clock_id)
    return msgspec.structs.replace(state, desk=part.desk) if part else state


def _part_of(state: CaseState, clock_id: str) -> Part | None:
    number = int(clock_id.split(":")[1]) if clock_id.startswith("part:") else 0
    return next((part for part in state.parts if part.number == number), None)


def _blocked(scheme: Scheme, procedure: Procedure, state: CaseState, action: Action, at: datetime) -> bool:
    return permits.obstacle(scheme, procedure, state, action, at) is not None


# ── what may be done ──


def choices(scheme: Scheme, state: CaseState, desks: Collection[Desk], now: datetime) -> tuple[Choice, ...]:
    """Return what these desks may do, in the scheme's order; what is refused for the moment says why."""
    if any(concerned(state, desk) for desk in desks if desk.kind == "person"):
        return ()
    procedure = scheme.procedures[state.procedure]
    at = clocks.at_second(scheme, now)
    found: list[Choice] = []
    for action in procedure.actions.values():
        if state.step in action.ways and (not action.resumes or state.paused):
            found.extend(_choices_of(scheme, state, action, desks=desks, at=at))
    return tuple(found)


def _choices_of(
    scheme: Scheme, state: CaseState, action: Action, *, desks: Collection[Desk], at: datetime
) -> Iterator[Choice]:
    approvers = permits.rightful(scheme, state, action.by)
    proposers = permits.rightful(scheme, state, action.proposed_by) if action.proposed_by else ()
    mine = [desk for desk in approvers if desk in desks]
    proposing = [desk for desk in proposers if desk in desks and desk not in mine]
    if not mine and not proposing:
        return
    why = permits.obstacle(scheme, scheme.procedures[state.procedure], state, action, at)
    plain = Choice(action.id, SYSTEM, clause=action.clause)
    if why:
        plain = Choice(action.id, SYSTEM, why.code, why.zh, why.en, why.clause or action.clause)
    for desk in mine:
        if not action.part:
            yield msgspec.structs.replace(plain, by=desk)
        for part in permits.parts_for(state, action, desk) if action.part else ():
            yield msgspec.structs.replace(plain, by=desk, part=part.number)
    for desk in proposing:
        yield msgspec.structs.replace(plain, by=desk, proposal=True, approver=approvers[0] if approvers else None)


# ── recount ──


def recount(scheme: Scheme, state: CaseState, now: datetime) -> Outcome | None:
    """Count again what a new calendar may move; return the change, or None when it changed nothing."""
    procedure = scheme.procedures[state.procedure]
    calendar = clocks.calendar_of(scheme)
    at = max(clocks.at_second(scheme, now), state.changed_at)
    draft = Draft(scheme, procedure, state, at, SYSTEM)
    draft.each_clock(
        lambda clock: (
            clocks.counted(calendar, clock) if clocks.running(clock) and clocks.uncertain(calendar, clock) else clock
        )
    )
    if draft.state.clocks == state.clocks:
        return None
    return _outcome(draft, state, Event("recount", "", SYSTEM, at), ("recount",))
