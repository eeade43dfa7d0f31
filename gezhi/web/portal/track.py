"""Following a matter with number and code: plain story, who has it, by when; signing, adding papers, protesting."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.cases import number as numbers
from gezhi.cases import operations as cases
from gezhi.cases import queries
from gezhi.cases.errors import CaseError
from gezhi.cases.models import CaseFile
from gezhi.cases.queries import Entry, Tracking
from gezhi.foundation import clock, files
from gezhi.foundation.models import StoredFile
from gezhi.schemes.clocks import calendar_of
from gezhi.schemes.model import CLOSED, Action, Question
from gezhi.schemes.state import REPORTER, Choice, Light, Refused
from gezhi.schemes.text import Text
from gezhi.schemes.ways import Course, courses
from gezhi.web import pace, questions, wording
from gezhi.web.action_icons import action_icon
from gezhi.web.clocks import clock_view
from gezhi.web.components import ClockView, Picture, StoryItem
from gezhi.web.portal import followed, progress, tickets
from gezhi.web.portal.progress import Second
from gezhi.web.stories import Address, pictures, story_item

NOTE = Question(id="text", kind="text", title=Text("补充说明", "Anything to add"))
PHOTOS = Question(id="photos", kind="photos", title=Text("照片或材料", "Photos or papers"), required=False)


@dataclass(frozen=True, slots=True)
class Offered:
    """An action that the reporter may take, with its form."""

    id: str
    title: str
    icon: str
    form: questions.Form
    blocked: str
    clause: str
    first: bool
    second: Second | None = None


@never_cache
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Ask for number and code."""
    now = clock.now()
    number, secret, error = request.POST.get("number", ""), request.POST.get("secret", ""), ""
    if request.method == "POST":
        if pace.too_fast(request, "track", now):
            error = gettext("Too many tries from your network. Please wait ten minutes.")
        elif opened := _open(request, number, secret, now):
            return opened
        elif numbers.tidy(number) is None:
            error = gettext("That is no number of ours: a digit may be wrong. It looks like 260509-0137.")
        else:
            error = gettext("Number and code do not belong together. Please compare both with your slip.")
    shown = {"number": number, "errors": {"number": error} if error else {}, "tracked": tickets.tracked(request)}
    return render(request, "portal/track.html", shown, status=422 if error else 200)


@never_cache
@require_GET
def open_by_link(request: HttpRequest, number: str, secret: str) -> HttpResponse:
    """Open a matter by the slip's QR code; the code then leaves the address bar."""
    now = clock.now()
    if pace.too_fast(request, "track", now):
        messages.error(request, gettext("Too many tries from your network. Please wait ten minutes."))
        return redirect("web:portal_track")
    opened = _open(request, number, secret, now)
    if opened is None:
        messages.error(
            request, gettext("This link does not open anything. Please compare number and code with your slip.")
        )
        return redirect("web:portal_track")
    return opened


def _open(request: HttpRequest, number: str, secret: str, now: datetime) -> HttpResponse | None:
    """Open a matter by the code of who reported it, or of who follows it; None when neither fits."""
    found = queries.track(number=number, secret=secret, now=now)
    if found is None:
        return followed.open_with(request, number, secret, now)
    tickets.remember(request, found.number, secret)
    return redirect("web:portal_case", number=found.number)


@never_cache
@require_GET
@pace.gently()
def page(request: HttpRequest, number: str) -> HttpResponse:
    """Show a matter to whoever reported it."""
    now = clock.now()
    found = _find(request, number, now)
    if found is None:
        return _ask_for_code(request)
    return _show(request, found, now)


