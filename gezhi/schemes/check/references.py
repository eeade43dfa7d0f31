"""Every name in a scheme must mean something: posts, departments, items, steps, actions, questions, templates."""

from collections.abc import Iterable, Mapping

from gezhi.schemes.check.judge import Judge, Where, rules
from gezhi.schemes.desks import SPOKEN
from gezhi.schemes.disclosure import PUBLISH, Disclosure, is_kept_back
from gezhi.schemes.durations import BadDuration, Duration, Unit
from gezhi.schemes.model import CLOSED, UNSAID, Action, Item, Post, Procedure, Rule

POST = ("岗位", "post")
LEVEL = ("层级", "level")
DEPARTMENT = ("部门", "department")
STEP = ("环节", "step")
ACTION = ("动作", "action")
QUESTION = ("问题", "question")
CLOCK = ("时钟", "clock")
ITEM = ("事项", "item")
WAYS = ("stay", "again", "doer", "previous", CLOSED)
_LIMIT_WORDS = ("item", "urgency", "none")


def look(judge: Judge) -> None:
    """Report every name that means nothing."""
    _people(judge)
    _catalogue(judge)
    for where, procedure in judge.procedures():
        _procedure(judge, where, procedure)
    _listeners(judge)


def unfilled(judge: Judge, filled: Mapping[str, int]) -> None:
    """Remind of posts that nobody holds in the territory at hand."""
    for post in judge.scheme.posts.values():
        if not filled.get(post.id):
            zh, en = f"“{post.title.say('zh')}”还没有人任职。", f"Nobody holds the post “{post.title.say('en')}” yet."
            judge.remind("unfilled_post", ("posts", post.id), zh, en)


# ── posts, departments, items ──


def _people(judge: Judge) -> None:
    scheme = judge.scheme
    for post in scheme.posts.values():
        _post(judge, ("posts", post.id), post)
    for department in scheme.departments.values():
        where = ("departments", department.id)
        if department.level and department.level not in scheme.levels:
            judge.unknown(where, LEVEL, department.level, scheme.levels)
        if department.superior and department.superior not in scheme.posts:
            judge.unknown(where, POST, department.superior, scheme.posts)
    if scheme.conflict_desk and scheme.conflict_desk not in scheme.posts:
        judge.unknown(("conflict_desk",), POST, scheme.conflict_desk, scheme.posts)
    elif not scheme.conflict_desk:
        zh = "没有写 conflict_desk：投诉涉及最上级时无人可办。"
        en = "There is no conflict_desk: a complaint about those at the top would have no holder."
        judge.remind("no_conflict_desk", ("conflict_desk",), zh, en)


def _post(judge: Judge, where: Where, post: Post) -> None:
    scheme = judge.scheme
    if post.at != "department" and post.at not in scheme.levels:
        judge.unknown((*where, "at"), LEVEL, post.at, scheme.levels)
    if post.superior and post.superior not in scheme.posts:
        judge.unknown((*where, "superior"), POST, post.superior, scheme.posts)
    _excuser(judge, where, post)
    if post.id in scheme.above[post.id]:
        zh, en = f"“{post.id}”的上级成环。", f"The superiors of “{post.id}” go in a circle."
        judge.error("superior_circle", (*where, "superior"), zh, en)
    if post.id in SPOKEN:
        zh, en = (
            f"“{post.id}”已有固定含义，请换一个岗位名。",
            f"“{post.id}” has a fixed meaning; name the post otherwise.",
        )
        judge.error("reserved_word", where, zh, en)


