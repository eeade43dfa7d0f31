"""One activity on the phone: check in and begin, note what is found (each becomes a case at once), end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.duties import operations, queries
from gezhi.duties.errors import BadAnswers, DutyError
from gezhi.duties.models import SEALED, Activity, ActivityFile, Report, Start, Way
from gezhi.duties.operations import Found
from gezhi.duties.plans import Planned
from gezhi.duties.queries import ActivityPage
from gezhi.foundation import clock, files
from gezhi.people import queries as people
from gezhi.people.models import Account
from gezhi.registers.models import Entry
from gezhi.schemes.filled import Fault
from gezhi.schemes.model import Question
from gezhi.schemes.text import Text
from gezhi.territory import queries as territory
from gezhi.web import forms, questions, wording
from gezhi.web.field import mending
from gezhi.web.field.items import Items, items
from gezhi.web.field.rounds import Found as Round
from gezhi.web.field.rounds import as_id, find, key
from gezhi.web.field.sending import by_script, once
from gezhi.web.field.showing_duties import answers_in_words, story_of
from gezhi.web.hours import hours_of, say_before, say_hours, say_under_way
from gezhi.web.picking import Picker
from gezhi.web.staff import for_staff

BEFORE = Question(id="photos_before", kind="photos", title=Text("整改前照片", "Photos before"), required=False)
AFTER = Question(id="photos_after", kind="photos", title=Text("整改后照片", "Photos after"), required=False)
_LETTERS = 4000


@dataclass(slots=True)
class Tried:
    """What was sent and not taken, shown again: the duty's form, the finding, what is wrong."""

    drawn: forms.Drawn | None = None
    finding: Mapping[str, str] = field(default_factory=dict)
    photos: questions.Form | None = None
    errors: dict[str, str] = field(default_factory=dict)
    words: str = ""


@never_cache
@require_http_methods(["GET", "POST"])
@for_staff
@by_script
def begin(request: HttpRequest, account: Account, duty: str, code: str) -> HttpResponse:
    """Check in at the place and begin. The position is asked for once, here."""
    now = clock.now()
    found = find(account, duty, code, now)
    asked = request.POST if request.method == "POST" else request.GET
    of = asked.get("of", "")
    if _other_start(asked.get("start", ""), of, found.planned.name):
        messages.error(request, gettext("This belongs to another place than the one it was opened for. Open it here."))
        return redirect("web:field_rounds")
    entry = _entry(account, of, now) if found.planned.of_entries else None
    area = territory.by_code(of, timezone.localdate(now)) if of and entry is None else found.area
    if found.planned.of_entries and entry is None:
        return redirect("web:field_round", duty=duty, code=code)
    if area is None:
        raise Http404
    error = ""
    if request.method == "POST":
        try:
            done = operations.record(
                actor=account, now=now, key=request.POST.get("key", "")[:100], duty=duty, began=now, area=area,
                entry=entry.pk if entry else None, place=_position(request), start=as_id(request.POST.get("start", "")),
            )  # fmt: skip
        except DutyError as refused:
            error = str(refused)
        else:
            # what is odd about it stands on its page
            return redirect("web:field_activity", pk=done.activity.pk)
    shown = {
        "now": now, "error": error, "duty": duty, "code": code, "of": of,
        "area_code": area.code, "entry_id": entry.pk if entry else "", "guarded": bool(entry and entry.care),
        "start": asked.get("start", ""),
        "title": wording.say(found.planned.duty.title), "note": wording.say(found.planned.duty.note),
        "clause": found.planned.duty.clause, "on_site": found.planned.duty.on_site, "key": key(),
        "name": entry.name if entry else territory.short_name(area.name), "address": entry.address if entry else "",
        "last": queries.of_entry(account=account, entry=entry.pk, now=now, size=3) if entry else (),
        "back": "web:field_round" if found.planned.of_entries else "",
        **_hours(found, entry.pk if entry else area.pk, now),
    }  # fmt: skip
    return render(request, "field/begin.html", shown, status=422 if error else 200)


