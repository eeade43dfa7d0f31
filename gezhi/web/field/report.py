"""Reporting from the street in one screen: photo, place, item, a word, send. What to do with it comes right after."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gezhi.cases import operations as cases
from gezhi.cases.errors import AskArea, CaseError
from gezhi.foundation import clock
from gezhi.people import access
from gezhi.people.models import Account
from gezhi.schemes.model import Question
from gezhi.schemes.state import Refused
from gezhi.schemes.text import Text
from gezhi.territory import queries as territory
from gezhi.territory.models import Area
from gezhi.web import questions, wording
from gezhi.web.areas import named
from gezhi.web.portal import catalogue
from gezhi.web.portal.places import degrees
from gezhi.web.questions import Offer
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


@dataclass(slots=True)
class Screen:
    """What the form shows: what was sent, the worker's grids, the photos, what is wrong, and a question which side."""

    sent: Sent
    own: list[Area]
    form: questions.Form
    errors: dict[str, str] = field(default_factory=dict)
    sides: list[Offer] = field(default_factory=list)


@never_cache
@require_http_methods(["GET", "POST"])
@for_staff
def page(request: HttpRequest, account: Account) -> HttpResponse:
    """Show the form; take in what it says."""
    now = clock.now()
    own = own_areas(account, now)
    if request.method == "GET":
        start = Sent(key=secrets.token_urlsafe(18), area=own[0].code if len(own) == 1 else "")
        return _form(request, Screen(start, own, questions.blank([PHOTOS], {}, now)), now)
    sent, form = _read(request), questions.read([PHOTOS], request, {}, now, actor=str(account.pk))
    errors = dict(form.errors)
    if catalogue.find(sent.item, timezone.localdate(now)) is None:
        errors["item"] = gettext("Please choose what the matter is about.")
    if not (sent.area or sent.lon or sent.address):
        errors["area"] = gettext("Please say where it is.")
    screen = Screen(sent, own, form, errors)
    return _form(request, screen, now) if errors else _send(request, account, screen, now)


def own_areas(account: Account, now: datetime) -> list[Area]:
    """Return the lowest areas that somebody answers for: a worker's own grids."""
    paths = access.reach(account, now).area_paths
    below = [area for path in paths for area in territory.subtree(path, timezone.localdate(now))[:400]]
    parents = {area.parent_id for area in below}
    return [area for area in below if area.pk not in parents]


def _read(request: HttpRequest) -> Sent:
    sent = request.POST
    lon, lat = degrees(sent.get("lon", "")), degrees(sent.get("lat", ""), 90)
    return Sent(
        key=sent.get("key", "")[:100] or secrets.token_urlsafe(18),
        item=sent.get("item", ""),
        text=sent.get("text", "").strip()[: questions.MOST_LETTERS],
        lon=lon if lat else "",
        lat=lat if lon else "",
        area=sent.get("area", ""),
        address=sent.get("address", "").strip()[:200],
    )


def _send(request: HttpRequest, account: Account, screen: Screen, now: datetime) -> HttpResponse:
    try:
        opened = cases.open_case(actor=account, report=_report(screen), now=now)
    except AskArea as asked:
        screen.sides = [
            Offer(one.code, one.name, gettext("%(n)d m") % {"n": round(one.metres)}) for one in asked.candidates
        ]
        screen.errors = {"area": gettext("This is next to a border. Which side is it on?")}
        return _form(request, screen, now)
    except (CaseError, Refused) as error:
        why = wording.say(Text(error.zh, error.en)) if isinstance(error, Refused) else str(error)
        messages.error(request, gettext("Not sent: %(why)s What you wrote is kept.") % {"why": why})
        return _form(request, screen, now)
    messages.success(request, gettext("Taken in as %(number)s. What now?") % {"number": opened.number})
    return redirect("web:field_case", number=opened.number)


def _report(screen: Screen) -> cases.Report:
    sent = screen.sent
    return cases.Report(
        client_key=sent.key,
        item=sent.item,
        channel="field",
        text=sent.text,
        lon=float(sent.lon) if sent.lon else None,
        lat=float(sent.lat) if sent.lat else None,
        area=sent.area,
        address=sent.address,
        files=tuple(UUID(one) for one in screen.form.answers.get("photos", [])),
    )


def _form(request: HttpRequest, screen: Screen, now: datetime) -> HttpResponse:
    on = timezone.localdate(now)
    own = [Offer(area.code, named(territory.chain(area.code, on)[-2:])) for area in screen.own[:60]]
    shown = {
        "sent": screen.sent,
        "form": screen.form,
        "errors": screen.errors,
        "areas": screen.sides or own,
        "asked": bool(screen.sides),
        "groups": catalogue.groups(on),
    }
    return render(request, "field/report.html", shown, status=422 if screen.errors else 200)
