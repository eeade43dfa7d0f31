"""The worker's own page: posts and who stands in, grids, the diary that writes itself, this phone's settings."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gezhi.duties import queries as duties
from gezhi.duties.queries import Line
from gezhi.foundation import clock
from gezhi.notices import queries as notices
from gezhi.people import queries as people
from gezhi.people.models import Account, Appointment
from gezhi.territory import queries as territory
from gezhi.web import wording
from gezhi.web.field.posts import ended, own_areas
from gezhi.web.staff import for_staff

GRIDS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Post:
    """A post held now, and who else acts for it: the stand-in, or whom one stands in for."""

    title: str
    place: str
    stand_in: bool
    until: datetime | None
    others: tuple[Appointment, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the diary."""

    day: date
    title: str
    lines: tuple[Line, ...]


@never_cache
@require_GET
@for_staff
def page(request: HttpRequest, account: Account) -> HttpResponse:
    """Show it."""
    now = clock.now()
    posts = _posts(account, now)
    shown = {
        "now": now,
        "posts": posts,
        "ended": None if posts else ended(account, now),
        "grids": own_areas(account, now, most=GRIDS_SHOWN),
        "days": _diary(account, now, days=1),
        "unread": notices.unread_count(account),
    }
    return render(request, "field/me.html", shown)


@never_cache
@require_GET
@for_staff
def diary(request: HttpRequest, account: Account) -> HttpResponse:
    """Show the diary of a week, ready for the printer; `from` is its first day."""
    now = clock.now()
    today = timezone.localdate(now)
    monday = today - timedelta(days=today.weekday())
    first = _day(request.GET.get("from", "")) or monday
    first -= timedelta(days=first.weekday())
    shown = {
        "now": now,
        "first": first,
        "last": first + timedelta(days=6),
        "before": (first - timedelta(days=7)).isoformat(),
        "after": (first + timedelta(days=7)).isoformat() if first < monday else "",
        "days": _diary(account, now, first=first, days=7),
        "posts": _posts(account, now),
    }
    return render(request, "field/diary.html", shown)


def _day(words: str) -> date | None:
    try:
        return date.fromisoformat(words)
    except ValueError:
        return None


def _posts(account: Account, now: datetime) -> list[Post]:
    titles = people.post_titles(now, get_language() or "zh-hans")
    mine = [one for one in people.history(account) if one.since <= now and (one.until is None or one.until > now)]
    paths = [one.area.path for one in mine if one.area]
    beside = [one for path in _topmost(paths) for one in people.at_area(path, now)]
    return [_post(one, titles, beside, account) for one in mine]


def _topmost(paths: Iterable[str]) -> list[str]:
    """Return the paths without those below another one: what is asked of the database is asked once."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not any(path.startswith(other) for other in kept):
            kept.append(path)
    return kept


def _post(one: Appointment, titles: dict[str, str], beside: list[Appointment], account: Account) -> Post:
    others = tuple(
        other
        for other in beside
        if other.post == one.post and other.area_id == one.area_id and other.account_id != account.pk
    )
    where = one.area.name if one.area else one.department.title if one.department else ""
    last = one.until - timedelta(microseconds=1) if one.until else None
    return Post(titles.get(one.post, one.post), territory.short_name(where), one.stand_in, last, others)


def _diary(account: Account, now: datetime, *, days: int, first: date | None = None) -> list[Day]:
    """Return the days on which something was done, the newest first, each in order of time."""
    today = timezone.localdate(now)
    first = first or today
    found: dict[date, list[Line]] = {}
    for one in duties.lines(account=account, now=now, first=first, last=first + timedelta(days=days - 1)):
        found.setdefault(timezone.localdate(one.at), []).append(one)
    return [Day(day, wording.say_day(day, today), tuple(found[day])) for day in sorted(found, reverse=days > 1)]