def _excuser(judge: Judge, where: Where, post: Post) -> None:
    """Whoever owes duties is excused by another post of the own level or above; without one nobody may decide."""
    scheme, order = judge.scheme, list(judge.scheme.levels)
    by = scheme.posts.get(post.excused_by)
    if post.excused_by and by is None:
        judge.unknown((*where, "excused_by"), POST, post.excused_by, scheme.posts)
    elif by is not None and (by.id == post.id or post.at in (order[: order.index(by.at)] if by.at in order else order)):
        zh = f"“{by.id}”不能给“{post.id}”准假和认定：须是另一个有辖区的岗位，且层级不低于它。"
        en = f"“{by.id}” can't excuse “{post.id}”: it takes another post with an area, of the same level or above."
        judge.error("excused_by_whom", (*where, "excused_by"), zh, en)
    elif not post.excuser and any(post.id in duty.who for duty in scheme.duties.values()):
        zh = f"“{post.id}”有任务，但没有上级，也没有写 excused_by：它的缺勤和说明无人认定。"
        en = f"“{post.id}” has duties, but neither a superior nor excused_by: nobody decides on its excuses."
        judge.remind("excused_by_nobody", where, zh, en)


def _catalogue(judge: Judge) -> None:
    scheme = judge.scheme
    for item in scheme.items.values():
        where = ("catalogue", item.id)
        if item.parent and item.parent not in scheme.items:
            judge.unknown(where, ITEM, item.parent, scheme.items)
        if item.procedure and item.procedure not in scheme.procedures:
            judge.unknown(where, ("流程", "procedure"), item.procedure, scheme.procedures)
        if item.department and item.department not in scheme.departments:
            judge.unknown(where, DEPARTMENT, item.department, scheme.departments)
        if item.urgency and scheme.urgencies and item.urgency not in scheme.urgencies:
            judge.unknown(where, ("紧急程度", "urgency"), item.urgency, scheme.urgencies)
        if item.limit:
            _duration(judge, where, item.limit)
        _published(judge, where, item)
        if not item.heading:
            _complete(judge, where, item)


def _published(judge: Judge, where: Where, item: Item) -> None:
    if item.publish and item.publish not in PUBLISH:
        judge.unknown((*where, "publish"), ("公开范围", "degree of publication"), item.publish, PUBLISH)
    elif item.publish not in ("", Disclosure.NOTHING) and is_kept_back(judge.scheme, item.id):
        zh = f"事项“{item.id}”是保密事项或对工作人员的投诉，不能公开；请把 publish 写成 nothing 或留空。"
        en = f"The item “{item.id}” is confidential or complains about staff and is never published; write nothing."
        judge.error("publish_confidential", (*where, "publish"), zh, en)


def _complete(judge: Judge, where: Where, item: Item) -> None:
    if not item.procedure:
        zh, en = f"事项“{item.id}”没有流程。", f"The item “{item.id}” has no procedure."
        judge.error("item_without_procedure", where, zh, en)
    procedure = judge.scheme.procedures.get(item.procedure)
    if procedure and not item.department and _relies_on_department(procedure):
        zh = f"事项“{item.id}”没有部门，而流程“{procedure.id}”要由事项的部门办理。"
        en = (
            f"The item “{item.id}” has no department, but its procedure “{procedure.id}” goes to the item's department."
        )
        judge.error("item_without_department", where, zh, en)


def _relies_on_department(procedure: Procedure) -> bool:
    """Tell whether items need a department: a holder is the item's, and no condition provides for items without one."""
    words = [(one.value, one.when) for step in procedure.steps.values() for one in step.holder]
    conditions = [one.when for one in procedure.first] + [when for _, when in words]
    conditions += [one.when for action in procedure.actions.values() for way in action.ways.values() for one in way]
    return any(word == "department" for word, _ in words) and not any("item.department" in one for one in conditions)


# ── procedures ──


def _procedure(judge: Judge, where: Where, procedure: Procedure) -> None:
    if not procedure.steps:
        zh, en = f"流程“{procedure.id}”没有环节。", f"The procedure “{procedure.id}” has no step."
        judge.error("no_steps", where, zh, en)
    for one in procedure.first:
        if one.value not in procedure.steps:
            judge.unknown((*where, "first"), STEP, one.value, procedure.steps)
    for step in procedure.steps.values():
        here = (*where, "steps", step.id)
        if not step.holder:
            zh, en = f"环节“{step.id}”没有写由谁办理。", f"The step “{step.id}” has no holder."
            judge.error("no_holder", here, zh, en)
        _desk_words(judge, (*here, "holder"), [one.value for one in step.holder], procedure)
    for action in procedure.actions.values():
        _action(judge, (*where, "actions", action.id), procedure, action)
    for here, rule in rules(where, procedure):
        _rule(judge, here, procedure, rule)


