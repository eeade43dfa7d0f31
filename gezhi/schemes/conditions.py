"""Conditions (CEL): compiled once, run over what a case is at a moment. Never `eval`."""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Any

# `import cel` brings the package's interactive command line with it, most of a second of every start. An empty module
# stands in for it; one that is loaded already stays.
sys.modules.setdefault("cel.cli", ModuleType("cel.cli"))

import cel  # noqa: E402

from gezhi.schemes.model import Either, Procedure, Scheme  # noqa: E402
from gezhi.schemes.state import SYSTEM, CaseState, Desk  # noqa: E402
from gezhi.schemes.text import Text  # noqa: E402

# the names that conditions may use
NAMES = (
    "item",
    "urgency",
    "channel",
    "area",
    "facts",
    "answers",
    "count",
    "step",
    "doer",
    "by",
    "parts",
    "passed",
    "in_time",
)


_WORD = re.compile(r"[A-Za-z_]\w*")
_ROOT = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
_TEXT = re.compile(r"'[^']*'|\"[^\"]*\"")


class ConditionError(ValueError):
    """A condition can't be worked out: which one, and why."""

    def __init__(self, condition: str, why: str) -> None:
        super().__init__(f"condition “{condition}”: {why}")
        self.text = Text(f"条件“{condition}”无法计算：{why}", f"The condition “{condition}” can't be worked out: {why}")


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled condition and the names it asks for: handing over all that is known would cost more than asking."""

    program: Any
    names: tuple[str, ...]


@lru_cache(maxsize=4096)
def compiled(condition: str) -> Condition:
    """Return the compiled condition; raise ConditionError when it is not CEL."""
    try:
        program = cel.compile(condition)
    except ValueError as bad:
        # the parser's list of everything it could have read helps nobody
        why = re.sub(r"^Failed to parse expression .*?: ERROR: <input>:\d+:(\d+): ", r"[\1] ", str(bad).splitlines()[0])
        raise ConditionError(condition, re.sub(r" expecting \{.*", "", why)) from bad
    return Condition(program, tuple(name for name in NAMES if name in words_of(condition)))


def urgency_of(scheme: Scheme, state: CaseState) -> str:
    """Return the case's urgency: what was said at the opening, else the item's."""
    said = state.facts.get("urgency")
    item = scheme.items.get(state.item)
    return str(said or (item.urgency if item else ""))


def facts_about(scheme: Scheme, procedure: Procedure, state: CaseState, by: Desk = SYSTEM) -> Mapping[str, Any]:
    """Return what conditions may ask about a case; questions not asked yet have empty answers."""
    item = scheme.items.get(state.item)
    doer = state.doer_desk
    return {
        "item": {
            "id": state.item,
            "parent": item.parent if item else "",
            "department": item.department if item else "",
            "urgency": item.urgency if item else "",
            "lineage": list(scheme.lineage(state.item)),
        },
        "urgency": urgency_of(scheme, state),
        "channel": state.channel,
        "area": {**dict.fromkeys(scheme.levels, ""), **state.areas},
        "facts": {**scheme.unasked, "anonymous": False, **state.facts},
        "answers": {**scheme.unasked, **state.answers},
        "count": {**scheme.untaken, **dict.fromkeys(procedure.actions, 0), **state.counts},
        "step": state.step,
        "doer": {"step": state.doer_step, "kind": doer.kind if doer else "", "id": doer.id if doer else ""},
        "by": {"kind": by.kind, "id": by.id},
        "parts": {"open": sum(part.state == "open" for part in state.parts), "total": len(state.parts)},
        # true until a close that came too late: what an accountability look-back hangs on
        "in_time": state.in_time is not False,
        "passed": list(dict.fromkeys(hold.step for hold in state.holds if not hold.part)),
    }


def holds(condition: str, facts: Mapping[str, Any]) -> bool:
    """Tell whether a condition holds (an empty one does); raise ConditionError when it is not a yes or no."""
    if not condition:
        return True
    try:
        wanted = compiled(condition)
        answer = wanted.program.execute({name: facts[name] for name in wanted.names})
    except (KeyError, TypeError, RuntimeError, ValueError) as bad:
        raise ConditionError(condition, str(bad)) from bad
    if not isinstance(answer, bool):
        raise ConditionError(condition, f"{answer!r}")
    return answer


@lru_cache(maxsize=4096)
def words_of(condition: str) -> frozenset[str]:
    """Return every word of a condition that is not inside a text: its names among them."""
    return frozenset(_WORD.findall(_TEXT.sub("''", condition)))


def names_of(condition: str) -> list[str]:
    """Return the names that a condition asks about, in order; what stands behind a dot is part of its name."""
    return list(dict.fromkeys(_ROOT.findall(_TEXT.sub("''", condition))))


def said(condition: str, answers: Mapping[str, Any]) -> bool:
    """Tell what a condition over a form's answers says; raise ConditionError when it is not a yes or no."""
    program, words = compiled(condition).program, words_of(condition)
    try:
        answer = program.execute({name: answers[name] for name in answers if name in words})
    except (TypeError, RuntimeError, ValueError, OverflowError) as bad:
        raise ConditionError(condition, str(bad).splitlines()[0]) from bad
    if not isinstance(answer, bool):
        raise ConditionError(condition, f"{answer!r}")
    return answer


class Facts:
    """What conditions may ask, worked out only when a condition asks."""

    def __init__(self, scheme: Scheme, procedure: Procedure, state: CaseState, by: Desk = SYSTEM) -> None:
        self._of = (scheme, procedure, state, by)
        self._known: Mapping[str, Any] | None = None

    def hold(self, condition: str) -> bool:
        """Tell whether a condition holds; an empty one does."""
        if not condition:
            return True
        if self._known is None:
            self._known = facts_about(*self._of)
        return holds(condition, self._known)

    def pick(self, alternatives: Either) -> str:
        """Return the first alternative's value whose condition holds, or the empty word."""
        return next((one.value for one in alternatives if self.hold(one.when)), "")

    def possible(self, alternatives: Either) -> tuple[str, ...]:
        """Return the values of all alternatives whose condition holds, in order."""
        return tuple(one.value for one in alternatives if self.hold(one.when))