def _hours(found: Round, pk: UUID, now: datetime) -> dict[str, Any]:
    """Return by when it is due, and at which hours: how these stand, and what is to be known before beginning."""
    planned, one, scope = found.planned, found.round, found.scope
    if one is None or scope is None:
        return {}
    if not planned.duty.hours:
        return {"due": planned.due_at(one)}
    thing = queries.one_object(scope, pk)
    return {
        "due": planned.next_due(one, now, thing.filled(planned.duty.hours) if thing else ()),
        "hours": hours_of(planned, one, thing, now) if thing else say_hours(planned, ()),
        "before": say_before(planned, now, thing),
    }


def _other_start(start: str, of: str, duty: str) -> bool:
    """Say whether a start is named that is none (any more), or of another duty or place than what is to be begun."""
    if not start:
        return False
    pk = as_id(start)
    row = Start.objects.filter(pk=pk).select_related("area").first() if pk else None
    wanted = (str(row.entry_id), row.area.code) if row else ()
    return row is None or f"{row.scheme}.{row.duty}" != duty or (bool(of) and of not in wanted)


def _entry(account: Account, of: str, now: datetime) -> Entry | None:
    pk = as_id(of)
    return Entry.objects.visible_to(account, now=now).filter(pk=pk).first() if pk else None


def _position(request: HttpRequest) -> tuple[float, float, float] | None:
    try:
        lon, lat = float(request.POST.get("lon", "")), float(request.POST.get("lat", ""))
        accuracy = float(request.POST.get("accuracy", "0") or 0)
    except ValueError:
        return None
    return lon, lat, accuracy


@never_cache
@require_GET
@for_staff
def page(request: HttpRequest, account: Account, pk: UUID) -> HttpResponse:
    """Show an activity: to go on with while it is one's own and under way, else to read."""
    return show(request, account, pk, clock.now())


def show(request: HttpRequest, account: Account, pk: UUID, now: datetime, tried: Tried | None = None) -> HttpResponse:
    """Answer with the page of an activity; what was tried in vain is shown again."""
    status = 422 if tried is not None and tried.errors else 200
    found = queries.activity_page(account=account, pk=pk, now=now)
    if found is None:
        raise Http404
    tried = tried or Tried()
    row, planned = found.activity, found.planned
    running = row.ended is None and row.withdrawn_at is None and found.mine
    shown: dict[str, Any] = {
        "now": now, "page": found, "row": row, "duty": planned.duty, "title": wording.say(planned.duty.title),
        "running": running, "place": territory.short_name(row.area.name), "errors": tried.errors, "tried": tried,
        "photos": (tried.photos or questions.blank([BEFORE, AFTER], {}, now)),
        "ways": Way.choices, "today": timezone.localdate(now).isoformat(),
        "key": key(),
        "items": _items(account, planned.duty.items, tried.finding.get("item", ""), now) if found.mine else None,
        "wants_photos": planned.duty.photos,
    }  # fmt: skip
    if running:
        shown |= _running(account, found, tried, now)
    else:
        shown |= mending.shown(account, found, tried.drawn, now) if found.mine else {}
        shown |= {
            "answers": answers_in_words(planned, row.answers, found.private), "story": story_of(found),
            "handed": Report.objects.filter(pk=row.pk).select_related("received_by").first(),
            "waits_for": _waits_for(row, planned),
            "can_sign": row.signed_at is None and operations.may_sign(account, row, planned, now),
        }  # fmt: skip
    return render(request, "field/activity.html", shown, status=status)


def _waits_for(row: Activity, planned: Planned) -> str:
    """Return whose signature an activity waits for; nobody's where it is signed, or needs none."""
    signs = planned.duty.signed_by if row.ended and not row.signed_at and not row.withdrawn_at else ""
    return wording.say(planned.scheme.posts[signs].title) if signs else ""


def _items(account: Account, often: Sequence[str], chosen: str, now: datetime) -> Items:
    """Return what may be found, first what the plan looks for on this duty."""
    known = items(account, now, chosen)
    wanted = [
        entry for group in known.groups for entry in group.entries
        if any(entry.id == one or entry.id.startswith(f"{one}.") for one in often)
    ]  # fmt: skip
    return replace(known, chips=tuple(wanted[:12])) if wanted else known


