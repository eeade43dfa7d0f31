"""What changes from one version of a scheme to another, in words that an official can read."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gezhi.schemes.duties import Rate, Selection
from gezhi.schemes.explain import desk_word, join, limit_word
from gezhi.schemes.explain_duties import ACTIVITY_WORDS, KIND_WORDS, rate_text, selection_text
from gezhi.schemes.forms import Field
from gezhi.schemes.model import UNSAID, Alarm, Alternative, Override, Place, Rule, Scheme
from gezhi.schemes.stretches import Stretch
from gezhi.schemes.text import Text

_TABLES = (
    ("levels", Text("层级", "level")),
    ("posts", Text("岗位", "post")),
    ("departments", Text("部门", "department")),
    ("urgencies", Text("紧急程度", "urgency")),
    ("channels", Text("渠道", "channel")),
    ("questions", Text("问题", "question")),
    ("items", Text("事项", "item")),
    ("notices", Text("通知", "notice")),
    ("follow_ups", Text("后续任务", "follow-up")),
    ("forms", Text("表单", "form")),
    ("registers", Text("台账", "register")),
    ("phases", Text("阶段", "phase")),
    ("duties", Text("职责任务", "duty")),
)
_FIELDS = {
    "title": Text("名称", "title"),
    "version": Text("版本", "version"),
    "limit": Text("时限", "limit"),
    "warn": Text("提前提醒", "warning"),
    "on_warn": Text("提醒时", "when it warns"),
    "on_overdue": Text("到期后", "when it runs out"),
    "met_by": Text("由何动作完成", "met by"),
    "counting": Text("计算方式", "way of counting"),
    "stages": Text("分段时限", "stages"),
    "holder": Text("承办", "holder"),
    "by": Text("由谁办", "who may"),
    "proposed_by": Text("由谁提请", "who may propose"),
    "times": Text("次数", "times"),
    "within": Text("期限内", "within"),
    "when": Text("条件", "condition"),
    "department": Text("部门", "department"),
    "procedure": Text("流程", "procedure"),
    "urgency": Text("紧急程度", "urgency"),
    "parent": Text("所属类别", "heading"),
    "clause": Text("依据", "clause"),
    "superior": Text("上级", "superior"),
    "excused_by": Text("由谁准假和认定", "excused by"),
    "seats": Text("人数", "seats"),
    "at": Text("设在", "at"),
    "level": Text("层级", "level"),
    "rights": Text("权限", "rights"),
    "ways": Text("去向", "ways"),
    "asks": Text("要问", "asks"),
    "body": Text("正文", "body"),
    "subject": Text("标题", "subject"),
    "to": Text("发给", "sent to"),
    "on": Text("何时发", "sent when"),
    "first": Text("起始环节", "first step"),
    "note": Text("说明", "note"),
    "divert": Text("先做什么", "what to do first"),
    "about_staff": Text("投诉工作人员", "about staff"),
    "confidential": Text("不公开", "not published"),
    "heading": Text("只作类别", "heading only"),
    "calendar": Text("日历", "calendar"),
    "timezone": Text("时区", "time zone"),
    "statutory": Text("法定日历", "statutory calendar"),
    "hours": Text("办公时间", "hours"),
    "duties.hours": Text("时段", "hours of the day"),
    "duties.notice": Text("提前公告", "announced ahead"),
    "rest": Text("本地休息日", "own rest days"),
    "work": Text("本地工作日", "own workdays"),
    "conflict_desk": Text("回避时由谁办", "desk for conflicts of interest"),
    "centre": Text("中心", "centre"),
    "households": Text("户数", "households"),
    "people": Text("人口", "people"),
    "not_doer": Text("由他人核实", "somebody else than the doer"),
    "reporter_time": Text("计反映人时间", "the reporter's time"),
    "published": Text("公示", "on public notice"),
    "listed": Text("挂牌督办", "listed"),
    "handbook": Text("手册页", "pages of the handbook"),
    "required": Text("必填", "required"),
    "purpose": Text("用途", "purpose"),
    "basis": Text("法律依据", "legal basis"),
    "retention": Text("保存期限", "kept for"),
    "kind": Text("类型", "kind"),
    "choices": Text("选项", "choices"),
    "low": Text("下限", "lowest"),
    "high": Text("上限", "highest"),
    "unit": Text("单位", "unit"),
    "hint": Text("提示", "hint"),
    "check": Text("核对条件", "check"),
    "why_not": Text("不符合时的提示", "what is said otherwise"),
    "sensitive": Text("敏感信息", "sensitive"),
    "register": Text("台账", "register"),
    "form": Text("表单", "form"),
    "name": Text("名称字段", "name field"),
    "address": Text("地址字段", "address field"),
    "place": Text("位置字段", "place field"),
    "facets": Text("筛选字段", "facets"),
    "code": Text("编号", "code"),
    "collect": Text("由谁采集", "collected by"),
    "decides": Text("由谁认定", "settled by"),
    "part_of": Text("属于", "part of"),
    "care": Text("帮扶台账", "care register"),
    "last": Text("结束日", "last day"),
    "activity": Text("活动", "activity"),
    "who": Text("由谁做", "who"),
    "of": Text("对象", "of"),
    "rate": Text("频次", "how often"),
    "if_holiday": Text("遇休息日", "on rest days"),
    "starts_on": Text("起于", "starts on"),
    "phases": Text("阶段", "phases"),
    "together": Text("共同进行", "together"),
    "verifies": Text("核实", "verifies"),
    "closes": Text("如何完成", "closed by"),
    "signed_by": Text("由谁签字", "signed by"),
    "received_by": Text("由谁接收", "received by"),
    "nil": Text("零报告", "nil report"),
    "on_site": Text("须到现场", "on site"),
    "photos": Text("照片", "photos"),
    "items": Text("事项", "items"),
    "minutes": Text("每次分钟数", "minutes each"),
}
# what a property's words mean, where they are the language's own
_OWN_WORDS: Mapping[str, Mapping[str, Text]] = {"kind": KIND_WORDS, "activity": ACTIVITY_WORDS}
_RULE = ("limit", "warn", "met_by", "counting", "on_warn", "on_overdue")
NOWHERE = Place()
_SKIPPED = frozenset({"path", "overrides", "id"})
_INSIDE = frozenset({"steps", "actions", "fields"})


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: what kind of thing, which one, which property, before and after ("" when absent)."""

    kind: Text
    name: Text
    path: str
    field: Text
    before: Text
    after: Text
    clause: str = ""
    place: Place = NOWHERE
    within: Text = UNSAID

    @property
    def is_new(self) -> bool:
        """Whether the whole thing was not there before."""
        return not self.field.zh and not self.before.zh

    @property
    def is_gone(self) -> bool:
        """Whether the whole thing is there no more."""
        return not self.field.zh and not self.after.zh

    @property
    def about(self) -> str:
        """What it is about, to stand together: limit, step, post, item, department or other."""
        word = self.path.rpartition(".")[2]
        if self.field.zh and word in ("limit", "warn", "on_overdue", "on_warn", "counting", "stages"):
            return "limit"
        known = {
            "duties": "duty",
            "registers": "form",
            "forms": "form",
            "posts": "post",
            "items": "item",
            "departments": "department",
            "procedures": "step",
        }
        return known.get(self.path.split(".")[0], "other")

    @property
    def text(self) -> Text:
        """The change as a sentence."""
        return Text(self._sentence("zh"), self._sentence("en"))

    def _sentence(self, language: str) -> str:
        what = f"{self.kind.say(language)} “{self.name.say(language)}”"
        if self.is_new:
            return f"新增{what}" if language == "zh" else f"New {what}"
        if self.is_gone:
            return f"取消{what}" if language == "zh" else f"Removed {what}"
        nothing = "（无）" if language == "zh" else "(none)"
        before, after = self.before.say(language) or nothing, self.after.say(language) or nothing
        return f"{what} · {self.field.say(language)}: {before} → {after}"


