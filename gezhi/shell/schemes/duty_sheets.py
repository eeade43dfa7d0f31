"""The tables of a plan's phases, duties, registers and forms, for the terminal and the page."""

from gezhi.host.words import say
from gezhi.schemes.explain_duties import FieldRow, FormRow, duty_rows, form_rows, register_rows
from gezhi.schemes.model import Scheme
from gezhi.schemes.text import Text

type Sheet = tuple[str, tuple[str, ...], list[tuple[str, ...]]]


def sheets(scheme: Scheme, speech: str) -> list[Sheet]:
    """Return the tables that have rows."""
    found = [_phases(scheme, speech), _duties(scheme, speech), _registers(scheme, speech)]
    found += [_form(one, speech) for one in form_rows(scheme)]
    return [sheet for sheet in found if sheet[2]]


def _words(speech: str, *texts: Text) -> tuple[str, ...]:
    return tuple(text.say(speech) for text in texts)


def _phases(scheme: Scheme, speech: str) -> Sheet:
    rows: list[tuple[str, ...]] = [
        (one.id, one.title.say(speech), one.first.isoformat(), one.last.isoformat(), one.clause)
        for one in scheme.phases.values()
    ]
    columns = ("id", say("名称", "Title"), say("开始", "First day"), say("结束", "Last day"), say("依据", "Clause"))
    return say("阶段", "Phases"), columns, rows


def _duties(scheme: Scheme, speech: str) -> Sheet:
    rows = [
        (
            one.id,
            *_words(speech, one.title, one.activity, one.who, one.of, one.when, one.verified, one.closes),
            one.form_title.say(speech),
            one.clause,
            one.place,
        )
        for one in duty_rows(scheme)
    ]
    columns = (
        "id",
        say("职责任务", "Duty"),
        say("活动", "Activity"),
        say("由谁做", "Who"),
        say("对象", "Of"),
        say("何时", "When"),
        say("由谁核实", "Verified by"),
        say("如何完成", "Closed by"),
        say("表单", "Form"),
        say("依据", "Clause"),
        say("出处", "Where"),
    )
    return say("职责任务", "Duties"), columns, rows


def _registers(scheme: Scheme, speech: str) -> Sheet:
    rows = [
        (
            one.id,
            one.title.say(speech) + (say("（帮扶）", " (care)") if one.care else ""),
            *_words(speech, one.collect, one.decides, one.purpose, one.basis, one.retention, one.sensitive),
            one.form,
            one.clause,
            one.place,
        )
        for one in register_rows(scheme)
    ]
    columns = (
        "id",
        say("台账", "Register"),
        say("由谁采集", "Collected by"),
        say("由谁认定", "Settled by"),
        say("用途", "Purpose"),
        say("法律依据", "Legal basis"),
        say("保存", "Kept for"),
        say("敏感信息", "Sensitive"),
        say("表单", "Form"),
        say("依据", "Clause"),
        say("出处", "Where"),
    )
    return say("台账", "Registers"), columns, rows


def _form(form: FormRow, speech: str) -> Sheet:
    columns = (
        "id",
        say("字段", "Field"),
        say("类型", "Kind"),
        say("必填", "Required"),
        say("选项", "Choices"),
        say("界限", "Bounds"),
        say("条件", "When"),
        say("敏感", "Sensitive"),
    )
    heading = f"{say('表单', 'Form')} · {form.title.say(speech)} {form.id} {form.clause}".strip()
    return heading, columns, [_field(one, speech) for one in form.fields]


def _field(one: FieldRow, speech: str) -> tuple[str, ...]:
    yes = say("是", "yes")
    return (
        "· " * one.depth + one.id,
        *_words(speech, one.title, one.kind),
        yes if one.required else "",
        one.asks.say(speech),
        one.bounds.say(speech),
        one.when,
        yes if one.sensitive else "",
    )