def _colleagues(account: Account, found: ActivityPage, now: datetime) -> list[dict[str, str]]:
    """Return who may have gone along, with the post: first those whose posts the plan has do it."""
    row, duty = found.activity, found.planned.duty
    held = list(people.at_area(row.area_path, now))
    if duty.together:
        above = territory.chain(row.area_path.rstrip("/").rsplit("/", 1)[-1], row.day)[:-1]
        held += [one for one in people.serving(above, now) if one.since <= now]
    titles = people.post_titles(now, get_language() or "zh-hans")
    named: dict[UUID, dict[str, str]] = {}
    for one in sorted(held, key=lambda one: one.post not in duty.who):
        if one.account_id != account.pk:
            said = {"id": str(one.account_id), "name": one.account.name, "post": titles.get(one.post, one.post)}
            named.setdefault(one.account_id, said)
    return list(named.values())[:30]


def _running(account: Account, found: ActivityPage, tried: Tried, now: datetime) -> dict[str, Any]:
    row, planned = found.activity, found.planned
    form = planned.form
    before = queries.of_entry(account=account, entry=row.entry_id, now=now, size=6) if row.entry_id else []
    return {
        "drawn": tried.drawn or (forms.draw(form, picker=Picker(account, now)) if form else None),
        "colleagues": _colleagues(account, found, now),
        "before": [one for one in before if one.pk != row.pk][:3],
        "one_only": say_under_way(planned, row, now),
        "draft": queries.draft(row=row, planned=planned, now=now) if planned.duty.activity == "report" else None,
    }


@never_cache
@require_POST
@for_staff
@by_script
@once("activity")
def end(request: HttpRequest, account: Account, pk: UUID) -> HttpResponse:
    """End it, with what the plan asks."""
    now = clock.now()
    found = _own(account, pk, now)
    form = found.planned.form
    sent = forms.read(form, request, actor=str(account.pk), now=now) if form else None
    if form and "more" in request.POST:
        picker = Picker(account, now, request.POST["more"])
        return show(request, account, pk, now, Tried(forms.draw(form, sent.answers if sent else {}, picker=picker)))
    agrees = {"yes": True, "no": False}.get(request.POST.get("agrees", ""))
    words = request.POST.get("remarks", "")[:_LETTERS]
    others = [one for one in map(as_id, request.POST.getlist("others")) if one]
    try:
        done = operations.finish(
            actor=account, now=now, activity=pk, answers=sent.answers if sent else {}, others=others, remarks=words,
            nil="nil" in request.POST, agrees=agrees, form_print=sent.form_print if sent else "",
        )  # fmt: skip
    except BadAnswers as refused:
        faults = [Fault(path, "", text) for path, text in refused.faults]
        drawn = forms.draw(form, sent.answers, faults=faults, refused=sent.refused) if form and sent else None
        errors = {path: wording.say(text) for path, text in refused.faults}
        return show(request, account, pk, now, Tried(drawn, errors=errors, words=words))
    except DutyError as refused:
        drawn = forms.draw(form, sent.answers) if form and sent else None
        return show(request, account, pk, now, Tried(drawn, errors={refused.field or "end": str(refused)}, words=words))
    for one in done.notes:
        messages.warning(request, one)
    messages.success(request, gettext("Done and recorded. It stands in your diary."))
    return redirect("web:field_rounds")


@never_cache
@require_POST
@for_staff
@by_script
@once("amend")
def finding(request: HttpRequest, account: Account, pk: UUID) -> HttpResponse:
    """Note what was found; what has an item is a case at once."""
    now = clock.now()
    _own(account, pk, now)
    given = {name: request.POST.get(name, "") for name in ("item", "text", "way", "result", "interim", "until")}
    photos = questions.read([BEFORE, AFTER], request, {}, now, actor=str(account.pk))
    found = Found(
        text=given["text"][:_LETTERS], item=given["item"], way=given["way"] or Way.CASE, result=given["result"],
        interim=given["interim"], until=_day(given["until"]),
        photos_before=tuple(UUID(one) for one in photos.answers.get("photos_before", ())),
        photos_after=tuple(UUID(one) for one in photos.answers.get("photos_after", ())),
    )  # fmt: skip
    if photos.errors:
        return show(request, account, pk, now, Tried(finding=given, photos=photos, errors=photos.errors))
    try:
        done = operations.correct(
            actor=account, now=now, activity=pk, findings=(found,), key=request.POST.get("key", "")[:100]
        )
    except DutyError as refused:
        return show(request, account, pk, now, Tried(finding=given, photos=photos, errors={"finding": str(refused)}))
    if done.cases:
        said = gettext("Noted. It is case %(number)s.") % {"number": done.cases[0]}
    elif found.way == Way.CASE and not found.item:
        said = gettext("Kept as a note; no case. To have somebody see to it, note it again and choose what it is.")
    else:
        said = gettext("Noted.")
    messages.success(request, said)
    return redirect("web:field_activity", pk=pk)