def changes(old: Scheme, new: Scheme) -> tuple[Change, ...]:
    """Return every difference between two schemes, in the order of the scheme."""
    return tuple(_changes(old, new))


def _changes(old: Scheme, new: Scheme) -> Iterator[Change]:
    scheme = Text("方案", "scheme")
    for name in ("version", "title", "timezone", "calendar", "conflict_desk", "handbook"):
        yield from _field(
            scheme, new.title, name, was=getattr(old, name), is_now=getattr(new, name), schemes=(old, new)
        )
    for table, kind in _TABLES:
        yield from _things(kind, table, getattr(old, table), getattr(new, table), (old, new))
    yield from _fields_of_forms(old, new)
    procedure = Text("流程", "procedure")
    yield from _things(procedure, "procedures", old.procedures, new.procedures, (old, new))
    for key in old.procedures.keys() & new.procedures.keys():
        before, after = old.procedures[key], new.procedures[key]
        path = f"procedures.{key}"
        step, action = Text("环节", "step"), Text("动作", "action")
        inside = (
            *_things(step, f"{path}.steps", before.steps, after.steps, (old, new)),
            *_things(action, f"{path}.actions", before.actions, after.actions, (old, new)),
        )
        yield from (dataclasses.replace(change, within=after.title) for change in inside)


