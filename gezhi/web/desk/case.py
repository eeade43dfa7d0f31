"""A case at the desk: what to do now, parts, clocks, who held it how long, the story; and doing what a button says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from gezhi.cases import operations as cases
from gezhi.cases import queries
from gezhi.cases.access import MERGE, SUPERVISE, may, works_on
from gezhi.cases.errors import NotFound
from gezhi.cases.models import Case, CaseFile
from gezhi.cases.queries import CasePage, Load
from gezhi.foundation import clock, files
from gezhi.people import access
from gezhi.people.models import Account
from gezhi.schemes.model import CLOSED
from gezhi.web import wording
from gezhi.web.acting import Doing, Tried, attempt, doings
from gezhi.web.areas import named
from gezhi.web.desk import previews, showing, undo
from gezhi.web.desk.decisions import open_on
from gezhi.web.desk.done import say_done
from gezhi.web.desk.frame import frame
from gezhi.web.desk.kept import keeps_what_was_typed, typed
from gezhi.web.desk.maps import map_of
from gezhi.web.desk.rows import case_light, channel_title
from gezhi.web.found_on import found_on
from gezhi.web.questions import Form
from gezhi.web.staff import for_staff
from gezhi.web.stories import pictures

_LOADS_KEPT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Asked:
    """How the page came to be shown: what was tried, which action is open, words to keep, a contact to show once."""

    tried: Tried = field(default_factory=Tried)
    do: str = ""
    only: str = ""
    kept: tuple[str, ...] = ()
    seen: str = ""
    contact: str = ""
    purpose: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    note_public: bool = False
    note_form: Form | None = None
    look_again: bool = False
    reason: str = ""


@never_cache
@require_GET
@for_staff
def page(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """Show a case."""
    now = clock.now()
    asked = Asked(do=request.GET.get("do", ""), only=request.GET.get("story", ""))
    return show(request, account, find(account, number, now), now, asked)


@never_cache
@require_GET
@for_staff
def aside(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """Show the short form of a case beside the queue."""
    now = clock.now()
    found = find(account, number, now)
    back = urlsplit(request.headers.get("HX-Current-URL", ""))
    shown = context(account, found, now, Asked(do=request.GET.get("do", "")))
    shown["back"] = f"{back.path}?{back.query}" if back.path == reverse("web:desk_queue") else ""
    return render(request, "desk/aside.html", shown)


@never_cache
@require_POST
@for_staff
@keeps_what_was_typed
def act(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """Do what a button says. What can't be done says why, what happened meanwhile, and keeps what was typed."""
    now = clock.now()
    found = find(account, number, now)
    tried = attempt(request, account, found, now)
    if not tried.done:
        kept = () if tried.wrong else typed(request)
        asked = Asked(tried=tried, do=next(iter(tried.wrong), ""), kept=kept, seen=request.POST.get("seen", ""))
        return show(request, account, find(account, number, now), now, asked, status=409 if tried.message else 422)
    say_done(request, account, number, tried, now)
    return after(request, account, number, now)


@require_GET
@for_staff
def file(request: HttpRequest, account: Account, number: str, file: UUID) -> HttpResponseBase:
    """Hand out a file of a case that the reader may see; `?small` gives the small copy."""
    case = row_of(account, number, clock.now())
    row = CaseFile.objects.filter(case=case, pk=file, withdrawn_at=None).select_related("file").first()
    if row is None:
        raise Http404
    return files.respond(row.file, "thumb" if "small" in request.GET else "full")


def find(account: Account, number: str, now: datetime) -> CasePage:
    """Return a case's page, or answer 404: a case that may not be seen is not there."""
    try:
        found = queries.case_page(account=account, number=number, now=now, language=get_language() or "zh-hans")
    except NotFound as missing:
        raise Http404(str(missing)) from missing
    if not found.works_on:
        raise Http404(gettext("You reported this yourself: follow it on the portal, with its number and code."))
    return found


def row_of(account: Account, number: str, now: datetime) -> Case:
    """Return a case that the account works on, without the rest of its page, or answer 404."""
    case = queries.find(account=account, number=number, now=now)
    if case is None or not works_on(account, case, now):
        raise Http404
    return case


def after(request: HttpRequest, account: Account, number: str, now: datetime) -> HttpResponse:
    """Go where one came from; else to the case, or to the queue when it is no longer one's own to see."""
    back = request.POST.get("back", "")
    if back.startswith(reverse("web:desk_queue")):
        return redirect(back)
    still = queries.find(account=account, number=number, now=now)
    return redirect("web:desk_case", number=number) if still else redirect("web:desk_queue")


def show(
    request: HttpRequest, account: Account, page: CasePage, now: datetime, asked: Asked, *, status: int = 200
) -> HttpResponse:
    """Draw the whole page."""
    if asked.tried.message:
        messages.error(request, asked.tried.message)
    shown = context(account, page, now, asked)
    alike = {one.case.pk for one in page.alike}
    shown |= {
        "frame": frame(account, now),
        "parts": showing.parts_of(page, now),
        "clocks": showing.clocks_of(page, now),
        "holds": showing.holds_of(page),
        "part_holds": showing.part_holds_of(page),
        "map": map_of(page),
        "pictures": pictures(page.files, page.scheme, showing.address_of(page.case.number)),
        "related": [(one, case_light(one, now)) for one in page.related if one.pk not in alike],
        "alike": [(one, case_light(one.case, now), showing.why_alike(one)) for one in page.alike],
        "undos": undo.offers(page, account, now),
        "beat": cases.BEAT_SECONDS,
        "watches": [(one, page.names.desk(one.desk_key)) for one in page.watches if one.until is None],
        "can_merge": may(account, MERGE, page.case, now),
        "followers": page.followers,
    } | _watching(account, page, now)
    shown["found_on"] = found_on(account, page.case, now)
    return render(request, "desk/case.html", shown, status=status)


