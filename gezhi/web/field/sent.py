"""After sending: the number, who has it, and putting right what was sent, which the case's log shows."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from gezhi.cases import operations as cases
from gezhi.cases.access import took_in
from gezhi.cases.errors import CaseError, Conflict
from gezhi.cases.queries import CasePage
from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.schemes.model import CLOSED
from gezhi.schemes.state import Refused
from gezhi.schemes.text import Text
from gezhi.web import questions, wording
from gezhi.web.areas import named
from gezhi.web.field import showing, spot
from gezhi.web.field.case import Asked, find, gone, show
from gezhi.web.field.items import items
from gezhi.web.field.report import PHOTOS
from gezhi.web.field.sending import by_script, once
from gezhi.web.portal.places import degrees
from gezhi.web.staff import for_staff


@dataclass(frozen=True, slots=True)
class Correcting:
    """A correction that is being written: its photos, and what is wrong with it."""

    photos: questions.Form
    errors: dict[str, str] = field(default_factory=dict)


@never_cache
@require_GET
@for_staff
def receipt(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """Show that it was taken in: number, who has it, until when; then the next report."""
    now = clock.now()
    found = find(account, number, now)
    if found is None:
        return gone(request, account, now)
    shown = _head(found, now) | {
        "again": "again" in request.GET,
        "can_correct": _correctable(account, found),
        "count": len(found.files),
    }
    return render(request, "field/sent.html", shown)


@never_cache
@require_http_methods(["GET", "POST"])
@for_staff
@by_script
@once("correct")
def correct(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """Put right what was sent: item, place, a word or a photo more."""
    now = clock.now()
    found = find(account, number, now)
    if found is None:
        return gone(request, account, now)
    if not _correctable(account, found):
        messages.warning(request, gettext("It can't be corrected any more: the work is done, or you did not send it."))
        words = request.POST.get("text", "").strip()
        if words:
            return show(request, account, found, now, Asked(typed=(words,)), status=409)
        return redirect("web:field_case", number=number)
    form = questions.blank([PHOTOS], {}, now)
    if request.method == "GET":
        return _form(request, account, found, now, Correcting(form))
    form = questions.read([PHOTOS], request, {}, now, actor=str(account.pk))
    errors = dict(form.errors)
    if not errors:
        ids = tuple(UUID(one) for one in form.answers.get("photos", []))
        errors = _correct(account, found, _sent(request, found, ids), request.POST.get("version", ""), now)
    if errors:
        return _form(request, account, found, now, Correcting(form, errors))
    messages.success(request, gettext("Corrected. The case's story shows what was and what is."))
    return redirect("web:field_sent", number=number)


def _sent(request: HttpRequest, found: CasePage, ids: tuple[UUID, ...]) -> cases.Correction:
    sent = request.POST
    lon, lat = degrees(sent.get("lon", "")), degrees(sent.get("lat", ""), 90)
    point = (float(lon), float(lat)) if lon and lat else None
    area = sent.get("area", "")
    if not area and point is not None:
        area = spot.where("", point, clock.now()).area
    return cases.Correction(
        item=sent.get("item", ""),
        area=area,
        address=sent.get("address", found.case.address),
        point=point,
        text=sent.get("text", ""),
        files=ids,
    )


def _correct(
    account: Account, found: CasePage, correction: cases.Correction, version: str, now: datetime
) -> dict[str, str]:
    """Do it; return what is wrong."""
    seen = int(version) if version.isdecimal() else None
    try:
        cases.correct(actor=account, number=found.case.number, correction=correction, version=seen, now=now)
    except Conflict as conflict:
        return {"text": str(conflict)}
    except Refused as refusal:
        return {"item": wording.say(Text(refusal.zh, refusal.en))}
    except CaseError as error:
        return {error.field if error.field in ("item", "area", "text") else "text": str(error)}
    return {}


def _correctable(account: Account, found: CasePage) -> bool:
    return took_in(account, found.case) and found.state.step != CLOSED and found.state.doer_desk is None


def _head(found: CasePage, now: datetime) -> dict[str, object]:
    return {
        "now": now,
        "page": found,
        "case": found.case,
        "item": wording.say(found.scheme.items[found.state.item].title)
        if found.state.item in found.scheme.items
        else "",
        "place": named(list(found.areas), from_level=1 if len(found.areas) > 1 else 0),
        "holder": found.names.desk(found.state.desk) if found.state.desk else "",
        "step": showing.step_title(found),
        "clocks": showing.clocks_of(found, now)[:1],
    }


def _form(request: HttpRequest, account: Account, found: CasePage, now: datetime, tried: Correcting) -> HttpResponse:
    sent, form, errors = request.POST, tried.photos, tried.errors
    case = found.case
    point = (case.lon, case.lat) if case.lon is not None and case.lat is not None else None
    chosen = sent.get("item", case.item)
    shown = _head(found, now) | {
        "errors": errors,
        "chosen": chosen,
        "items": items(account, now, chosen),
        "grids": spot.grids(account, now),
        "area": sent.get("area", case.area.code if case.area else ""),
        "address": sent.get("address", case.address),
        "text": sent.get("text", ""),
        "lon": sent.get("lon", ""),
        "lat": sent.get("lat", ""),
        "form": form,
        "photos": form.fields[0],
        "most": questions.MOST_PHOTOS,
        "map": spot.map_to_pick(case.area.code if case.area else "", point, now, "report"),
    }
    return render(request, "field/correct.html", shown, status=422 if errors else 200)