def _fields_of_forms(old: Scheme, new: Scheme) -> Iterator[Change]:
    field = Text("字段", "field")
    for key in old.forms.keys() & new.forms.keys():
        before, after = (dict(_flat(one.forms[key].fields)) for one in (old, new))
        for change in _things(field, f"forms.{key}.fields", before, after, (old, new)):
            yield dataclasses.replace(change, within=new.forms[key].title, place=new.forms[key].place)
        kept = before.keys() & after.keys()
        orders = [[one for one in each if one in kept] for each in (before, after)]
        if orders[0] != orders[1]:
            was, is_now = (join([after[one].title for one in each]) for each in orders)
            order, form = Text("字段顺序", "order of the fields"), new.forms[key]
            yield Change(
                Text("表单", "form"), form.title, f"forms.{key}.fields", order, was, is_now, form.clause, form.place
            )


def _flat(fields: Iterable[Field], prefix: str = "") -> Iterator[tuple[str, Field]]:
    for one in fields:
        yield f"{prefix}{one.id}", one
        yield from _flat(one.fields, f"{prefix}{one.id}.fields.")


def _things(
    kind: Text, path: str, old: Mapping[str, Any], new: Mapping[str, Any], schemes: tuple[Scheme, Scheme]
) -> Iterator[Change]:
    for key in dict.fromkeys((*old, *new)):
        before, after = old.get(key), new.get(key)
        here = f"{path}.{key}"
        if before is None or after is None:
            thing = after or before
            place = getattr(thing, "place", Place())
            clause = getattr(thing, "clause", "")
            was, is_now = (Text(key if one is not None else "") for one in (before, after))
            yield Change(kind, _name(thing, key), here, UNSAID, was, is_now, clause, place)
        elif before != after:
            yield from _fields(kind, here, before, after, key=key, schemes=schemes)


def _name(thing: Any, key: str) -> Text:
    title = thing if isinstance(thing, Text) else getattr(thing, "title", None)
    return title if isinstance(title, Text) and (title.zh or title.en) else Text(key)


def _fields(
    kind: Text, path: str, before: Any, after: Any, *, key: str, schemes: tuple[Scheme, Scheme]
) -> Iterator[Change]:
    if isinstance(before, Text):
        yield from _field(kind, Text(key), path, was=before, is_now=after, schemes=schemes)
        return
    for one in dataclasses.fields(before):
        if one.name in _SKIPPED or one.name in _INSIDE:
            continue
        was, is_now = getattr(before, one.name), getattr(after, one.name)
        for change in _field(kind, _name(after, key), f"{path}.{one.name}", was=was, is_now=is_now, schemes=schemes):
            clause, place = getattr(after, "clause", ""), getattr(after, "place", Place())
            yield dataclasses.replace(change, clause=clause, place=place)


def _field(
    kind: Text, name: Text, path: str, *, was: Any, is_now: Any, schemes: tuple[Scheme, Scheme]
) -> Iterator[Change]:
    if isinstance(was, Rule) or isinstance(is_now, Rule):
        where = path.rpartition(".")[0] if path.endswith(".clock") else path
        for part in _RULE:
            yield from _field(
                kind, name, f"{where}.{part}", was=getattr(was, part, ""), is_now=getattr(is_now, part, ""),
                schemes=schemes,
            )  # fmt: skip
        return
    word = path.rpartition(".")[2]
    own = _OWN_WORDS.get(word, {})
    before, after = (
        own[value] if isinstance(value, str) and value in own else _both(value, scheme)
        for value, scheme in zip((was, is_now), schemes, strict=True)
    )
    if before != after:
        said = _FIELDS.get(f"{path.partition('.')[0]}.{word}", _FIELDS.get(word, Text(word)))
        yield Change(kind, name, path, said, before, after)


