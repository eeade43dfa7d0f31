"""A scheme as a plan that people can read: flows as nodes and edges, limits as a table, everything with its clause.

Pages and the terminal draw what stands here; nothing here draws. `due_because` says why a clock is due when it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from gezhi.schemes import clocks
from gezhi.schemes.durations import BadDuration, Duration, parse_span
from gezhi.schemes.flow import edges
from gezhi.schemes.model import CLOSED, UNSAID, Action, Either, Procedure, Question, Rule, Scheme, Step
from gezhi.schemes.state import Clock
from gezhi.schemes.text import Text

_DESKS = {
    "department": Text("事项的部门", "the item's department"),
    "receiver": Text("首接单位", "whoever received it first"),
    "reporter": Text("反映人", "the reporter"),
    "doer": Text("原承办单位", "whoever did the work"),
    "previous": Text("上一承办单位", "whoever held it before"),
    "holder": Text("当前承办单位", "the present holder"),
    "caller": Text("发起协办的单位", "whoever called the co-handlers"),
    "superior": Text("上级", "the superior"),
    "parts": Text("协办单位", "the co-handlers"),
    "system": Text("系统", "the system"),
}
_WAYS = {
    "stay": Text("原环节不动", "stays where it is"),
    "again": Text("本环节重新办理", "the same step anew"),
    "doer": Text("退给原承办单位", "back to whoever did the work"),
    "previous": Text("退回上一环节", "back to the step before"),
    CLOSED: Text("办结", "Closed"),
}
_UNTIL = Text("至 {day}", "until {day}")


@dataclass(frozen=True, slots=True)
class Node:
    """A step in the picture of a flow; `rank` is its distance from the beginning, for drawing from left to right."""

    id: str
    title: Text
    holder: Text
    limit: Text
    clause: str
    rank: int
    first: bool = False
    reporter_time: bool = False
    published: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """An arrow of the picture: the action, from where to where, under which condition, how often."""

    action: str
    title: Text
    source: str
    target: str
    by: Text
    when: str = ""
    times: int = 0
    by_system: bool = False
    back: bool = False
    clause: str = ""


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A line of the table of limits."""

    procedure: str
    step: str
    title: Text
    holder: Text
    limit: Text
    warn: Text
    then: Text
    clause: str
    place: str
    limit_at: str = ""


@dataclass(frozen=True, slots=True)
class ActionRow:
    """A line of the table of actions."""

    id: str
    title: Text
    source: Text
    target: Text
    by: Text
    asks: Text
    bounds: Text
    clause: str


@dataclass(frozen=True)
class Flow:
    """A procedure described: its picture, its limits, its actions."""

    id: str
    title: Text
    clause: str
    limit: Text
    nodes: tuple[Node, ...] = ()
    links: tuple[Link, ...] = ()
    limits: tuple[LimitRow, ...] = ()
    actions: tuple[ActionRow, ...] = ()
    items: tuple[str, ...] = field(default=())
    asks: Text = UNSAID


def flows(scheme: Scheme) -> tuple[Flow, ...]:
    """Describe every procedure of a scheme."""
    return tuple(flow(scheme, procedure) for procedure in scheme.procedures.values())


def flow(scheme: Scheme, procedure: Procedure) -> Flow:
    """Describe one procedure."""
    ranks = _ranks(procedure)
    firsts = {one.value for one in procedure.first}
    nodes = tuple(
        Node(
            step.id,
            step.title,
            _holders(scheme, step.holder),
            _limit(step.clock),
            step.clause or procedure.clause,
            ranks.get(step.id, 0),
            step.id in firsts,
            step.reporter_time,
            step.published,
        )
        for step in procedure.steps.values()
    )
    end = Node(CLOSED, _WAYS[CLOSED], UNSAID, UNSAID, "", max(ranks.values(), default=0) + 1)
    return Flow(
        id=procedure.id,
        title=procedure.title,
        clause=procedure.clause,
        limit=_limit(procedure.clock),
        nodes=(*nodes, end),
        links=_links(scheme, procedure),
        limits=_limit_rows(scheme, procedure),
        actions=tuple(_action_row(scheme, procedure, action) for action in procedure.actions.values()),
        items=tuple(item.id for item in scheme.items.values() if item.procedure == procedure.id),
        asks=_asks(procedure.asks),
    )


