"""What changes from one version of a scheme to another, in words that an official can read."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gezhi.schemes.durations import parse_span
from gezhi.schemes.explain import desk_word, limit_word
from gezhi.schemes.model import Alternative, Override, Place, Rule, Scheme
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
)
_FIELDS = {
    "title": Text("名称", "title"),
    "limit": Text("时限", "limit"),
    "clock": Text("时限", "limit"),
    "warn": Text("提醒", "warning"),
    "holder": Text("承办", "holder"),
    "by": Text("由谁办", "who may"),
    "times": Text("次数", "times"),
    "department": Text("部门", "department"),
    "procedure": Text("流程", "procedure"),
    "clause": Text("依据", "clause"),
    "superior": Text("上级", "superior"),
    "seats": Text("人数", "seats"),
    "ways": Text("去向", "ways"),
    "asks": Text("要问", "asks"),
    "body": Text("正文", "body"),
    "subject": Text("标题", "subject"),
    "first": Text("起始环节", "first step"),
}
NOWHERE = Place()
_SKIPPED = frozenset({"place", "path", "overrides", "id"})


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: what kind of thing, which one, which property, before and after ("" when absent)."""

    kind: Text
    name: Text
    path: str
    field: Text
    before: str
    after: str
    clause: str = ""
    place: Place = NOWHERE

    @property
    def text(self) -> Text:
        """The change as a sentence."""
        return Text(self._sentence("zh"), self._sentence("en"))

    def _sentence(self, language: str) -> str:
        what = f"{self.kind.say(language)} “{self.name.say(language)}”"
        if not self.before and not self.field.zh:
            return f"新增{what}" if language == "zh" else f"New {what}"
        if not self.after and not self.field.zh:
            return f"取消{what}" if language == "zh" else f"Removed {what}"
        nothing = "（无）" if language == "zh" else "(none)"
        before, after = self.before or nothing, self.after or nothing
        return f"{what} · {self.field.say(language)}: {before} → {after}"


def changes(old: Scheme, new: Scheme) -> tuple[Change, ...]:
    """Return every difference between two schemes, in the order of the scheme."""
    return tuple(_changes(old, new))


def _changes(old: Scheme, new: Scheme) -> Iterator[Change]:
    scheme = Text("方案", "scheme")
    for name in ("version", "title", "timezone", "calendar", "conflict_desk"):
        yield from _field(
            scheme, new.title, name, was=getattr(old, name), is_now=getattr(new, name), schemes=(old, new)
        )
    for table, kind in _TABLES:
        yield from _things(kind, table, getattr(old, table), getattr(new, table), (old, new))
    procedure = Text("流程", "procedure")
    yield from _things(procedure, "procedures", old.procedures, new.procedures, (old, new))
    for key in old.procedures.keys() & new.procedures.keys():
        before, after = old.procedures[key], new.procedures[key]
        path = f"procedures.{key}"
        step, action = Text("环节", "step"), Text("动作", "action")
        yield from _things(step, f"{path}.steps", before.steps, after.steps, (old, new))
        yield from _things(action, f"{path}.actions", before.actions, after.actions, (old, new))


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
            yield Change(
                kind, _name(thing, key), here, Text(), key if before else "", key if after else "", clause, place
            )
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
        if one.name in _SKIPPED or one.name in ("steps", "actions"):
            continue
        was, is_now = getattr(before, one.name), getattr(after, one.name)
        for change in _field(kind, _name(after, key), f"{path}.{one.name}", was=was, is_now=is_now, schemes=schemes):
            clause, place = getattr(after, "clause", ""), getattr(after, "place", Place())
            yield dataclasses.replace(change, clause=clause, place=place)


def _field(
    kind: Text, name: Text, path: str, *, was: Any, is_now: Any, schemes: tuple[Scheme, Scheme]
) -> Iterator[Change]:
    before, after = _said(was, schemes[0]), _said(is_now, schemes[1])
    if before != after:
        word = path.rpartition(".")[2]
        yield Change(kind, name, path, _FIELDS.get(word, Text(word)), before, after)


def _said(value: Any, scheme: Scheme) -> str:
    """Return a value as people write it; what stands only for the reader's orientation (places) is left out."""
    match value:
        case None | "" | () | False:
            return ""
        case True:
            return "✓"
        case Text():
            return " / ".join(dict.fromkeys(one for one in (value.zh, value.en) if one))
        case Alternative():
            words = _word(value.value, scheme)
            return f"{words} [{value.when}]" if value.when else words
        case Rule():
            warn = f"（提醒：{parse_span(value.warn).text.zh}）" if value.warn else ""
            then = f" → {value.on_overdue.do}" if value.on_overdue.do else ""
            notify = f" ✉{', '.join(value.on_overdue.notify)}" if value.on_overdue.notify else ""
            return f"{_said(value.limit, scheme)}{warn}{notify}{then}"
        case _:
            return _compound(value, scheme)


def _compound(value: Any, scheme: Scheme) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_said(one, scheme)}" for key, one in value.items())
    if isinstance(value, tuple | list):
        return ", ".join(_said(one, scheme) for one in value)
    if dataclasses.is_dataclass(value):
        fields = [(one.name, getattr(value, one.name)) for one in dataclasses.fields(value) if one.name not in _SKIPPED]
        said = [f"{name} {_said(inside, scheme)}" for name, inside in fields if _said(inside, scheme)]
        return f"{getattr(value, 'id', '')} ({', '.join(said)})".strip()
    return _word(str(value), scheme)


def _word(word: str, scheme: Scheme) -> str:
    if word in scheme.posts:
        return desk_word(scheme, word).say("zh")
    return limit_word(word).say("zh") if word[:1].isdigit() else word


def override_text(override: Override) -> Text:
    """Return an override as a sentence with both places."""
    old, new = override.old, override.new
    if new is None:
        return Text(
            f"取消 {override.path}（原在 {override.old_place}）", f"{override.path} taken away ({override.old_place})"
        )
    where = f"{override.old_place} → {override.new_place}"
    return Text(f"{override.path}：{old} 改为 {new}（{where}）", f"{override.path}: {old} becomes {new} ({where})")