def _both(value: Any, scheme: Scheme) -> Text:
    return Text(_said(value, scheme, "zh"), _said(value, scheme, "en"))


def _said(value: Any, scheme: Scheme, language: str) -> str:
    """Return a value as people write it; what stands only for the reader's orientation (places) is left out."""
    match value:
        case None | "" | () | False | Place():
            return ""
        case True:
            return "是" if language == "zh" else "yes"
        case Text():
            return value.say(language)
        case _:
            return _of_rules(value, scheme, language)


def _of_rules(value: Any, scheme: Scheme, language: str) -> str:
    match value:
        case Alternative():
            words = _word(value.value, scheme, language)
            return f"{words} [{value.when}]" if value.when else words
        case Alarm():
            return _alarm(value, scheme, language)
        case Stretch():
            return value.text.say(language)
        case Selection() | Rate():
            return (rate_text(value) if isinstance(value, Rate) else selection_text(scheme, value)).say(language)
        case _:
            return _compound(value, scheme, language)


def _alarm(alarm: Alarm, scheme: Scheme, language: str) -> str:
    told = ("、" if language == "zh" else ", ").join(_word(one, scheme, language) for one in alarm.notify)
    known = (one.actions[alarm.do].title for one in scheme.procedures.values() if alarm.do in one.actions)
    deed = next(known, Text(alarm.do)).say(language)
    said = [
        (f"通知{told}" if language == "zh" else f"tell {told}") if told else "",
        (f"自动“{deed}”" if language == "zh" else f"“{deed}” by itself") if deed else "",
    ]
    return ("，" if language == "zh" else ", ").join(one for one in said if one)


def _compound(value: Any, scheme: Scheme, language: str) -> str:
    if isinstance(value, Mapping):
        return "; ".join(
            f"{_word(str(key), scheme, language)}: {_said(one, scheme, language)}" for key, one in value.items()
        )
    if isinstance(value, tuple | list):
        return ("、" if language == "zh" else ", ").join(_said(one, scheme, language) for one in value)
    if dataclasses.is_dataclass(value):
        return _parts(value, scheme, language)
    return _word(str(value), scheme, language)


def _parts(value: Any, scheme: Scheme, language: str) -> str:
    """Return a thing by its title where it has one, and what else is said of it."""
    title = getattr(value, "title", UNSAID)
    name = title.say(language) if isinstance(title, Text) else ""
    said = []
    for one in dataclasses.fields(value):
        inside = "" if one.name in (*_SKIPPED, "title") else _said(getattr(value, one.name), scheme, language)
        if inside:
            said.append(f"{_FIELDS.get(one.name, Text(one.name)).say(language)} {inside}")
    return f"{name or getattr(value, 'id', '')} ({', '.join(said)})".strip() if said else name


def _word(word: str, scheme: Scheme, language: str) -> str:
    if word[:1].isdigit() or word in ("item", "urgency", "none"):
        return limit_word(word).say(language)
    people = (scheme.posts, scheme.departments, scheme.levels, scheme.items, scheme.urgencies, scheme.procedures)
    for table in (*people, scheme.registers, scheme.forms, scheme.duties, scheme.phases):
        if word in table:
            title = table[word].title
            return title.say(language) if title != UNSAID else word
    return desk_word(scheme, word).say(language)


def override_text(override: Override) -> Text:
    """Return an override as a sentence with both places."""
    old, new = override.old, override.new
    if new is None:
        return Text(
            f"取消 {override.path}（原在 {override.old_place}）", f"{override.path} taken away ({override.old_place})"
        )
    where = f"{override.old_place} → {override.new_place}"
    return Text(f"{override.path}：{old} 改为 {new}（{where}）", f"{override.path}: {old} becomes {new} ({where})")
