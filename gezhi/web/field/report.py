"""Reporting from the street in one screen: photo, place, item, what now, send. Whatever can be decided already is."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from gezhi.cases import operations as cases
from gezhi.cases.errors import AskArea, CaseError
from gezhi.foundation import clock, files
from gezhi.people import access
from gezhi.people.models import Account
from gezhi.schemes.model import Question
from gezhi.schemes.state import Refused
from gezhi.schemes.text import Text
from gezhi.web import opening, questions, wording
from gezhi.web.field import ahead as looking
from gezhi.web.field import spot
from gezhi.web.field.ahead import Ahead, Wanted, Way
from gezhi.web.field.items import items
from gezhi.web.field.posts import ended
from gezhi.web.field.sending import by_script
from gezhi.web.portal import catalogue
from gezhi.web.portal.places import degrees
from gezhi.web.questions import Form
from gezhi.web.staff import for_staff

PHOTOS = Question(id="photos", kind="photos", title=Text("照片", "Photos"), required=False)


@dataclass(slots=True)
class Sent:
    """What the form said; shown again when something is missing."""

    key: str
    item: str = ""
    text: str = ""
    lon: str = ""
    lat: str = ""
    area: str = ""
    address: str = ""
    do: str = ""

    @property
    def point(self) -> tuple[float, float] | None:
        """The point as numbers (lon, lat)."""
        return (float(self.lon), float(self.lat)) if self.lon and self.lat else None


@dataclass(slots=True)
class Screen:
    """What the form shows: what was sent, the photos, what is wrong, and a way's own answers."""

    sent: Sent
    photos: Form
    errors: dict[str, str] = field(default_factory=dict)
    wrong: Mapping[str, Form] = field(default_factory=dict)
    # what the plan asks when a case of this item begins
    opening: Form = field(default_factory=lambda: Form([]))


@never_cache
@require_http_methods(["GET", "POST"])
@for_staff
@by_script
def page(request: HttpRequest, account: Account) -> HttpResponse:
    """Show the form; take in what it says."""
    now = clock.now()
    if request.method == "GET":
        start = Sent(key=secrets.token_urlsafe(18), item=request.GET.get("item", ""))
        blank = Screen(start, questions.blank([PHOTOS], {}, now), opening=opening.asked(start.item, now).blank(now))
        return _form(request, account, blank, now)
    sent = _read(request)
    screen = Screen(sent, questions.read([PHOTOS], request, {}, now, actor=str(account.pk)))
    screen.opening = opening.asked(sent.item, now).read(request, now, actor=str(account.pk))
    screen.errors = screen.photos.errors | _missing(sent, account, now) | screen.opening.errors
    coming = _ahead(account, sent, now)
    way = coming.way(sent.do) if coming else None
    if way is not None:
        answered = looking.read(request, account, way, now)
        screen.wrong = {way.key: answered}
        screen.errors |= answered.errors
    return _form(request, account, screen, now) if screen.errors else _send(request, account, screen, way, now)


@never_cache
@require_POST
@for_staff
def ahead(request: HttpRequest, account: Account) -> HttpResponse:
    """Answer, while the form is being filled in, where the place is and what would follow. Nothing is kept of it."""
    now = clock.now()
    sent = _read(request)
    place = spot.where(sent.area, sent.point, now)
    coming = looking.ahead(account, Wanted(sent.item, place.area), now)
    asked = opening.asked(sent.item, now).blank(now)
    shown = {"where": place, "ahead": coming, "sent": sent, "asked": bool(place.sides), "opening": asked}
    return render(request, "field/ahead.html", shown)


@never_cache
@require_POST
@for_staff
def photo(request: HttpRequest, account: Account) -> JsonResponse:
    """Keep a photo as soon as it is taken, so that sending is quick; answer with its signed id and its place."""
    upload = request.FILES.get("photo")
    if upload is None:
        return JsonResponse({"error": gettext("No photo came with it.")}, status=422)
    try:
        row = files.store(upload, actor=str(account.pk), now=clock.now())
    except files.FileRefused as refusal:
        return JsonResponse({"error": refusal.message}, status=422)
    kept = questions.keep(row)
    at = {"lon": f"{row.lon:.6f}", "lat": f"{row.lat:.6f}"} if row.lon is not None and row.lat is not None else {}
    return JsonResponse({"token": kept.token, "src": reverse("web:kept_file", args=[kept.token]), **at})


