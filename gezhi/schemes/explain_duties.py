"""What a plan's duties, registers and forms say, in people's words; like `explain`, nothing here draws."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gezhi.schemes.durations import BadDuration, Duration
from gezhi.schemes.duties import Duty, Rate, Selection
from gezhi.schemes.explain import desk_word, join
from gezhi.schemes.forms import Field, Form, Register
from gezhi.schemes.model import UNSAID, Scheme
from gezhi.schemes.rules_in_words import rule_text
from gezhi.schemes.text import Text

ACTIVITY_WORDS: Mapping[str, Text] = {
    "patrol": Text("巡查", "Patrol"),
    "visit": Text("走访", "Visit"),
    "inspection": Text("检查", "Inspection"),
    "sweep": Text("排查", "Sweep"),
    "verification": Text("核实", "Verification"),
    "training": Text("培训", "Training"),
    "report": Text("报告", "Report"),
    "meeting": Text("会议", "Meeting"),
    "reception": Text("接访", "Reception"),
    "publicity": Text("宣传", "Publicity"),
}
KIND_WORDS: Mapping[str, Text] = {
    "text": Text("文字", "Text"),
    "long_text": Text("长文字", "Long text"),
    "whole": Text("整数", "Whole number"),
    "decimal": Text("小数", "Number"),
    "money": Text("金额", "Amount"),
    "choice": Text("单选", "One choice"),
    "choices": Text("多选", "Several choices"),
    "yes_no": Text("是或否", "Yes or no"),
    "date": Text("日期", "Date"),
    "time": Text("时间", "Time"),
    "moment": Text("日期和时间", "Date and time"),
    "phone": Text("电话", "Telephone"),
    "id_number": Text("证件号码", "Identity number"),
    "place": Text("位置", "Place"),
    "area": Text("责任区", "Area"),
    "address": Text("地址", "Address"),
    "photos": Text("照片", "Photos"),
    "entry": Text("台账条目", "Entry"),
    "group": Text("分组", "Group"),
    "repeat": Text("多行", "Rows"),
    "note": Text("说明", "Note"),
}
PERIOD_WORDS: Mapping[str, Text] = {
    "day": Text("每天", "a day"),
    "week": Text("每周", "a week"),
    "half_month": Text("每半月", "a half-month"),
    "month": Text("每月", "a month"),
    "quarter": Text("每季度", "a quarter"),
    "half_year": Text("每半年", "a half-year"),
    "year": Text("每年", "a year"),
}
_MOVED = {
    "next workday": Text("遇休息日顺延至下一个工作日", "off a rest day to the next workday"),
    "previous workday": Text("遇休息日提前至上一个工作日", "off a rest day to the workday before"),
    "skip": Text("休息日不安排", "not on rest days"),
}
_PHOTOS = {
    "after": Text("需拍完成后的照片", "a photo afterwards"),
    "before_after": Text("需拍前后对比照片", "photos before and after"),
}
_DEPARTMENTS = Text("各部门", "departments")


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A duty as a line of a table."""

    id: str
    title: Text
    activity: Text
    who: Text
    of: Text
    when: Text
    verified: Text
    closes: Text
    form: str
    form_title: Text
    phases: Text
    minutes: int
    note: Text
    clause: str
    place: str
    by_event: bool = False


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A register as a line of a table: who collects what for which purpose, on what basis, for how long."""

    id: str
    title: Text
    form: str
    collect: Text
    decides: Text
    purpose: Text
    basis: Text
    retention: Text
    fields: Text
    sensitive: Text
    care: bool
    part_of: Text
    clause: str
    place: str


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field as a line of a table; `depth` is how many groups and repeats it stands in."""

    id: str
    title: Text
    kind: Text
    required: bool
    asks: Text
    bounds: Text
    when: str
    sensitive: bool
    depth: int
    clause: str


@dataclass(frozen=True, slots=True)
class FormRow:
    """A form with its fields as a table, and what it is used by."""

    id: str
    title: Text
    purpose: Text
    basis: Text
    retention: Text
    fields: tuple[FieldRow, ...]
    used_by: tuple[Text, ...]
    clause: str
    place: str


def duty_rows(scheme: Scheme) -> tuple[DutyRow, ...]:
    """Describe every duty."""
    return tuple(_duty(scheme, one) for one in scheme.duties.values())


def register_rows(scheme: Scheme) -> tuple[RegisterRow, ...]:
    """Describe every register."""
    return tuple(_register(scheme, one) for one in scheme.registers.values())


def form_rows(scheme: Scheme) -> tuple[FormRow, ...]:
    """Describe every form."""
    return tuple(_form(scheme, one) for one in scheme.forms.values())


# ── duties ──