def _ranks(procedure: Procedure) -> dict[str, int]:
    """Return for each step how far from the beginning it is, along forward ways only."""
    out: dict[str, list[str]] = {}
    for edge in edges(procedure):
        if not edge.back:
            out.setdefault(edge.source, []).append(edge.target)
    ranks: dict[str, int] = {}
    layer, rank = [one.value for one in procedure.first], 0
    while layer:
        for step in layer:
            ranks.setdefault(step, rank)
        layer = [target for step in layer for target in out.get(step, ()) if target not in ranks and target != CLOSED]
        rank += 1
    return ranks


def _links(scheme: Scheme, procedure: Procedure) -> tuple[Link, ...]:
    found = []
    for edge in edges(procedure):
        action = procedure.actions[edge.action]
        found.append(
            Link(
                action.id,
                action.title,
                edge.source,
                edge.target,
                _desks(scheme, action.by),
                edge.when,
                edge.times,
                edge.by_system,
                edge.back,
                action.clause or procedure.clause,
            )
        )
    return tuple(found)


# ── words ──


def join(texts: list[Text], zh: str = "、", en: str = ", ") -> Text:
    """Return wordings one behind the other."""
    return Text(zh.join(one.say("zh") for one in texts), en.join(one.say("en") for one in texts))


def desk_word(scheme: Scheme, word: str) -> Text:
    """Return a desk word in people's words."""
    if word in scheme.posts:
        return scheme.posts[word].title
    if word in _DESKS:
        return _DESKS[word]
    kind, _, name = word.partition(":")
    if kind == "department" and name in scheme.departments:
        return scheme.departments[name].title
    kind, _, name = word.partition(".")
    question = scheme.questions.get(name)
    return (
        Text(f"所选的{question.title.say('zh')}", f"the {question.title.say('en')} chosen") if question else Text(word)
    )


def _desks(scheme: Scheme, words: tuple[str, ...]) -> Text:
    return join([desk_word(scheme, word) for word in words])


def _holders(scheme: Scheme, holder: Either) -> Text:
    return join([desk_word(scheme, one.value) for one in holder], "，否则", ", else ")


def limit_word(word: str) -> Text:
    """Return a limit word in people's words: 3个工作日, 3 workdays; the item's limit; until a date."""
    known = {
        "item": Text("事项目录所定时限", "the item's limit"),
        "urgency": Text("按紧急程度", "by urgency"),
        "none": Text("不限", "no limit"),
    }
    if word in known:
        return known[word]
    if word.startswith(clocks.UNTIL):
        day = word.removeprefix(clocks.UNTIL)
        return Text(_UNTIL.zh.format(day=day), _UNTIL.en.format(day=day))
    if word.startswith(("answer.", "fact.")):
        return Text("办理时指定", "as set when handling")
    try:
        return Duration.parse(word).text
    except BadDuration:
        return Text(word)


def _limit(rule: Rule | None) -> Text:
    if rule is None:
        return Text("不限", "no limit")
    return join([_under(one.when, limit_word(one.value)) for one in rule.limit], "，否则", ", else ")


def _under(when: str, text: Text) -> Text:
    return Text(f"{text.say('zh')}（若 {when}）", f"{text.say('en')} (if {when})") if when else text


def _warn(rule: Rule) -> Text:
    return parse_span(rule.warn).text if rule.warn else UNSAID


