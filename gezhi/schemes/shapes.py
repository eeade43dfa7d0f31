"""The grammar of the scheme language: which keys each table may have and of what kind.

The reader and the JSON Schema are both made from it.

A kind is a word (`wording`, `words`, `duration` …), `map:SHAPE` (a table of named SHAPEs), `list:SHAPE`, `table:SHAPE`,
or `either:KEY` (one value, or alternatives `{when, KEY}` tried in order).
"""

from collections.abc import Callable, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any

from gezhi.schemes.documents import Document
from gezhi.schemes.durations import BadDuration, Duration, parse_span
from gezhi.schemes.duties import ACTIVITIES, CLOSES, IF_HOLIDAY, PHOTOS, BadDuty, Rate, Selection
from gezhi.schemes.forms import FIELD_KINDS
from gezhi.schemes.stretches import BadStretch, Stretch

KINDS = (
    "text", "choice", "department", "departments", "whole", "money", "date", "photos", "person", "area", "yes_no",
)  # fmt: skip
PARTS = ("finish", "return", "arrive", "cancel", "rate")
OPEN_PARTS = ("block", "cancel", "leave")
COUNTING = ("law", "moment")

_CLOCK = {
    "limit": "either:limit",
    "warn": "span",
    "counting": "one_of:counting",
    "on_warn": "table:alarm",
    "on_overdue": "table:alarm",
    "on_expiry": "word",
}
_ONE_LIMIT = {**_CLOCK, "met_by": "words", "title": "wording", "clause": "words"}

