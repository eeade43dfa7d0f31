"""A case in the field: where it is, what to do next as buttons that ask only what the plan asks, and the story."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from gezhi.cases import operations as cases
from gezhi.cases import queries
from gezhi.cases.access import took_in
from gezhi.cases.errors import CaseError, NotFound
from gezhi.cases.queries import CasePage
from gezhi.foundation import clock, files
from gezhi.people import access
from gezhi.people.models import Account
from gezhi.schemes.model import CLOSED, Question
from gezhi.schemes.text import Text
from gezhi.web import questions, wording
from gezhi.web.acting import Doing, Tried, attempt, doings
from gezhi.web.areas import named
from gezhi.web.field import showing
from gezhi.web.field.posts import ended
from gezhi.web.field.rows import Task, tasks_of
from gezhi.web.field.sending import by_script, once
from gezhi.web.field.spot import map_at
from gezhi.web.found_on import found_on
from gezhi.web.neighbours import entries_at
from gezhi.web.staff import for_staff
from gezhi.web.stories import pictures

NOTE = Question(id="note", kind="text", title=Text("记一笔", "A note"))
# What a form of the page carries by itself, and nobody typed.
_NOT_TRIED = Tried()
_OWN_FIELDS = frozenset({"csrfmiddlewaretoken", "action", "desk", "part", "version", "next", "seen", "key"})


@dataclass(frozen=True, slots=True)
class Asked:
    """How the page is shown: which form is open, what was just tried, what was typed in a form that is gone."""

    do: str = ""
    done: bool = False
    tried: Tried = _NOT_TRIED
    typed: tuple[str, ...] = ()
    seen: str = ""
    contact: str = ""


@never_cache
@require_GET
@for_staff
def page(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """Show a case to somebody who works on it."""
    now = clock.now()
    found = find(account, number, now)
    if found is None:
        return gone(request, account, now)
    asked = Asked(do=request.GET.get("do", ""), done="done" in request.GET)
    return show(request, account, found, now, asked)


@never_cache
@require_POST
@for_staff
@by_script
@once("act")
def act(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """Do what a button says. What can't be done says why and what happened meanwhile, and keeps what was typed."""
    now = clock.now()
    found = find(account, number, now)
    if found is None:
        return gone(request, account, now)
    tried = attempt(request, account, found, now)
    if tried.done:
        messages.success(request, tried.done)
        still = queries.find(account=account, number=number, now=now)
        to = f"{reverse('web:field_case', args=[found.case.number])}?done" if still else reverse("web:field_today")
        return redirect(to)
    typed = () if tried.wrong else _typed(request)
    asked = Asked(do=next(iter(tried.wrong), ""), tried=tried, typed=typed, seen=request.POST.get("seen", ""))
    again = find(account, number, now)
    return show(request, account, again or found, now, asked, status=409 if tried.message else 422)


