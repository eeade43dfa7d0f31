"""A form as compact JSON, that a page or a telephone without a network draws and checks by itself."""

from typing import Any

from gezhi.schemes.durations import BadDuration, Unit
from gezhi.schemes.forms import Field, Form
from gezhi.schemes.moments import bound
from gezhi.schemes.trees import tree

COUNTED = ("whole", "decimal", "money")
DATED = ("date", "moment")


def describe(form: Form, language: str) -> dict[str, Any]:
    """Return a form in a language: what is empty is left out.

    `when` and `check` are trees (see `gezhi.schemes.trees`); `when: null` and `check: null` mean that only the server
    can tell. `low` and `high` are numbers, a day, or `{"amount": -30, "unit": "days"}` from the moment of asking.
    """
    said = {
        "purpose": form.purpose.say(language),
        "basis": form.basis.say(language),
        "retention": form.retention,
        "clause": form.clause,
    }
    return {
        "id": form.id,
        "print": form.print,
        "title": form.title.say(language),
        **{key: value for key, value in said.items() if value},
        "fields": [_field(one, language) for one in form.fields],
    }


def _field(one: Field, language: str) -> dict[str, Any]:
    said: dict[str, Any] = {
        "hint": one.hint.say(language),
        "unit": one.unit.say(language),
        "required": one.required,
        "sensitive": one.sensitive,
        "choices": [[option.id, option.title.say(language) or option.id] for option in one.choices],
        "why_not": one.why_not.say(language),
        "register": one.register,
        "fields": [_field(inner, language) for inner in one.fields],
        "clause": one.clause,
    }
    found: dict[str, Any] = {"id": one.id, "kind": one.kind, "title": one.title.say(language)}
    found |= {key: value for key, value in said.items() if value}
    for key, condition in (("when", one.when), ("check", one.check)):
        if condition:
            found[key] = tree(condition)
    for key, written in (("low", one.low), ("high", one.high)):
        if written:
            found[key] = _bound(one, written)
    return found


def _bound(one: Field, written: str) -> Any:
    if one.kind == "time":
        return written
    if one.kind not in DATED:
        number = float(written)
        return int(number) if number.is_integer() else number
    try:
        found = bound(written)
    except BadDuration:
        return None
    if not isinstance(found, tuple):
        return found.isoformat()
    direction, span = found
    # workdays need the calendar, which only the server has
    return (
        None
        if span.unit in (Unit.WORKDAYS, Unit.WORKHOURS)
        else {"amount": direction * span.amount, "unit": span.unit.value}
    )
