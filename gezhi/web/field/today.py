"""Today: what came back, what is in hand, what waits for a check; the urgent first, then what is near.

Distance is worked out in the phone. No position of a worker is asked for, sent or kept here.
"""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gezhi.cases import queries
from gezhi.duties import queries as duties
from gezhi.enactment import queries as enactment
from gezhi.foundation import clock
from gezhi.notices import queries as notices
from gezhi.people import access
from gezhi.people.models import Account
from gezhi.schemes.calendars import Day, DayKind
from gezhi.schemes.clocks import calendar_of
from gezhi.schemes.state import Light
from gezhi.web import wording
from gezhi.web.field import rounds
from gezhi.web.field.posts import Ended, ended, own_places
from gezhi.web.field.rows import Section, Task, late, tasks_of
from gezhi.web.staff import for_staff

MOST_ROWS = 100
NOTICES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class News:
    """Unread notices: the newest few, and how many there are."""

    shown: tuple[object, ...]
    count: int

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.shown)


@never_cache
@require_GET
@for_staff
def page(request: HttpRequest, account: Account) -> HttpResponse:
    """Show what waits at the worker's desks."""
    now = clock.now()
    found = queries.queue(account=account, now=now, size=MOST_ROWS)
    tasks = tasks_of(found.rows, now)
    today = timezone.localdate(now)
    owed = [one for one in duties.due(account=account, now=now) if one.light not in (Light.DONE, Light.PAUSED)]
    shown = {
        "now": now,
        "rounds": rounds.rows(owed[: rounds.SHOWN_TODAY], now),
        "rounds_more": len(owed) - rounds.SHOWN_TODAY,
        "day": wording.say_day(today, today),
        "special": _special_day(now),
        "coming": rounds.coming(account, now),
        "sections": _sections(tasks),
        "more": bool(found.next),
        "waiting": len(tasks),
        "late": late(tasks),
        "due_today": sum(_still_today(one.due, now) for one in found.rows),
        "places": own_places(account, now),
        "news": _news(account),
        "ended": _ended(account, now),
    }
    return render(request, "field/today.html", shown)


def _sections(tasks: list[Task]) -> list[Section]:
    """Part the rows by what they ask of the worker; a heading without rows is left out."""
    back = tuple(one for one in tasks if one.back is not None)
    check = tuple(one for one in tasks if one.back is None and one.checks)
    hand = tuple(one for one in tasks if one.back is None and not one.checks)
    found = (
        Section("back", gettext("Came back to you"), back),
        Section("hand", gettext("In hand"), hand),
        Section("check", gettext("Waits for your check"), check),
    )
    return [one for one in found if one.tasks]


def _news(account: Account) -> News:
    unread = list(notices.inbox(account, unread_only=True)[: NOTICES_SHOWN + 1])
    count = len(unread) if len(unread) <= NOTICES_SHOWN else notices.unread_count(account)
    return News(tuple(unread[:NOTICES_SHOWN]), count)


def _ended(account: Account, now: datetime) -> Ended | None:
    return None if access.reach(account, now).grants else ended(account, now)


def _still_today(due: datetime | None, now: datetime) -> bool:
    return due is not None and due > now and timezone.localdate(due) == timezone.localdate(now)


def _special_day(now: datetime) -> Day | None:
    """Return today when the calendar makes it a make-up workday or a holiday; by the first scheme in force."""
    schemes = enactment.all_in_force(timezone.localdate(now))
    if not schemes:
        return None
    calendar = calendar_of(schemes[0][1])
    day = calendar.day(calendar.local_date(now))
    return day if day.kind in (DayKind.MAKEUP_WORKDAY, DayKind.HOLIDAY) else None
