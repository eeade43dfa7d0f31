"""The sender's own activities of late on a telephone: those under way to go on with, those done to put right.

Never what is sealed, and nothing of a care case. One part each, with a tag that is cheaper than its content.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from gezhi.duties import plans
from gezhi.duties.models import Activity, Finding
from gezhi.people import queries as people
from gezhi.people.access import Grant, standing
from gezhi.people.models import Account
from gezhi.sync.queries import ground
from gezhi.sync.queries.asking import say
from gezhi.territory import queries as territory

MOST, MOST_COLLEAGUES = 60, 60
_BACK = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Mine:
    """Own activities by part name, with the mark by which a change of one is seen."""

    rows: Mapping[str, Activity]
    marks: Mapping[str, str]


def recent(account: Account, now: datetime) -> Mine:
    """Return what is under way, and what was done in the last two weeks."""
    since = timezone.localdate(now) - _BACK
    rows = Activity.objects.unscoped(reason="the sender's own").filter(account=account, withdrawn_at=None)
    rows = (
        rows.filter(Q(ended=None) | Q(day__gte=since), guarded=False)
        .select_related("area", "declined_by")
        .defer("area__boundary")
    )
    some = {f"activity/{row.pk}": row for row in rows.order_by("-began")[:MOST]}
    asked = {name: _print_today(row, now) for name, row in some.items()}
    return Mine(some, {name: f"{row.version} {row.ended} {asked[name]}" for name, row in some.items()})


def parts(mine: Mine, wanted: Sequence[str], now: datetime) -> dict[str, Any]:
    """Return the wanted parts `activity/ID`."""
    rows = [mine.rows[name] for name in wanted]
    found: dict[Any, list[Finding]] = {}
    for one in Finding.objects.filter(activity__in=rows).order_by("place") if rows else ():
        found.setdefault(one.activity_id, []).append(one)
    return {name: _activity(mine.rows[name], found.get(mine.rows[name].pk, []), now) for name in wanted}


def _activity(row: Activity, found: Sequence[Finding], now: datetime) -> dict[str, Any]:
    name = f"{row.scheme}.{row.duty}"
    planned = plans.find(name, timezone.localdate(now)) or plans.of_version(row.scheme_version_id, row.duty)
    duty = planned.duty if planned else None
    form = planned.form if planned else None
    told: dict[str, Any] = {
        "id": str(row.pk), "version": row.version, "duty": name, "title": say(duty.title) if duty else row.duty,
        "kind": row.kind, "area": row.area.code, "place": territory.short_name(row.area.name), "name": row.entry_name,
        "entry": str(row.entry_id or ""), "began": row.began, "ended": row.ended, "answers": row.answers,
        "form": form.id if form else "", "print": form.print if form else "",
        "changed": bool(row.ended and form and row.form_print and row.form_print != form.print),
        "remarks": row.remarks, "nil": row.nil, "agrees": row.agrees, "others": [str(one) for one in row.others],
        "signed": row.signed_at is not None, "declined": row.declined_why,
        "declined_by": row.declined_by.name if row.declined_by else "", "photos": duty.photos if duty else "",
        "verifies": bool(duty and duty.verifies), "takes_nil": bool(duty and duty.nil),
        "together": bool(duty and duty.together), "asks_report": bool(duty and duty.closes == "report"),
        "found": [{"text": one.text or one.item, "number": one.number} for one in found],
    }  # fmt: skip
    return {key: value for key, value in told.items() if value not in ("", None, [], {}) and _says(key, value)}


def _says(key: str, value: Any) -> bool:
    """Say whether a yes or no is worth sending: no is what stands where nothing does, but for a difference found."""
    return value is not False or key == "agrees"


def _print_today(row: Activity, now: datetime) -> str:
    planned = plans.find(f"{row.scheme}.{row.duty}", timezone.localdate(now))
    return planned.form.print if planned and planned.form else ""


def colleagues_mark(grants: Sequence[Grant], now: datetime) -> str:
    """Return the mark of `colleagues` as far as those at the own areas and below go; those above are new every day."""
    paths = {one.path for one in grants if one.path}
    rows = [row for path in sorted(paths) for row in people.at_area(path, now).values_list("pk", flat=True)[:MOST]]
    return " ".join(map(str, rows))


def colleagues(account: Account, now: datetime) -> dict[str, Any]:
    """Return the part `colleagues`: by area, who holds a post there, below or above, and may have gone along."""
    told: dict[str, list[dict[str, str]]] = {}
    on = timezone.localdate(now)
    for grant in standing(account, now).reach.grants:
        if not grant.area or not grant.path or grant.area in told:
            continue
        below = list(people.at_area(grant.path, now)[:MOST_COLLEAGUES])
        above = [
            row
            for row in people.serving([one.pk for one in ground.above(grant.area, on)[:-1]], now)
            if row.since <= now
        ]
        named = {row.account_id: row.account.name for row in (*below, *above) if row.account_id != account.pk}
        told[grant.area] = [{"id": str(pk), "name": name} for pk, name in named.items()][:MOST_COLLEAGUES]
    return told
