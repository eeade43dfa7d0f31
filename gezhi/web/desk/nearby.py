"""The entries of registers at a case's place: fetched after the case's page, or a page of their own without scripts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.web.desk.case import row_of
from gezhi.web.desk.frame import frame
from gezhi.web.neighbours import entries_at
from gezhi.web.staff import for_staff


@never_cache
@require_GET
@for_staff
def page(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """Show what stands in the registers where the case is, as far as the reader may see it."""
    now = clock.now()
    case = row_of(account, number, now)
    shown = {"case": case, "entries_here": entries_at(account, case, now), "now": now}
    if request.headers.get("HX-Request"):
        return render(request, "web/parts/entries_here.html", shown)
    return render(request, "desk/nearby.html", shown | {"frame": frame(account, now)})
