"""A case in the field: where it is, what to do next as buttons that ask only what the plan asks, and the story."""

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
from gezhi.cases.errors import CaseError, NotFound
from gezhi.cases.models import CaseFile
from gezhi.cases.queries import CasePage, Entry
from gezhi.foundation import clock, files
from gezhi.people.models import Account
from gezhi.schemes.clocks import calendar_of
from gezhi.schemes.model import CLOSED, Question
from gezhi.schemes.state import Light
from gezhi.schemes.text import Text
from gezhi.web import questions, wording
from gezhi.web.acting import Tried, attempt, doings
from gezhi.web.areas import named
from gezhi.web.clocks import clock_view
from gezhi.web.components import ClockView, StoryItem
from gezhi.web.staff import for_staff
from gezhi.web.stories import Address, pictures, story_item

NOTE = Question(id="note", kind="text", title=Text("记一笔", "A note"))


@never_cache
@require_GET
@for_staff
def page(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """Show a case to somebody who works on it."""
    now = clock.now()
    return _show(request, _find(account, number, now), now)


@never_cache
@require_POST
@for_staff
def act(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """Do what a button says."""
    now = clock.now()
    found = _find(account, number, now)
    tried = attempt(request, account, found, now)
    if not tried.done:
        return _show(request, _find(account, number, now), now, tried=tried, status=409 if tried.message else 422)
    messages.success(request, tried.done)
    still = queries.find(account=account, number=number, now=now)
    return redirect("web:field_case", number=number) if still else redirect("web:field_today")


@never_cache
@require_POST
@for_staff
def note(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """Note something for colleagues."""
    now = clock.now()
    form = questions.read([NOTE], request, {}, now, actor=str(account.pk))
    if form.errors:
        messages.error(request, next(iter(form.errors.values())))
    else:
        try:
            cases.comment(actor=account, number=number, text=form.answers["note"], now=now)
        except NotFound as missing:
            raise Http404(str(missing)) from missing
        except CaseError as error:
            messages.error(request, str(error))
    return redirect("web:field_case", number=number)


@never_cache
@require_POST
@for_staff
def contact(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """Show the reporter's contact to who must call, for a purpose that is written down."""
    now = clock.now()
    found = _find(account, number, now)
    try:
        seen = cases.look_at_contact(actor=account, number=number, purpose=gettext("to call about the matter"), now=now)
    except CaseError as error:
        messages.error(request, str(error))
        return redirect("web:field_case", number=number)
    return _show(request, found, now, contact=seen)


@require_GET
@for_staff
def file(request: HttpRequest, account: Account, number: str, file: UUID) -> HttpResponseBase:
    """Hand out a file of the case; `?small` gives the small copy."""
    found = _find(account, number, clock.now())
    row = next((one for one in found.files if one.pk == file), None)
    if row is None:
        raise Http404
    return files.respond(row.file, "thumb" if "small" in request.GET else "full")


def _find(account: Account, number: str, now: datetime) -> CasePage:
    try:
        return queries.case_page(account=account, number=number, now=now, language=get_language() or "zh-hans")
    except NotFound as missing:
        raise Http404(str(missing)) from missing


def _show(
    request: HttpRequest,
    page: CasePage,
    now: datetime,
    *,
    tried: Tried | None = None,
    contact: str = "",
    status: int = 200,
) -> HttpResponse:
    tried = tried or Tried()
    if tried.message:
        messages.error(request, tried.message)
    offered = doings(page, now, tried.wrong)
    shown = {
        "now": now,
        "page": page,
        "case": page.case,
        "item": wording.say(page.scheme.items[page.state.item].title) if page.state.item in page.scheme.items else "",
        "place": named(list(page.areas), from_level=1 if len(page.areas) > 1 else 0),
        "step": _step_title(page),
        "holder": page.names.desk(page.state.desk) if page.state.desk else "",
        "clocks": clocks_of(page, now),
        "doings": [one for one in offered if not one.blocked],
        "blocked": [one for one in offered if one.blocked],
        "open_keys": list(tried.wrong),
        "errors": {name: text for form in tried.wrong.values() for name, text in form.errors.items()},
        "pictures": pictures(page.files, page.scheme, address_of(page.case.number)),
        "story": story_of(page),
        "note": questions.blank([NOTE], {}, now),
        "contact": contact,
        "text": page.case.text if page.case.text.strip("。") != page.case.title else "",
        "closed": page.state.step == CLOSED,
    }
    return render(request, "field/case.html", shown, status=status)


def _step_title(page: CasePage) -> str:
    steps = page.scheme.procedures[page.state.procedure].steps
    return wording.say(steps[page.state.step].title) if page.state.step in steps else ""


def clocks_of(page: CasePage, now: datetime) -> list[ClockView]:
    """Return the running clocks, the step's before the whole one's."""
    calendar = calendar_of(page.scheme)
    titles = _clock_names()
    order = {"response": 0, "step": 1, "case": 2}
    running = sorted(
        (one for one in page.clocks if one.clock.met_at is None and one.light is not Light.DONE),
        key=lambda one: order.get(one.clock.id, 3),
    )
    return [clock_view(one.clock, one.light, calendar, now, title=titles.get(one.clock.id, "")) for one in running]


def address_of(number: str) -> Address:
    """Return how a case's files are addressed in the field."""

    def address(one: CaseFile) -> tuple[str, str]:
        whole = reverse("web:field_file", kwargs={"number": number, "file": one.pk})
        return whole, f"{whole}?small"

    return address


def story_of(page: CasePage) -> list[StoryItem]:
    """Return the story, newest first, with who has it now on top."""
    address = address_of(page.case.number)
    items = [
        story_item(entry, page.scheme, page.state.procedure, address, title=_title(page, entry)) for entry in page.story
    ]
    if page.state.step != CLOSED and page.state.desk:
        holder, since = page.names.desk(page.state.desk), page.state.entered_at
        items.insert(0, StoryItem(icon="hall", title=_step_title(page), who=holder, state="now", at=since, since=True))
    return items


def _title(page: CasePage, entry: Entry) -> str:
    """Say what a note of the log is, or what a clock did: it warned, or ran out; empty where the plan has a title."""
    if entry.kind != "expire" or entry.title:
        return _record(entry.kind, entry.action)
    dues = {one.hold.due for one in (*page.look_back, *page.part_times)} | {one.clock.due for one in page.clocks}
    name = _clock_names().get(entry.clock, "")
    said = gettext("Overdue from now on") if entry.at in dues else gettext("Due soon")
    return f"{said} · {name}" if name else said


def _clock_names() -> dict[str, str]:
    return {"step": gettext("This step"), "case": gettext("The whole matter"), "response": gettext("To respond")}


def _record(kind: str, action: str) -> str:
    """Return what a note of the log is called; empty where the plan's own title says it."""
    if kind == "comment":
        return gettext("Note")
    if kind == "open":
        return gettext("Taken in")
    known = {
        "propose": gettext("Proposed"), "decide": gettext("Decided"), "supervise": gettext("Supervised"),
        "release": gettext("Supervision ended"), "merge": gettext("Merged"), "unmerge": gettext("Merge taken back"),
        "place": gettext("Moved to another area"), "change_item": gettext("Given another item"),
        "withdraw": gettext("Proposal withdrawn"), "withdraw_file": gettext("File taken out"),
    }  # fmt: skip
    return known.get(action, "") if kind == "record" else ""