def _read(request: HttpRequest) -> Sent:
    sent = request.POST
    lon, lat = degrees(sent.get("lon", "")), degrees(sent.get("lat", ""), 90)
    return Sent(
        key=sent.get("key", "")[:100] or secrets.token_urlsafe(18),
        item=sent.get("item", ""),
        text=sent.get("text", "").strip(),
        lon=lon if lat else "",
        lat=lat if lon else "",
        area=sent.get("area", ""),
        address=sent.get("address", "").strip()[:200],
        do=sent.get("do", ""),
    )


def _missing(sent: Sent, account: Account, now: datetime) -> dict[str, str]:
    errors = {}
    if catalogue.find(sent.item, timezone.localdate(now)) is None:
        errors["item"] = gettext("Please choose what the matter is about.")
    if not (sent.area or sent.point or sent.address):
        only = spot.grids(account, now).only
        sent.area = only
        if not only:
            errors["area"] = gettext("Please say where it is: by your position, on the map, or from the list.")
    return errors


def _ahead(account: Account, sent: Sent, now: datetime, wrong: Mapping[str, Form] | None = None) -> Ahead | None:
    place = spot.where(sent.area, sent.point, now)
    return looking.ahead(account, Wanted(sent.item, place.area, wrong or {}), now)


def _send(request: HttpRequest, account: Account, screen: Screen, way: Way | None, now: datetime) -> HttpResponse:
    try:
        opened = cases.open_case(actor=account, report=_report(screen), now=now)
    except AskArea as asked:
        nearest = min(asked.candidates, key=lambda one: one.metres)
        screen.errors = {"area": gettext("This is next to a border. Which side is it on?")}
        screen.sent.area = "" if nearest.metres else screen.sent.area
        return _form(request, account, screen, now)
    except (CaseError, Refused) as error:
        why = wording.say(Text(error.zh, error.en)) if isinstance(error, Refused) else str(error)
        at = getattr(error, "field", "")
        screen.errors = {at if at in ("text", "item", "area") else "text": why}
        return _form(request, account, screen, now)
    why = looking.take(account, opened.number, way, screen.wrong[way.key], now) if way and opened.fresh else ""
    if why:
        messages.warning(
            request,
            gettext("Taken in, but not yet more than that: %(why)s Your words are kept as a note.") % {"why": why},
        )
    return redirect(reverse("web:field_sent", args=[opened.number]) + ("" if opened.fresh else "?again"))


def _report(screen: Screen) -> cases.Report:
    sent = screen.sent
    return cases.Report(
        client_key=sent.key,
        item=sent.item,
        channel=looking.CHANNEL,
        text=sent.text,
        lon=float(sent.lon) if sent.lon else None,
        lat=float(sent.lat) if sent.lat else None,
        area=sent.area,
        address=sent.address,
        facts=screen.opening.answers,
        files=tuple(UUID(one) for one in screen.photos.answers.get("photos", [])),
    )


def _form(request: HttpRequest, account: Account, screen: Screen, now: datetime) -> HttpResponse:
    sent = screen.sent
    known = spot.grids(account, now)
    place = spot.where(sent.area, sent.point, now)
    if not (place.title or screen.errors) and known.only:
        # until the position comes: the only grid that it can be
        place = spot.Where(known.only, known.own[0].title, gettext("your grid"))
    shown = {
        "sent": sent,
        "form": screen.photos,
        "photos": screen.photos.fields[0],
        "opening": screen.opening,
        "errors": screen.errors,
        "grids": known,
        "where": place,
        "asked": bool(place.sides),
        "items": items(account, now, sent.item),
        "ahead": looking.ahead(account, Wanted(sent.item, place.area, screen.wrong), now),
        "map": spot.map_to_pick(place.area, sent.point, now, "report"),
        "most": questions.MOST_PHOTOS,
        "ended": None if access.reach(account, now).grants else ended(account, now),
        "now": now,
    }
    return render(request, "field/report.html", shown, status=422 if screen.errors else 200)
