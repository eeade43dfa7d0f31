"""Reporting a matter in three pages: what, where, how to reach you; then the receipt. Works without scripts."""

import re
from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from gezhi.cases import operations as cases
from gezhi.cases import queries
from gezhi.cases.errors import AskArea, CaseError
from gezhi.cases.operations.report import TEXT_LENGTH
from gezhi.enactment import queries as enactment
from gezhi.foundation import clock, files
from gezhi.people.models import Account
from gezhi.schemes.model import Question
from gezhi.schemes.state import Refused
from gezhi.schemes.text import Text
from gezhi.web import opening, pace, questions, wording
from gezhi.web.account.idle import has_just_ended
from gezhi.web.portal import catalogue, drafts, places, similar, tickets
from gezhi.web.portal.complaints import complained_about
from gezhi.web.portal.drafts import Draft
from gezhi.web.portal.forecast import CHANNEL, forecast

_PHONE = re.compile(r"[0-9+()\- ]{5,20}")
PHOTOS = Question(id="photos", kind="photos", title=Text("照片", "Photos"), required=False)

type Page = Callable[[HttpRequest, Draft, datetime], HttpResponse]


def with_draft(page: Page) -> Callable[[HttpRequest, str], HttpResponse]:
    """Give a page the browser's draft; without one, begin anew and say why."""

    @never_cache
    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest, key: str) -> HttpResponse:
        draft = drafts.find(request, key)
        if draft is None:
            messages.warning(
                request, gettext("This report is not kept any more (or never was in this browser). Please begin again.")
            )
            return redirect("web:portal_report")
        if draft.number and request.resolver_match and request.resolver_match.url_name != "portal_receipt":
            return redirect("web:portal_receipt", key=key)
        return page(request, draft, clock.now())

    return view


