"""Between where and how to reach you: what others have reported nearby. Whose matter it is too follows that one."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext

from gezhi.cases import operations as cases
from gezhi.cases import queries
from gezhi.cases.errors import CaseError, NotFound
from gezhi.cases.queries import Place, Similar
from gezhi.enactment import queries as enactment
from gezhi.territory import queries as territory
from gezhi.web import pace
from gezhi.web.portal import catalogue, drafts, places, tickets
from gezhi.web.portal.drafts import Draft

# Others' open matters nearby: a street looks now and then, a machine does not look at all of them.
_MOST_LOOKED_AT = 60


def asks(draft: Draft, now: datetime) -> bool:
    """Say whether to ask: something like it is open nearby, and the reporter has not said yet that it is another."""
    return not draft.own_matter and bool(found(draft, now))


def found(draft: Draft, now: datetime) -> tuple[Similar, ...]:
    """Return the open cases like a draft near its place, as far as the plan publishes them."""
    on = timezone.localdate(now)
    _, scheme = enactment.in_force(draft.scheme, on)
    area = territory.by_code(draft.area, on) if draft.area else None
    lon, lat = (float(draft.lon), float(draft.lat)) if draft.has_point else (None, None)
    place = Place(lon=lon, lat=lat, area_path=area.path if area else "")
    language = get_language() or "zh-hans"
    return queries.similar(item=draft.item, text=draft.text, place=place, scheme=scheme, now=now, language=language)


def page(request: HttpRequest, draft: Draft, now: datetime) -> HttpResponse:
    """Show what is alike; “mine too” follows it, “none of these” goes on with the report."""
    on = timezone.localdate(now)
    entry = catalogue.find(draft.item, on, draft.scheme)
    if entry is None or not (draft.has_place or draft.outside):
        return redirect("web:portal_what" if entry is None else "web:portal_where", key=draft.key)
    if pace.too_fast(request, "similar", now, most=_MOST_LOOKED_AT):
        return pace.slow_down(request)
    if request.method == "POST" and "number" in request.POST:
        return _follow(request, draft, request.POST["number"], now)
    if request.method == "POST":
        draft.own_matter = True
        drafts.keep(request, draft)
        return redirect("web:portal_contact", key=draft.key)
    shown = {
        "now": now,
        "draft": draft,
        "entry": entry,
        "picture": next(iter(tickets.thumbnails(draft.photos)), None),
        "place": places.chain_name(draft.area, now),
        "found": found(draft, now),
    }
    return render(request, "portal/similar.html", shown)


def _follow(request: HttpRequest, draft: Draft, number: str, now: datetime) -> HttpResponse:
    if pace.too_fast(request, "report", now):
        messages.error(
            request, gettext("Too much was sent from your network in a short time. Please wait ten minutes.")
        )
        return redirect("web:portal_similar", key=draft.key)
    resident = tickets.resident(request)
    try:
        # only what was shown here: numbers that somebody guesses open nothing
        if number not in {one.number for one in found(draft, now)}:
            raise NotFound
        follows = cases.follow_as_resident(actor=resident, number=number, client_key=draft.key, now=now)
    except CaseError:
        messages.info(
            request, gettext("That one has just ended or can't be followed. Please send your own; nothing is lost.")
        )
        return redirect("web:portal_similar", key=draft.key)
    tickets.remember_followed(request, follows.number, follows.secret)
    messages.success(request, gettext("You follow it now. Nothing more needs to be sent."))
    return redirect("web:portal_followed", number=follows.number)
