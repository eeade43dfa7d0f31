"""Conditions must be CEL, use known names, and come out as yes or no on a case of their own procedure."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from gezhi.schemes.check.judge import Judge, Where, eithers
from gezhi.schemes.conditions import NAMES, ConditionError, compiled, facts_about, holds
from gezhi.schemes.model import Procedure
from gezhi.schemes.state import REPORTER, CaseState

_NAME = re.compile(r"(?<![\w.])([A-Za-z_]\w*)(?:\.(\w+))?")
_TEXT = re.compile(r"'[^']*'|\"[^\"]*\"")
# what CEL itself knows, and the names that its loops bind
CEL_WORDS = {
    "true", "false", "null", "in", "size", "has", "all", "exists", "exists_one", "filter", "map", "int", "uint",
    "double", "string", "bool", "matches", "startsWith", "endsWith", "contains", "timestamp", "duration", "x", "i",
    "one", "each",
}  # fmt: skip


def look(judge: Judge) -> None:
    """Report conditions that can't be worked out."""
    procedures = judge.scheme.procedures.values()
    for where, procedure in judge.procedures():
        for place, condition in conditions_in(where, procedure):
            _judge(judge, place, condition, [procedure])
    for table, listeners in (("notices", judge.scheme.notices), ("follow_ups", judge.scheme.follow_ups)):
        for listener in listeners.values():
            _judge(judge, (table, listener.id, "when"), listener.when, list(procedures))


def conditions_in(where: Where, procedure: Procedure) -> Iterator[tuple[Where, str]]:
    """Yield every condition of a procedure with its path."""
    for place, alternatives in eithers(where, procedure):
        for one in alternatives:
            yield place, one.when
    for action in procedure.actions.values():
        yield (*where, "actions", action.id, "when"), action.when


def _judge(judge: Judge, where: Where, condition: str, procedures: list[Procedure]) -> None:
    if not condition:
        return
    try:
        compiled(condition)
        unknown = _unknown(judge, condition, procedures)
        if unknown:
            judge.unknown(where, ("名称", "name"), *unknown)
            return
        # a notice is for every procedure: it is enough that one of them knows its names
        for procedure in procedures if len(procedures) == 1 else procedures[:1]:
            holds(condition, facts_about(judge.scheme, procedure, _sample(judge, procedure)))
    except ConditionError as bad:
        if len(procedures) == 1 or "count" not in condition:
            judge.error("bad_condition", where, bad.text.zh, bad.text.en)


def _unknown(judge: Judge, condition: str, procedures: list[Procedure]) -> tuple[str, set[str]] | None:
    actions = {action for procedure in procedures for action in procedure.actions}
    known = {"count": actions, "answers": set(judge.scheme.questions), "area": set(judge.scheme.levels)}
    known["facts"] = {*judge.scheme.questions, "anonymous", "urgency"}
    for name, field in _NAME.findall(_TEXT.sub("''", condition)):
        if name not in NAMES and name not in CEL_WORDS:
            return name, set(NAMES)
        if field and name in known and field not in known[name]:
            return f"{name}.{field}", {f"{name}.{one}" for one in known[name]}
    return None


def _sample(judge: Judge, procedure: Procedure) -> CaseState:
    now = datetime(2026, 1, 5, tzinfo=UTC)
    item = next((one.id for one in judge.scheme.items.values() if one.procedure == procedure.id), "")
    return CaseState(
        scheme=judge.scheme.id,
        version=judge.scheme.version,
        procedure=procedure.id,
        item=item,
        channel="",
        opened_at=now,
        step=next(iter(procedure.steps), ""),
        entered_at=now,
        changed_at=now,
        desk=REPORTER,
    )
