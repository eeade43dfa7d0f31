"""Answers held against the form of their duty: the one they were given to, as far as any version still has it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from gezhi.duties.plans import Planned
from gezhi.enactment import queries as enactment
from gezhi.schemes.filled import Fault, fill, flat
from gezhi.schemes.forms import Form
from gezhi.schemes.model import Scheme
from gezhi.schemes.text import Text

# How many earlier versions of the plan are looked through for the form that a record was filled under.
_LOOKED_BACK = 12


# Under this name, which no field has, stand sealed the answers that no field of the changed form takes.
LEFT = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """What is kept of answers: plain ones, sealed ones as JSON, and what did not fit a form that changed meanwhile.

    `refused` are faults against the very form that was filled in: those the sender puts right.
    """

    version: UUID
    form_print: str = ""
    plain: dict[str, Any] = field(default_factory=dict)
    sealed: str = ""
    faults: list[dict[str, Any]] = field(default_factory=list)
    refused: tuple[tuple[str, Text], ...] = ()


def answered(
    planned: Planned, answers: Mapping[str, Any], *, form_print: str, at: datetime, today: Form | None = None
) -> Answered:
    """Check answers and part them into what may lie open and what is sealed.

    Sealed is what the form that was filled in holds sensitive, and what the one of `today` does: a record of before is
    no way around a plan that changed.
    """
    form = planned.form
    if form is None:
        return Answered(planned.version)
    version, scheme = planned.version, planned.scheme
    hidden = private_ids(form) | (private_ids(today) if today is not None else frozenset())
    changed = bool(form_print) and form_print != form.print
    if changed and (old := _older(planned, form_print)) is not None:
        version, scheme, form = old
        changed = False
    filled = fill(form, answers, at=at, scheme=scheme)
    plain, private = parted(filled.values, hidden | private_ids(form))
    if changed and (left := _left(form, filled.faults, answers)):
        private[LEFT] = left
    faults = [
        {
            "path": one.path,
            "zh": one.text.zh,
            "en": one.text.en,
            "given": None if _sealed(form, one.path) or _top(one.path) in hidden else _at(answers, one.path),
        }
        for one in filled.faults
    ]
    return Answered(
        version, form.print, plain, msgspec.json.encode(private).decode() if private else "", faults if changed else [],
        () if changed else tuple((one.path, one.text) for one in filled.faults),
    )  # fmt: skip


def private_of(sealed: str) -> dict[str, Any]:
    """Return sealed answers in the clear, for who may see them."""
    return dict(msgspec.json.decode(sealed)) if sealed else {}


def _left(form: Form, faults: Sequence[Fault], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers that must not lie open beside their faults: of sensitive fields, and of none any more."""
    tops = {one.path.split(".", 1)[0] for one in faults if _sealed(form, one.path)}
    return {name: answers[name] for name in sorted(tops) if name in answers}


def _older(planned: Planned, form_print: str) -> tuple[UUID, Scheme, Form] | None:
    for row in enactment.versions(planned.scheme.id)[:_LOOKED_BACK]:
        scheme = enactment.scheme(row.pk)
        duty = scheme.duties.get(planned.duty.id)
        form = scheme.forms.get(duty.form) if duty else None
        if form is not None and form.print == form_print:
            return row.pk, scheme, form
    return None


def private_ids(form: Form) -> frozenset[str]:
    """Return the fields of a form that are sensitive, or whose rounds have one that is."""
    return frozenset(
        one.id
        for one, _ in flat(form.fields)
        if one.sensitive or any(in_row.sensitive for in_row, _ in flat(one.fields))
    )


def parted(values: Mapping[str, Any], private: frozenset[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what may lie open and what is sealed."""
    plain = {name: value for name, value in values.items() if name not in private}
    return plain, {name: value for name, value in values.items() if name in private}


def _top(path: str) -> str:
    return path.split(".", 1)[0]


def _sealed(form: Form, path: str) -> bool:
    found = form.by_id.get(_top(path))
    return found is None or found.sensitive or bool(found.fields)


def _at(answers: Mapping[str, Any], path: str) -> Any:
    return answers.get(path)
