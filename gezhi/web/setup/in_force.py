"""The plan in force by what people look up most: its catalogue, its calendar with a calculator, its notices."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from gezhi.cases import queries as cases
from gezhi.enactment import queries as enactment
from gezhi.people import access
from gezhi.people.models import Account
from gezhi.schemes import clocks, plays
from gezhi.schemes.durations import BadDuration, Duration
from gezhi.schemes.model import Scheme
from gezhi.schemes.state import Clock, Light
from gezhi.web import wording
from gezhi.web.clocks import clock_view
from gezhi.web.setup import changing, plans, tree
from gezhi.web.setup import notices as templates
from gezhi.web.setup.pages import for_readers, shown
from gezhi.web.setup.year import year_asked, year_view

_LONGEST = 60


@for_readers
def catalogue(request: HttpRequest, account: Account, now: datetime) -> HttpResponse:
    """Show the catalogue of a plan in force as a tree that can be searched, with its open cases."""
    words, scheme = _frame(request, account, now)
    if scheme is not None:
        asked = request.GET.get("q", "")[:_LONGEST]
        counts = {item: n for (of, item), n in cases.open_by_item().items() if of == scheme.id}
        found = tree.branches(scheme, counts, asked)
        words |= {"branches": found, "q": asked, "count": sum(one.count or 1 for one in found)}
    return shown(request, account, now, "setup/catalogue.html", words)


@for_readers
def calendars(request: HttpRequest, account: Account, now: datetime) -> HttpResponse:
    """Show the working calendar by the year, and what a limit that starts at some moment gives."""
    words, scheme = _frame(request, account, now)
    if scheme is not None:
        calendar, today = clocks.calendar_of(scheme), timezone.localdate(now)
        year = year_asked(request.GET.get("year", ""), today)
        words |= {
            "year": year_view(calendar, year, today),
            "rule": scheme.calendar,
            "published_until": calendar.published_until,
            "units": changing.units(),
        }
        words |= _calculated(request, scheme, now)
    return shown(request, account, now, "setup/calendars.html", words)


@for_readers
def notices(request: HttpRequest, account: Account, now: datetime) -> HttpResponse:
    """Show every notice of a plan in force as it would be read."""
    words, scheme = _frame(request, account, now)
    if scheme is not None:
        words["letters"] = templates.letters(scheme, now)
    return shown(request, account, now, "setup/notices.html", words)


def _frame(request: HttpRequest, account: Account, now: datetime) -> tuple[dict[str, Any], Scheme | None]:
    """Return which plan is shown of those in force, and the others to choose from."""
    current = enactment.all_in_force(timezone.localdate(now))
    asked = request.GET.get("scheme", "")
    chosen = next((one for one in current if one[1].id == asked), current[0] if current else None)
    words: dict[str, Any] = {
        "offers": [(scheme.id, wording.say(scheme.title)) for _, scheme in current],
        "may_setup": access.holds(account, access.SETUP, now),
        "part": "",
        "state": "in_force",
    }
    if chosen is None:
        return words, None
    plan = plans.of_version(chosen[0], now)
    return words | {"plan": plan, "scheme": chosen[1], "title": plan.title}, chosen[1]


def _calculated(request: HttpRequest, scheme: Scheme, now: datetime) -> dict[str, Any]:
    """Return what the calculator says: the due moment and the day ruler; or why it can't be said."""
    amount, unit = request.GET.get("amount", "3")[:6], request.GET.get("unit", "workdays")
    written = request.GET.get("at", timezone.localtime(now).strftime("%Y-%m-%dT%H:%M"))
    words: dict[str, Any] = {"entry": {"values": {"amount": amount, "unit": unit}}, "at": written}
    try:
        began, limit = plays.when(scheme, written), Duration.parse(f"{amount} {unit}")
    except BadDuration as bad:
        return words | {"wrong": wording.say(bad.text)}
    except ValueError:
        return words | {"wrong": gettext("Write the time as a day and a time.")}
    if not 2004 <= began.year <= 2100 or limit.amount > 4000:
        return words | {"wrong": gettext("That is too far away to be counted here.")}
    calendar = clocks.calendar_of(scheme)
    due = calendar.due(began, limit)
    clock = Clock(id="step", limit=str(limit), started=began, due=due.at, provisional=due.provisional)
    return words | {"answer": clock_view(clock, Light.GREEN, calendar, began)}
