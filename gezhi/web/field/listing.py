"""Everything that a worker may see, newest first; filters are links, the search box looks at numbers and words."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gezhi.cases import queries
from gezhi.cases.errors import BadInput
from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.web.lists import Waiting, light_of, row_of
from gezhi.web.staff import for_staff

SIZE = 30


@never_cache
@require_GET
@for_staff
def page(request: HttpRequest, account: Account) -> HttpResponse:
    """List open or closed cases, or what a search finds."""
    now = clock.now()
    state, words = request.GET.get("state", "open"), request.GET.get("q", "").strip()[:80]
    cursor = request.GET.get("after", "")
    more = ""
    if words:
        found = queries.search(account=account, query=words, now=now, size=SIZE)
    else:
        wanted = queries.Wanted(open={"open": True, "closed": False}.get(state))
        try:
            listed = queries.cases(account=account, now=now, wanted=wanted, cursor=cursor, size=SIZE)
        except BadInput:
            listed = queries.cases(account=account, now=now, wanted=wanted, size=SIZE)
        found, more = listed.rows, listed.next
    shown = {
        "rows": [row_of(Waiting(case, case.step, case.case_due, light_of(case, now)), now) for case in found],
        "state": state,
        "words": words,
        "more": more,
        "states": [("open", gettext("Open")), ("closed", gettext("Closed")), ("all", gettext("All"))],
    }
    return render(request, "field/cases.html", shown)
