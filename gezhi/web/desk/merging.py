"""Merging a duplicate: the two side by side, what becomes of them, who is told and how to undo it, before the press."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gezhi.cases import number as numbers
from gezhi.cases import operations as cases
from gezhi.cases import queries
from gezhi.cases.errors import CaseError, NotFound
from gezhi.cases.queries import CasePage
from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.web import wording
from gezhi.web.areas import named
from gezhi.web.components import ClockView, Picture
from gezhi.web.desk import showing
from gezhi.web.desk.beside import say_refusal
from gezhi.web.desk.case import find
from gezhi.web.desk.frame import frame
from gezhi.web.desk.kept import keeps_what_was_typed
from gezhi.web.desk.rows import case_light, channel_title, place_of
from gezhi.web.staff import for_staff
from gezhi.web.stories import pictures


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two cases as the preview shows it."""

    page: CasePage
    item: str
    place: str
    channel: str
    holder: str
    step: str
    clock: ClockView | None
    pictures: tuple[Picture, ...]


@never_cache
@require_http_methods(["GET", "POST"])
@for_staff
@keeps_what_was_typed
def merge(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """Choose the main case; look at what merging would do; merge."""
    now = clock.now()
    found = find(account, number, now)
    sent = request.POST if request.method == "POST" else request.GET
    wanted = sent.get("other", "").strip() or sent.get("main", "").strip()
    error, main = _main(account, found, wanted, now)
    if request.method == "POST" and not wanted:
        error = gettext("Please choose the main case, or write its number.")
    if request.method == "POST" and main is not None and not error and "sure" in request.POST:
        try:
            cases.merge(
                actor=account, duplicate=found.case.number, main=main.case.number,
                reason=request.POST.get("reason", ""), now=now,
            )  # fmt: skip
        except CaseError as refusal:
            error = say_refusal(refusal)
        else:
            messages.success(request, gettext("Merged: the reporter now follows the main case."))
            still = queries.find(account=account, number=number, now=now)
            return redirect("web:desk_case", number=number) if still else redirect("web:desk_queue")
    shown = {
        "now": now,
        "frame": frame(account, now),
        "case": found.case,
        "page": found,
        "place": named(list(found.areas), from_level=1 if len(found.areas) > 1 else 0),
        "others": _others(found, now),
        "wanted": wanted[:30],
        "reason": sent.get("reason", ""),
        "error": error,
        "dup": _side(found, now),
        "main": _side(main, now) if main is not None and not error else None,
        "followers": len(main.duplicates) + 1 if main is not None else 0,
    }
    return render(request, "desk/merge.html", shown, status=422 if error and request.method == "POST" else 200)


def _main(account: Account, found: CasePage, wanted: str, now: datetime) -> tuple[str, CasePage | None]:
    """Return the case that was chosen, or why it can't be the main one."""
    if not wanted:
        return "", None
    tidied = numbers.tidy(wanted)
    missing = gettext("There is no case %(number)s that you may see. Check the number.") % {"number": wanted[:30]}
    if tidied is None:
        return missing, None
    try:
        main = queries.case_page(account=account, number=tidied, now=now, language=get_language() or "zh-hans")
    except (NotFound, Http404):
        return missing, None
    refused = cases.why_not_merge(actor=account, duplicate=found.case, main=main.case, now=now)
    return (say_refusal(refused), main) if refused is not None else ("", main)


def _others(found: CasePage, now: datetime) -> list[tuple[str, str, str]]:
    """Return what may be chosen: number, title, and why it may be the same or how it stands."""
    listed = {one.case.pk: (one.case, showing.why_alike(one)) for one in found.alike if one.case.closed_at is None}
    for one in found.related:
        if one.merged_into_id is None and one.closed_at is None:
            listed.setdefault(one.pk, (one, ""))
    return [
        (
            one.number,
            one.title,
            " · ".join(
                part
                for part in (
                    why,
                    place_of(one),
                    wording.say_past(one.opened_at, now),
                    str(wording.LIGHT_WORDS[case_light(one, now)]),
                )
                if part
            ),
        )
        for one, why in listed.values()
    ]


def _side(page: CasePage, now: datetime) -> Side:
    item = page.scheme.items.get(page.state.item)
    return Side(
        page=page,
        item=wording.say(item.title) if item else page.state.item,
        place=page.case.address or named(list(page.areas), from_level=1 if len(page.areas) > 1 else 0),
        channel=channel_title(page.scheme, page.case.channel),
        holder=page.names.desk(page.state.desk) if page.state.desk else "",
        step=showing.step_title(page),
        clock=showing.headline(page, now),
        pictures=pictures(page.files, page.scheme, showing.address_of(page.case.number))[:6],
    )