def rate_text(rate: Rate) -> Text:
    """Return how often in words: 每季度不少于 2 次, at least 2 times a quarter."""
    zh, en = PERIOD_WORDS[rate.per].zh, PERIOD_WORDS[rate.per].en
    if rate.share:
        return Text(f"{zh}不少于 {rate.amount}%", f"at least {rate.amount}% {en}")
    times = {1: "once", 2: "twice"}.get(rate.amount, f"{rate.amount} times")
    return Text(f"{zh}不少于 {rate.amount} 次", f"at least {times} {en}")


def when_text(scheme: Scheme, duty: Duty) -> Text:
    """Return when a duty is due, in words."""
    if duty.starts_on:
        events = join([event_text(scheme, one) for one in duty.starts_on], "或", " or ")
        within = duration_text(duty.within)
        return Text(f"{events.zh}后 {within.zh}内", f"within {within.en} of {events.en}")
    when = rule_text(duty.on) if duty.on else rate_text(duty.rate) if duty.rate else UNSAID
    said = [when, hours_text(duty), _MOVED.get(duty.if_holiday, UNSAID), notice_text(duty)]
    return join([one for one in said if one != UNSAID], "，", ", ")


def notice_text(duty: Duty) -> Text:
    """Return how long ahead residents read of it, in words; nothing where the plan announces nothing."""
    ahead = duration_text(duty.notice)
    return Text(f"提前 {ahead.zh}向居民公告", f"announced to residents {ahead.en} ahead") if duty.notice else UNSAID


def hours_text(duty: Duty) -> Text:
    """Return at which hours of a day in words: 07:00–09:00、18:00–20:30 各一次; nothing where the plan names none."""
    said = join([one.text for one in duty.hours], "、", " and ")
    if len(duty.hours) > 1:
        return Text(f"{said.zh} 各一次", f"once each at {said.en}")
    return Text(f"在 {said.zh} 之间", f"between {said.en.replace('–', ' and ')}") if duty.hours else UNSAID


def event_text(scheme: Scheme, event: str) -> Text:
    """Return an event that starts a duty, in words."""
    kind, colon, name = event.partition(":")
    if colon and kind == "entry" and name in scheme.registers:
        title = scheme.registers[name].title
        return Text(f"“{title.say('zh')}”新增条目", f"a new entry in “{title.say('en')}”")
    follow_up = scheme.follow_ups.get(event)
    if follow_up is None:
        return Text(event, event)
    after = duration_text(follow_up.after) if follow_up.after else None
    closed = follow_up.on == ("closed",)
    zh, en = ("工单办结", "a case's close") if closed else (f"“{event}”", f"“{event}”")
    return Text(f"{zh}满 {after.zh}", f"{after.en} after {en}") if after else Text(zh, en)


def duration_text(written: str) -> Text:
    """Return a duration in words, or as it is written when it is none."""
    try:
        return Duration.parse(written).text
    except BadDuration:
        return Text(written, written)


def selection_text(scheme: Scheme, selection: Selection) -> Text:
    """Return what a duty is about, in words."""
    if selection.of in scheme.levels:
        title = scheme.levels[selection.of].title
        return Text(f"每个{title.say('zh')}", f"each {title.say('en').lower()}")
    register = scheme.registers.get(selection.of)
    if register is None:
        return Text(str(selection), str(selection))
    tests = [_test(scheme, register, facet, values) for facet, values in selection.tests]
    if not tests:
        return register.title
    inside = join(tests, "，", ", ")
    return Text(f"{register.title.say('zh')}（{inside.zh}）", f"{register.title.say('en')} ({inside.en})")


def _test(scheme: Scheme, register: Register, facet: str, values: tuple[str, ...]) -> Text:
    form = scheme.forms.get(register.form)
    field = form.by_id.get(facet) if form else None
    titles = {one.id: one.title for one in field.choices} if field else {}
    said = join([_short(titles.get(value, Text(value, value))) for value in values], "、", ", ")
    name = field.title if field else Text(facet, facet)
    return Text(f"{name.say('zh')}：{said.zh}", f"{name.say('en')}: {said.en}")


def _short(title: Text) -> Text:
    """Return an option's name without the explanation behind it."""
    return Text(re.split("[：（]", title.say("zh"))[0], re.split(r"[:(]", title.say("en"))[0].strip())


