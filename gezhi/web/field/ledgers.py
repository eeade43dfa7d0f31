"""Registers on the phone: look a household up in one's own grids, see what is known, go on to change it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.registers import access, ledgers, queries
from gezhi.registers.queries import Wanted
from gezhi.web import spots, wording
from gezhi.web.desk.ledgers import row_of
from gezhi.web.staff import for_staff


@never_cache
@require_GET
@for_staff
def page(request: HttpRequest, account: Account) -> HttpResponse:
    """Show a search over everything that the worker sees, and the registers that the worker writes."""
    now = clock.now()
    known = ledgers.ledgers(timezone.localdate(now))
    words = request.GET.get("q", "").strip()[:80]
    chosen = request.GET.get("register", "") if request.GET.get("register", "") in known else ""
    on_map = request.GET.get("view") == "map"
    wanted = Wanted(register=chosen, words=words, placed=on_map)
    found = queries.entries(
        account=account, now=now, wanted=wanted, after="" if on_map else request.GET.get("after", ""),
        size=spots.MOST if on_map else 30,
    )  # fmt: skip
    listed = found.rows if words or chosen else ()
    shown = {
        "now": now,
        "words": words,
        "chosen": chosen,
        "rows": [(known[one.register].register.title, row_of(one, known[one.register])) for one in listed
                 if one.register in known],
        "more": found.next if words or chosen else "", "on_map": on_map, "most": spots.MOST,
        "map": spots.map_of(listed) if on_map else None,
        "registers": [
            (one.id, wording.say(one.register.title))
            for one in known.values()
            if access.writes_somewhere(account, one, now)
        ],
    }  # fmt: skip
    return render(request, "field/ledgers.html", shown)