@never_cache
@require_POST
@for_staff
@by_script
@once("note")
def note(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """Note something for colleagues. What can't be kept stays to be copied."""
    now = clock.now()
    found = find(account, number, now)
    if found is None:
        return gone(request, account, now)
    form = questions.read([NOTE], request, {}, now, actor=str(account.pk))
    why = next(iter(form.errors.values()), "")
    if not why:
        try:
            cases.comment(actor=account, number=number, text=form.answers["note"], now=now)
        except CaseError as error:
            why = str(error)
        else:
            return redirect("web:field_case", number=number)
    messages.error(request, why)
    return show(request, account, found, now, Asked(typed=_typed(request)), status=422)


@never_cache
@require_POST
@for_staff
def contact(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """Show the reporter's contact to who must call, for a purpose that is written down."""
    now = clock.now()
    found = find(account, number, now)
    if found is None:
        return gone(request, account, now)
    try:
        seen = cases.look_at_contact(actor=account, number=number, purpose=gettext("to call about the matter"), now=now)
    except CaseError as error:
        messages.error(request, str(error))
        return redirect("web:field_case", number=number)
    return show(request, account, found, now, Asked(contact=seen))


@require_GET
@for_staff
def file(request: HttpRequest, account: Account, number: str, file: UUID) -> HttpResponseBase:
    """Hand out a file of the case; `?small` gives the small copy."""
    found = find(account, number, clock.now())
    row = next((one for one in found.files if one.pk == file), None) if found else None
    if row is None:
        raise Http404
    return files.respond(row.file, "thumb" if "small" in request.GET else "full")


def find(account: Account, number: str, now: datetime) -> CasePage | None:
    """Return a case's page, or None where there is none that the account works on.

    Who only reported it follows it on the portal: what colleagues write to each other is not for the reporter.
    """
    try:
        found = queries.case_page(account=account, number=number, now=now, language=get_language() or "zh-hans")
    except NotFound:
        return None
    return found if found.works_on else None


def gone(request: HttpRequest, account: Account, now: datetime) -> HttpResponse:
    """Say that a case is not here, to somebody whose post has ended why, and give back what was typed."""
    shown = {
        "now": now,
        "ended": None if access.reach(account, now).grants else ended(account, now),
        "typed": _typed(request) if request.method == "POST" else (),
        "why": str(NotFound()),
    }
    return render(request, "field/gone.html", shown, status=404)


def _typed(request: HttpRequest) -> tuple[str, ...]:
    """Return the words that somebody typed, so that they can be copied where the form itself is gone."""
    return tuple(
        value.strip()
        for name, values in request.POST.lists()
        if name not in _OWN_FIELDS
        for value in values
        if isinstance(value, str) and len(value.strip()) > 1
    )


def show(
    request: HttpRequest, account: Account, page: CasePage, now: datetime, asked: Asked, *, status: int = 200
) -> HttpResponse:
    """Draw the page."""
    if asked.tried.message:
        messages.error(request, asked.tried.message)
    offered = doings(page, now, asked.tried.wrong)
    free = [one for one in offered if not one.blocked]
    case = page.case
    shown = {
        "now": now,
        "page": page,
        "case": case,
        "asked": asked,
        "found_on": found_on(account, case, now),
        "entries_here": entries_at(account, case, now),
        "item": wording.say(page.scheme.items[page.state.item].title) if page.state.item in page.scheme.items else "",
        "place": named(list(page.areas), from_level=1 if len(page.areas) > 1 else 0),
        "step": showing.step_title(page),
        "holder": page.names.desk(page.state.desk) if page.state.desk else "",
        "clocks": showing.clocks_of(page, now),
        "blocked": [one for one in offered if one.blocked],
        "errors": {name: text for form in asked.tried.wrong.values() for name, text in form.errors.items()},
        "pictures": pictures(page.files, page.scheme, showing.address_of(case.number)),
        "reported": showing.as_reported(page),
        "pair": showing.before_after(page),
        "note": questions.blank([NOTE], {}, now),
        "text": case.text if case.text.strip("。") != case.title else "",
        "closed": page.state.step == CLOSED,
        "map": map_at(case),
        "meanwhile": _meanwhile(page, asked.seen),
        "can_correct": took_in(account, case) and page.state.step != CLOSED and page.state.doer_desk is None,
        "following": _following(account, case.number, now) if asked.done else None,
    } | _acts(free, asked.do)
    told = showing.story_of(page)
    shown |= {"story": told[: showing.STORY_AT_ONCE], "earlier": told[showing.STORY_AT_ONCE :]}
    return render(request, "field/case.html", shown, status=status)


def _acts(free: list[Doing], open_key: str) -> dict[str, object]:
    """Part what may be done into the one that is usual (or was asked for) and those behind it."""
    first = next((one for one in free if one.usual), free[0] if len(free) == 1 else None)
    return {
        "doings": [one for one in free if one is first],
        "others": [one for one in free if one is not first],
        "open_key": open_key,
        "other_open": any(one.key == open_key for one in free if one is not first),
    }


def _following(account: Account, number: str, now: datetime) -> Task | None:
    """Return what is the most pressing in hand beside this case."""
    rows = [one for one in queries.queue(account=account, now=now, size=2).rows if one.case.number != number]
    return next(iter(tasks_of(rows[:1], now)), None)


def _meanwhile(page: CasePage, seen: str) -> list[tuple[object, str]]:
    """Return the entries of the story that came after the page was read."""
    try:
        since = datetime.fromisoformat(seen)
    except ValueError:
        return []
    if since.tzinfo is None:
        return []
    new = [entry for entry in page.story if entry.at > since]
    return [(entry, queries.record_word(entry.kind, entry.action) or entry.title) for entry in new]
