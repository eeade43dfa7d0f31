"""Forms: fields that fit their kinds, conditions over answers that stand before, personal data with a purpose."""

import re
from collections.abc import Callable, Iterator, Mapping

from gezhi.schemes.check.asking import conditions
from gezhi.schemes.check.judge import Judge, Where
from gezhi.schemes.durations import BadDuration
from gezhi.schemes.forms import NESTING, Field, Form
from gezhi.schemes.moments import bound
from gezhi.schemes.text import Text

REGISTER = ("台账", "register")
CHOOSING = ("choice", "choices")
NUMBERED = ("whole", "decimal", "money")
DATED = ("date", "moment")
COUNTED = ("text", "long_text", "address", "choices", "photos", "repeat")
# what conditions mean by these words, so no field may bear them
RESERVED = frozenset(
    (
        "value", "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if",
        "import", "let", "loop", "package", "namespace", "return", "var", "void", "while",
    )
)  # fmt: skip
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def look(judge: Judge) -> None:
    """Report what is wrong with forms."""
    for key, form in judge.scheme.forms.items():
        _form(judge, ("forms", key), form)


def places(where: Where, fields: tuple[Field, ...]) -> Iterator[tuple[Where, Field]]:
    """Yield every field with its path."""
    for one in fields:
        here = (*where, "fields", one.id)
        yield here, one
        yield from places(here, one.fields)


# ── forms ──


def _form(judge: Judge, where: Where, form: Form) -> None:
    for here, one in places(where, form.fields):
        _field(judge, here, one)
    _once(judge, where, form.fields)
    conditions(judge, where, form)
    if not form.clause:
        zh, en = f"表单“{form.id}”没有写依据（clause）。", f"The form “{form.id}” has no clause."
        judge.remind("no_clause", where, zh, en)
    if form.personal:
        needs_grounds(judge, where, form, Text("有敏感信息", "has sensitive fields"))


def needs_grounds(judge: Judge, where: Where, form: Form, why: Text) -> None:
    """Report a form with personal data that lacks its purpose, its legal basis or its retention."""
    missing = [
        (zh, en)
        for zh, en, said in (
            ("用途（purpose）", "a purpose", form.purpose.zh or form.purpose.en),
            ("法律依据（basis）", "a basis", form.basis.zh or form.basis.en),
            ("保存期限（retention）", "a retention", form.retention),
        )
        if not said
    ]
    if missing:
        zh = f"表单“{form.id}”{why.zh}，必须写明{'、'.join(one for one, _ in missing)}。"
        en = f"The form “{form.id}” {why.en} and must say {', '.join(one for _, one in missing)}."
        judge.error("no_grounds", where, zh, en)


def _once(judge: Judge, where: Where, fields: tuple[Field, ...]) -> None:
    """Report names that stand twice on one level: groups add none."""
    seen: set[str] = set()
    for here, one in _level(where, fields):
        if one.id in seen:
            zh, en = f"“{one.id}”写了两次。", f"“{one.id}” is there twice."
            judge.error("field_twice", here, zh, en)
        seen.add(one.id)
        if one.kind == "repeat":
            _once(judge, here, one.fields)


def _level(where: Where, fields: tuple[Field, ...]) -> Iterator[tuple[Where, Field]]:
    for one in fields:
        here = (*where, "fields", one.id)
        if one.kind == "group":
            yield from _level(here, one.fields)
        else:
            yield here, one


def _field(judge: Judge, where: Where, one: Field) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", one.id) or one.id in RESERVED:
        zh = f"字段名“{one.id}”不能用：须以小写字母开头，只含小写字母、数字、下划线，且不是条件里的保留字。"
        en = f"A field can't be named “{one.id}”: small letters, digits and _ only, and no word of conditions."
        judge.error("bad_name", where, zh, en)
    _choices(judge, where, one)
    _inside(judge, where, one)
    if one.kind == "entry" and one.register not in judge.scheme.registers:
        if one.register:
            judge.unknown((*where, "register"), REGISTER, one.register, judge.scheme.registers)
        else:
            zh, en = f"“{one.id}”没有写从哪个台账选（register）。", f"“{one.id}” does not say of which register."
            judge.error("no_register", where, zh, en)
    elif one.register and one.kind != "entry":
        zh, en = "只有 entry 字段可以写 register。", "Only a field of kind entry has a register."
        judge.error("not_for_this_kind", (*where, "register"), zh, en)
    if one.low or one.high:
        _bounds(judge, where, one)