@never_cache
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Page 1 for a new report: the item, what happened, photos. `item` and `area` may come with the address."""
    now = clock.now()
    draft = drafts.begin(item=request.GET.get("item", ""), area=places.known(request.GET.get("area", ""), now))
    return _what(request, draft, now)


def _what(request: HttpRequest, draft: Draft, now: datetime) -> HttpResponse:
    form = questions.blank([PHOTOS], {}, now)
    form.fields[0].kept = tuple(questions.keep(row) for row in questions.stored(draft.photos))
    errors: dict[str, str] = {}
    if request.method == "POST":
        form, errors = _read_what(request, draft, now)
        if not errors:
            return redirect("web:portal_where", key=draft.key)
    offered = list(catalogue.entries(timezone.localdate(now)))
    sounds_like = catalogue.suggested(draft.text, offered) if draft.text and not draft.item else []
    shown = {
        "draft": draft,
        "form": form,
        "errors": errors,
        "most_letters": TEXT_LENGTH,
        "groups": catalogue.grouped(offered),
        "sounds_like": sounds_like,
        "common": [one for one in _common(offered, now) if one not in sounds_like],
        "chosen": catalogue.find(draft.item, timezone.localdate(now)),
        "emergency_numbers": catalogue.numbers_to_call(timezone.localdate(now)),
    }
    return render(request, "portal/report_what.html", shown, status=422 if errors else 200)


def _read_what(request: HttpRequest, draft: Draft, now: datetime) -> tuple[questions.Form, dict[str, str]]:
    errors = _unwelcome(request, now)
    entry = catalogue.find(request.POST.get("item", ""), timezone.localdate(now))
    draft.text = request.POST.get("text", "").strip()
    form = questions.read([PHOTOS], request, {}, now, actor="") if not errors else questions.blank([PHOTOS], {}, now)
    draft.photos = [str(one) for one in form.answers.get("photos", [])] or _kept(form)
    draft.photo_place = questions.PHOTO_PLACE in request.POST
    if not draft.photo_place:
        places.forget_photos(draft)
    if entry:
        draft.item, draft.scheme = entry.id, entry.scheme
    else:
        errors["item"] = gettext("Please choose what the matter is about.")
    if not draft.text and not draft.photos:
        errors["text"] = gettext("Please write a sentence or add a photo.")
    if len(draft.text) > TEXT_LENGTH:
        errors["text"] = gettext("%(n)d characters too many: at most %(most)d. All that you wrote is still here.") % {
            "most": TEXT_LENGTH,
            "n": len(draft.text) - TEXT_LENGTH,
        }
    errors |= form.errors
    drafts.keep(request, draft)
    return form, errors


def _common(offered: list[catalogue.Entry], now: datetime) -> list[catalogue.Entry]:
    """Return the big choices: what is reported most, counted once an hour."""
    ids: tuple[tuple[str, str], ...] | None = cache.get("portal.most_reported")
    if ids is None:
        ids = queries.most_reported(now=now)
        cache.set("portal.most_reported", ids, 3600)
    return catalogue.common(ids, offered)


def _kept(form: questions.Form) -> list[str]:
    return [found for kept in form.fields[0].kept if (found := questions.kept_id(kept.token))]


def _unwelcome(request: HttpRequest, now: datetime) -> dict[str, str]:
    """Say why a post is not taken: a machine filled the field that people do not see, or too many came."""
    if request.POST.get("website"):
        return {"text": gettext("The field “website” must stay empty. Please empty it and send again.")}
    if pace.too_fast(request, "report", now):
        return {
            "text": gettext(
                "Very much was sent from your network in a short time. Please wait ten minutes; what you wrote is kept."
            )
        }
    return {}


what = with_draft(_what)
like_it = with_draft(similar.page)


@with_draft
def where(request: HttpRequest, draft: Draft, now: datetime) -> HttpResponse:
    """Page 2: the place, by map, GPS, address or the list of areas; asks which side where it is next to a border."""
    if not draft.item:
        return redirect("web:portal_what", key=draft.key)
    error = ""
    if request.method == "POST" and "not_there" in request.POST:
        places.forget_photos(draft)
        drafts.keep(request, draft)
        return redirect("web:portal_where", key=draft.key)
    if request.method == "GET" and places.from_photos(draft, now):
        drafts.keep(request, draft)
    if request.method == "POST":
        places.take(draft, request.POST, now)
        drafts.keep(request, draft)
        if "open" in request.POST:
            return HttpResponseRedirect(f"{request.path}?under={quote(request.POST['open'])}#list")
        missing = places.settle(draft, request.POST.get("side", ""), now)
        drafts.keep(request, draft)
        if missing is None:
            return redirect("web:portal_similar" if similar.asks(draft, now) else "web:portal_contact", key=draft.key)
        # a question that is put for the first time is no mistake of the reader's
        error = missing if "asked" in request.POST or places.open_question(draft, now) is None else ""
    shown = {
        "draft": draft,
        "errors": {"place": error} if error else {},
        "entry": catalogue.find(draft.item, timezone.localdate(now), draft.scheme),
        "picture": next(iter(tickets.thumbnails(draft.photos)), None),
        "asked": places.open_question(draft, now),
        "picker": places.picker(request.GET.get("under", ""), now),
        "list_open": "under" in request.GET,
        "picked": places.chain_name(draft.area, now),
        "map": places.map_of(draft, now),
    }
    return render(request, "portal/report_where.html", shown, status=422 if error else 200)


@never_cache
@require_POST
def look(request: HttpRequest, key: str) -> HttpResponse:
    """Answer at once what follows from a point that was just chosen: whose it is, which side, or that it is outside.

    Nothing is kept; the page's own form keeps it.
    """
    now = clock.now()
    draft = drafts.find(request, key)
    if draft is None:
        return HttpResponse(status=204)
    places.take(draft, request.POST, now)
    asked = places.open_question(draft, now)
    if asked is None:
        places.settle(draft, "", now)
    shown = {
        "draft": draft,
        "asked": asked,
        "picked": places.chain_name(draft.area, now),
        "forecast": forecast(draft, now) if draft.area else None,
    }
    return render(request, "portal/look.html", shown)


@with_draft
def contact(request: HttpRequest, draft: Draft, now: datetime) -> HttpResponse:
    """Page 3: how to reach the reporter, what the plan asks at the opening, who will get it; then it is sent."""
    on = timezone.localdate(now)
    entry = catalogue.find(draft.item, on, draft.scheme)
    if entry is None or not (draft.has_place or draft.outside):
        return redirect("web:portal_what" if entry is None else "web:portal_where", key=draft.key)
    _, scheme = enactment.in_force(draft.scheme, on)
    asked = opening.asked_by(scheme, draft.item)
    form = asked.blank(now)
    errors: dict[str, str] = {}
    if request.method == "POST":
        form = asked.read(request, now, actor="")
        errors = _read_contact(request, draft) | form.errors
        draft.facts = form.answers
        drafts.keep(request, draft)
        if has_just_ended(request):
            messages.warning(
                request,
                gettext(
                    "Not sent yet: you were signed out. Sign in again so that it stands among your matters, or send it "
                    "as it is."
                ),
            )
        elif not errors:
            return _send(request, draft, now)
    elif isinstance(request.user, Account) and not draft.name:
        draft.name, draft.phone, draft.who = request.user.name, request.user.phone or "", draft.who or "contact"
    shown = {
        "draft": draft,
        "form": form,
        "errors": errors,
        "entry": entry,
        "picture": next(iter(tickets.thumbnails(draft.photos)), None),
        "place": places.chain_name(draft.area, now),
        "about": complained_about(scheme, draft.area, now) if entry.about_staff else [],
        "forecast": forecast(draft, now),
    }
    return render(request, "portal/report_contact.html", shown, status=422 if errors else 200)


def _read_contact(request: HttpRequest, draft: Draft) -> dict[str, str]:
    draft.who = request.POST.get("who", "")
    draft.name = request.POST.get("name", "").strip()[:60]
    draft.phone = request.POST.get("phone", "").strip()[:40]
    draft.about = request.POST.get("about", "")
    if draft.who not in ("anonymous", "contact"):
        return {"who": gettext("Please choose: anonymous, or with a telephone number.")}
    if not draft.anonymous and not _PHONE.fullmatch(draft.phone):
        return {"phone": gettext("Please write a telephone number, or choose to stay anonymous.")}
    return {}


def _send(request: HttpRequest, draft: Draft, now: datetime) -> HttpResponse:
    if pace.too_fast(request, "report", now):
        messages.error(
            request,
            gettext(
                "Very much was sent from your network in a short time. Please wait ten minutes; what you wrote is kept."
            ),
        )
        return redirect("web:portal_contact", key=draft.key)
    resident = tickets.resident(request)
    try:
        opened = cases.open_case(actor=resident, report=_report(draft, resident), now=now)
    except AskArea:
        draft.area = ""
        drafts.keep(request, draft)
        return redirect("web:portal_where", key=draft.key)
    except (CaseError, Refused) as error:
        if isinstance(error, CaseError) and error.field == "files":
            return _without_lost(request, draft)
        messages.error(request, gettext("Not sent: %(why)s What you wrote is kept.") % {"why": _why(error)})
        return redirect("web:portal_contact", key=draft.key)
    draft.number, draft.secret = opened.number, opened.secret
    drafts.keep(request, draft)
    tickets.remember(request, opened.number, opened.secret)
    return redirect("web:portal_receipt", key=draft.key)


def _without_lost(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Lead back to the photos, without those that are gone: put up so long ago that they were cleared away."""
    here = {str(row.pk) for row in questions.stored([*draft.photos, *map(str, files.ids_in(draft.facts))])}
    draft.photos = [one for one in draft.photos if one in here]
    gone = {str(one) for one in files.ids_in(draft.facts)} - here
    draft.facts = {key: _left(value, gone) for key, value in draft.facts.items()}
    drafts.keep(request, draft)
    messages.error(
        request,
        gettext("Not sent: a photo is not here any more. Please choose it again. All else that you wrote is kept."),
    )
    return redirect("web:portal_what", key=draft.key)


