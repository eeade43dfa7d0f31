"""Numbers that must make sense: levels, bands, bounds of answers, rules that no clause stands behind."""

from gezhi.schemes.calendars import UnknownCalendar
from gezhi.schemes.check.judge import Judge, Where
from gezhi.schemes.clocks import calendar_of
from gezhi.schemes.durations import BadDuration, Duration
from gezhi.schemes.model import Action, Procedure, Question
from gezhi.schemes.worktime import WorktimeError

MOST_LEVELS = 8


def look(judge: Judge) -> None:
    """Report numbers out of order, and rules without a clause."""
    _calendar(judge)
    _levels(judge)
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