def _duty(scheme: Scheme, duty: Duty) -> DutyRow:
    who = [desk_word(scheme, one) for one in duty.who]
    together = Text("（共同）", " (together)") if duty.together else UNSAID
    joined = join(who, "、", ", ") if duty.together else join(who, "或", " or ")
    form = scheme.forms.get(duty.form)
    return DutyRow(
        id=duty.id,
        title=duty.title,
        activity=ACTIVITY_WORDS[duty.activity],
        who=Text(joined.zh + together.zh, joined.en + together.en),
        of=selection_text(scheme, duty.of),
        when=when_text(scheme, duty),
        verified=join(
            [_verified(scheme, one) for one in scheme.duties.values() if one.verifies == duty.id], "；", "; "
        ),
        closes=_closes(scheme, duty),
        form=duty.form,
        form_title=form.title if form else UNSAID,
        phases=join([scheme.phases[one].title for one in duty.phases if one in scheme.phases]),
        minutes=duty.minutes,
        note=duty.note,
        clause=duty.clause,
        place=str(duty.place),
        by_event=bool(duty.starts_on),
    )


def _verified(scheme: Scheme, by: Duty) -> Text:
    who, when = join([desk_word(scheme, one) for one in by.who]), when_text(scheme, by)
    return Text(f"{who.zh}，{when.zh}", f"{who.en}, {when.en}")


def _closes(scheme: Scheme, duty: Duty) -> Text:
    said = [Text("完成活动", "the activity")]
    if duty.closes == "report":
        said = [Text("提交报告", "a report")]
        said += [Text("无情况也须报告", "also to say that there is nothing")] if duty.nil else []
        if duty.received_by:
            by = desk_word(scheme, duty.received_by)
            said.append(Text(f"由{by.say('zh')}接收", f"received by the {by.say('en')}"))
    elif duty.closes == "signature":
        who = desk_word(scheme, duty.signed_by)
        said = [Text(f"{who.say('zh')}签字", f"signed by the {who.say('en')}")]
    said += [Text("须到现场", "on site")] if duty.on_site else []
    said += [_PHOTOS[duty.photos]] if duty.photos in _PHOTOS else []
    return join(said, "，", ", ")


# ── registers and forms ──


def side_text(scheme: Scheme, side: str) -> Text:
    """Return one of the sides that write a register, in words."""
    return _DEPARTMENTS if side == "departments" else desk_word(scheme, side)


def _register(scheme: Scheme, one: Register) -> RegisterRow:
    form = scheme.forms.get(one.form)
    fields = list(form.by_id.values()) if form else []
    return RegisterRow(
        id=one.id,
        title=one.title,
        form=one.form,
        collect=join([side_text(scheme, side) for side in one.collect]),
        decides=desk_word(scheme, one.decides) if one.decides else UNSAID,
        purpose=form.purpose if form else UNSAID,
        basis=form.basis if form else UNSAID,
        retention=retention_text(form),
        fields=join([field.title for field in fields if field.kind != "note"]),
        sensitive=join([field.title for field in fields if field.sensitive]),
        care=one.care,
        part_of=scheme.registers[one.part_of].title if one.part_of in scheme.registers else UNSAID,
        clause=one.clause,
        place=str(one.at),
    )


def retention_text(form: Form | None) -> Text:
    """Return how long what a form asks is kept."""
    if form is None or not form.retention:
        return Text("长期", "always")
    return duration_text(form.retention)


def _form(scheme: Scheme, form: Form) -> FormRow:
    users = [one.title for one in scheme.registers.values() if one.form == form.id]
    users += [one.title for one in scheme.duties.values() if one.form == form.id]
    return FormRow(
        id=form.id,
        title=form.title,
        purpose=form.purpose,
        basis=form.basis,
        retention=retention_text(form) if form.retention else UNSAID,
        fields=tuple(_fields(form.fields, 0)),
        used_by=tuple(users),
        clause=form.clause,
        place=str(form.place),
    )


def _fields(fields: tuple[Field, ...], depth: int) -> list[FieldRow]:
    rows = []
    for one in fields:
        asks = join([option.title if option.title != UNSAID else Text(option.id) for option in one.choices])
        rows.append(
            FieldRow(
                id=one.id,
                title=one.title,
                kind=KIND_WORDS[one.kind],
                required=one.required,
                asks=asks,
                bounds=bounds_text(one),
                when=one.when,
                sensitive=one.sensitive,
                depth=depth,
                clause=one.clause,
            )
        )
        rows += _fields(one.fields, depth + 1)
    return rows


def bounds_text(one: Field) -> Text:
    """Return a field's bounds in words, with its unit."""
    unit_zh, unit_en = one.unit.say("zh"), one.unit.say("en")
    if one.low and one.high:
        said = Text(f"{one.low} 至 {one.high} {unit_zh}", f"{one.low} to {one.high} {unit_en}")
    elif one.low:
        said = Text(f"不小于 {one.low} {unit_zh}", f"at least {one.low} {unit_en}")
    elif one.high:
        said = Text(f"不大于 {one.high} {unit_zh}", f"at most {one.high} {unit_en}")
    else:
        said = Text(unit_zh, unit_en)
    return Text(said.zh.strip(), said.en.strip())