def _choices(judge: Judge, where: Where, one: Field) -> None:
    if one.kind in CHOOSING and not one.choices:
        zh, en = f"“{one.id}”没有选项（choices）。", f"“{one.id}” has no choices."
        judge.error("no_choices", where, zh, en)
    if one.choices and one.kind not in CHOOSING:
        zh, en = f"“{one.kind}”字段不能有选项。", f"A field of kind {one.kind} has no choices."
        judge.error("not_for_this_kind", (*where, "choices"), zh, en)


def _inside(judge: Judge, where: Where, one: Field) -> None:
    if one.kind in NESTING and not one.fields:
        zh, en = f"“{one.id}”里面没有字段（fields）。", f"There are no fields inside “{one.id}”."
        judge.error("no_fields", where, zh, en)
    if one.fields and one.kind not in NESTING:
        zh, en = "只有 group 和 repeat 里面可以有字段。", "Only a group or a repeat holds fields."
        judge.error("not_for_this_kind", (*where, "fields"), zh, en)


def _bounds(judge: Judge, where: Where, one: Field) -> None:
    read = next((reader for kinds, reader in _READERS if one.kind in kinds), None)
    if read is None:
        zh, en = f"“{one.kind}”字段没有上下限。", f"A field of kind {one.kind} has no low or high."
        judge.error("not_for_this_kind", where, zh, en)
        return
    found: list[float] = []
    for end, written in (("low", one.low), ("high", one.high)):
        if not written:
            continue
        try:
            value = read(written)
        except (ValueError, BadDuration):
            zh = f"“{written}”不是“{one.kind}”字段的界限：{_WRITTEN[one.kind][0]}。"
            en = f"“{written}” is no bound of a field of kind {one.kind}: {_WRITTEN[one.kind][1]}."
            judge.error("bad_bound", (*where, end), zh, en)
        else:
            found += [] if value is None else [value]
    if len(found) == 2 and found[0] > found[1]:
        zh, en = f"下限 {one.low} 大于上限 {one.high}。", f"low {one.low} is above high {one.high}."
        judge.error("bounds_crossed", where, zh, en)


def _count(written: str) -> float:
    if not written.isdigit():
        raise ValueError(written)
    return float(written)


def _day(written: str) -> float | None:
    found = bound(written)
    if not isinstance(found, tuple):
        return None
    days = {"minutes": 1 / 1440, "hours": 1 / 24, "workhours": 1 / 8, "months": 30.0}
    return found[0] * found[1].amount * days.get(found[1].unit, 1.0)


def _time(written: str) -> float:
    if not _CLOCK.fullmatch(written):
        raise ValueError(written)
    return float(written.replace(":", "."))


_READERS: tuple[tuple[tuple[str, ...], Callable[[str], float | None]], ...] = (
    (NUMBERED, float), (COUNTED, _count), (DATED, _day), (("time",), _time),
)  # fmt: skip
_WRITTEN: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(NUMBERED, ("写数字", "write a number")),
    **dict.fromkeys(COUNTED, ("写个数，如 3", "write how many, such as 3")),
    **dict.fromkeys(DATED, ("写日期，或如 -30 days、2 months", "write a date, or such as -30 days, 2 months")),
    "time": ("写成 08:30", "write it as 08:30"),
}


def all_texts(where: Where, form: Form) -> Iterator[tuple[Where, str]]:
    """Yield the words that name what a form asks, by the rule that they stand at."""
    yield where, "\n".join((form.id, form.title.zh, form.title.en))
    for here, each in places(where, form.fields):
        words = [each.id, each.title.zh, each.title.en, each.hint.zh, each.hint.en, each.when, each.check]
        words += [word for option in each.choices for word in (option.id, option.title.zh, option.title.en)]
        yield here, "\n".join(words)
