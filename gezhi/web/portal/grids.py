"""My grid: the board with who is there for the people, their stand-ins and numbers, and a contact card to keep."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET

from gezhi.duties import queries as duties
from gezhi.duties.queries import Announced
from gezhi.enactment import queries as enactment
from gezhi.foundation import clock
from gezhi.people import queries as people
from gezhi.people.models import Appointment
from gezhi.schemes.explain import desk_word, join
from gezhi.schemes.explain_duties import selection_text
from gezhi.schemes.state import Desk
from gezhi.territory import queries as territory
from gezhi.territory.models import Area
from gezhi.web import pace, wording
from gezhi.web.areas import named
from gezhi.web.components import MapView
from gezhi.web.portal import places, tickets
from gezhi.web.portal.results import numbers

MOST_DUTIES = 4


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the board."""

    name: str
    post: str
    phone: str
    until: str = ""


@dataclass(frozen=True, slots=True)
class Seat:
    """A post on the board: who holds it, who stands in, and what it does."""

    post: str
    area: str
    near: bool
    does: str
    holders: tuple[Person, ...]
    stand_ins: tuple[Person, ...]


@require_GET
@pace.gently()
def choose(request: HttpRequest) -> HttpResponse:
    """Find one's grid: by position, by words, or down the tree. A point leads straight to its board."""
    now = clock.now()
    lon, lat = places.degrees(request.GET.get("lon", "")), places.degrees(request.GET.get("lat", ""), 90)
    outside = False
    if lon and lat:
        routed = territory.router(timezone.localdate(now)).route(float(lon), float(lat))
        if routed.candidates:
            return redirect("web:portal_grid", code=routed.candidates[0][0])
        outside = True
    words = request.GET.get("q", "").strip()[:60]
    on = timezone.localdate(now)
    found = territory.search(words, on=on) if words else []
    shown = {
        "outside": outside,
        "words": words,
        "found": [(area, named(territory.chain(area.code, on)[:-1])) for area in found],
        "picker": places.picker(request.GET.get("under", ""), now),
    }
    return render(request, "portal/grid_choose.html", shown)


@require_GET
@pace.gently()
def board(request: HttpRequest, code: str) -> HttpResponse:
    """Show an area's board: map, people and posts from here upwards, contact card with QR code."""
    now = clock.now()
    chain = territory.chain(code, timezone.localdate(now))
    if not chain:
        raise Http404(gettext("There is no area of this code today."))
    area = chain[-1]
    seats = _seats(chain, now)
    shown = {
        "area": area,
        "name": territory.short_name(area.name),
        "above": chain[:-1],
        "below": list(territory.children(area, timezone.localdate(now)).order_by("code")),
        "near": [seat for seat in seats if seat.near],
        "far": [seat for seat in seats if not seat.near],
        "map": _map(area),
        "announced": [_announced(one, chain, now) for one in duties.announced(chain=chain, now=now)],
        "numbers": numbers(area, now),
    }
    return render(request, "portal/grid.html", shown)


@require_GET
@pace.gently()
def card(request: HttpRequest, code: str) -> HttpResponse:
    """Show the contact card alone, to be printed and hung up: who is there, the number, a QR code to the board."""
    now = clock.now()
    chain = territory.chain(code, timezone.localdate(now))
    if not chain:
        raise Http404(gettext("There is no area of this code today."))
    address = settings.PUBLIC_ADDRESS.rstrip("/") + reverse("web:portal_grid", kwargs={"code": code})
    shown = {
        "area": chain[-1],
        "name": named(chain, from_level=1 if len(chain) > 1 else 0),
        "near": [seat for seat in _seats(chain, now) if seat.near],
        "qr": tickets.qr(address),
    }
    return render(request, "portal/card.html", shown)


def _announced(one: Announced, chain: list[Area], now: datetime) -> dict[str, object]:
    """Return what residents read of a round: day, hours, place, and which post receives them."""
    planned, scheme = one.planned, one.planned.scheme
    posts = [desk_word(scheme, post) for post in planned.duty.who]
    who = join(posts, "、", ", ") if planned.duty.together else join(posts, "或", " or ")
    # named where nobody else can be meant, and is there on the day
    held = people.holders([Desk("post", post, area.code) for post in planned.duty.who for area in chain], now)
    sole = held[0] if len(held) == 1 and not duties.absent([held[0].pk], one.round.due) else None
    return {
        "title": wording.say(planned.duty.title),
        "day": one.round.due,
        "words": wording.say_day(one.round.due, timezone.localdate(now)),
        "hours": wording.say(join([each.text for each in planned.duty.hours])),
        "place": territory.short_name(one.area.name)
        if one.area
        else wording.say(selection_text(scheme, planned.duty.of)),
        "who": wording.say(who),
        "name": sole.name if sole else "",
    }


def _seats(chain: list[Area], now: datetime) -> list[Seat]:
    """Return the posts of an area and of those above it, nearest first; one query."""
    titles = people.post_titles(now, get_language() or "zh-hans")
    held: dict[tuple[str, str], list[Appointment]] = {}
    codes = [area.code for area in chain]
    wanted = people.at_area(chain[0].path, now).filter(area__code__in=codes)
    for one in wanted:
        if one.area is not None:
            held.setdefault((one.area.code, one.post), []).append(one)
    does = _what_posts_do(timezone.localdate(now))
    near = {area.code for area in chain[-2:]}
    return [
        Seat(
            post=titles.get(post, post),
            area=territory.short_name(area.name),
            near=area.code in near,
            does=does.get(post, ""),
            holders=_persons((one for one in here if not one.stand_in), titles, now),
            stand_ins=_persons((one for one in here if one.stand_in), titles, now),
        )
        for area in reversed(chain)
        for (code, post), here in held.items()
        if code == area.code
    ]


def _what_posts_do(on: date) -> dict[str, str]:
    """Return for each post the steps that it holds by the plans in force, in a few words."""
    found: dict[str, dict[str, None]] = {}
    for _, scheme in enactment.all_in_force(on):
        for procedure in scheme.procedures.values():
            for step in procedure.steps.values():
                for holder in step.holder:
                    found.setdefault(holder.value, {})[wording.say(step.title)] = None
    return {post: gettext(", ").join(list(steps)[:MOST_DUTIES]) for post, steps in found.items()}


def _persons(held: Iterable[Appointment], titles: dict[str, str], now: datetime) -> tuple[Person, ...]:
    today = timezone.localdate(now)
    return tuple(
        Person(
            name=one.account.name,
            post=titles.get(one.post, one.post),
            phone=one.account.phone or "",
            until=wording.say_short_day(timezone.localdate(one.until - timedelta(microseconds=1)), today)
            if one.until
            else "",
        )
        for one in held
    )


def _map(area: Area) -> MapView | None:
    box = area.bbox
    if box is None:
        return None
    return MapView(
        areas=f"{reverse('web:outlines')}?here={area.code}",
        view=json.dumps({"bounds": [box[:2], box[2:]]}),
        says=gettext("Map of %(area)s; who belongs to it is told in words below.") % {"area": area.name},
    )
