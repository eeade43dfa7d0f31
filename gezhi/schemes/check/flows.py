"""The way of a case: steps can be reached and left, loops end, the limits along the way fit the whole."""

from gezhi.schemes.check.judge import Judge, Where
from gezhi.schemes.durations import BadDuration, Duration, Unit
from gezhi.schemes.flow import Edge, circle, edges, longest_way, reachable, reaching
from gezhi.schemes.model import CLOSED, Procedure


def look(judge: Judge) -> None:
    """Report broken ways in each procedure."""
    for where, procedure in judge.procedures():
        graph = [edge for edge in edges(procedure) if edge.source in procedure.steps or edge.source == CLOSED]
        if not procedure.steps:
            continue
        _begun(judge, where, procedure)
        _reached(judge, where, procedure, graph)
        _left(judge, where, procedure, graph)
        _bounded(judge, where, graph)
        _fits(judge, where, procedure, graph)
        _reporters(judge, where, procedure)
        _pauses(judge, where, procedure)


def _begun(judge: Judge, where: Where, procedure: Procedure) -> None:
    """A case that begins with the reporter's own sign-off has most likely lost its `first` to a piece."""
    for one in procedure.first:
        step = procedure.steps.get(one.value)
        if step and step.reporter_time:
            zh = f"事项一开始就在环节“{step.id}”等群众答复，请写 first。"
            en = f"A case would begin at “{step.id}”, waiting for its own reporter; write `first`."
            judge.error("begins_with_reporter", (*where, "first"), zh, en)


def _reached(judge: Judge, where: Where, procedure: Procedure, graph: list[Edge]) -> None:
    seen = reachable([one.value for one in procedure.first], graph)
    for step in procedure.steps:
        if step not in seen:
            zh, en = f"没有路径能到环节“{step}”。", f"No way leads to the step “{step}”."
            judge.error("unreachable_step", (*where, "steps", step), zh, en)


def _left(judge: Judge, where: Where, procedure: Procedure, graph: list[Edge]) -> None:
    ends = reaching(CLOSED, graph)
    # a way that may be used up, or that only some conditions open, is no sure way out
    sure = reaching(CLOSED, [edge for edge in graph if not edge.times])
    for step in procedure.steps:
        here = (*where, "steps", step)
        if not any(edge.source == step and edge.target != step for edge in graph):
            zh, en = f"环节“{step}”没有出口。", f"The step “{step}” has no way out."
            judge.error("no_exit", here, zh, en)
        elif step not in ends:
            zh, en = f"从环节“{step}”无法走到办结。", f"From the step “{step}” no way leads to the close."
            judge.error("no_exit", here, zh, en)
        elif step not in sure:
            zh = f"离开环节“{step}”的动作都有次数上限，用完后就出不去了。"
            en = f"Every way from the step “{step}” to the close can be used up; then the case would be stuck."
            judge.error("exit_used_up", here, zh, en)


def _bounded(judge: Judge, where: Where, graph: list[Edge]) -> None:
    found = circle([edge for edge in graph if not edge.times])
    if found:
        way = " → ".join([*(edge.source for edge in found), found[0].source])
        actions = list(dict.fromkeys(edge.action for edge in found))
        zh = f"环路没有次数上限：{way}（{'、'.join(actions)}）。请给其中一个动作写 times。"
        en = f"A loop without a bound: {way} (by {', '.join(actions)}). Give one of its actions `times`."
        judge.error("unbounded_loop", (*where, "actions", found[-1].action), zh, en)


def _fits(judge: Judge, where: Where, procedure: Procedure, graph: list[Edge]) -> None:
    if procedure.clock is None:
        return
    wholes = []
    for one in procedure.clock.limit:
        try:
            limit = Duration.parse(one.value)
        except BadDuration:
            continue
        if limit.unit is Unit.WORKDAYS:
            wholes.append(limit.amount)
    days, way = longest_way(procedure, graph)
    if wholes and days > min(wholes):
        steps = " → ".join(way)
        zh = f"各环节用满共 {days} 个工作日，超过全程 {min(wholes)} 个工作日：{steps}。"
        en = f"When every step is used up, the way takes {days} workdays against {min(wholes)} for the whole: {steps}."
        judge.remind("way_exceeds_whole", where, zh, en)


def _reporters(judge: Judge, where: Where, procedure: Procedure) -> None:
    for step in procedure.steps.values():
        holders = {one.value for one in step.holder}
        if step.reporter_time and holders != {"reporter"}:
            zh = f"环节“{step.id}”算作群众的时间，但不由群众办理。"
            en = f"The step “{step.id}” counts as the reporter's time but is not held by the reporter."
            judge.remind("reporter_time", (*where, "steps", step.id), zh, en)
        if holders == {"reporter"} and not (step.clock and step.clock.on_overdue.do):
            zh = f"环节“{step.id}”等群众答复，但到期后没有写怎么办（on_expiry）。"
            en = (
                f"The step “{step.id}” waits for the reporter, but nothing happens when its limit runs out (on_expiry)."
            )
            judge.remind("waits_forever", (*where, "steps", step.id), zh, en)


def _pauses(judge: Judge, where: Where, procedure: Procedure) -> None:
    """A case paused at a step must be resumable there."""
    resumable = {step for action in procedure.actions.values() if action.resumes for step in action.ways}
    for action in procedure.actions.values():
        stuck = [step for step in action.ways if action.pauses and step not in resumable]
        if stuck:
            zh = f"“{action.id}”在环节“{'、'.join(stuck)}”暂停后没有动作能恢复。"
            en = f"After “{action.id}” pauses at {', '.join(stuck)}, no action resumes it."
            judge.error("never_resumed", (*where, "actions", action.id), zh, en)
        if action.pauses and not action.times:
            zh, en = f"“{action.id}”暂停没有次数上限。", f"“{action.id}” pauses without a bound (times)."
            judge.error("unbounded_pause", (*where, "actions", action.id), zh, en)
        if action.extends and not action.times:
            zh, en = f"“{action.id}”延期没有次数上限。", f"“{action.id}” extends without a bound (times)."
            judge.error("unbounded_extension", (*where, "actions", action.id), zh, en)
