"""What waits at a worker's desks, as rows: light, what, where, until when, and the one thing that comes next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from gezhi.cases import queries
from gezhi.cases.queries import QueueRow
from gezhi.enactment import queries as enactment
from gezhi.schemes.model import Action
from gezhi.schemes.state import Light
from gezhi.schemes.text import Text
from gezhi.schemes.ways import courses
from gezhi.territory import queries as territory
from gezhi.web import wording
from gezhi.web.lists import Row, Waiting, by_urgency_then_distance, row_of


@dataclass(frozen=True, slots=True)
class Task:
    """A case in hand. `next` is what the plan has done next here, `do` opens its form; `back` says why it came back.

    `place` is short, as the worker knows the grid. `at` is where it is, for a phone that sorts by distance; the phone's
    own position never leaves it.
    """

    row: Row
    place: str
    due: datetime | None
    next: str
    do: str
    checks: bool
    back: str | None
    at: str

    @property
    def light(self) -> Light:
        """The light of the limit that waits."""
        return self.row.light


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under one heading."""

    id: str
    title: str
    tasks: tuple[Task, ...]


def tasks_of(rows: Sequence[QueueRow], now: datetime) -> list[Task]:
    """Return the rows of a queue as tasks, the urgent first."""
    back = queries.came_back(rows)
    tasks = {row.case.number: _task(row, back, now) for row in rows}
    return [tasks[one.number] for one in by_urgency_then_distance(task.row for task in tasks.values())]


def _task(row: QueueRow, back: dict[UUID, str], now: datetime) -> Task:
    case = row.case
    step = enactment.scheme(case.scheme_version_id).procedures[case.procedure].steps.get(row.step)
    action, title = _usual(case.scheme_version_id, case.procedure, row.step, part=bool(row.part), paused=row.paused)
    return Task(
        row=row_of(Waiting(case, row.step, row.due, row.light), now),
        place=case.address or (territory.short_name(case.area.name) if case.area else ""),
        due=row.due,
        next=wording.say(title),
        do=f"{action}-{row.part}" if row.part else action,
        checks=bool(step and step.not_doer),
        back=back.get(case.pk),
        at=f"{case.lon:.5f},{case.lat:.5f}" if case.lon is not None and case.lat is not None else "",
    )


@lru_cache(maxsize=2000)
def _usual(version: UUID, procedure_id: str, step: str, *, part: bool, paused: bool) -> tuple[str, Text]:
    """Return what is usually done at a step, as the plan stands: no case is asked. Empty where nothing is usual."""
    procedure = enactment.scheme(version).procedures[procedure_id]
    fitting = [one for one in procedure.actions.values() if _fits(one, step, part=part, paused=paused)]
    known = courses(procedure, step, [one.id for one in fitting])
    ranked = sorted((one for one in fitting if known[one.id].usual), key=lambda one: known[one.id])
    first: Action | None = next(iter(ranked), None)
    return (first.id, first.title) if first else ("", Text("", ""))


def _fits(action: Action, step: str, *, part: bool, paused: bool) -> bool:
    by_part = action.part in ("arrive", "finish")
    own = by_part if part else not action.part and "holder" in action.by
    return step in action.ways and own and action.resumes == paused


def late(tasks: Iterable[Task]) -> int:
    """Return how many are overdue."""
    return sum(task.light is Light.RED for task in tasks)
