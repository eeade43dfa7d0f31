"""Conditions and checks of forms: CEL, over answers that stand before them, and with options that exist."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gezhi.schemes import trees
from gezhi.schemes.check.conditions import CEL_WORDS
from gezhi.schemes.check.judge import Judge, Where
from gezhi.schemes.conditions import ConditionError, compiled, names_of, said
from gezhi.schemes.filled import UNANSWERED
from gezhi.schemes.forms import Field, Form

NAME = ("名称", "name")
# a good answer of each kind, to try a check on
_SAMPLES: Mapping[str, Any] = {
    "whole": 1, "decimal": 1.0, "money": 1.0, "yes_no": True, "date": "2026-01-05", "time": "08:30",
    "moment": "2026-01-05T08:30:00+08:00", "phone": "13800138000", "id_number": "11010519491231002X",
    "place": {"lon": 1.0, "lat": 1.0}, "photos": ["x"], "choices": [], "repeat": [],
}  # fmt: skip


def conditions(judge: Judge, where: Where, form: Form) -> None:
    """Report conditions and checks of a form's fields that can't be worked out."""
    _through(judge, where, form.fields, {})


def _through(judge: Judge, where: Where, fields: tuple[Field, ...], before: dict[str, Field]) -> dict[str, Field]:
    """Go through fields in order; return those that may be asked about after them."""
    before = dict(before)
    later = _names(fields)
    for one in fields:
        here = (*where, "fields", one.id)
        if one.when:
            _judge(judge, (*here, "when"), one.when, _Known(before, later))
        if one.check:
            sample = {"value": _SAMPLES.get(one.kind, one.choices[0].id if one.choices else "x")}
            _judge(judge, (*here, "check"), one.check, _Known({**before, one.id: one}, later, sample))
        if one.kind == "group":
            before = _through(judge, here, one.fields, before)
        elif one.kind == "repeat":
            _through(judge, here, one.fields, before)
            before[one.id] = one
        else:
            before[one.id] = one
    return before


def _names(fields: tuple[Field, ...]) -> set[str]:
    return {name for one in fields for name in ({one.id} | (_names(one.fields) if one.kind == "group" else set()))}


@dataclass(frozen=True, slots=True)
class _Known:
    """What a condition may ask about: the fields before it; not those that come later on its level."""

    before: Mapping[str, Field]
    later: set[str]
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sample(self) -> dict[str, Any]:
        return {**{name: UNANSWERED.get(one.kind, "") for name, one in self.before.items()}, **self.more}


def _judge(judge: Judge, where: Where, condition: str, asked: _Known) -> None:
    known = asked.sample
    try:
        compiled(condition)
        for name in names_of(condition):
            if name in known or name in CEL_WORDS:
                continue
            if name in asked.later:
                zh = f"条件用到了后面的“{name}”；只能用前面已答的字段。"
                en = f"The condition asks about “{name}”, which comes later; only answers before it are known."
                judge.error("looks_ahead", where, zh, en)
            else:
                judge.unknown(where, NAME, name, known)
            return
        said(condition, known)
    except ConditionError as bad:
        judge.error("bad_condition", where, bad.text.zh, bad.text.en)
        return
    for name, option in _compared(trees.tree(condition)):
        options = [one.id for one in asked.before[name].choices] if name in asked.before else []
        if options and option not in options:
            judge.unknown(where, (f"“{name}”的选项", f"choice of “{name}”"), str(option), options)


def _compared(tree: trees.Tree | None) -> Iterator[tuple[str, Any]]:
    """Yield each name with each value that it is compared with."""
    match tree:
        case ["==" | "!=", ["name", name], ["value", value]] | ["==" | "!=", ["value", value], ["name", name]]:
            if value != "":
                yield name, value
        case ["in", ["name", name], ["list", *values]]:
            yield from ((name, value) for kind, value in values if kind == "value")
        case ["in", ["value", value], ["name", name]]:
            yield name, value
        case [_, *inside]:
            for one in inside:
                yield from _compared(one) if isinstance(one, list) else ()
