"""Lists beside the queue: every case in my reach, what has no place, what I am to decide."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gezhi.cases import queries
from gezhi.cases.access import works_on
from gezhi.cases.errors import BadInput
from gezhi.cases.models import Case
from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.schemes.model import Scheme
from gezhi.schemes.state import Light
from gezhi.web.desk import wishes
from gezhi.web.desk.decisions import proposal_rows
from gezhi.web.desk.frame import frame
from gezhi.web.desk.menus import menus, taken
from gezhi.web.desk.rows import by_light, case_row
from gezhi.web.desk.wishes import Wish
from gezhi.web.desks import called
from gezhi.web.staff import for_staff

SIZE = 50
LIGHTS = (Light.RED, Light.YELLOW, Light.GREEN, Light.PAUSED)


@never_cache
@require_GET
@for_staff
def every(request: HttpRequest, account: Account) -> HttpResponse:
    """Show all cases that I may see, newest first; the search box finds numbers, words and places."""
    now = clock.now()
    wish = wishes.read(request.GET)
    by_number = queries.find(account=account, number=wish.words, now=now) if wish.words else None
    if by_number is not None and works_on(account, by_number, now):
        return redirect("web:desk_case", number=by_number.number)
    shown = {
        "title": gettext("All cases"),
        "empty": gettext("Nothing found"),
        "empty_text": gettext("Look for a number, words or a place, or take a filter away."),
        "filters": True,
    }
    if by_number is not None:
        return _list(request, account, now, wish=wish, found=queries.Page((by_number,)), shown=shown)
    schemes = wishes.schemes_in_force(now)
    found = _found(account, now, wishes.case_filter(wish, schemes, now), wish.after)
    shown["holders"] = _holders(account, wish.words, schemes, now)
    return _list(
        request, account, now, wish=wish, found=found,
        shown=shown | {"menus": menus(account, wish, schemes, now), "taken": taken(wish, schemes, now)},
    )  # fmt: skip


@never_cache
@require_GET
@for_staff
def triage(request: HttpRequest, account: Account) -> HttpResponse:
    """Show what nobody knows the place of yet."""
    now = clock.now()
    wish = wishes.read(request.GET)
    wanted = replace(wishes.case_filter(wish, [], now), placed=False)
    shown = {
        "title": pgettext("list", "No place yet"),
        "empty": gettext("Every case has its place"),
        "empty_text": gettext("What comes in without a place that can be found waits here for you to give it one."),
        "to_place": True,
    }
    return _list(request, account, now, wish=wish, found=_found(account, now, wanted, wish.after), shown=shown)


@never_cache
@require_GET
@for_staff
def proposals(request: HttpRequest, account: Account) -> HttpResponse:
    """Show what other desks proposed and I am to decide."""
    now = clock.now()
    shown = {"now": now, "frame": frame(account, now), "proposals": proposal_rows(account, now)}
    return render(request, "desk/proposals.html", shown)


def _holders(account: Account, words: str, schemes: list[Scheme], now: datetime) -> list[tuple[str, str, str]]:
    """Return the staff of that name: name, office, and the desk to filter by."""
    found = queries.holders(account=account, name=words, now=now) if words else []
    if not found or not schemes:
        return []
    names = called([one.desk for one in found], schemes[0], now)
    return [(one.name, names[one.desk.key].name, one.desk.key) for one in found]


def _found(account: Account, now: datetime, wanted: queries.Wanted, after: str) -> queries.Page[Case]:
    try:
        return queries.cases(account=account, now=now, wanted=wanted, cursor=after, size=SIZE)
    except BadInput:
        return queries.cases(account=account, now=now, wanted=wanted, size=SIZE)


def _list(
    request: HttpRequest,
    account: Account,
    now: datetime,
    *,
    wish: Wish,
    found: queries.Page[Case],
    shown: dict[str, Any],
) -> HttpResponse:
    rows = [case_row(case, now, wish.words) for case in found.rows]
    around = {
        "now": now,
        "frame": frame(account, now),
        "wish": wish,
        "groups": by_light(rows),
        "lights": LIGHTS,
        "states": [
            ("open", pgettext("cases", "Open")),
            ("closed", pgettext("cases", "Closed")),
            ("all", gettext("All")),
        ],
        "shown": len(rows),
        "more": found.next,
    }
    return render(request, "desk/list.html", around | shown)
