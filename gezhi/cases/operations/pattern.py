"""An opening worked out once for many places: what the engine decides hardly ever depends on which grid it is.

A hundred reports of a batch, and those that come in within one second, mostly differ in their grid only. So the engine
is asked once, with a mark in place of each area's code, and the marks are filled in per case. Where the plan's
conditions ask for the area, where a post at an area received the case or somebody is complained about, the engine is
asked for that very case. A test holds the two ways to the same rows.
"""

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any
from uuid import UUID

import msgspec

from gezhi.cases.operations.log import effect_body
from gezhi.cases.operations.projection import Around, columns, hold_rows
from gezhi.foundation.journal import canonical
from gezhi.schemes import engine
from gezhi.schemes.model import Scheme
from gezhi.schemes.state import Opening

# From Unicode's private use area: no area's code contains it, and a report that does is worked out for itself.
_OPEN, _SHUT = "\ue000", "\ue001"
# A slash is in no level's id.
_ID, _PATH = f"{_OPEN}/id{_SHUT}", f"{_OPEN}/path{_SHUT}"
_MARK = re.compile(f"{_OPEN}([^{_SHUT}]*){_SHUT}".encode())
_GAP = b"\x1e"
_KEPT = 512
_CONDITION = re.compile(r"when='([^']*)'|when=\"([^\"]*)\"")
_AREA = re.compile(r"\barea\b")
_encode = msgspec.json.Encoder().encode
_kept: OrderedDict[Any, "Pattern"] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Pattern:
    """The rows of an opening as JSON with marks, and what of them is the same everywhere."""

    # Literal bytes and, at the odd positions, the names of marks.
    pieces: tuple[bytes, ...]
    marked: bool
    step: str
    opened_at: datetime
    step_due: datetime | None
    case_due: datetime | None
    action: str
    actor: str


@dataclass(frozen=True, slots=True)
class Filled:
    """The rows of one case as JSON: the columns from its state, the event's canonical body, holds, effect, two keys."""

    columns: bytes
    event: bytes
    holds: bytes
    effect: bytes
    desk_key: str
    by_key: str


def pattern_of(version: UUID, scheme: Scheme, opening: Opening) -> Pattern:
    """Return the pattern of an opening. Raises the engine's `Refused`."""
    facts = canonical(opening.facts)
    if not _same_everywhere(version, scheme, opening) or _OPEN.encode() in facts:
        return _draw(scheme, opening, marked=False)
    received_by = opening.received_by.key if opening.received_by else ""
    key = (version, opening.item, opening.channel, received_by, opening.at, tuple(opening.areas), facts)
    with _lock:
        kept = _kept.get(key)
    if kept is None:
        marks = {level: f"{_OPEN}{level}{_SHUT}" for level in opening.areas}
        kept = _draw(scheme, msgspec.structs.replace(opening, areas=marks), marked=True)
        with _lock:
            _kept[key] = kept
            while len(_kept) > _KEPT:
                _kept.popitem(last=False)
    return kept


def fill(pattern: Pattern, areas: Mapping[str, str], case_id: UUID, path: str) -> Filled:
    """Return a pattern's rows for one case."""
    values = {b"/id": str(case_id).encode(), b"/path": _inner(path)}
    values |= {level.encode(): _inner(code) for level, code in areas.items()}
    pieces = list(pattern.pieces)
    pieces[1::2] = [values[name] for name in pieces[1::2]]
    columns_, event, holds, effect, desk_key, by_key = b"".join(pieces).split(_GAP)
    return Filled(columns_, event, holds, effect, desk_key.decode(), by_key.decode())


def _draw(scheme: Scheme, opening: Opening, *, marked: bool) -> Pattern:
    outcome = engine.open_case(scheme, opening)
    state, event = outcome.state, outcome.event
    around = Around(area_path=_PATH)
    values = columns(scheme, state, around)
    parts = (
        _encode(values),
        canonical(msgspec.to_builtins(event)),
        _encode(hold_rows(_ID, state, around)),
        _encode(effect_body(_ID, 1, outcome)),
        values["desk_key"].encode(),
        event.by.key.encode(),
    )
    return Pattern(
        pieces=tuple(_MARK.split(_GAP.join(parts))), marked=marked, step=state.step, opened_at=state.opened_at,
        step_due=values["step_due"], case_due=values["case_due"], action=event.action, actor=event.actor,
    )  # fmt: skip


_asks_area: dict[tuple[UUID, str], bool] = {}


def _same_everywhere(version: UUID, scheme: Scheme, opening: Opening) -> bool:
    """Say whether the opening's outcome can depend on nothing of the place but the codes themselves."""
    received_by = opening.received_by
    # A post's area may lie in the case's own line of areas or not; other desks have none.
    if opening.about or (received_by is not None and received_by.kind == "post"):
        return False
    item = scheme.items.get(opening.item)
    if item is None:
        return False
    key = (version, item.procedure)
    if key not in _asks_area:
        words = repr((scheme.procedures.get(item.procedure), scheme.notices, scheme.follow_ups))
        conditions = (first or second for first, second in _CONDITION.findall(words))
        _asks_area[key] = any(_AREA.search(condition) for condition in conditions)
    return not _asks_area[key]


def _inner(text: str) -> bytes:
    """Return a text as it stands between the quotes of JSON."""
    return _encode(text)[1:-1]
