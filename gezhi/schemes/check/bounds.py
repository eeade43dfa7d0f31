"""Numbers that must make sense: levels, bands, bounds of answers, rules that no clause stands behind."""

import re
from collections.abc import Iterable

from gezhi.schemes.calendars import UnknownCalendar
from gezhi.schemes.check.judge import Judge, Where
from gezhi.schemes.clocks import calendar_of
from gezhi.schemes.durations import BadDuration, Duration
from gezhi.schemes.model import Action, Procedure, Question
from gezhi.schemes.text import Text
from gezhi.schemes.worktime import WorktimeError

MOST_LEVELS = 8
# What the database keeps of a name, and what is said of it in one line of a list.
LONGEST_ID = 60
LONGEST_TITLE = 80
LONGEST_VERSION = 40
# A desk is written as post@area or department:id, a list of them with commas.
_NO_ID = re.compile(r"[\s@:,/\x00-\x1f]")


def look(judge: Judge) -> None:
    """Report numbers out of order, and rules without a clause."""
    _calendar(judge)
    _levels(judge)
    _names(judge)
    for key, question in judge.scheme.questions.items():
        _question(judge, ("questions", key), question)
    for where, procedure in judge.procedures():
        _clauses(judge, where, procedure)
        for action in procedure.actions.values():
            _parts(judge, (*where, "actions", action.id), action)


def _calendar(judge: Judge) -> None:
    try:
        calendar_of(judge.scheme)
    except (WorktimeError, UnknownCalendar) as bad:
        judge.error("calendar", ("calendar",), bad.text.zh, bad.text.en)


def _levels(judge: Judge) -> None:
    listed = judge.document.rules["levels"]
    if not 1 <= len(listed) <= MOST_LEVELS:
        zh, en = f"层级应为 1 至 {MOST_LEVELS} 个。", f"A scheme has 1 to {MOST_LEVELS} levels."
        judge.error("levels", ("levels",), zh, en)
    ids = [table["id"] for table in listed]
    for number, level in enumerate(ids):
        if level in ids[:number]:
            zh, en = f"层级“{level}”写了两次。", f"The level “{level}” is written twice."
            judge.error("two_rules", ("levels", str(number)), zh, en)
    for number, table in enumerate(listed):
        for key in ("households", "people"):
            band = table.get(key)
            if band and band[0] > band[1]:
                zh, en = "下限大于上限。", "The lower end is above the upper one."
                judge.error("band", ("levels", str(number), key), zh, en)


def _names(judge: Judge) -> None:
    """Report ids and titles that can't be kept: too long, or with marks that have a meaning where desks are written."""
    scheme = judge.scheme
    if len(scheme.version) > LONGEST_VERSION:
        zh, en = f"版本号最多 {LONGEST_VERSION} 字。", f"A version has at most {LONGEST_VERSION} characters."
        judge.error("long_version", ("version",), zh, en)
    named: tuple[tuple[Where, Iterable[str]], ...] = (
        (("posts",), scheme.posts),
        (("departments",), scheme.departments),
        (("catalogue",), scheme.items),
        (("procedures",), scheme.procedures),
        (("questions",), scheme.questions),
        (("urgencies",), scheme.urgencies),
        (("notices",), scheme.notices),
        *((("procedures", one.id, "steps"), one.steps) for one in scheme.procedures.values()),
        *((("procedures", one.id, "actions"), one.actions) for one in scheme.procedures.values()),
    )
    for where, ids in (((), (scheme.id,)), *named):
        for one in ids:
            if len(one) > LONGEST_ID or _NO_ID.search(one):
                zh = f"代号“{one[:80]}”不能用：最多 {LONGEST_ID} 字，不含空格和 @ : , / 。"
                en = f"The id “{one[:80]}” can't be used: at most {LONGEST_ID} characters, without spaces and @ : , / ."
                judge.error("bad_id", (*where, one) if where else ("scheme",), zh, en)
    for where, titled in ((("posts",), scheme.posts), (("departments",), scheme.departments)):
        for key, one_titled in titled.items():
            _title(judge, (*where, key), one_titled.title)


def _title(judge: Judge, where: Where, title: Text) -> None:
    if len(title.zh) > LONGEST_TITLE or len(title.en) > LONGEST_TITLE:
        zh, en = f"名称最多 {LONGEST_TITLE} 字。", f"A title has at most {LONGEST_TITLE} characters."
        judge.error("long_title", where, zh, en)


def _question(judge: Judge, where: Where, question: Question) -> None:
    if question.kind == "choice" and not question.choices:
        zh, en = f"选择题“{question.id}”没有选项。", f"The choice “{question.id}” offers nothing to choose."
        judge.error("no_choices", where, zh, en)
    for end in (question.low, question.high):
        if end and not _makes_sense(question, end):
            zh, en = (
                f"“{end}”不能作为“{question.kind}”的界限。",
                f"“{end}” can't bound a question of kind “{question.kind}”.",
            )
            judge.error("bad_bound", where, zh, en)


def _makes_sense(question: Question, end: str) -> bool:
    try:
        if question.kind == "date":
            Duration.parse(end)
        else:
            float(end)
    except (BadDuration, ValueError):
        return False
    return question.kind in ("date", "whole", "money")


def _parts(judge: Judge, where: Where, action: Action) -> None:
    kinds = {question.kind for question in action.asks if question.required}
    if action.part == "rate" and "choice" not in kinds:
        zh, en = "评价协办单位须问一个选择题。", "Rating a co-handler needs a question of kind choice."
        judge.error("rate_without_choice", where, zh, en)


def _clauses(judge: Judge, where: Where, procedure: Procedure) -> None:
    if procedure.clause:
        return
    for step in procedure.steps.values():
        if step.clock and not step.clause:
            zh = f"环节“{step.id}”的时限没有写依据（clause）。"
            judge.remind(
                "no_clause", (*where, "steps", step.id), zh, f"The limit of the step “{step.id}” has no clause."
            )