SHAPES: Mapping[str, Mapping[str, str]] = {
    "scheme": {
        "scheme": "word",
        "version": "word",
        "title": "wording",
        "timezone": "word",
        "extends": "words",
        "clause": "words",
        "conflict_desk": "word",
        "calendar": "table:calendar",
        "levels": "list:level",
        "posts": "map:post",
        "urgencies": "map:urgency",
        "channels": "map:channel",
        "questions": "map:question",
        "procedures": "map:procedure",
        "pieces": "map:procedure",
        "notices": "map:notice",
        "follow_ups": "map:follow_up",
        "forms": "map:form",
        "registers": "map:register",
        "phases": "map:phase",
        "duties": "map:duty",
        "handbook": "words",
    },
    "calendar": {
        "statutory": "word",
        "hours": "list:word",
        "counting": "one_of:counting",
        "rest": "list:date",
        "work": "list:date",
        "published_until": "date",
        "clause": "words",
    },
    "level": {
        "id": "word",
        "title": "wording",
        "centre": "wording",
        "households": "band",
        "people": "band",
        "clause": "words",
    },
    "post": {
        "title": "wording",
        "at": "word",
        "seats": "count",
        "superior": "word",
        "rights": "words",
        "clause": "words",
        "excused_by": "word",
    },
    "urgency": {"title": "wording", "limit": "duration", "clause": "words"},
    "question": {
        "kind": "one_of:kinds",
        "title": "wording",
        "hint": "wording",
        "required": "flag",
        "choices": "map:wording",
        "low": "bound",
        "high": "bound",
        "clause": "words",
    },
    "asked": {"question": "word", "required": "flag", "low": "bound", "high": "bound", "title": "wording"},
    "procedure": {
        "title": "wording",
        "clause": "words",
        "based_on": "words",
        "first": "either:step",
        "asks": "asks",
        "steps": "map:step",
        "actions": "map:action",
        **_CLOCK,
    },
    "step": {
        "title": "wording",
        "clause": "words",
        "holder": "either:holder",
        **_CLOCK,
        "response": "table:limit",
        "stages": "list:stage",
        "not_doer": "flag",
        "reporter_time": "flag",
        "published": "flag",
        "listed": "flag",
    },
    "limit": _ONE_LIMIT,
    "stage": {"id": "word", **_ONE_LIMIT},
    "alarm": {"notify": "words", "notice": "word", "do": "word"},
    "action": {
        "title": "wording",
        "clause": "words",
        "from": "from",
        "except": "words",
        "to": "either:step",
        "by": "words",
        "proposed_by": "words",
        "asks": "asks",
        "when": "condition",
        "why_not": "wording",
        "times": "count",
        "within": "duration",
        "does_work": "flag",
        "holder": "either:holder",
        "pauses": "flag",
        "resumes": "flag",
        "while_paused": "flag",
        "extends": "table:extension",
        "sets_limit": "map:either:limit",
        "meets": "words",
        "joint": "table:joint",
        "part": "one_of:parts",
        "open_parts": "one_of:open_parts",
        "outcome": "word",
        "public": "flag",
    },
    "extension": {"answer": "word", "unit": "one_of:units", "clocks": "words"},
    "joint": {
        "desks": "words",
        "task": "word",
        **_CLOCK,
        "response": "table:limit",
        "clause": "words",
    },
    "notice": {
        "on": "words",
        "to": "words",
        "when": "condition",
        "subject": "wording",
        "body": "wording",
        "clause": "words",
    },
    "follow_up": {"on": "words", "after": "duration", "when": "condition", "clause": "words"},
    "form": {
        "title": "wording",
        "purpose": "wording",
        "basis": "wording",
        "retention": "duration",
        "clause": "words",
        "fields": "map:field",
    },
    "field": {
        "kind": "one_of:field_kinds",
        "title": "wording",
        "hint": "wording",
        "required": "flag",
        "choices": "map:wording",
        "low": "bound",
        "high": "bound",
        "unit": "wording",
        "when": "condition",
        "check": "condition",
        "why_not": "wording",
        "sensitive": "flag",
        "register": "word",
        "fields": "map:field",
        "clause": "words",
    },
    "register": {
        "title": "wording",
        "form": "word",
        "name": "word",
        "address": "word",
        "place": "word",
        "facets": "words",
        "code": "word",
        "collect": "words",
        "decides": "word",
        "part_of": "word",
        "care": "flag",
        "clause": "words",
    },
    "phase": {"title": "wording", "first": "date", "last": "date", "clause": "words"},
    "duty": {
        "title": "wording",
        "activity": "one_of:activities",
        "who": "words",
        "of": "selection",
        "at_least": "rate",
        "on": "word",
        "sample": "rate",
        "if_holiday": "one_of:if_holiday",
        "hours": "hours",
        "starts_on": "words",
        "within": "duration",
        "notice": "duration",
        "phases": "words",
        "together": "flag",
        "verifies": "word",
        "form": "word",
        "closes": "one_of:closes",
        "signed_by": "word",
        "received_by": "word",
        "nil": "flag",
        "on_site": "flag",
        "photos": "one_of:photos",
        "items": "words",
        "minutes": "count",
        "note": "wording",
        "clause": "words",
    },
}

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "scheme": ("scheme", "version", "title", "levels"),
    "level": ("id", "title"),
    "post": ("title", "at"),
    "question": ("kind", "title"),
    "asked": ("question",),
    "step": ("holder",),
    "stage": ("id", "limit"),
    "limit": ("limit",),
    "action": ("from",),
    "extension": ("answer", "clocks"),
    "joint": ("desks",),
    "notice": ("to", "subject", "body"),
    "follow_up": ("on",),
    "form": ("title", "fields"),
    "field": ("kind", "title"),
    "register": ("title", "form", "name"),
    "phase": ("title", "first", "last"),
    "duty": ("title", "activity", "who", "of"),
}

TABLE_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "departments": ("id", "title", "title_en", "level", "superior", "clause"),
    "catalogue": (
        "id", "title", "title_en", "parent", "procedure", "department", "urgency", "limit", "clause", "divert",
        "divert_en", "about_staff", "confidential", "publish", "note", "note_en",
    ),
}  # fmt: skip

CHOICES: Mapping[str, tuple[str, ...]] = {
    "kinds": KINDS,
    "parts": PARTS,
    "open_parts": OPEN_PARTS,
    "counting": COUNTING,
    "field_kinds": FIELD_KINDS,
    "activities": ACTIVITIES,
    "if_holiday": IF_HOLIDAY,
    "closes": CLOSES,
    "photos": PHOTOS,
    "units": ("minutes", "hours", "workhours", "days", "workdays", "months"),
}

