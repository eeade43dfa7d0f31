"""From the log to the state and back: an event carries the whole of what it changed, so folding needs no scheme."""

from collections.abc import Iterable
from typing import Any, get_type_hints

import msgspec

from gezhi.schemes.state import CaseState, Event

_TYPES: dict[str, Any] = get_type_hints(CaseState)


def changed(before: CaseState | None, after: CaseState) -> dict[str, Any]:
    """Return the fields in which two states differ, ready for JSON."""
    if before is None:
        first: dict[str, Any] = msgspec.to_builtins(after)
        return first
    return {
        name: msgspec.to_builtins(getattr(after, name))
        for name in CaseState.__struct_fields__
        if getattr(before, name) != getattr(after, name)
    }


def fold(state: CaseState | None, event: Event) -> CaseState:
    """Return the state after an event; without a state the event must be the opening."""
    if state is None:
        return msgspec.convert(event.then, CaseState)
    values = {name: msgspec.convert(value, _TYPES[name]) for name, value in event.then.items()}
    return msgspec.structs.replace(state, **values)


def replay(events: Iterable[Event]) -> CaseState:
    """Return the state that a whole log folds to; raise ValueError for an empty log."""
    state: CaseState | None = None
    for event in events:
        state = fold(state, event)
    if state is None:
        raise ValueError("an empty log has no state")
    return state