@never_cache
@require_POST
def act(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """Do one of the reporter's actions: sign, ask for a second handling, add missing papers, object."""
    now = clock.now()
    found = _find(request, number, now)
    if found is None:
        return _ask_for_code(request)
    choice = next((one for one in found.choices if one.action == action and not one.blocked), None)
    if choice is None:
        messages.warning(
            request, gettext("This can't be done (any more). Nothing was changed; see below how it stands.")
        )
        return redirect("web:portal_case", number=found.number)
    return _take(request, found, choice, now)


def _take(request: HttpRequest, found: Tracking, choice: Choice, now: datetime) -> HttpResponse:
    """Do what is offered, or say at its form why not."""
    action = choice.action
    form = questions.read(_action(found, choice).asks, request, {}, now, actor="")
    if pace.too_fast(request, "sign", now):
        words = gettext("Too much was sent from your network in a short time. Please wait ten minutes.")
        return _refused(request, found, (action, form), (words, ""), now)
    if form.errors:
        return _show(request, found, now, wrong={action: form}, status=422)
    try:
        cases.act(
            actor=tickets.resident(request), number=found.number, action=action, answers=form.answers,
            version=_version(request), secret=tickets.code_of(request, found.number), now=now,
        )  # fmt: skip
    except Refused as refusal:
        why = wording.say(Text(refusal.zh, refusal.en))
        return _refused(request, found, (action, form), (why, refusal.field), now)
    except CaseError as error:
        return _refused(request, found, (action, form), (str(error), error.field), now)
    messages.success(
        request, gettext("Done: %(action)s. Thank you.") % {"action": wording.say(_action(found, choice).title)}
    )
    return redirect("web:portal_case", number=found.number)


@never_cache
@require_POST
def add(request: HttpRequest, number: str) -> HttpResponse:
    """Add a note or photos; whoever handles it reads them."""
    now = clock.now()
    found = _find(request, number, now)
    if found is None:
        return _ask_for_code(request)
    form = questions.read([NOTE, PHOTOS], request, {}, now, actor="")
    if pace.too_fast(request, "report", now):
        form.fields[0].error = gettext("Too much was sent from your network in a short time. Please wait ten minutes.")
    if form.errors:
        return _show(request, found, now, wrong={"": form}, status=422)
    try:
        cases.comment(
            actor=tickets.resident(request), number=found.number, text=form.answers["text"], public=True,
            secret=tickets.code_of(request, found.number),
            files=[UUID(one) for one in form.answers.get("photos", [])], now=now,
        )  # fmt: skip
    except CaseError as error:
        return _refused(request, found, ("", form), (str(error), error.field), now)
    messages.success(request, gettext("Added. Whoever handles it will read it."))
    return redirect("web:portal_case", number=found.number)


@never_cache
@require_GET
@pace.gently()
def slip(request: HttpRequest, number: str) -> HttpResponse:
    """Show the slip again, to print, while this browser knows the code."""
    secret = tickets.code_of(request, number)
    found = _find(request, number, clock.now())
    if found is None or not secret:
        return _ask_for_code(request)
    shown = {"found": found, "code": tickets.spaced(secret), "qr": tickets.qr(tickets.link(found.number, secret))}
    return render(request, "portal/slip.html", shown)


@require_GET
@pace.gently("pictures", pace.PICTURES)
def photo(request: HttpRequest, number: str, file: UUID) -> FileResponse:
    """Hand out a file of the matter that its reporter may see; `?small` gives the small copy."""
    found = _find(request, number, clock.now())
    row = next((one for one in found.files if one.pk == file), None) if found else None
    if row is None:
        raise Http404
    return files.respond(row.file, "thumb" if "small" in request.GET else "full")


def _find(request: HttpRequest, number: str, now: datetime) -> Tracking | None:
    language = get_language() or "zh-hans"
    secret = tickets.code_of(request, number)
    if secret:
        return queries.track(number=number, secret=secret, now=now, language=language)
    resident = tickets.resident(request)
    return queries.track_own(account=resident, number=number, now=now, language=language) if resident else None


def _ask_for_code(request: HttpRequest) -> HttpResponse:
    messages.info(request, gettext("Please open the matter with its number and code."))
    return redirect("web:portal_track")


def _version(request: HttpRequest) -> int | None:
    words = request.POST.get("version", "")
    return int(words) if words.isdecimal() else None


def _refused(
    request: HttpRequest, found: Tracking, tried: tuple[str, questions.Form], why: tuple[str, str], now: datetime
) -> HttpResponse:
    """Show the page again with what was refused: `why` (words, field) at its field, or above everything."""
    action, form = tried
    words, name = why
    at = next((one for one in form.fields if one.name == name), None)
    if at is not None:
        at.error = words
    else:
        messages.error(request, gettext("Not done: %(why)s What you wrote is kept.") % {"why": words})
    return _show(request, _find(request, found.number, now) or found, now, wrong={action: form}, status=409)


def _show(
    request: HttpRequest,
    found: Tracking,
    now: datetime,
    *,
    wrong: dict[str, questions.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    wrong = wrong or {}
    offered = _everything_offered(found, wrong, now)
    shown = {
        "now": now,
        "found": found,
        "headline": _headline(found),
        "light": _light(found),
        "holder": _holder(found),
        "stages": progress.stages(found.scheme, found.state),
        "next": "" if found.paused else progress.comes_next(found.scheme, found.state),
        "sides": _both_sides(found),
        "done": _what_was_done(found),
        "silence": _what_silence_means(found),
        "waits_for_reporter": found.paused and _waits_for_reporter(found) and not _has_answered(found),
        "missing": _what_is_missing(found) if found.paused and _waits_for_reporter(found) else None,
        "clocks": _clocks(found, now),
        "offered": offered,
        "signing": any(one.first for one in offered),
        "errors": {name: text for form in wrong.values() for name, text in form.errors.items()},
        "pictures": pictures(found.files, found.scheme, _addresses(found)),
        "story": _story(found),
        "note": wrong.get("") or questions.blank([NOTE, PHOTOS], {}, now, prefix=""),
        "knows_code": bool(tickets.code_of(request, found.number)),
    }
    return render(request, "portal/case.html", shown, status=status)


def _headline(found: Tracking) -> str:
    """Say in one line whose turn it is; what may be done besides (a withdrawal) does not make it the reporter's."""
    if found.step == CLOSED:
        return gettext("This matter is closed")
    if found.paused:
        if not _waits_for_reporter(found):
            return gettext("Paused for now")
        if _has_answered(found):
            return gettext("You have added something; the office looks at it")
        return gettext("Waiting for you: something is missing")
    if not _is_reporters(found):
        return gettext("It is being handled")
    ways = [way.value for choice in found.choices for way in _action(found, choice).ways.get(found.step, ())]
    return gettext("%(item)s: is it done?") % {"item": found.item} if CLOSED in ways else gettext("It is your turn now")


def _is_reporters(found: Tracking) -> bool:
    """Say whether the step lies with the reporter."""
    return found.step != CLOSED and found.office == found.names.office(REPORTER)


def _holder(found: Tracking) -> str:
    return gettext("you") if _is_reporters(found) else found.office


def _actions(found: Tracking) -> Mapping[str, Action]:
    return found.scheme.procedures[found.procedure].actions


def _waits_for_reporter(found: Tracking) -> bool:
    """Say whether the newest pause asked the reporter for something; an office's own pause is no one's to mend."""
    newest = _newest_pause(found)
    return newest is not None and _actions(found)[newest.action].public


def _newest_pause(found: Tracking) -> Entry | None:
    actions = _actions(found)
    return next((entry for entry in found.story if entry.action in actions and actions[entry.action].pauses), None)


def _has_answered(found: Tracking) -> bool:
    """Say whether the reporter has added something since the newest pause; the story begins with the newest."""
    reporter, pause = found.names.office(REPORTER), _newest_pause(found)
    since = takewhile(lambda entry: entry is not pause, found.story)
    return any(entry.kind == "comment" and entry.office == reporter for entry in since)


def _what_is_missing(found: Tracking) -> StoryItem | None:
    """Return what the newest pause asked for."""
    pause = _newest_pause(found)
    return _told(found, pause) if pause is not None else None


def _what_was_done(found: Tracking) -> StoryItem | None:
    """Return the newest work that was done and what was said of it."""
    return next(
        (
            _told(found, entry)
            for entry in found.story
            if entry.action in _actions(found) and _actions(found)[entry.action].does_work and entry.words
        ),
        None,
    )


def _what_silence_means(found: Tracking) -> str:
    """Say what happens by itself when the step's limit passes, where the plan lets something happen."""
    step = found.scheme.procedures[found.procedure].steps.get(found.step)
    action = _actions(found).get(step.clock.on_overdue.do) if step and step.clock else None
    return gettext("If nothing comes by then: %(action)s.") % {"action": wording.say(action.title)} if action else ""


def _both_sides(found: Tracking) -> tuple[Picture, ...]:
    """Return the first photo that was sent with the report and the newest of what was done, side by side."""
    photos = [one for one in found.files if one.file.kind == StoredFile.Kind.PHOTO]
    before = next((one for one in photos if one.desk_key == REPORTER.key), None)
    after = next((one for one in reversed(photos) if one.desk_key != REPORTER.key), None)
    if before is None or after is None:
        return ()
    shown = pictures((before, after), found.scheme, _addresses(found))
    return (replace(shown[0], label=gettext("as you reported it")), replace(shown[1], label=gettext("as it is now")))


def _light(found: Tracking) -> str:
    if found.step == CLOSED:
        return Light.DONE
    return found.case_light or found.step_light or Light.GREEN


def _clocks(found: Tracking, now: datetime) -> list[ClockView]:
    """Return the step's clock and the whole one, those that there are."""
    calendar = calendar_of(found.scheme)
    told = (
        (gettext("This step"), found.step_clock, found.step_light),
        (gettext("The whole matter"), found.case_clock, found.case_light),
    )
    return [clock_view(one, light, calendar, now, title=title) for title, one, light in told if one and light]


def _action(found: Tracking, choice: Choice) -> Action:
    return found.scheme.procedures[found.procedure].actions[choice.action]


def _offered(found: Tracking, choice: Choice, wrong: questions.Form | None, now: datetime) -> Offered:
    action = _action(found, choice)
    return Offered(
        id=choice.action,
        title=wording.say(action.title),
        icon=action_icon(action, found.scheme, found.scheme.procedures[found.procedure], found.step),
        form=wrong or questions.blank(action.asks, {}, now, prefix=""),
        blocked=wording.say(Text(choice.zh, choice.en)) or choice.blocked,
        clause=choice.clause or action.clause,
        first=False,
        second=progress.second_handling(found, choice.action, now) if not choice.blocked else None,
    )


def _everything_offered(found: Tracking, wrong: Mapping[str, questions.Form], now: datetime) -> list[Offered]:
    """Return what can be done in the plan's order, what ends it early last; the usual one is open on one's own turn."""
    offered = [_offered(found, choice, wrong.get(choice.action), now) for choice in found.choices]
    known = courses(found.scheme.procedures[found.procedure], found.step, [one.id for one in offered])
    listed = sorted(offered, key=lambda one: (known[one.id] is Course.ENDS_EARLY, not _is_rating(one)))
    first = listed[0].id if listed and _is_reporters(found) and known[listed[0].id].usual else ""
    return [replace(one, first=one.id == first and not one.blocked) for one in listed]


def _is_rating(offered: Offered) -> bool:
    """Say whether it begins with a choice: what is rated is the plain thing to do."""
    return bool(offered.form.fields) and offered.form.fields[0].kind == "choice"


def _told(found: Tracking, entry: Entry) -> StoryItem:
    """Return a line of the story; what its reader did needs no name."""
    item = story_item(entry, found.scheme, found.procedure, _addresses(found))
    if entry.kind == "open":
        return replace(item, title=gettext("You reported it"), who="")
    who = gettext("you") if entry.office == found.names.office(REPORTER) else item.who
    return replace(item, title=gettext("Note") if entry.kind == "comment" else item.title, who=who)


def _addresses(found: Tracking) -> Address:
    def address(one: CaseFile) -> tuple[str, str]:
        whole = reverse("web:portal_photo", kwargs={"number": found.number, "file": one.pk})
        return whole, f"{whole}?small"

    return address


def _story(found: Tracking) -> list[StoryItem]:
    items = [_told(found, entry) for entry in found.story]
    if found.step != CLOSED and found.office:
        items.insert(0, StoryItem(icon="hall", title=found.step_title, who=_holder(found), state="now"))
    return items