def context(account: Account, page: CasePage, now: datetime, asked: Asked) -> dict[str, Any]:
    """Return what both the page and its short form show."""
    offered = doings(page, now, asked.tried.wrong)
    enriched(page, offered, now)
    free = [one for one in offered if not one.blocked]
    open_key = _open_key(free, asked.do)
    item = page.scheme.items.get(page.state.item)
    case = page.case
    return {
        "now": now,
        "page": page,
        "case": case,
        "listed_hazard": case.closed_at is None and _was_listed(page),
        "asked": asked,
        "item": wording.say(item.title) if item else page.state.item,
        "item_group": _group(page),
        "channel": channel_title(page.scheme, case.channel),
        "place": named(list(page.areas), from_level=1 if len(page.areas) > 1 else 0),
        "step": showing.step_title(page),
        "holder": page.names.desk(page.state.desk) if page.state.desk else "",
        "about": [page.names.desk(key) for key in page.state.facts.get("about", ())],
        "mine": _holds_it(account, page, now),
        "headline": showing.headline(page, now),
        "doings": [(one, _leads_to(page, one)) for one in free],
        "open_key": open_key,
        "blocked": [one for one in offered if one.blocked],
        "errors": {name: words for form in asked.tried.wrong.values() for name, words in form.errors.items()},
        "proposals": open_on(page, account, now),
        "story": showing.story_of(page, asked.only, account, now),
        "meanwhile": meanwhile(page, asked.seen),
        "text": case.text if case.text.strip("。. ") != case.title.strip("。. ") else "",
        "closed": page.state.step == CLOSED,
        "unplaced": case.area_id is None,
    }


def enriched(page: CasePage, offered: list[Doing], now: datetime) -> None:
    """Show loads and due times in the forms; loads are asked for only where a department is."""
    actions = page.scheme.procedures[page.state.procedure].actions
    wanted = any(one.kind in ("department", "departments") for doing in offered for one in doing.form.fields)
    loads = _loads(page, now) if wanted else {}
    previews.enrich(offered, actions, scheme=page.scheme, state=page.state, loads=loads, now=now)


def _loads(page: CasePage, now: datetime) -> Mapping[str, Load]:
    """Return what each department has in hand, counted at most every half minute."""
    kept = f"desk.loads:{page.case.scheme_version_id}"
    found: Mapping[str, Load] | None = cache.get(kept)
    if found is None:
        found = queries.loads(desk_keys=[f"department:{one}" for one in page.scheme.departments], now=now)
        cache.set(kept, found, _LOADS_KEPT_SECONDS)
    return found


def _leads_to(page: CasePage, doing: Doing) -> str:
    procedure = page.scheme.procedures[page.state.procedure]
    return previews.leads_to(page.scheme, procedure, page.state, procedure.actions[doing.action])


def _open_key(free: list[Doing], wanted: str) -> str:
    """Return the action whose form is open: the one asked for, else the usual one, if it can be done."""
    return next((one.key for one in free if one.key == wanted), next((one.key for one in free if one.usual), ""))


def _holds_it(account: Account, page: CasePage, now: datetime) -> bool:
    keys = {desk.key for desk in access.desks_of(account, now)}
    return any(hold.until is None and hold.desk.key in keys for hold in page.state.holds)


def _group(page: CasePage) -> str:
    line = page.scheme.lineage(page.state.item)
    return wording.say(page.scheme.items[line[-1]].title) if len(line) > 1 else ""


def _watching(account: Account, page: CasePage, now: datetime) -> dict[str, bool]:
    """Return whether supervision is offered: by the plan's own action where there is one, else by right."""
    actions = page.scheme.procedures[page.state.procedure].actions
    by_plan = any(actions[one.action].sets_limit and "superior" in actions[one.action].by for one in page.choices)
    keys = {desk.key for desk in access.desks_of(account, now)}
    watched = any(one.until is None and one.desk_key in keys for one in page.watches)
    right = may(account, SUPERVISE, page.case, now) and page.state.step != CLOSED
    return {"can_supervise": right and not by_plan and not watched, "can_release": watched}


def meanwhile(page: CasePage, seen: str) -> list[Any]:
    """Return the entries of the story that came after the page was read."""
    try:
        since = datetime.fromisoformat(seen)
    except ValueError:
        return []
    if since.tzinfo is None:
        return []
    return [(entry, showing.record_title(entry) or entry.title) for entry in page.story if entry.at > since]


def _was_listed(page: CasePage) -> bool:
    """Say whether the case stands on the list of hazards under supervised rectification."""
    steps = page.scheme.procedures[page.case.procedure].steps
    return any(hold.step in steps and steps[hold.step].listed for hold in page.state.holds if not hold.part)