def _then(scheme: Scheme, procedure: Procedure, rule: Rule) -> Text:
    found = []
    alarm = rule.on_overdue
    if alarm.notify:
        who = _desks(scheme, alarm.notify)
        found.append(Text(f"通知{who.say('zh')}", f"tell {who.say('en')}"))
    if alarm.do in procedure.actions:
        title = procedure.actions[alarm.do].title
        found.append(Text(f"自动“{title.say('zh')}”", f"“{title.say('en')}” by itself"))
    return join(found, "，", ", ")


def _limit_rows(scheme: Scheme, procedure: Procedure) -> tuple[LimitRow, ...]:
    rows = []
    if procedure.clock:
        whole = Text("全程", "whole case")
        rows.append(
            _limit_row(
                scheme, procedure, procedure.clock, step="", title=whole, holder=UNSAID, place=str(procedure.place)
            )
        )
    for step in procedure.steps.values():
        holder = _holders(scheme, step.holder)
        for rule in _rules(step):
            title = step.title if rule.id == "step" else join([step.title, _stage(rule)], " · ", " · ")
            rows.append(
                _limit_row(scheme, procedure, rule, step=step.id, title=title, holder=holder, place=str(step.place))
            )
    return tuple(rows)


def _rules(step: Step) -> tuple[Rule, ...]:
    return tuple(rule for rule in (step.clock, step.response, *step.stages) if rule)


def _stage(rule: Rule) -> Text:
    if rule.title != UNSAID:
        return rule.title
    return Text("答复", "answer") if rule.id == "response" else Text(rule.id.removeprefix("stage:"))


def _limit_row(
    scheme: Scheme, procedure: Procedure, rule: Rule, *, step: str, title: Text, holder: Text, place: str
) -> LimitRow:
    clause = rule.clause or procedure.clause
    then = _then(scheme, procedure, rule)
    # a stage's limit stands in a list, which has no name of its own to be changed by
    at = "" if rule.id.startswith("stage:") else rule.path
    return LimitRow(procedure.id, step, title, holder, _limit(rule), _warn(rule), then, clause, place, at)


def _step_title(procedure: Procedure, step: str) -> Text:
    return procedure.steps[step].title if step in procedure.steps else _WAYS.get(step, Text(step))


def _asks(asked: Sequence[Question]) -> Text:
    said = [
        question.title if question.required else join([question.title, Text("选填", "optional")], "，", ", ")
        for question in asked
    ]
    return join(said, "；", "; ")


def _action_row(scheme: Scheme, procedure: Procedure, action: Action) -> ActionRow:
    targets = list(dict.fromkeys(one.value for ways in action.ways.values() for one in ways))
    bounds = []
    if action.times:
        bounds.append(Text(f"最多 {action.times} 次", f"at most {action.times}×"))
    if action.within:
        within = Duration.parse(action.within).text
        bounds.append(Text(f"{within.zh}内", f"within {within.en}"))
    if action.when:
        bounds.append(Text(f"若 {action.when}", f"if {action.when}"))
    return ActionRow(
        action.id,
        action.title,
        _sources(procedure, action),
        join([_step_title(procedure, target) for target in targets]),
        _desks(scheme, action.by),
        _asks(action.asks),
        join(bounds, "，", ", "),
        action.clause or procedure.clause,
    )


def _sources(procedure: Procedure, action: Action) -> Text:
    if set(action.ways) == set(procedure.steps):
        return Text("任一环节", "any step")
    return join([_step_title(procedure, step) for step in action.ways])


def due_because(clock: Clock) -> Text:
    """Return why a clock is due when it is: the limit, and each extension and stretch left out."""
    parts = [limit_word(clock.limit)]
    for move in clock.moves:
        word, _, rest = move.partition(" ")
        if word == "extend":
            by = Duration.parse(rest).text
            parts.append(Text(f"延长{by.zh}", f"extended by {by.en}"))
            continue
        since, until = (one[:16].replace("T", " ") for one in rest.split())
        zh, en = ("暂停", "paused") if word == "pause" else ("反映人的时间", "the reporter's time")
        parts.append(Text(f"{zh} {since}—{until}", f"{en} {since} – {until}"))
    return join(parts, "，", ", ")
