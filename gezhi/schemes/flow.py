"""A procedure as a graph: which step leads where by which action. The check walks it, pages draw it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gezhi.schemes.durations import BadDuration, Duration, Unit
from gezhi.schemes.model import CLOSED, Procedure, Step


@dataclass(frozen=True, slots=True)
class Edge:
    """One way from a step to a step (or `closed`); `back` when it is written as going back to whoever had it."""

    action: str
    source: str
    target: str
    when: str = ""
    times: int = 0
    by_system: bool = False
    back: bool = False


def edges(procedure: Procedure) -> tuple[Edge, ...]:
    """Return every way out of every step, with `doer`, `previous` and `again` worked out to the steps they can mean."""
    direct: list[Edge] = []
    backward: list[tuple[str, str, str, str]] = []
    rung = _rung(procedure)
    workers = [step for action in procedure.actions.values() if action.does_work for step in action.ways]
    for action in procedure.actions.values():
        for source, ways in action.ways.items():
            for way in ways:
                by_system = action.by == ("system",) or (source, action.id) in rung
                targets = {"stay": (), "again": (source,), "doer": tuple(dict.fromkeys(workers))}.get(
                    way.value, (way.value,)
                )
                if way.value == "previous":
                    backward.append((action.id, source, way.when, "previous"))
                    continue
                back = way.value == "doer"
                direct += [
                    Edge(action.id, source, target, way.when, action.times, by_system, back) for target in targets
                ]
    return (*direct, *_previous(procedure, direct, backward))


def _rung(procedure: Procedure) -> set[tuple[str, str]]:
    """Return the pairs of step and action that a limit running out takes by itself."""
    return {
        (step.id, rule.on_overdue.do)
        for step in procedure.steps.values()
        for rule in (step.clock, step.response, *step.stages)
        if rule and rule.on_overdue.do
    }


def _previous(
    procedure: Procedure, direct: Iterable[Edge], backward: Iterable[tuple[str, str, str, str]]
) -> list[Edge]:
    into: dict[str, set[str]] = {}
    for edge in direct:
        into.setdefault(edge.target, set()).add(edge.source)
    return [
        Edge(action, source, before, when, procedure.actions[action].times, back=True)
        for action, source, when, _ in backward
        for before in sorted(into.get(source, set()) - {source, CLOSED})
    ]


def reachable(starts: Iterable[str], graph: Iterable[Edge]) -> set[str]:
    """Return every step that can be reached from the starts."""
    out: dict[str, set[str]] = {}
    for edge in graph:
        out.setdefault(edge.source, set()).add(edge.target)
    seen, waiting = set(), list(starts)
    while waiting:
        step = waiting.pop()
        if step not in seen:
            seen.add(step)
            waiting += out.get(step, ())
    return seen


def reaching(end: str, graph: Iterable[Edge]) -> set[str]:
    """Return every step from which the end can be reached."""
    turned = [Edge(edge.action, edge.target, edge.source) for edge in graph]
    return reachable([end], turned)


def circle(graph: Iterable[Edge]) -> tuple[Edge, ...]:
    """Return one circle in the graph as its edges in order, or nothing."""
    out: dict[str, list[Edge]] = {}
    for edge in graph:
        out.setdefault(edge.source, []).append(edge)
    done: set[str] = set()

    def visit(step: str, trail: list[Edge]) -> tuple[Edge, ...]:
        on_trail = [edge.source for edge in trail]
        if step in on_trail:
            return tuple(trail[on_trail.index(step) :])
        if step in done:
            return ()
        for edge in out.get(step, ()):
            found = visit(edge.target, [*trail, edge])
            if found:
                return found
        done.add(step)
        return ()

    return next((found for step in list(out) if (found := visit(step, []))), ())


def longest_way(procedure: Procedure, graph: Iterable[Edge]) -> tuple[int, tuple[str, ...]]:
    """Return the most workdays that the office may use without going back, and the steps on that way.

    Only limits written in workdays count; the way ends where the reporter's time begins, or at the close.
    """
    out: dict[str, set[str]] = {}
    for edge in graph:
        if not edge.back and not edge.times:
            out.setdefault(edge.source, set()).add(edge.target)
    best: dict[str, tuple[int, tuple[str, ...]]] = {}

    def way(step_id: str, trail: frozenset[str]) -> tuple[int, tuple[str, ...]]:
        step = procedure.steps.get(step_id)
        if step is None or step.reporter_time or step_id in trail:
            return 0, ()
        if step_id not in best:
            onward = [way(target, trail | {step_id}) for target in sorted(out.get(step_id, ()))]
            days, steps = max(onward, default=(0, ()))
            best[step_id] = (days + workdays(step), (step_id, *steps))
        return best[step_id]

    return max((way(one.value, frozenset()) for one in procedure.first), default=(0, ()))


def workdays(step: Step) -> int:
    """Return the most workdays that a step's written limits give, 0 when none is written in workdays."""
    found = [0]
    for one in step.clock.limit if step.clock else ():
        try:
            limit = Duration.parse(one.value)
        except BadDuration:
            continue
        if limit.unit is Unit.WORKDAYS:
            found.append(limit.amount)
    return max(found)


def by_target(graph: Iterable[Edge]) -> Mapping[str, tuple[Edge, ...]]:
    """Return the edges into each step."""
    into: dict[str, list[Edge]] = {}
    for edge in graph:
        into.setdefault(edge.target, []).append(edge)
    return {step: tuple(found) for step, found in into.items()}