def _left(answer: object, gone: set[str]) -> object:
    return [one for one in answer if one not in gone] if isinstance(answer, list) else answer


def _why(error: CaseError | Refused) -> str:
    return wording.say(Text(error.zh, error.en)) if isinstance(error, Refused) else str(error)


def _report(draft: Draft, resident: Account | None) -> cases.Report:
    return cases.Report(
        client_key=draft.key,
        item=draft.item,
        scheme=draft.scheme,
        channel=CHANNEL,
        text=draft.text,
        lon=float(draft.lon) if draft.has_point else None,
        lat=float(draft.lat) if draft.has_point else None,
        address=" ".join(part for part in (draft.address, draft.near) if part),
        area=draft.area,
        anonymous=draft.anonymous,
        contact=" ".join(part for part in (draft.name, draft.phone) if part),
        facts=draft.facts,
        about=(draft.about,) if draft.about else (),
        reporter=resident,
        files=tuple(UUID(one) for one in draft.photos),
    )


@with_draft
def receipt(request: HttpRequest, draft: Draft, now: datetime) -> HttpResponse:
    """The result: the number, the code to follow it with, a slip to print with a QR code, and who has it now."""
    if not draft.number:
        return redirect("web:portal_contact", key=draft.key)
    on = timezone.localdate(now)
    shown = {
        "now": now,
        "draft": draft,
        "code": tickets.spaced(draft.secret),
        "entry": catalogue.find(draft.item, on, draft.scheme),
        "forecast": forecast(draft, now),
        "link": tickets.link(draft.number, draft.secret),
        "qr": tickets.qr(tickets.link(draft.number, draft.secret)),
        "place": places.chain_name(draft.area, now),
    }
    return render(request, "portal/receipt.html", shown)
