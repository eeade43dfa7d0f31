"""Pages of their own for what decides a case's way anew: its place, its item."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gezhi.cases import operations as cases
from gezhi.cases import queries
from gezhi.cases.errors import CaseError, Conflict
from gezhi.cases.queries import CasePage
from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.schemes.state import Refused
from gezhi.territory import queries as territory
from gezhi.web.areas import named
from gezhi.web.desk.beside import say_refusal
from gezhi.web.desk.case import find
from gezhi.web.desk.frame import frame
from gezhi.web.opening import Asked, asked_by
from gezhi.web.portal import catalogue
from gezhi.web.portal.places import picker
from gezhi.web.staff import for_staff


@dataclass(slots=True)
class Sent:
    """What a form said, and what is wrong with it."""

    chosen: str = ""
    reason: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@never_cache
@require_http_methods(["GET", "POST"])
@for_staff
def place(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """Give a case a place, or move it over a border: picked from the tree, by search, or near the point."""
    now = clock.now()
    found, sent = find(account, number, now), _sent(request, "area")
    if request.method == "POST":
        if not sent.chosen:
            sent.errors["area"] = gettext("Please choose the area.")
        elif _tried(
            sent, "area",
            lambda: cases.place(
                actor=account, number=number, area=sent.chosen, reason=sent.reason, version=_version(request), now=now
            ),
        ):  # fmt: skip
            return _done(request, account, number, gettext("The case has its place; its step begins anew there."), now)
    words = request.GET.get("q", "").strip()[:40]
    shown = {
        "picker": picker(request.GET.get("under", _start(found)), now),
        "words": words,
        "near": _near(found, words, now),
        "reason_needed": bool(found.case.area_id),
    }
    return _page(request, account, found, now, template="desk/place.html", sent=sent, shown=shown)


@never_cache
@require_http_methods(["GET", "POST"])
@for_staff
def item(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """Give a case another item: procedure, limits and holder follow from it anew."""
    now = clock.now()
    found, sent = find(account, number, now), _sent(request, "item")
    asks = _asked(found, sent.chosen)
    form = asks.blank(now)
    if request.method == "POST":
        if not sent.chosen:
            sent.errors["item"] = gettext("Please choose the item.")
        elif asks.questions and request.POST.get("opening_of") != sent.chosen:
            sent.errors["opening"] = gettext("For this item the plan asks a little more: please answer it, too.")
        else:
            form = asks.read(request, now, actor=str(account.pk))
            sent.errors |= form.errors
        if not sent.errors and _tried(
            sent, "item",
            lambda: cases.change_item(
                actor=account, number=number, item=sent.chosen, reason=sent.reason, facts=form.answers,
                version=_version(request), now=now,
            ),
        ):  # fmt: skip
            return _done(request, account, number, gettext("The case has another item; its way begins anew."), now)
    known = [
        one
        for one in catalogue.groups(timezone.localdate(now))
        if any(e.scheme == found.scheme.id for e in one.entries)
    ]
    shown = {"groups": known, "opening": form}
    return _page(request, account, found, now, template="desk/item.html", sent=sent, shown=shown)


def _asked(found: CasePage, item_id: str) -> Asked:
    """Return what the plan of the case asks at the opening of another item, and the case doesn't say yet."""
    chosen = found.scheme.items.get(item_id)
    if chosen is None or not chosen.procedure:
        return Asked((), {})
    return asked_by(found.scheme, item_id, known=found.state.facts)


def _sent(request: HttpRequest, name: str) -> Sent:
    chosen = request.POST.get(name, "") or request.GET.get(name, "")
    return Sent(chosen=chosen[:60], reason=request.POST.get("reason", ""))


def _version(request: HttpRequest) -> int | None:
    version = request.POST.get("version", "")
    return int(version) if version.isdecimal() else None


def _tried(sent: Sent, name: str, what: Any) -> bool:
    """Do it; else put what was refused at its field. What was typed stays."""
    try:
        what()
    except Conflict as conflict:
        sent.errors["conflict"] = str(conflict)
    except (CaseError, Refused) as error:
        at = error.field if error.field in (name, "reason") else name
        sent.errors[at] = say_refusal(error)
    return not sent.errors


def _done(request: HttpRequest, account: Account, number: str, words: str, now: datetime) -> HttpResponse:
    messages.success(request, words)
    still = queries.find(account=account, number=number, now=now)
    return redirect("web:desk_case", number=number) if still else redirect("web:desk_queue")


def _start(page: CasePage) -> str:
    """Return where the tree is opened first: beside the present area."""
    return page.areas[-2].code if len(page.areas) > 1 else ""


def _near(page: CasePage, words: str, now: datetime) -> list[tuple[str, str, str]]:
    """Return areas that fit: by the words looked for, by the point with its metres, else by the address."""
    on = timezone.localdate(now)
    if words:
        return [(area.code, named(territory.chain(area.code, on)), "") for area in territory.search(words, on=on)]
    case = page.case
    if case.lon is not None and case.lat is not None:
        routed = territory.router(on).route(case.lon, case.lat)
        return [
            (code, named(territory.chain(code, on), from_level=-3), gettext("%(n)d m away") % {"n": round(metres)})
            for code, metres in routed.candidates
            if not page.areas or code != page.areas[-1].code
        ]
    found = territory.in_address(case.address, on=on) if case.address else []
    return [(area.code, named(territory.chain(area.code, on)), gettext("named in the address")) for area in found]


def _page(
    request: HttpRequest, account: Account, found: CasePage, now: datetime, *, template: str, sent: Sent,
    shown: dict[str, Any],
) -> HttpResponse:  # fmt: skip
    around = {
        "now": now,
        "frame": frame(account, now),
        "page": found,
        "case": found.case,
        "place": named(list(found.areas), from_level=1 if len(found.areas) > 1 else 0),
        "sent": sent,
    }
    return render(request, template, around | shown, status=422 if sent.errors else 200)