def _action(judge: Judge, where: Where, procedure: Procedure, action: Action) -> None:
    _action_ways(judge, where, procedure, action)
    _desk_words(judge, (*where, "by"), (*action.by, *action.proposed_by), procedure)
    _desk_words(judge, (*where, "holder"), [one.value for one in action.holder], procedure)
    if action.joint:
        _desk_words(judge, (*where, "joint"), action.joint.desks, procedure)
    clocks = _clock_names(procedure)
    for clock in (*action.meets, *(rule.id for rule in action.sets_limit)):
        if clock not in clocks:
            judge.unknown(where, CLOCK, clock, clocks)
    if action.extends:
        _extension(judge, where, action, clocks)


def _action_ways(judge: Judge, where: Where, procedure: Procedure, action: Action) -> None:
    for step, ways in action.ways.items():
        if step not in procedure.steps and step != CLOSED:
            judge.unknown((*where, "from"), STEP, step, procedure.steps)
        for way in ways:
            if way.value not in procedure.steps and way.value not in WAYS:
                judge.unknown((*where, "to"), STEP, way.value, procedure.steps)


def _extension(judge: Judge, where: Where, action: Action, clocks: set[str]) -> None:
    extension = action.extends
    if extension is None:
        return
    for clock in extension.clocks:
        if clock not in clocks:
            judge.unknown((*where, "extends"), CLOCK, clock, clocks)
    asked = {question.id: question for question in action.asks}
    question = asked.get(extension.answer)
    if question is None:
        judge.unknown((*where, "extends"), QUESTION, extension.answer, asked)
    elif question.kind != "whole" or not question.high:
        zh = f"延长的数量“{extension.answer}”须是有上限（high）的整数。"
        en = f"“{extension.answer}” must be a whole number with a highest value (high): extensions are bounded."
        judge.error("unbounded_extension", (*where, "extends"), zh, en)


def _clock_names(procedure: Procedure) -> set[str]:
    rules_here = [rule for step in procedure.steps.values() for rule in (step.clock, step.response, *step.stages)]
    return {"case", "step", *(rule.id for rule in rules_here if rule)}


def _desk_words(judge: Judge, where: Where, words: Iterable[str], procedure: Procedure) -> None:
    scheme = judge.scheme
    for word in words:
        kind, colon, name = word.partition(":")
        if word in scheme.posts or word in SPOKEN:
            continue
        if colon and kind == "department":
            if name not in scheme.departments:
                judge.unknown(where, DEPARTMENT, name, scheme.departments)
            continue
        kind, dot, name = word.partition(".")
        if dot and kind in ("answer", "fact"):
            _asked(judge, where, kind, name, procedure)
            continue
        judge.unknown(where, POST, word, (*scheme.posts, *SPOKEN))


def _asked(judge: Judge, where: Where, kind: str, name: str, procedure: Procedure) -> None:
    asks = procedure.asks if kind == "fact" else [one for action in procedure.actions.values() for one in action.asks]
    known = {question.id for question in asks}
    if name not in known and not (kind == "fact" and name == "urgency"):
        judge.unknown(where, QUESTION, name, known)


def _rule(judge: Judge, where: Where, procedure: Procedure, rule: Rule) -> None:
    for one in rule.limit:
        _limit_word(judge, (*where, "limit"), procedure, one.value)
    for action in rule.met_by:
        if action not in procedure.actions:
            judge.unknown((*where, "met_by"), ACTION, action, procedure.actions)
    for alarm, key in ((rule.on_warn, "on_warn"), (rule.on_overdue, "on_overdue")):
        _desk_words(judge, (*where, key), alarm.notify, procedure)
        if alarm.notify and alarm.notice not in judge.scheme.notices:
            judge.unknown((*where, key), ("通知模板", "notice"), alarm.notice, judge.scheme.notices)
        if alarm.do:
            _taken_by_system(judge, (*where, key), procedure, alarm.do)


