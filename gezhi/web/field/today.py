"""Today: what is in hand, the urgent first, then what is near. The worker's position is used for this page only."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gezhi.cases import queries
from gezhi.enactment import queries as enactment
from gezhi.foundation import clock
from gezhi.people import access
from gezhi.people.models import Account
from gezhi.schemes.calendars import Day, DayKind
from gezhi.schemes.clocks import calendar_of
from gezhi.schemes.state import Light
from gezhi.territory import queries as territory
from gezhi.territory.models import Area
from gezhi.web import wording
from gezhi.web.lists import Waiting, by_urgency_then_distance, row_of
from gezhi.web.portal.places import degrees
from gezhi.web.staff import for_staff

MOST_ROWS = 100


@never_cache
@require_GET
@for_staff
def page(request: HttpRequest, account: Account) -> HttpResponse:
    """Show what waits at the worker's desks."""
    now = clock.now()
    at = _position(request)
    found = queries.queue(account=account, now=now, size=MOST_ROWS)
    rows = [row_of(Waiting(one.case, one.step, one.due, one.light), now, at) for one in found.rows]
    today = timezone.localdate(now)
    shown = {
        "now": now,
        "day": wording.say_day(today, today),
        "special": _special_day(now),
        "rows": by_urgency_then_distance(rows),
        "more": bool(found.next),
        "late": sum(row.light is Light.RED for row in rows),
        "due_today": sum(_still_today(one.due, now) for one in found.rows),
        "places": own_places(account, now),
        "located": at is not None,
    }
    return render(request, "field/today.html", shown)


def _still_today(due: datetime | None, now: datetime) -> bool:
    return due is not None and due > now and timezone.localdate(due) == timezone.localdate(now)


def own_places(account: Account, now: datetime) -> list[str]:
    """Return the names of the areas in which somebody holds a post."""
    codes = [grant.area for grant in access.reach(account, now).grants if grant.area]
    held = Area.objects.filter(code__in=codes, until=None).order_by("path")
    return [territory.short_name(name) for name in held.values_list("name", flat=True)] if codes else []


def _position(request: HttpRequest) -> tuple[float, float] | None:
    lon, lat = degrees(request.GET.get("lon", "")), degrees(request.GET.get("lat", ""), 90)
    return (float(lon), float(lat)) if lon and lat else None


def _special_day(now: datetime) -> Day | None:
    """Return today when the calendar makes it a make-up workday or a holiday; by the first scheme in force."""
    schemes = enactment.all_in_force(timezone.localdate(now))
    if not schemes:
        return None
    calendar = calendar_of(schemes[0][1])
    day = calendar.day(calendar.local_date(now))
    return day if day.kind in (DayKind.MAKEUP_WORKDAY, DayKind.HOLIDAY) else None
