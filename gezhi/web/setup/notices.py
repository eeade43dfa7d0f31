"""What people are told: each template in both languages with sample facts, when it is sent and to whom."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext, override

from gezhi.notices.wording import render
from gezhi.schemes import clocks
from gezhi.schemes.durations import Duration
from gezhi.schemes.explain import desk_word
from gezhi.schemes.model import Alarm, Notice, Scheme
from gezhi.web import wording

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_LANGUAGES = (("zh-hans", "中文"), ("en", "English"))


@dataclass(frozen=True, slots=True)
class Letter:
    """A template as it would be read: (language, subject, body) each, with when and to whom."""

    notice: Notice
    whens: tuple[str, ...]
    to: str
    texts: tuple[tuple[str, str, str, str], ...]
    facts: tuple[str, ...]
    title: str


def letters(scheme: Scheme, now: datetime) -> list[Letter]:
    """Return every template of a scheme with a preview."""
    rung = _rung(scheme)
    return [_letter(scheme, one, rung.get(one.id, ()), now) for one in scheme.notices.values()]


def _letter(scheme: Scheme, notice: Notice, rung: tuple[str, ...], now: datetime) -> Letter:
    texts = []
    for code, name in _LANGUAGES:
        with override(code):
            values = _sample(scheme, code, now)
            subject, body = notice.subject.say(code), notice.body.say(code)
            texts.append((code, name, render(subject, values), render(body, values)))
    names = dict.fromkeys(_PLACEHOLDER.findall(notice.subject.zh + notice.body.zh))
    return Letter(
        notice=notice,
        whens=(*(_when(scheme, name) for name in notice.on), *rung),
        to=gettext(", ").join(wording.say(desk_word(scheme, word)) for word in notice.to),
        texts=tuple(texts),
        facts=tuple(names),
        title=bare(wording.say(notice.subject)),
    )


def bare(subject: str) -> str:
    """Return a subject without its placeholders, to name the template by."""
    return " ".join(_PLACEHOLDER.sub("", subject).split()).strip(" ：:·")


def _sample(scheme: Scheme, language: str, now: datetime) -> Mapping[str, str]:
    """Return made-up facts, so that a template is read as somebody will read it."""
    calendar = clocks.calendar_of(scheme)
    due = calendar.due(now, Duration.parse("3 workdays")).at
    item = next((one for one in scheme.items.values() if one.procedure), None)
    procedure = scheme.procedures.get(item.procedure) if item else None
    step = next(iter(procedure.steps.values()), None) if procedure else None
    holder = step.holder[0].value if step and step.holder else ""
    values = {key: wording.say(question.title) for key, question in scheme.questions.items()}
    return values | {
        "number": f"{now:%y%m%d}-0042",
        "code": "K7M2-9QXD",
        "title": gettext("Rubbish left by the river gate"),
        "item": item.title.say(language) if item else "",
        "step": step.title.say(language) if step else "",
        "holder": desk_word(scheme, holder).say(language) if holder else "",
        "due": wording.say_moment(due, now),
        "case_due": wording.say_moment(due + timedelta(days=7), now),
        "limit": wording.say_limit("3 workdays"),
        "clause": (step.clause if step else "") or scheme.clause,
        "area": gettext("First grid of Riverside"),
        "url": "https://…/c/0042",
        "action": gettext("Report up"),
        "part_task": gettext("Clear the drain"),
    }


def _when(scheme: Scheme, event: str) -> str:
    kind, _, name = event.partition(":")
    plain = {
        "opened": gettext("when a case comes in"),
        "closed": gettext("when it is closed"),
        "recount": gettext("when holidays are published and a due date moves"),
        "enter": gettext("when it comes to a desk"),
        "warn": gettext("before a limit runs out"),
        "overdue": gettext("when a limit has run out"),
    }
    if not name:
        return plain.get(kind, event)
    clock = {"step": gettext("the step"), "case": gettext("the whole case"), "part": gettext("a co-handler's part")}
    match kind:
        case "enter":
            return gettext("when it comes to “%(step)s”") % {"step": _step(scheme, name)}
        case "act":
            return gettext("after “%(action)s”") % {"action": _action(scheme, name)}
        case _:
            return f"{plain.get(kind, kind)}: {clock.get(name, name.removeprefix('stage:'))}"


def _step(scheme: Scheme, name: str) -> str:
    found = (one.steps[name].title for one in scheme.procedures.values() if name in one.steps)
    title = next(found, None)
    return wording.say(title) if title else name


def _action(scheme: Scheme, name: str) -> str:
    found = (one.actions[name].title for one in scheme.procedures.values() if name in one.actions)
    title = next(found, None)
    return wording.say(title) if title else name


def _rung(scheme: Scheme) -> dict[str, tuple[str, ...]]:
    """Return for each template the limits whose running out names it."""
    found: dict[str, dict[str, None]] = {}
    for procedure in scheme.procedures.values():
        for step in procedure.steps.values():
            for rule in (step.clock, step.response, *step.stages):
                for alarm in (rule.on_warn, rule.on_overdue) if rule else ():
                    _note(found, scheme, alarm, f"{wording.say(procedure.title)} · {wording.say(step.title)}")
    return {name: tuple(said) for name, said in found.items()}


def _note(found: dict[str, dict[str, None]], scheme: Scheme, alarm: Alarm, where: str) -> None:
    if alarm.notice in scheme.notices and alarm.notify:
        who = gettext(", ").join(wording.say(desk_word(scheme, word)) for word in alarm.notify)
        words = gettext("when the limit of “%(where)s” runs out, to %(who)s") % {"where": where, "who": who}
        found.setdefault(alarm.notice, {})[words] = None