def _taken_by_system(judge: Judge, where: Where, procedure: Procedure, name: str) -> None:
    action = procedure.actions.get(name)
    if action is None:
        judge.unknown(where, ACTION, name, procedure.actions)
        return
    step = where[3] if len(where) > 3 and where[2] == "steps" else ""
    if step and step not in action.ways:
        zh = f"“{name}”不能在环节“{step}”进行，到期时不会发生。"
        en = f"“{name}” can't be taken at the step “{step}”, so nothing would happen when the limit runs out."
        judge.error("expiry_out_of_order", where, zh, en)


def _limit_word(judge: Judge, where: Where, procedure: Procedure, word: str) -> None:
    if word in _LIMIT_WORDS:
        if word == "urgency" and not judge.scheme.urgencies:
            judge.unknown(where, ("表", "table"), "urgencies", ())
        return
    kind, dot, rest = word.partition(".")
    if dot and kind in ("answer", "fact"):
        name, _, unit = rest.partition(" ")
        _asked(judge, where, kind, name, procedure)
        _counted(judge, where, name, unit)
        return
    _duration(judge, where, word)


def _counted(judge: Judge, where: Where, name: str, unit: str) -> None:
    question = judge.scheme.questions.get(name)
    if question is None:
        return
    wanted = "whole" if unit else "date"
    if question.kind != wanted:
        zh = f'时限取自“{name}”，它须是{"整数" if unit else "日期"}（kind = "{wanted}"）。'
        judge.error("wrong_kind", where, zh, f"A limit from “{name}” needs it to be of kind “{wanted}”.")
    if unit and unit.rstrip("s") + "s" not in tuple(Unit):
        judge.unknown(where, ("单位", "unit"), unit, tuple(Unit))


def _duration(judge: Judge, where: Where, written: str) -> None:
    try:
        Duration.parse(written)
    except BadDuration as bad:
        judge.error("bad_duration", where, bad.text.zh, bad.text.en)


# ── notices and follow-ups ──


def _listeners(judge: Judge) -> None:
    steps = {step for procedure in judge.scheme.procedures.values() for step in procedure.steps}
    actions = {action for procedure in judge.scheme.procedures.values() for action in procedure.actions}
    stages = {
        rule.id
        for procedure in judge.scheme.procedures.values()
        for step in procedure.steps.values()
        for rule in step.stages
    }
    clocks = {"", "step", "case", "response", "part", *stages, *(f"step:{step}" for step in steps)}
    names = {"opened", "enter", "closed", "recount"}
    names |= {f"enter:{step}" for step in steps} | {f"act:{action}" for action in actions}
    names |= {f"{event}:{clock}".rstrip(":") for event in ("warn", "overdue") for clock in clocks}
    everything = _any_procedure(judge)
    for table, listeners in (("notices", judge.scheme.notices), ("follow_ups", judge.scheme.follow_ups)):
        for listener in listeners.values():
            for name in listener.on:
                if name not in names:
                    judge.unknown((table, listener.id, "on"), ("事件", "event"), name, names)
    for notice in judge.scheme.notices.values():
        _desk_words(judge, ("notices", notice.id, "to"), notice.to, everything)


def _any_procedure(judge: Judge) -> Procedure:
    """Return a procedure that asks what any of them asks: notices hold for all."""
    procedures = judge.scheme.procedures.values()
    actions = {f"{one.id}.{key}": action for one in procedures for key, action in one.actions.items()}
    asks = tuple(question for one in procedures for question in one.asks)
    return Procedure("", UNSAID, {}, actions, (), asks=asks)