type Keys = tuple[str, ...]


def judge(document: Document) -> None:
    """Report every key that the language does not have and every value of the wrong kind."""
    _table(document, "scheme", document.rules, ())
    for table, rows in document.rows.items():
        allowed = TABLE_COLUMNS[table]
        columns = {column for row in rows.values() for column in row} - set(allowed)
        for column in sorted(columns):
            _unknown(document, (table, column), column, allowed)


def _table(document: Document, shape: str, value: Any, path: Keys) -> None:
    if not isinstance(value, dict):
        _wrong(document, path, "一个表", "a table")
        return
    allowed = SHAPES[shape]
    for key, inside in value.items():
        if key not in allowed:
            _unknown(document, (*path, key), key, tuple(allowed))
        else:
            _value(document, allowed[key], inside, (*path, key))
    if not _may_inherit(document, shape, path):
        _needed(document, shape, value, path)


# the tables within a procedure that may get their needed keys from what the procedure is based on
_NESTED: Mapping[str, Mapping[str, str]] = {
    "step": {"response": "limit"},
    "action": {"joint": "joint", "extends": "extension"},
    "joint": {"response": "limit"},
}
_INHERITING = frozenset({"step", "action", *(shape for inside in _NESTED.values() for shape in inside.values())})


def judge_grown(document: Document) -> None:
    """Report what steps and actions still lack once they have inherited from what their procedure is based on."""
    for name, procedure in document.rules.get("procedures", {}).items():
        for shape, places in (("step", "steps"), ("action", "actions")):
            for key, table in procedure.get(places, {}).items():
                _grown(document, shape, table, ("procedures", name, places, key))


def _grown(document: Document, shape: str, table: Mapping[str, Any], path: Keys) -> None:
    _needed(document, shape, table, path)
    for key, inside in _NESTED.get(shape, {}).items():
        if isinstance(table.get(key), dict):
            _grown(document, inside, table[key], (*path, key))


def _may_inherit(document: Document, shape: str, path: Keys) -> bool:
    """Tell whether a table may get its needed keys from elsewhere; `judge_grown` looks at it later."""
    if shape not in _INHERITING or path[0] not in ("procedures", "pieces"):
        return False
    return path[0] == "pieces" or "based_on" in document.rules[path[0]][path[1]]


def _needed(document: Document, shape: str, table: Mapping[str, Any], path: Keys) -> None:
    for key in REQUIRED.get(shape, ()):
        if key not in table:
            document.error("missing_key", path, f"缺少“{key}”。", f"“{key}” is missing.")


def _unknown(document: Document, path: Keys, key: str, allowed: tuple[str, ...]) -> None:
    near = get_close_matches(key, allowed, 1, 0.6)
    zh = f"是否想写“{near[0]}”？" if near else f"可用：{'、'.join(sorted(allowed))}。"
    en = f"Did you mean “{near[0]}”?" if near else f"Known: {', '.join(sorted(allowed))}."
    document.error("unknown_key", path, f"没有“{key}”这一项。{zh}", f"There is no “{key}” here. {en}")


def _wrong(document: Document, path: Keys, zh: str, en: str) -> None:
    document.error("wrong_kind", path, f"这里应当是{zh}。", f"This should be {en}.")


def _value(document: Document, kind: str, value: Any, path: Keys) -> None:
    family, _, detail = kind.partition(":")
    match family:
        case "table":
            _table(document, detail, value, path)
        case "map":
            _map(document, detail, value, path)
        case "list":
            _list(document, detail, value, path)
        case "either":
            _either(document, detail, value, path)
        case "one_of":
            if value not in CHOICES[detail]:
                allowed = CHOICES[detail]
                _wrong(document, path, f"以下之一：{'、'.join(allowed)}", f"one of: {', '.join(allowed)}")
        case _:
            _plain(document, family, value, path)


def _map(document: Document, detail: str, value: Any, path: Keys) -> None:
    if not isinstance(value, dict):
        _wrong(document, path, "一个表", "a table")
        return
    for key, inside in value.items():
        if detail in ("channel", "wording"):
            _value(document, "wording", inside, (*path, key))
        elif detail.startswith("either:"):
            _value(document, detail, inside, (*path, key))
        else:
            _table(document, detail, inside, (*path, key))


