"""My queue: what waits at my desks, by light, the most pressing first."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gezhi.cases import queries
from gezhi.cases.errors import BadInput
from gezhi.cases.queries import Sort
from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.schemes.state import Light
from gezhi.web.desk import wishes
from gezhi.web.desk.frame import frame
from gezhi.web.desk.menus import menus, sorts, taken
from gezhi.web.desk.rows import by_light, in_order, queue_row
from gezhi.web.desk.wishes import Wish
from gezhi.web.staff import for_staff

SIZE = 50
CHIPS = (Light.RED, Light.YELLOW, Light.GREEN, Light.PAUSED)


@never_cache
@require_GET
@for_staff
def page(request: HttpRequest, account: Account) -> HttpResponse:
    """Show the queue of all my desks, or of one of them."""
    now = clock.now()
    wish, schemes = wishes.read(request.GET), wishes.schemes_in_force(now)
    wanted = wishes.queue_filter(wish, schemes, now)
    # The chips count all lights of what is otherwise asked for.
    counts = queries.counts(account=account, now=now, wanted=replace(wanted, light=None), desk_key=wish.desk)
    found = _found(account, wish, wanted, now=now)
    around = frame(account, now, schemes)
    rows = [queue_row(one, now, wish.words) for one in found.rows]
    shown = {
        "now": now,
        "frame": around,
        "wish": wish,
        "groups": by_light(rows, counts.by_light) if wish.sort is Sort.PRESSING else in_order(rows),
        "chips": [(light, counts.by_light[light]) for light in CHIPS],
        "total": counts.total,
        "capped": counts.capped,
        "queue_count": None if wish.narrow or wish.desk else counts.total,
        "shown": len(rows),
        "more": found.next,
        "menus": menus(account, wish, schemes, now),
        "taken": taken(wish, schemes, now),
        "sorts": sorts(),
        "desk": next((desk for desk in around.desks if desk.key == wish.desk), None),
    }
    return render(request, "desk/queue.html", shown)


def _found(
    account: Account, wish: Wish, wanted: queries.Filter, *, now: datetime
) -> queries.Page[queries.QueueRow]:  # fmt: skip
    given: dict[str, Any] = {
        "account": account, "now": now, "wanted": wanted, "desk_key": wish.desk, "sort": wish.sort, "size": SIZE,
    }  # fmt: skip
    try:
        return queries.queue(**given, cursor=wish.after)
    except BadInput:
        return queries.queue(**given)
