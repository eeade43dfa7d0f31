"""The start: one obvious thing to do, the doors to everything else, and a resident's own matters."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from gezhi.cases import queries
from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.web.lists import Row, Waiting, light_of, row_of
from gezhi.web.portal import tickets

MOST_SHOWN = 10


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Show the start page."""
    now = clock.now()
    resident = tickets.resident(request)
    followed = queries.followed_by(account=resident) if resident else ()
    shown = {
        "tracked": tickets.tracked(request)[:5],
        "followed": list(dict.fromkeys([*followed, *tickets.followed(request)]))[:5],
        "mine": _own(request, now),
    }
    return render(request, "portal/home.html", shown)


def _own(request: HttpRequest, now: datetime) -> list[Row]:
    """Return what a resident who is signed in has reported, newest first."""
    account = request.user
    if not isinstance(account, Account) or account.is_staff_member:
        return []
    found = queries.cases(account=account, now=now, wanted=queries.Wanted(reported_by_me=True), size=MOST_SHOWN)
    return [row_of(Waiting(case, case.step, case.case_due, light_of(case, now)), now) for case in found.rows]
