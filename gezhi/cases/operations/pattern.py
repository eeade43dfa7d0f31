"""An opening worked out once for many places: what the engine decides hardly ever depends on which grid it is.

A hundred reports of a batch, and those that come in within one second, mostly differ in their grid only. So the engine
is asked once, with a mark in place of each area's code, and the marks are filled in per case. Where the plan's
conditions ask for the area, where a post at an area received the case or somebody is complained about, the engine is
asked for that very case. A test holds the two ways to the same rows.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from functools import lru_cache
from threading import Lock
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db import models

from gezhi.cases.models import Case, CaseEvent, Hold
from gezhi.cases.operations import statements
from gezhi.cases.operations.log import CHANGED, effect_body, opening_link
from gezhi.cases.operations.projection import Around, columns, hold_rows
from gezhi.cases.operations.statements import FRESH_EFFECT
from gezhi.enactment.models import SchemeVersion
from gezhi.foundation import binary
from gezhi.foundation.journal import canonical
from gezhi.foundation.models import Outbox
from gezhi.schemes import engine
from gezhi.schemes.model import Scheme
from gezhi.schemes.state import Opening

# What of a case comes from the report, or from the log's first link; the other columns are the pattern's.
FROM_REPORT = (
    "id", "client_key", "secret_hash", "title", "text", "lon", "lat", "crs", "border_m", "address", "area_id",
    "area_path", "anonymous", "contact", "reporter_id", "about_keys", "log_head",
)  # fmt: skip
# From Unicode's private use area: no area's code contains it, and a report that does is worked out for itself.
_OPEN, _SHUT = "\ue000", "\ue001"
_OPEN_BYTES = _OPEN.encode()
# A slash is in no level's id.
_ID = f"{_OPEN}/id{_SHUT}"
_MARK = re.compile(f"{_OPEN}([^{_SHUT}]*){_SHUT}".encode())
_KEPT = 512
_AREA = re.compile(r"\barea\b")
_encode = msgspec.json.Encoder().encode
_kept: OrderedDict[Any, "Pattern"] = OrderedDict()
_plain: dict["Plain", "Pattern"] = {}
_lock = Lock()


class _MarkInListError(Exception):
    """A mark stands in a list, whose parts each carry their length: the engine is asked for that very case."""


# A text with marks: names of levels.
type _Text = binary.Template[bytes]


@dataclass(frozen=True, slots=True)
class _Row:
    """A row with gaps, and the texts with marks that go into some of them."""

    form: binary.Form
    marked: tuple[tuple[str, _Text, Callable[[bytes], bytes]], ...]

    def fill(self, marks: "Marks", values: dict[str, bytes]) -> bytes:
        for column, words, write in self.marked:
            values[column] = write(words.fill(marks.inner if write is binary.jsonb else marks.plain))
        return self.form.fill(values)


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands in place of the marks: in a text, and between the quotes of JSON."""

    plain: dict[bytes, bytes]
    inner: dict[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Pattern:
    """The rows of an opening, with gaps, and what of them is the same everywhere."""

    case: _Row
    event: _Row
    holds: tuple[_Row, ...]
    effect: _Row
    # The event's canonical body, which its link is computed over; what the effect says before the case's id and behind.
    body: _Text
    telling: tuple[_Text, _Text]
    marked: bool
    step: str
    desk_key: str
    step_due: datetime | None
    case_due: datetime | None


@dataclass(frozen=True, slots=True)
class Filled:
    """The rows of one case, and its desk."""

    rows: dict[type[models.Model], list[bytes]]
    desk_key: str


def pattern_of(version: SchemeVersion, scheme: Scheme, opening: Opening) -> Pattern:
    """Return the pattern of an opening. Raises the engine's `Refused`."""
    facts = canonical(opening.facts)
    received_by = opening.received_by.key if opening.received_by else ""
    key = (
        binary.generation(), version.pk, opening.item, opening.channel, received_by, opening.at, tuple(opening.areas),
        facts, opening.about,
    )  # fmt: skip
    kept = _kept.get(key)
    if kept is None:
        if not _same_everywhere(version.pk, scheme, opening) or _OPEN_BYTES in facts:
            return draw(version, scheme, opening, marked=False)
        marks = {level: f"{_OPEN}{level}{_SHUT}" for level in opening.areas}
        try:
            kept = draw(version, scheme, msgspec.structs.replace(opening, areas=marks), marked=True)
        except _MarkInListError:
            return draw(version, scheme, opening, marked=False)
        with _lock:
            _kept[key] = kept
            while len(_kept) > _KEPT:
                _kept.popitem(last=False)
    return kept


class Plain(NamedTuple):
    """All that the opening of a report depends on that says nothing but where and what; the place only by its marks."""

    generation: int
    version: UUID
    item: str
    channel: str
    received_by: str
    anonymous: bool
    at: datetime
    levels: tuple[str, ...]


def plain_pattern(of: Plain) -> Pattern | None:
    """Return the pattern that `keep_plain` kept, without asking what an opening is made of."""
    return _plain.get(of)


def keep_plain(of: Plain, pattern: Pattern) -> None:
    """Keep a pattern for all plain reports that are alike, if it is the same in every place."""
    if pattern.marked:
        if len(_plain) >= _KEPT:
            _plain.clear()
        _plain[of] = pattern


def fill(pattern: Pattern, marks: Marks, *, name: str, effect_id: bytes, report: dict[str, bytes], at: bytes) -> Filled:
    """Return a pattern's rows for one case, named by its id.

    `report` holds the values of `FROM_REPORT` but the link; these, the effect's id and the present moment `at` are as
    `binary` writes them.
    """
    own, inner = report["id"], marks.inner
    body = pattern.body.fill(inner)
    link = binary.text(opening_link(name, body))
    report["log_head"] = link
    before, behind = pattern.telling
    told = before.fill(inner) + name.encode() + behind.fill(inner)
    case = pattern.case.fill(marks, report)
    desk = report.get("desk_key")
    hold = {"case_id": own, "area_path": report["area_path"]}
    effect = {"id": effect_id, "body": binary.jsonb(told), "at": at, "next_try": at}
    rows: dict[type[models.Model], list[bytes]] = {
        Case: [case],
        CaseEvent: [pattern.event.fill(marks, {"case_id": own, "body": binary.text(body), "link": link})],
        Hold: [one.fill(marks, hold) for one in pattern.holds],
        Outbox: [pattern.effect.fill(marks, effect)],
    }
    return Filled(rows, desk[4:].decode() if desk is not None else pattern.desk_key)


def draw(version: SchemeVersion, scheme: Scheme, opening: Opening, *, marked: bool) -> Pattern:
    """Ask the engine, and write down what it says."""
    outcome = engine.open_case(scheme, opening)
    state, event = outcome.state, outcome.event
    around = Around(area_path="")
    values = columns(scheme, state, around) | {
        "number": "", "scheme": scheme.id, "scheme_version_id": version.pk, "channel": opening.channel,
        "opened_at": state.opened_at, "changed_at": state.opened_at, "supervised": False, "trouble": "", "version": 1,
        "log_seq": 1, "merged_into_id": None, "parent_id": None,
    }  # fmt: skip
    logged = {
        "seq": 1, "kind": event.kind, "action": event.action, "desk_key": event.by.key, "actor": event.actor,
        "at": event.at,
    }  # fmt: skip
    held = [
        {name: value for name, value in row.items() if name not in {"case_id", "area_path"}}
        for row in hold_rows("", state, around)
    ]
    body = canonical(msgspec.to_builtins(event))
    before, behind = _encode(effect_body(_ID, 1, outcome)).split(_ID.encode(), 1)
    # Whatever a report says looks like a mark is none where the engine was asked for that very case.
    return Pattern(
        case=_row(Case, values, FROM_REPORT, marked=marked),
        event=_row(CaseEvent, logged, ("case_id", "body", "link"), marked=marked),
        holds=tuple(_row(Hold, one, ("case_id", "area_path"), marked=marked) for one in held),
        effect=_effect_row(binary.generation()),
        body=_text(body, plain=not marked),
        telling=(_text(before, plain=not marked), _text(behind, plain=not marked)),
        marked=marked, step=state.step, desk_key=values["desk_key"],
        step_due=values["step_due"], case_due=values["case_due"],
    )  # fmt: skip


def _row(model: type[models.Model], values: dict[str, Any], gaps: tuple[str, ...], *, marked: bool) -> _Row:
    fixed = statements.written(model, values)
    found = list[tuple[str, _Text, Callable[[bytes], bytes]]]()
    for column in [one for one, raw in fixed.items() if marked and _OPEN_BYTES in raw]:
        write, head = binary.table(model._meta.db_table).text_writer(column)
        if write is None:
            raise _MarkInListError
        found.append((column, _text(fixed.pop(column)[head:]), write))
    return _Row(statements.form(model, fixed, (*gaps, *(column for column, *_text in found))), tuple(found))


@lru_cache(maxsize=1)
def _effect_row(_generation: int) -> _Row:
    return _row(Outbox, {**FRESH_EFFECT, "topic": CHANGED}, ("id", "body", "at", "next_try"), marked=False)


def _text(raw: bytes, *, plain: bool = False) -> _Text:
    pieces = [raw] if plain else _MARK.split(raw)
    return binary.Template(pieces[::2], pieces[1::2])


@lru_cache(maxsize=4096)
def marks_of(areas: tuple[tuple[str, str], ...]) -> Marks:
    """Return what stands in place of the marks where these codes are those of the levels."""
    return Marks(
        {level.encode(): code.encode() for level, code in areas},
        {level.encode(): _encode(code)[1:-1] for level, code in areas},
    )


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
        asked = _conditions((scheme.procedures.get(item.procedure), scheme.notices, scheme.follow_ups))
        _asks_area[key] = any(_AREA.search(condition) for condition in asked)
    return not _asks_area[key]


def _conditions(node: Any) -> Iterator[str]:
    """Yield every condition in a part of a scheme."""
    if is_dataclass(node):
        for one in fields(node):
            value = getattr(node, one.name)
            if one.name == "when" and isinstance(value, str):
                yield value
            else:
                yield from _conditions(value)
    elif isinstance(node, Mapping | list | tuple | frozenset):
        for value in node.values() if isinstance(node, Mapping) else node:
            yield from _conditions(value)
