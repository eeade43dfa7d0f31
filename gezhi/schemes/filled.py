"""Answers held against a form: every one of its kind, within its bounds, asked for, and nothing lost in silence."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gezhi.schemes.conditions import ConditionError, said
from gezhi.schemes.described import describe
from gezhi.schemes.forms import SILENT, Field, Form
from gezhi.schemes.model import Scheme
from gezhi.schemes.moments import Moments
from gezhi.schemes.text import Text
from gezhi.schemes.values import BadValue, empty, normal

__all__ = ["Fault", "Filled", "asked", "blank", "describe", "fill"]

MOST_ROWS = 200
# what a condition sees of a field that has no answer, by kind; of all others an empty text
UNANSWERED: Mapping[str, Any] = {
    "whole": 0, "decimal": 0.0, "money": 0.0, "yes_no": False, "choices": [], "photos": [], "repeat": [], "place": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: at which path (`rooms.2.area`: rows from 0), what to write, and the row (from 1)."""

    path: str
    code: str
    text: Text
    row: int = 0


@dataclass(frozen=True, slots=True)
class Filled:
    """The answers as they are kept and what is wrong with the rest.

    `values` holds every good answer, also beside faults. `left_out` are paths that had an answer which is not kept,
    because the conditions of their fields no longer ask for them.
    """

    values: dict[str, Any]
    faults: tuple[Fault, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def fill(form: Form, answers: Mapping[str, Any], *, at: datetime, scheme: Scheme | None = None) -> Filled:
    """Check answers against a form; never raises for what was answered.

    Fields are gone through in order: a condition sees the answers that stand before it.
    """
    filling = _Filling(Moments(at, scheme))
    values = filling.through(form.fields, answers, {}, "", 0)
    return Filled(values, tuple(filling.faults), tuple(filling.left_out))


def blank(form: Form) -> dict[str, Any]:
    """Return what conditions see of a form that nobody has begun: each field without an answer."""
    return _blank(form.fields)


def asked(form: Form, answers: Mapping[str, Any], *, at: datetime, scheme: Scheme | None = None) -> tuple[str, ...]:
    """Return the paths that are asked for, given the answers so far: those of rows as `rooms.0.area`."""
    filling = _Filling(Moments(at, scheme))
    filling.through(form.fields, answers, {}, "", 0)
    return tuple(filling.asked)


def flat(fields: Iterable[Field]) -> Iterator[tuple[Field, tuple[str, ...]]]:
    """Yield fields with the conditions of the groups that they stand in and their own; groups add no level."""
    for one in fields:
        own = (one.when,) if one.when else ()
        if one.kind == "group":
            yield from ((inner, own + conditions) for inner, conditions in flat(one.fields))
        else:
            yield one, own


def _named(answers: Mapping[str, Any], known: set[str]) -> Iterator[str]:
    return (str(name) for name in answers if name not in known)


def _blank(fields: Iterable[Field]) -> dict[str, Any]:
    return {one.id: UNANSWERED.get(one.kind, "") for one, _ in flat(fields) if one.kind not in SILENT}


@dataclass
class _Filling:
    moments: Moments
    faults: list[Fault] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def through(
        self, fields: tuple[Field, ...], answers: Mapping[str, Any], outer: Mapping[str, Any], prefix: str, row: int
    ) -> dict[str, Any]:
        """Go through the fields of a form, or of one round of a repeat."""
        seen = {**outer, **_blank(fields)}
        values: dict[str, Any] = {}
        known: set[str] = set()
        for one, conditions in flat(fields):
            path = f"{prefix}{one.id}"
            known |= {one.id} if one.kind not in SILENT else set()
            if not all(self._asks(condition, seen) for condition in conditions):
                if not empty(answers.get(one.id)) and one.kind not in SILENT:
                    self.left_out.append(path)
                continue
            self.asked.append(path)
            if one.kind in SILENT:
                continue
            self._answer(_Spot(one, path, row), answers.get(one.id), seen, values)
        for name in _named(answers, known):
            text = Text(f"表中没有“{name}”这一项。", f"The form has no field “{name}”.")
            self.faults.append(Fault(f"{prefix}{name}", "unknown_field", text, row))
        return values

    @staticmethod
    def _asks(condition: str, seen: Mapping[str, Any]) -> bool:
        """Tell whether a condition asks for its field; one that can't be worked out does, so that nothing is lost."""
        try:
            return said(condition, seen) is not False
        except ConditionError:
            return True

    def _answer(self, spot: "_Spot", value: Any, seen: dict[str, Any], values: dict[str, Any]) -> None:
        one = spot.field
        if empty(value):
            if one.required:
                self._fault(spot, "missing", Text("请填写。", "please fill it in."))
            return
        if one.kind == "repeat":
            if rows := self._rows(spot, value, seen):
                values[one.id] = seen[one.id] = rows
            return
        try:
            kept = normal(one, value, self.moments)
        except BadValue as bad:
            self._fault(spot, "bad_value", bad.text)
            return
        if self._checked(spot, kept, seen):
            values[one.id] = seen[one.id] = kept

    def _checked(self, spot: "_Spot", kept: Any, seen: Mapping[str, Any]) -> bool:
        one = spot.field
        if not one.check:
            return True
        try:
            if said(one.check, {**seen, one.id: kept, "value": kept}):
                return True
        except ConditionError as bad:
            self._fault(spot, "bad_check", bad.text)
            return False
        why = one.why_not
        self._fault(spot, "check", why if why.zh or why.en else Text("不符合填写要求。", "does not fit what is asked."))
        return False

    def _rows(self, spot: "_Spot", value: Any, seen: Mapping[str, Any]) -> list[dict[str, Any]]:
        if not isinstance(value, list | tuple) or not all(isinstance(each, Mapping) for each in value):
            self._fault(spot, "bad_value", Text("应为若干行，每行各项。", "rows are needed, each with its fields."))
            return []
        self._row_count(spot, len(value))
        return [
            self.through(spot.field.fields, each, seen, f"{spot.path}.{number}.", number + 1)
            for number, each in enumerate(value[:MOST_ROWS])
        ]

    def _row_count(self, spot: "_Spot", count: int) -> None:
        low, high = (int(end) if end.isdigit() else None for end in (spot.field.low, spot.field.high))
        most = min(high or MOST_ROWS, MOST_ROWS)
        if count < (low or 0):
            text = Text(f"至少填 {low} 行，现有 {count} 行。", f"at least {low} rows; there are {count}.")
            self._fault(spot, "too_few_rows", text)
        if count > most:
            text = Text(f"最多填 {most} 行，现有 {count} 行。", f"at most {most} rows; there are {count}.")
            self._fault(spot, "too_many_rows", text)

    def _fault(self, spot: "_Spot", code: str, text: Text) -> None:
        title, row = spot.field.title, spot.row
        at_zh, at_en = (f"第 {row} 行", f", row {row}") if row else ("", "")
        told = Text(f"“{title.say('zh')}”{at_zh}：{text.say('zh')}", f"“{title.say('en')}”{at_en}: {text.say('en')}")
        self.faults.append(Fault(spot.path, code, told, row))


@dataclass(frozen=True, slots=True)
class _Spot:
    """A field at its place among the answers."""

    field: Field
    path: str
    row: int
