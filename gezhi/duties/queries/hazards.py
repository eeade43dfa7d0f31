"""Hazards under supervised rectification: which object, since when, until when, what keeps people safe meanwhile, who
supervises, whether it was inspected again. Read from the cases themselves; a list row is made when a case is listed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from gezhi.cases.access import visible
from gezhi.cases.models import Case
from gezhi.cases.operations.projection import load_state
from gezhi.duties.models import Finding, Hazard
from gezhi.duties.queries.coverage import lights_of_cases
from gezhi.enactment import queries as enactment
from gezhi.people.models import Account
from gezhi.schemes.model import Procedure, Scheme
from gezhi.schemes.state import CaseState, Desk, Light

MOST_HAZARDS = 500
# Those that closed lately stand under a filter of their own.
_CLOSED_WITHIN = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Listed:
    """A hazard on the list. `entry` is the object that it was found at; `by` supervises; `with_` has it now.

    `again`: somebody else is to inspect it now; `failed`: how often that found it not put right.
    """

    case: Case
    scheme: Scheme
    since: datetime
    closed_at: datetime | None
    light: Light
    due: datetime | None
    interim: str
    by: Desk | None
    at: Desk | None
    again: bool
    rectified_at: datetime | None
    entry: tuple[UUID, str] | None


def hazards(
    *, account: Account, now: datetime, closed: bool = False, path: str = "", entry: UUID | None = None
) -> list[Listed]:  # fmt: skip
    """Return the hazards on the list that somebody may see, those listed first at the top; or those that closed."""
    rows = _seen(account, now)
    rows = rows.filter(closed_at__gt=now - _CLOSED_WITHIN) if closed else rows.filter(closed_at=None)
    rows = rows.filter(case__area_path__startswith=path) if path else rows
    if entry is not None:
        rows = rows.filter(case__in=Finding.objects.filter(activity__entry_id=entry).values("case"))
    rows = rows.select_related("case__area__parent").defer(
        "case__text", "case__contact", "case__log_head", "case__area__boundary", "case__area__parent__boundary"
    )
    return list(_listed(list(rows.order_by("-closed_at" if closed else "since")[:MOST_HAZARDS]), now))


def open_hazards(*, account: Account, now: datetime) -> QuerySet[Hazard]:
    """Return the hazards on the list that somebody may see, for a count."""
    return _seen(account, now).filter(closed_at=None)


def _seen(account: Account, now: datetime) -> QuerySet[Hazard]:
    return Hazard.objects.filter(visible(account, now, "case__"), case__merged_into=None)


def _listed(rows: list[Hazard], now: datetime) -> Iterator[Listed]:
    cases = [row.case_id for row in rows]
    lights = lights_of_cases(cases, now)
    found = Finding.objects.filter(Q(case__in=cases, activity__guarded=False, activity__entry_id__isnull=False))
    named = found.values_list("case", "activity__entry_id", "activity__entry_name")
    objects = {case: (entry, name) for case, entry, name in named if entry is not None}
    for row in rows:
        scheme, state = enactment.scheme(row.case.scheme_version_id), load_state(row.case.state)
        procedure = scheme.procedures[row.case.procedure]
        step = procedure.steps.get(state.step)
        held = [hold for hold in state.holds if not hold.part and _lists(procedure, hold.step)]
        yield Listed(
            case=row.case, scheme=scheme, since=row.since, closed_at=row.closed_at, light=lights[row.case_id],
            due=row.case.step_due, interim=_interim(procedure, state), by=held[-1].desk if held else None,
            at=state.desk, again=bool(step and step.not_doer),
            rectified_at=held[-1].until if held and not _lists(procedure, state.step) else None,
            entry=objects.get(row.case_id),
        )  # fmt: skip


def _lists(procedure: Procedure, step: str) -> bool:
    known = procedure.steps.get(step)
    return known is not None and known.listed


def _interim(procedure: Procedure, state: CaseState) -> str:
    """Return what keeps people safe meanwhile: the words that the act asks for by which a case is listed."""
    asked = [
        question.id
        for action in procedure.actions.values()
        if any(_lists(procedure, way.value) for ways in action.ways.values() for way in ways)
        for question in action.asks
        if question.kind == "text"
    ]
    return next((str(state.answers[one]) for one in asked if state.answers.get(one)), "")
