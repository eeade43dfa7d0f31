"""What is watched and who was called: supervisions that last, and departments called to the site."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, QuerySet

from gezhi.cases.access import keys_of, visible
from gezhi.cases.models import Case, CaseEvent, Comment, Hold, SupervisionWatch
from gezhi.cases.operations.projection import load_state
from gezhi.people.access import standing
from gezhi.people.models import Account
from gezhi.schemes.state import CaseState, Clock, Part

MOST = 100
_LIGHT = ("text", "contact", "log_head", "area__boundary", "area__parent__boundary")


@dataclass(frozen=True, slots=True)
class Watched:
    """A supervision: who watches which case since when, by when an answer is wanted, whether there has been one."""

    case: Case
    desk_key: str
    reason: str
    since: datetime
    limit_at: datetime | None
    answered: bool
    mine: bool


@dataclass(frozen=True, slots=True)
class Called:
    """A department called to a case: its part, and the clock within which it must answer. `mine`: by one's own desk."""

    case: Case
    state: CaseState
    part: Part
    response: Clock
    since: datetime
    mine: bool


def watched(*, account: Account, now: datetime, mine: bool | None = None) -> list[Watched]:
    """Return the supervisions that last over cases that the account may see, by their limits.

    `mine`: of the account's own desks, or (False) of others.
    """
    keys = keys_of(standing(account, now))
    rows = SupervisionWatch.objects.filter(visible(account, now, "case__"), until=None, case__closed_at=None)
    if mine is not None:
        rows = rows.filter(desk_key__in=keys) if mine else rows.exclude(desk_key__in=keys)
    later = CaseEvent.objects.filter(case_id=OuterRef("case"), at__gt=OuterRef("since"), kind="act")
    notes = Comment.objects.filter(case=OuterRef("case"), at__gt=OuterRef("since"))
    said = Exists(later.exclude(desk_key=OuterRef("desk_key"))) | Exists(notes.exclude(desk_key=OuterRef("desk_key")))
    listed = rows.annotate(answered=said).select_related("case__area__parent")
    heavy = [f"case__{name}" for name in (*_LIGHT, "state")]
    ordered = listed.defer(*heavy).order_by(F("limit_at").asc(nulls_last=True), "since", "pk")
    return [
        Watched(
            case=row.case, desk_key=row.desk_key, reason=row.reason, since=row.since, limit_at=row.limit_at,
            answered=bool(row.answered), mine=row.desk_key in keys,
        )
        for row in ordered[:MOST]
    ]  # fmt: skip


def called_departments(*, account: Account, now: datetime, mine: bool) -> list[Called]:
    """Return the departments that were called and must answer in time, newest calls first.

    `mine`: those that the account's desks called; else those calls that wait at the account's desks.
    """
    keys = set(keys_of(standing(account, now)))
    parts = Hold.objects.filter(visible(account, now, "case__"), until=None, part__gt=0)
    if not mine:
        parts = parts.filter(desk_key__in=keys, listed=True)
    cases = [hold.case for hold in _with_cases(parts)]
    found = [one for case in {case.pk: case for case in cases}.values() for one in _called(case, keys)]
    return [one for one in found if (one.mine if mine else one.part.desk.key in keys)][:MOST]


def _with_cases(parts: QuerySet[Hold]) -> list[Hold]:
    rows = parts.select_related("case__area__parent").defer(*(f"case__{name}" for name in _LIGHT))
    return list(rows.order_by("-case_id", "seq")[: 3 * MOST])


def _called(case: Case, keys: set[str]) -> list[Called]:
    state = load_state(case.state)
    mine = state.caller is not None and state.caller.key in keys
    begun = {hold.part: hold.since for hold in state.holds if hold.part}
    return [
        Called(case, state, part, clock, begun.get(part.number, state.entered_at), mine)
        for part in state.parts
        if (clock := state.clock(f"part:{part.number}:response")) is not None
    ]
