"""From the folded state to the columns and rows that lists read: copied from what the engine said, nothing decided."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from gezhi.schemes import engine
from gezhi.schemes.model import CLOSED, Procedure, Scheme
from gezhi.schemes.state import CaseState, Clock, Desk, Hold

# Where a queue puts what has no due time: after everything that has one.
END_OF_DAYS = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Around:
    """What the projection needs beside the state: copies for the queue, desks and limits of supervision."""

    area_path: str
    watch_keys: tuple[str, ...] = ()
    watch_limit: datetime | None = None


def load_state(raw: Mapping[str, Any]) -> CaseState:
    """Return the state from the JSON of the case's row."""
    return msgspec.convert(raw, CaseState)


def dump_state(state: CaseState) -> dict[str, Any]:
    """Return the state as JSON-ready data."""
    plain: dict[str, Any] = msgspec.to_builtins(state)
    return plain


def columns(scheme: Scheme, state: CaseState, around: Around) -> dict[str, Any]:
    """Return the columns of `Case` that follow from the state."""
    step, whole = _running(state, "step"), _running(state, "case")
    return {
        "procedure": state.procedure,
        "item": state.item,
        "urgency": str(state.facts.get("urgency") or ""),
        "received_by": state.received_by.key if state.received_by else "",
        "step": state.step,
        "desk_key": state.desk.key if state.desk else "",
        "entered_at": state.entered_at,
        "step_due": step.due if step else None,
        "step_warn": step.warn if step else None,
        "case_due": whole.due if whole else None,
        "case_warn": whole.warn if whole else None,
        "paused": state.paused,
        "wake_at": _wake(state, around),
        "closed_at": state.closed_at,
        "in_time": state.in_time,
        "outcome": state.outcome,
        "sight_keys": sight_keys(scheme, state, around),
        "state": dump_state(state),
    }


def sight_keys(scheme: Scheme, state: CaseState, around: Around) -> list[str]:
    """Return the desks that see the case though it does not lie below them, sorted.

    Holders and open or finished parts; who did the work, for as long as it may come back; who received it first; who
    supervises. Posts of the case's own line of areas see it anyway and are left out, so that an ordinary case has none.
    """
    desks = [hold.desk for hold in state.holds if hold.until is None]
    desks += [part.desk for part in state.parts if part.state in {"open", "finished"}]
    if state.received_by is not None:
        desks.append(state.received_by)
    if state.doer_desk is not None and state.step in _after_work(scheme.procedures[state.procedure]):
        desks.append(state.doer_desk)
    line = frozenset(state.areas.values())
    return sorted({desk.key for desk in desks if _outside(desk, line)} | set(around.watch_keys))


def hold_rows(
    case_id: str, state: CaseState, around: Around, *, since: CaseState | None = None
) -> list[dict[str, Any]]:
    """Return the rows of `Hold` that are new or may have changed since an earlier state; all of them without one."""
    settled = {hold.seq for hold in since.holds if hold.until is not None} if since else set()
    listed = _listed(state)
    return [_row(case_id, state, hold, around, listed) for hold in state.holds if hold.seq not in settled]


def _row(case_id: str, state: CaseState, hold: Hold, around: Around, listed: frozenset[int]) -> dict[str, Any]:
    clock = _clock_of(state, hold)
    due = clock.due if clock else hold.due
    return {
        "case_id": case_id,
        "seq": hold.seq,
        "part": hold.part,
        "step": hold.step,
        "desk_key": hold.desk.key,
        "actor": hold.actor,
        "since": hold.since,
        "until": hold.until,
        "due": due,
        "warn": clock.warn if clock else None,
        "paused": state.paused,
        "rank_at": due or END_OF_DAYS,
        "item": state.item,
        "channel": state.channel,
        "area_path": around.area_path,
        "listed": hold.until is None and hold.seq in listed,
    }


def _listed(state: CaseState) -> frozenset[int]:
    """Return the open holds that a queue shows: of those at one desk, the one due first."""
    best: dict[str, tuple[datetime, int]] = {}
    for hold in state.holds:
        if hold.until is None:
            clock = _clock_of(state, hold)
            rank = ((clock.due if clock else hold.due) or END_OF_DAYS, hold.seq)
            best[hold.desk.key] = min(rank, best.get(hold.desk.key, rank))
    return frozenset(seq for _, seq in best.values())


def _clock_of(state: CaseState, hold: Hold) -> Clock | None:
    if hold.until is not None:
        return None
    return _running(state, f"part:{hold.part}" if hold.part else "step")


def _running(state: CaseState, clock_id: str) -> Clock | None:
    return state.clock(clock_id)


def _wake(state: CaseState, around: Around) -> datetime | None:
    instants = [at for at in (engine.next_wake(state), around.watch_limit) if at is not None]
    return min(instants, default=None)


def _outside(desk: Desk, line: frozenset[str]) -> bool:
    if desk.kind == "post":
        return desk.area not in line
    return desk.kind in {"department", "person"}


@lru_cache(maxsize=512)
def _after_work_of(ways: tuple[tuple[str, bool, tuple[str, ...]], ...]) -> frozenset[str]:
    """Return the steps that follow the work: from where it leads, on to the end, not past a step where work is done."""
    working = {origin for origin, does_work, _ in ways if does_work}
    reached: set[str] = {CLOSED}
    waiting = [target for _, does_work, targets in ways if does_work for target in targets]
    while waiting:
        step = waiting.pop()
        if step in reached or step in working:
            continue
        reached.add(step)
        waiting += [target for origin, _, targets in ways if origin == step for target in targets]
    return frozenset(reached)


def _after_work(procedure: Procedure) -> frozenset[str]:
    return _after_work_of(tuple(_ways(procedure)))


def _ways(procedure: Procedure) -> Iterable[tuple[str, bool, tuple[str, ...]]]:
    for action in procedure.actions.values():
        for origin, either in action.ways.items():
            targets = tuple(way.value for way in either if way.value == CLOSED or way.value in procedure.steps)
            yield origin, action.does_work, targets