def _list(document: Document, detail: str, value: Any, path: Keys) -> None:
    if not isinstance(value, list):
        _wrong(document, path, "一个列表", "a list")
        return
    for number, inside in enumerate(value):
        where = (*path, str(number))
        if detail in SHAPES:
            _table(document, detail, inside, where)
        else:
            _plain(document, detail, inside, where)


def _either(document: Document, key: str, value: Any, path: Keys) -> None:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            words = [one.get(key), one.get("when", "")]
            if set(one) - {"when", key} or not all(isinstance(word, str) for word in words):
                _wrong(document, path, f"写成 {{when = …, {key} = …}}", f"written as {{when = …, {key} = …}}")
        elif not isinstance(one, str):
            _wrong(document, path, f"{key} 或其列表", f"a {key} or a list of them")


def _plain(document: Document, kind: str, value: Any, path: Keys) -> None:
    if kind == "from" and isinstance(value, dict):
        for step, way in value.items():
            _either(document, "step", way, (*path, step))
        return
    good, zh, en = _PLAIN[kind]
    if not good(value):
        _wrong(document, path, zh, en)
    elif kind in _PARSED:
        for one in [value] if isinstance(value, str) else value:
            _parsed(document, kind, one, path)


def _parsed(document: Document, kind: str, written: str, path: Keys) -> None:
    try:
        _PARSED[kind](written)
    except (BadDuration, BadDuty, BadStretch) as bad:
        code = "duration" if isinstance(bad, BadDuration) else kind
        document.error(f"bad_{code}", path, bad.text.zh, bad.text.en)


def _is_words(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(one, str) for one in value))


def _is_wording(value: Any) -> bool:
    if isinstance(value, str):
        return bool(value.strip())
    return (
        isinstance(value, dict)
        and bool(value)
        and set(value) <= {"zh", "en"}
        and all(isinstance(one, str) for one in value.values())
    )


def _is_asks(value: Any) -> bool:
    allowed = set(SHAPES["asked"])
    return isinstance(value, list) and all(
        isinstance(one, str) or (isinstance(one, dict) and "question" in one and set(one) <= allowed) for one in value
    )


def _is_band(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(one, int) for one in value)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


_PARSED: Mapping[str, Callable[[str], object]] = {
    "duration": Duration.parse,
    "span": parse_span,
    "rate": Rate.parse,
    "selection": Selection.parse,
    "hours": Stretch.parse,
}
_PLAIN: Mapping[str, tuple[Callable[[Any], bool], str, str]] = {
    "word": (lambda value: isinstance(value, str) and bool(value), "一个词", "a word"),
    "words": (_is_words, "一个词或词的列表", "a word or a list of words"),
    "wording": (_is_wording, "文字，或 {zh = …, en = …}", "a wording, or {zh = …, en = …}"),
    "flag": (lambda value: isinstance(value, bool), "true 或 false", "true or false"),
    "count": (_is_count, "不小于 1 的整数", "a whole number of at least 1"),
    "bound": (
        lambda value: isinstance(value, int | float | str) and not isinstance(value, bool),
        "数字，或时长",
        "a number, or a duration",
    ),
    "band": (_is_band, "[下限, 上限]", "[lowest, highest]"),
    "duration": (lambda value: isinstance(value, str), "时长", "a duration"),
    "span": (lambda value: isinstance(value, str), "时长或百分比", "a duration or a percentage"),
    "rate": (lambda value: isinstance(value, str), "频次", "a rate"),
    "selection": (lambda value: isinstance(value, str), "对象", "a selection"),
    "hours": (_is_words, "时段，或时段的列表", "a stretch of a day, or a list of them"),
    "date": (lambda value: isinstance(value, date), "日期", "a date"),
    "condition": (lambda value: isinstance(value, str), "CEL 条件", "a CEL condition"),
    "from": (_is_words, "环节、环节列表，或 {环节 = 去向}", "a step, a list of steps, or {step = way}"),
    "asks": (_is_asks, "问题的列表", "a list of questions"),
}
