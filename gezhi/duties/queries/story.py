"""Activities for pages: one with all that belongs to it, those that found a case, those of an entry or an area."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from gezhi.duties import marks, plans
from gezhi.duties.access import ActivityRows
from gezhi.duties.answers import private_of
from gezhi.duties.models import SEALED, Activity, ActivityEvent, ActivityFile, Drawn, Finding
from gezhi.duties.plans import Planned
from gezhi.duties.queries.coverage import lights_of_cases
from gezhi.people import queries as people
from gezhi.people.access import standing
from gezhi.people.models import Account
from gezhi.registers.models import Entry
from gezhi.schemes.state import Light

SIZE = 50
# What was left unsigned for so long is asked for by nobody any more.
_SIGNED_WITHIN = timedelta(days=100)


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A finding with the light of its case (None: it made none)."""

    finding: Finding
    light: Light | None
    files: tuple[ActivityFile, ...]


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """An activity as somebody who may see it sees it. `private` are sealed answers, for who did it or took part."""

    activity: Activity
    planned: Planned
    findings: tuple[FoundRow, ...]
    files: tuple[ActivityFile, ...]
    others: tuple[str, ...]
    notes: tuple[str, ...]
    events: tuple[ActivityEvent, ...]
    names: dict[str, str]
    private: dict[str, Any]
    mine: bool


def activity_page(*, account: Account, pk: UUID, now: datetime) -> ActivityPage | None:
    """Return an activity's page, or None for what is not there or not to be seen."""
    row = _whole(Activity.objects.visible_to(account, now=now)).filter(pk=pk).first()
    planned = plans.of_version(row.scheme_version_id, row.duty) if row else None
    if row is None or planned is None:
        return None
    files = list(
        ActivityFile.objects.filter(activity=row)
        .exclude(role=SEALED)
        .select_related("file")
        .order_by("finding", "role", "pk")
    )
    findings = list(Finding.objects.filter(activity=row).order_by("place"))
    lights = lights_of_cases([one.case_id for one in findings if one.case_id], now)
    events = list(ActivityEvent.objects.filter(activity=row).order_by("seq"))
    actors = {UUID(one.actor) for one in events if one.actor} | set(row.others)
    names = people.names(actors)
    mine = account.pk == row.account_id
    return ActivityPage(
        activity=row, planned=planned,
        findings=tuple(_found(one, lights, files) for one in findings),
        others=tuple(names.get(str(one), "") for one in row.others),
        files=tuple(one for one in files if one.finding == 0),
        notes=tuple(marks.words(row)), events=tuple(events), names=names,
        private=private_of(row.sealed) if mine or account.pk in row.others else {}, mine=mine,
    )  # fmt: skip


def own_answers(*, account: Account, row: Activity) -> dict[str, Any]:
    """Return the sealed answers of an activity to who did it or took part; to others none."""
    return private_of(row.sealed) if account.pk in (row.account_id, *row.others) else {}


def _found(one: Finding, lights: dict[UUID, Light], files: list[ActivityFile]) -> FoundRow:
    light = lights.get(one.case_id) if one.case_id else None
    return FoundRow(one, light, tuple(each for each in files if each.finding == one.place))


def sent_under(*, account: Account, key: str) -> Activity | None:
    """Return the account's own activity that was sent under a key of the sender's."""
    rows = Activity.objects.unscoped(reason="the sender's own key names the sender's own activity")
    return rows.filter(key=f"{account.pk}:{key}").first() if key else None


def own(*, account: Account, pk: UUID) -> Activity | None:
    """Return an activity of one's own that was not taken back."""
    rows = Activity.objects.unscoped(reason="one's own").filter(pk=pk, account=account, withdrawn_at=None)
    return rows.select_related("area").defer("area__boundary").first()


def withdrawn(*, account: Account, pk: UUID, now: datetime) -> Activity | None:
    """Return an activity that somebody may see and that was taken back; None for any other."""
    rows = Activity.objects.visible_to(account, now=now).filter(pk=pk, withdrawn_at__isnull=False)
    return rows.select_related("area").defer("area__boundary").first()


def of_case(*, account: Account, case: UUID, now: datetime) -> list[Finding]:
    """Return the findings that a case came from, of activities that somebody may see."""
    seen = Activity.objects.visible_to(account, now=now)
    rows = Finding.objects.filter(case=case, activity__in=seen.values("pk"))
    return list(
        rows.select_related("activity__account", "activity__area").defer("activity__area__boundary").order_by("pk")
    )


def of_entry(*, account: Account, entry: UUID, now: datetime, size: int = SIZE) -> list[Activity]:
    """Return what was done for an entry, the newest first; of a care case to whoever is assigned to it."""
    own = Entry.objects.visible_to(account, now=now).filter(pk=entry, care=True)
    seen = Activity.objects.unscoped(reason="of an own care case") if own.exists() else None
    seen = Activity.objects.visible_to(account, now=now) if seen is None else seen
    rows = _whole(seen).filter(entry_id=entry, withdrawn_at=None)
    return list(rows.order_by("-began")[:size])


def activities(
    *, account: Account, now: datetime, path: str = "", duty: str = "", first: date | None = None,
    last: date | None = None, size: int = SIZE,
) -> list[Activity]:  # fmt: skip
    """Return what was done in an area, the newest first."""
    rows = _whole(Activity.objects.visible_to(account, now=now)).filter(withdrawn_at=None)
    rows = rows.filter(area_path__startswith=path) if path else rows
    rows = rows.filter(scheme=duty.partition(".")[0], duty=duty.partition(".")[2]) if duty else rows
    rows = rows.filter(day__gte=first) if first else rows
    rows = rows.filter(day__lte=last) if last else rows
    return list(rows.order_by("-pk")[:size])


def to_sign(*, account: Account, now: datetime, size: int = SIZE) -> list[Activity]:
    """Return what waits for somebody's signature, the oldest first: of others, at the posts that sign."""
    grants = [one for one in standing(account, now).reach.grants if one.path]
    wanted = [
        Q(scheme=planned.scheme.id, duty=planned.duty.id, area_path__startswith=one.path)
        for planned in plans.in_force(timezone.localdate(now)) if planned.duty.signed_by
        for one in grants if one.post == planned.duty.signed_by
    ]  # fmt: skip
    if not wanted:
        return []
    rows = _whole(Activity.objects.visible_to(account, now=now)).filter(
        reduce(or_, wanted),
        ended__isnull=False,
        signed_at=None,
        declined_at=None,
        withdrawn_at=None,
        day__gte=timezone.localdate(now) - _SIGNED_WITHIN,
    )
    return list(rows.exclude(account=account).exclude(others__contains=[account.pk]).order_by("pk")[:size])


def declined(*, account: Account, now: datetime, size: int = SIZE) -> list[Activity]:
    """Return one's own records that were not signed, the newest first: to be put right, or taken back."""
    rows = Activity.objects.unscoped(reason="one's own").filter(
        account=account, declined_at__isnull=False, withdrawn_at=None,
        day__gte=timezone.localdate(now) - _SIGNED_WITHIN,
    )  # fmt: skip
    return list(_whole(rows).order_by("-pk")[:size])


def drawn_for(draw: UUID) -> Sequence[Drawn]:
    """Return the drawn of a draw with what was verified."""
    return list(Drawn.objects.filter(draw=draw).select_related("verified_by", "verified_by__account").order_by("place"))


def _whole(rows: ActivityRows) -> ActivityRows:
    return rows.select_related("area", "account", "signed_by", "declined_by").defer("area__boundary")
