"""What an action asks, as a telephone draws it: fields in the reader's language, with what may be chosen."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language

from gezhi.people import queries as people
from gezhi.schemes.durations import BadDuration, Duration, Unit
from gezhi.schemes.model import Question, Scheme
from gezhi.schemes.text import Text
from gezhi.sync.queries.ground import Grid

type Offers = Mapping[str, Sequence[dict[str, str]]]


def say(text: Text | str) -> str:
    """Return a scheme's wording in the reader's language."""
    return text if isinstance(text, str) else text.say(get_language() or "zh-hans")


def fields_of(asks: Iterable[Question], offers: Offers, now: datetime) -> list[dict[str, Any]]:
    """Return questions as fields."""
    return [_field(one, offers, now) for one in asks]


def print_of(asks: Iterable[Question]) -> str:
    """Return a digest of what is asked, in whatever language."""
    return hashlib.sha256(repr(tuple(asks)).encode()).hexdigest()[:16]


def offers_for(
    scheme: Scheme, asks: Iterable[Question], area_path: str, grids: Sequence[Grid], now: datetime
) -> Offers:
    """Return what questions of these kinds offer: departments, people of the case's area, the sender's own grids."""
    kinds = {question.kind for question in asks}
    found: dict[str, Sequence[dict[str, str]]] = {}
    if kinds & {"department", "departments"}:
        found["department"] = found["departments"] = [
            {"value": one.id, "title": say(one.title)} for one in scheme.departments.values()
        ]
    if "person" in kinds:
        held = {one.account_id: one.account.name for one in people.at_area(area_path, now)}
        found["person"] = [{"value": str(pk), "title": name} for pk, name in held.items()]
    if "area" in kinds:
        found["area"] = [{"value": area.code, "title": area.name} for area in grids]
    return found


def _field(question: Question, offers: Offers, now: datetime) -> dict[str, Any]:
    own = [{"value": option.id, "title": say(option.title)} for option in question.choices]
    low, high = _bounds(question, timezone.localdate(now))
    told: dict[str, Any] = {
        "id": question.id, "kind": question.kind, "label": say(question.title), "hint": say(question.hint),
        "required": question.required, "choices": own or list(offers.get(question.kind, ())), "low": low, "high": high,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value not in ("", [], False)}


def _bounds(question: Question, today: date) -> tuple[str, str]:
    if question.kind != "date":
        return question.low, question.high
    return _day_after(question.low, today), _day_after(question.high, today)


def _day_after(limit: str, today: date) -> str:
    """Return the day that a date's bound means, counted from the download; the server looks again anyway."""
    try:
        span = Duration.parse(limit)
    except BadDuration:
        return ""
    days = {Unit.DAYS: span.amount, Unit.WORKDAYS: span.amount, Unit.MONTHS: 31 * span.amount}.get(span.unit)
    return (today + timedelta(days=days)).isoformat() if days else ""
