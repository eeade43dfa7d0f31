"""Checks answers against what was asked: nothing missing, nothing of the wrong kind, nothing that nobody asked for."""

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from gezhi.schemes.clocks import calendar_of
from gezhi.schemes.durations import Duration
from gezhi.schemes.model import Question, Scheme
from gezhi.schemes.state import Refused

LONGEST_TEXT = 4000
MOST_PHOTOS = 20


def checked(scheme: Scheme, asked: Iterable[Question], answers: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """Return the answers that were given, or raise Refused naming the question (`field`)."""
    questions = {question.id: question for question in asked}
    for name in answers:
        if name not in questions:
            raise Refused("bad_answer", f"没有问到“{name}”。", f"“{name}” was not asked.", field=name)
    given: dict[str, Any] = {}
    for name, question in questions.items():
        value = answers.get(name)
        if _empty(value):
            if question.required:
                zh, en = f"请填写“{question.title.say('zh')}”。", f"Please give “{question.title.say('en')}”."
                raise Refused("missing_answer", zh, en, field=name)
            continue
        given[name] = _one(scheme, question, value, at)
    return given


def _empty(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _one(scheme: Scheme, question: Question, value: Any, at: datetime) -> Any:
    return _CHECKS[question.kind](scheme, question, value, at)


def _bad(question: Question, zh: str, en: str) -> Refused:
    title = question.title
    return Refused("bad_answer", f"“{title.say('zh')}”：{zh}", f"“{title.say('en')}”: {en}", field=question.id)


def _text(_: Scheme, question: Question, value: Any, __: datetime) -> str:
    if not isinstance(value, str):
        raise _bad(question, "应为文字。", "a text is needed.")
    if len(value) > LONGEST_TEXT:
        raise _bad(question, f"最多 {LONGEST_TEXT} 字。", f"at most {LONGEST_TEXT} characters.")
    return value.strip()


def _choice(_: Scheme, question: Question, value: Any, __: datetime) -> str:
    offered = [option.id for option in question.choices]
    if value not in offered:
        raise _bad(question, f"请从以下选择：{'、'.join(offered)}。", f"choose one of: {', '.join(offered)}.")
    return str(value)


def _department(scheme: Scheme, question: Question, value: Any, _: datetime) -> str:
    if not isinstance(value, str) or value not in scheme.departments:
        raise _bad(question, f"没有部门“{value}”。", f"there is no department “{value}”.")
    return value


def _departments(scheme: Scheme, question: Question, value: Any, at: datetime) -> list[str]:
    listed = value if isinstance(value, list | tuple) else [value]
    return list(dict.fromkeys(_department(scheme, question, one, at) for one in listed))


def _whole(_: Scheme, question: Question, value: Any, __: datetime) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _bad(question, "应为整数。", "a whole number is needed.")
    _within(question, value)
    return value


def _money(_: Scheme, question: Question, value: Any, __: datetime) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _bad(question, "应为金额。", "an amount is needed.")
    _within(question, value)
    return float(value)


def _within(question: Question, value: float) -> None:
    low = float(question.low) if question.low else -math.inf
    high = float(question.high) if question.high else math.inf
    if not low <= value <= high:
        bounds = f"{question.low or '…'}–{question.high or '…'}"
        raise _bad(question, f"应在 {bounds} 之间。", f"must be within {bounds}.")


def _date(scheme: Scheme, question: Question, value: Any, at: datetime) -> str:
    try:
        named = date.fromisoformat(str(value))
    except ValueError as bad:
        raise _bad(question, "应为日期，如 2026-03-05。", "a date such as 2026-03-05 is needed.") from bad
    calendar = calendar_of(scheme)
    today = calendar.local_date(at)
    earliest = calendar.local_date(calendar.shift(at, Duration.parse(question.low)).at) if question.low else today
    latest = calendar.local_date(calendar.shift(at, Duration.parse(question.high)).at) if question.high else date.max
    if not earliest <= named <= latest:
        bounds = f"{earliest}–{latest if question.high else '…'}"
        raise _bad(question, f"应在 {bounds} 之间。", f"must be within {bounds}.")
    return named.isoformat()


def _photos(_: Scheme, question: Question, value: Any, __: datetime) -> list[str]:
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) and one for one in value):
        raise _bad(question, "应为照片。", "photos are needed.")
    if len(value) > MOST_PHOTOS:
        raise _bad(question, f"最多 {MOST_PHOTOS} 张。", f"at most {MOST_PHOTOS}.")
    return list(value)


def _name(_: Scheme, question: Question, value: Any, __: datetime) -> str:
    if not isinstance(value, str):
        raise _bad(question, "请选择。", "choose one.")
    return value


def _yes_no(_: Scheme, question: Question, value: Any, __: datetime) -> bool:
    if not isinstance(value, bool):
        raise _bad(question, "请答是或否。", "answer yes or no.")
    return value


_CHECKS: Mapping[str, Callable[[Scheme, Question, Any, datetime], Any]] = {
    "text": _text,
    "choice": _choice,
    "department": _department,
    "departments": _departments,
    "whole": _whole,
    "money": _money,
    "date": _date,
    "photos": _photos,
    "person": _name,
    "area": _name,
    "yes_no": _yes_no,
}
