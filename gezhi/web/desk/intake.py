"""Taking in a case for somebody at the counter or on the telephone: one page, then a slip with number and code."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from gezhi.cases import operations as cases
from gezhi.cases.errors import AskArea, CaseError
from gezhi.foundation import clock
from gezhi.people import phones
from gezhi.people.models import Account
from gezhi.schemes.model import Question
from gezhi.schemes.state import Refused
from gezhi.schemes.text import Text
from gezhi.territory import queries as territory
from gezhi.web import opening, questions
from gezhi.web.areas import named
from gezhi.web.desk import menus, wishes
from gezhi.web.desk.beside import say_refusal
from gezhi.web.desk.frame import frame
from gezhi.web.field.posts import own_areas
from gezhi.web.portal import catalogue, tickets
from gezhi.web.portal.complaints import complained_about
from gezhi.web.questions import Offer
from gezhi.web.staff import for_staff

PHOTOS = Question(id="photos", kind="photos", title=Text("照片或文件", "Photos or files"), required=False)
# How people come to an office; the other channels have doors of their own.
OVER_THE_COUNTER = ("counter", "phone", "reception", "hotline")
MOST_AREAS = 400


@dataclass(slots=True)
class Sent:
    """What the form said; shown again when something is missing."""

    key: str
    channel: str = "counter"
    item: str = ""
    title: str = ""
    text: str = ""
    address: str = ""
    area: str = ""
    about: str = ""
    contact: str = ""
    anonymous: bool = False


@dataclass(slots=True)
class Screen:
    """The form with its photos, what is wrong, and a question which side of a border."""

    sent: Sent
    form: questions.Form
    errors: dict[str, str] = field(default_factory=dict)
    sides: list[Offer] = field(default_factory=list)
    # what the plan asks when a case of this item begins
    opening: questions.Form = field(default_factory=lambda: questions.Form([]))


@never_cache
@require_http_methods(["GET", "POST"])
@for_staff
def page(request: HttpRequest, account: Account) -> HttpResponse:
    """Show the form; take in what it says."""
    now = clock.now()
    if request.method == "GET":
        blank = Screen(Sent(key=secrets.token_urlsafe(18)), questions.blank([PHOTOS], {}, now))
        return _show(request, account, blank, now)
    screen = Screen(_read(request), questions.read([PHOTOS], request, {}, now, actor=str(account.pk)))
    screen.errors = {**screen.form.errors, **_wrong(screen.sent, now), **_read_opening(request, account, screen, now)}
    if not screen.errors:
        opened = _take_in(request, account, screen, now)
        if opened is not None:
            tickets.remember(request, opened.number, opened.secret)
            return redirect("web:desk_receipt", number=opened.number)
    return _show(request, account, screen, now)


@never_cache
@require_GET
@for_staff
def receipt(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """Show number and code, to be read out or printed for who came."""
    code, now = tickets.code_of(request, number), clock.now()
    if not code:
        return redirect("web:desk_intake")
    address = tickets.link(number, code)
    shown = {
        "now": now, "frame": frame(account, now), "number": number, "code": tickets.spaced(code),
        "address": address, "qr": tickets.qr(address),
    }  # fmt: skip
    return render(request, "desk/receipt.html", shown)


def _read(request: HttpRequest) -> Sent:
    sent = request.POST
    return Sent(
        key=sent.get("key", "")[:100] or secrets.token_urlsafe(18),
        channel=sent.get("channel", ""),
        item=sent.get("item", ""),
        title=sent.get("title", "").strip()[:200],
        text=sent.get("text", "").strip()[: questions.MOST_LETTERS],
        address=sent.get("address", "").strip()[:200],
        area=sent.get("area", ""),
        about=sent.get("about", ""),
        contact=sent.get("contact", "").strip()[:40],
        anonymous=sent.get("anonymous") == "yes",
    )


def _read_opening(request: HttpRequest, account: Account, screen: Screen, now: datetime) -> dict[str, str]:
    """Read what the plan asks at the opening. What has just come up with the choice of the item is no mistake yet."""
    asked = opening.asked(screen.sent.item, now)
    if asked.questions and request.POST.get("opening_of") != screen.sent.item:
        screen.opening = asked.blank(now)
        return {"opening": gettext("For this item the plan asks a little more: please answer it, too.")}
    screen.opening = asked.read(request, now, actor=str(account.pk))
    return screen.opening.errors


def _wrong(sent: Sent, now: datetime) -> dict[str, str]:
    found: dict[str, str] = {}
    entry = catalogue.find(sent.item, timezone.localdate(now))
    if sent.channel not in OVER_THE_COUNTER:
        found["channel"] = gettext("Please choose how it came in.")
    if entry is None:
        found["item"] = gettext("Please choose what the matter is about.")
    elif entry.about_staff and not sent.about:
        found["about"] = gettext("Please say whom the complaint is about: they will neither see nor handle it.")
    if not sent.text:
        found["text"] = gettext("Please write what was said.")
    if not (sent.area or sent.address):
        found["area"] = gettext("Please say where it is: an area or an address.")
    if not sent.anonymous:
        found |= _wrong_contact(sent.contact)
    return found


def _wrong_contact(contact: str) -> dict[str, str]:
    if not contact:
        return {"contact": gettext("Please write a telephone number, or mark it as anonymous.")}
    try:
        phones.normal(contact)
    except ValidationError as wrong:
        return {"contact": " ".join(wrong.messages)}
    return {}


def _take_in(request: HttpRequest, account: Account, screen: Screen, now: datetime) -> cases.Opened | None:
    try:
        return cases.open_case(actor=account, report=_report(screen, now), now=now)
    except AskArea as asked:
        screen.sides = [Offer(one.code, one.name, "") for one in asked.candidates]
        screen.errors["area"] = gettext("This is next to a border. Which side is it on?")
    except (CaseError, Refused) as error:
        why = say_refusal(error)
        if error.field in Sent.__slots__:
            screen.errors[error.field] = why
        else:
            messages.error(request, gettext("Not sent: %(why)s What you wrote is kept.") % {"why": why})
            screen.errors["form"] = why
    return None


def _report(screen: Screen, now: datetime) -> cases.Report:
    sent = screen.sent
    area = sent.area
    if not area:
        # an address that names exactly one area is as good as a pick; else the centre finds out
        named_in = territory.in_address(sent.address, on=timezone.localdate(now))
        area = named_in[0].code if len(named_in) == 1 else ""
    return cases.Report(
        client_key=sent.key,
        item=sent.item,
        channel=sent.channel,
        title=sent.title,
        text=sent.text,
        address=sent.address,
        area=area,
        anonymous=sent.anonymous,
        contact="" if sent.anonymous else sent.contact,
        facts=screen.opening.answers,
        about=(sent.about,) if sent.about else (),
        files=tuple(UUID(one) for one in screen.form.answers.get("photos", [])),
    )


def _show(request: HttpRequest, account: Account, screen: Screen, now: datetime) -> HttpResponse:
    on = timezone.localdate(now)
    schemes = wishes.schemes_in_force(now)
    titles = {one.value: one.title for one in menus.channels(schemes)}
    entry = catalogue.find(screen.sent.item, on) if screen.sent.item else None
    shown: dict[str, Any] = {
        "now": now,
        "frame": frame(account, now),
        "sent": screen.sent,
        "form": screen.form,
        "opening": screen.opening,
        "errors": screen.errors,
        "sides": screen.sides,
        "areas": _areas(account, now),
        "channels": [(one, titles[one]) for one in OVER_THE_COUNTER if one in titles],
        "groups": catalogue.groups(on),
        "about": complained_about(schemes[0], screen.sent.area, now) if entry and entry.about_staff and schemes else [],
    }
    return render(request, "desk/intake.html", shown, status=422 if screen.errors else 200)


def _areas(account: Account, now: datetime) -> list[Offer]:
    """Return the grids that the office answers for, by name, so that the usual ones are a choice away."""
    on = timezone.localdate(now)
    own = own_areas(account, now)[:MOST_AREAS]
    above = {area.pk: area for area in territory.areas(on).filter(pk__in={area.parent_id for area in own})}
    return [
        Offer(area.code, named([above[area.parent_id], area] if area.parent_id in above else [area])) for area in own
    ]