@never_cache
@require_POST
@for_staff
@by_script
@once("amend")
def change(request: HttpRequest, account: Account, pk: UUID) -> HttpResponse:
    """Put the remark right, sign or say why not, or take the record back."""
    now = clock.now()
    what = request.POST.get("what", "")
    base = request.POST.get("version", "")
    if what == "answers":
        return _answers(request, account, _own(account, pk, now), now)
    try:
        seen = int(base) if base.isdecimal() else 0
        if what == "sign":
            operations.sign(actor=account, now=now, activity=pk, base=seen)
            said = gettext("Signed.")
        elif what == "decline":
            reason = request.POST.get("reason", "")
            operations.decline(actor=account, now=now, activity=pk, base=seen, reason=reason)
            said = gettext("Not signed. Who recorded it is told why.")
        elif what == "withdraw":
            operations.withdraw(actor=account, now=now, activity=pk, reason=request.POST.get("reason", ""))
            said = gettext("Taken back. The log keeps it.")
        else:
            words = request.POST.get("remarks", "")[:_LETTERS]
            operations.correct(actor=account, now=now, activity=pk, remarks=words, base=seen)
            said = gettext("Remark kept. The log keeps the one before.")
    except DutyError as refused:
        words = request.POST.get("remarks", "") or request.POST.get("reason", "")
        return show(request, account, pk, now, Tried(errors={what or "remarks": str(refused)}, words=words))
    messages.success(request, said)
    return redirect("web:field_activity", pk=pk)


def _answers(request: HttpRequest, account: Account, found: ActivityPage, now: datetime) -> HttpResponse:
    """Put the answers right, to the form as it is now; what is wrong with them is shown with all that was typed."""
    form, pk = mending.form_of(found, now), found.activity.pk
    if form is None:
        raise Http404
    sent = forms.read(form, request, actor=str(account.pk), now=now, masked=found.private)
    base = request.POST.get("version", "")
    faults: list[Fault] = []
    errors: dict[str, str] = dict(sent.refused)
    if "more" not in request.POST and not errors:
        try:
            operations.correct(
                actor=account, now=now, activity=pk, base=int(base) if base.isdecimal() else 0,
                answers=mending.whole(found, sent.answers), form_print=sent.form_print,
            )  # fmt: skip
        except BadAnswers as refused:
            faults = [Fault(path, "", text) for path, text in refused.faults]
            errors = {path: wording.say(text) for path, text in refused.faults}
        except DutyError as refused:
            errors = {"answers": str(refused)}
        else:
            messages.success(request, gettext("The answers were put right. The log keeps those before."))
            return redirect("web:field_activity", pk=pk)
    picker = Picker(account, now, request.POST.get("more", ""))
    drawn = mending.drawn(form, found, sent.answers, picker, faults=faults, refused=sent.refused)
    return show(request, account, pk, now, Tried(drawn, errors=errors))


@never_cache
@require_GET
@for_staff
def file(request: HttpRequest, account: Account, pk: UUID, file: UUID) -> HttpResponseBase:
    """Hand out a photo of an activity to who may see it."""
    if queries.activity_page(account=account, pk=pk, now=clock.now()) is None:
        raise Http404
    row = ActivityFile.objects.filter(activity=pk, file=file).exclude(role=SEALED).select_related("file").first()
    if row is None:
        raise Http404
    return files.respond(row.file, "thumb" if "thumb" in request.GET else "full")


def _own(account: Account, pk: UUID, now: datetime) -> ActivityPage:
    found = queries.activity_page(account=account, pk=pk, now=now)
    if found is None or not found.mine:
        raise Http404
    return found


def _day(words: str) -> date | None:
    try:
        return date.fromisoformat(words)
    except ValueError:
        return None
