"""Events that start a duty: a case's follow-up whose day has come, a new entry of a register. Each starts it once."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from gezhi.cases.models import Case
from gezhi.duties import plans
from gezhi.duties.models import Start
from gezhi.duties.plans import Planned
from gezhi.enactment import queries as enactment
from gezhi.registers.models import Entry
from gezhi.schemes.durations import Duration
from gezhi.schemes.model import CLOSED
from gezhi.territory.models import Area


def start_by_case(body: dict[str, Any], now: datetime) -> None:
    """Start the duties that a case's follow-ups name. Called with what the case told."""
    starts = body.get("starts") or ()
    if body["step"] != CLOSED:
        _call_off(UUID(body["case"]), now)
    rows = Case.objects.unscoped(reason="an effect of this very case").filter(pk=body["case"])
    case = rows.first() if starts else None
    if case is None:
        return
    for one in starts:
        at = datetime.fromisoformat(one["at"])
        for planned in _started_by(one["follow_up"], now, case.scheme):
            ground = _ground(planned, case.area_path)
            if ground is not None:
                _start(planned, one["follow_up"], str(case.pk), ground, at, case=case.pk, name=case.title)


def _call_off(case: UUID, now: datetime) -> None:
    """Call off what was to follow the close of a case that is open again."""
    for row in Start.objects.filter(case=case, answered_by=None, called_off_at=None, at__gt=now):
        follow_up = enactment.scheme(row.scheme_version_id).follow_ups.get(row.by_event)
        if follow_up is not None and "closed" in follow_up.on:
            Start.objects.filter(pk=row.pk).update(called_off_at=now)


def start_by_entry(*, entry: UUID, now: datetime) -> int:
    """Start the duties that a new entry of a register asks for; return how many. Again for the same entry: none."""
    row = Entry.objects.unscoped(reason="an effect of this very entry").filter(pk=entry).first()
    if row is None or row.care:
        return 0
    begun = 0
    for planned in _started_by(f"entry:{row.register}", now):
        if all(str(row.facets.get(facet, "")) in values for facet, values in planned.duty.of.tests):
            ground = Area.objects.filter(pk=row.area_id).first()
            if ground is not None:
                begun += _start(
                    planned, f"entry:{row.register}", str(row.pk), ground, row.opened_at, entry=row.pk, name=row.name
                )
    return begun


def _started_by(event: str, now: datetime, scheme: str = "") -> list[Planned]:
    return [
        one
        for one in plans.in_force(timezone.localdate(now))
        if event in one.duty.starts_on and (not scheme or one.scheme.id == scheme)
    ]


def _ground(planned: Planned, path: str) -> Area | None:
    """Return the area of the duty's level on a case's line; the case's own where it lies above that level."""
    codes = path.rstrip("/").split("/")
    line = {area.level: area for area in Area.objects.filter(code__in=codes, until=None).defer("boundary")}
    deepest = max(line.values(), key=lambda area: area.path.count("/"), default=None)
    return line.get(planned.duty.of.of, deepest)


def _start(
    planned: Planned, event: str, source: str, ground: Area, at: datetime, *, case: UUID | None = None,
    entry: UUID | None = None, name: str = "",
) -> int:  # fmt: skip
    due = planned.days.due(at, Duration.parse(planned.duty.within)).at if planned.duty.within else None
    _row, made = Start.objects.get_or_create(
        scheme=planned.scheme.id, duty=planned.duty.id, by_event=event, source=source, at=at,
        defaults={
            "scheme_version_id": planned.version, "area": ground, "area_path": ground.path, "case_id": case,
            "entry_id": entry, "entry_name": name[:200], "due": due,
        },
    )  # fmt: skip
    return int(made)
