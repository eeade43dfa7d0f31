"""My queue: what waits at my desks, by light, the most pressing first."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gezhi.cases import queries
from gezhi.cases.errors import BadInput
from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.schemes.state import Light
from gezhi.web.desk import wishes
from gezhi.web.desk.frame import frame
from gezhi.web.desk.rows import by_light, queue_row
from gezhi.web.desk.wishes import Menu, Wish
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
    counts = queries.counts(account=account, now=now, wanted=_but_light(wish, schemes, now), desk_key=wish.desk)
    found = _found(account, wish, schemes, now=now)
    around = frame(account, now, schemes)
    shown = {
        "now": now,
        "frame": around,
        "wish": wish,
        "groups": by_light((queue_row(one, now) for one in found.rows), counts.by_light),
        "chips": [(light, counts.by_light[light]) for light in CHIPS],
        "total": counts.total,
        "capped": counts.capped,
        "queue_count": None if wish.narrow or wish.desk else counts.total,
        "shown": len(found.rows),
        "more": found.next,
        "menus": menus(account, wish, schemes, now),
        "desk": next((desk for desk in around.desks if desk.key == wish.desk), None),
    }
    return render(request, "desk/queue.html", shown)


def menus(account: Account, wish: Wish, schemes: list[Any], now: datetime) -> list[Menu]:
    """Return the filters that are chosen from a menu."""
    return [
        Menu("area", gettext("Area"), wish.area, wishes.areas_below(account, now)),
        Menu("item", gettext("Item"), wish.item, wishes.headings(schemes)),
        Menu("channel", gettext("Came in by"), wish.channel, wishes.channels(schemes)),
    ]


def _but_light(wish: Wish, schemes: list[Any], now: datetime) -> queries.Filter:
    """Return the filter without the light: the chips count all lights of what is otherwise asked for."""
    kept = wishes.queue_filter(wish, schemes, now)
    return queries.Filter(items=kept.items, area=kept.area, channel=kept.channel, text=kept.text)


def _found(account: Account, wish: Wish, schemes: list[Any], *, now: datetime) -> queries.Page[queries.QueueRow]:
    wanted = wishes.queue_filter(wish, schemes, now)
    given: dict[str, Any] = {"account": account, "now": now, "wanted": wanted, "desk_key": wish.desk, "size": SIZE}
    try:
        return queries.queue(**given, cursor=wish.after)
    except BadInput:
        return queries.queue(**given)
