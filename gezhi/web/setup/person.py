"""One person of the staff: posts on a timeline, and what an office does with account and posts."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext

from gezhi.people import access, operations, spans
from gezhi.people import queries as people
from gezhi.people.models import Account, Appointment
from gezhi.web import wording
from gezhi.web.setup import fields
from gezhi.web.setup.fields import Form
from gezhi.web.setup.pages import deed_for_setup, for_setup, form_for_setup, shown
from gezhi.web.setup.slips import slips_page
from gezhi.web.setup.timeline import draw


@for_setup
def person(request: HttpRequest, account: Account, now: datetime, person: UUID) -> HttpResponse:
    """Show somebody's posts, past, now and to come, and the account."""
    return _page(request, account, now, _staff(person), Form())


def _page(request: HttpRequest, account: Account, now: datetime, one: Account, form: Form) -> HttpResponse:
    titles = people.post_titles(now, get_language() or "zh-hans") | people.all_titles(get_language() or "zh-hans")
    rows = list(people.history(one))
    today = timezone.localdate(now)
    words = {
        "one": one,
        "form": form,
        "timeline": draw(rows, titles, now),
        "posts": [_row(row, titles, account, now) for row in rows],
        "locked": people.is_locked(one, now),
        "slip": people.open_slip(one, now),
        "today": today,
        "yesterday": today - timedelta(days=1),
        "is_self": one.pk == account.pk,
    }
    return shown(request, account, now, "setup/staff/person.html", words, status=422 if form.errors else 200)


def _row(row: Appointment, titles: dict[str, str], account: Account, now: datetime) -> dict[str, Any]:
    """Return an appointment with what it is now and whether the reader may end it."""
    withdrawn = row.until is not None and row.until == row.since
    over = row.until is not None and row.until <= now
    path, department = row.area.path if row.area else "", row.department.code if row.department else ""
    return {
        "held": row,
        "title": titles.get(row.post, row.post),
        "place": row.area.name if row.area else row.department.say(get_language() or "") if row.department else "",
        "state": "withdrawn" if withdrawn else "past" if over else "coming" if row.since > now else "now",
        "since": spans.day_of(row.since),
        "until": spans.last_day_of(row.until) if row.until and not withdrawn else None,
        "may": not over and not withdrawn and access.may_set_up(account, now, path=path, department=department),
    }


def _staff(person: UUID) -> Account:
    found = Account.objects.filter(pk=person, kind=Account.Kind.STAFF).first()
    if found is None:
        raise Http404
    return found


@form_for_setup
def edit(request: HttpRequest, account: Account, now: datetime, person: UUID) -> HttpResponse:
    """Change how somebody is called and reached."""
    one, form = _staff(person), fields.read(request)
    for name in ("name", "phone", "email"):
        form.said.setdefault(name, getattr(one, name))
    if request.method == "POST":
        name = form.text("name", 60, required=True)
        if not form.errors:
            try:
                operations.change_profile(
                    actor=account, account=one, name=name, phone=form.said["phone"], email=form.said["email"],
                    language=one.language, now=now,
                )  # fmt: skip
            except ValidationError as error:
                form.refused(error, "phone")
            else:
                messages.success(request, gettext("Saved."))
                return redirect("web:setup_person", person=person)
    words = {"one": one, "form": form}
    return shown(request, account, now, "setup/staff/edit.html", words, status=422 if form.errors else 200)


@deed_for_setup
def end(request: HttpRequest, account: Account, now: datetime, person: UUID, held: UUID) -> HttpResponse:
    """End one of somebody's posts after a last day; a day before its beginning withdraws it."""
    one, form = _staff(person), fields.read(request)
    row = _held(one, held)
    last = form.day("last")
    if last is not None and _tried(
        form, "last",
        lambda: operations.end_appointment(actor=account, appointment=row, until=_until(last, now), now=now),
    ):  # fmt: skip
        messages.success(request, gettext("The post ends on %(day)s.") % {"day": _say(last, now)})
        return redirect("web:setup_person", person=person)
    form.said["open"] = f"end-{held}"
    return _page(request, account, now, one, form)


def _until(last: date, now: datetime) -> datetime:
    """Return the instant after a last day; a last day before today means at once, for the past is not rewritten."""
    return max(spans.end_of(last), now) if last < spans.day_of(now) else spans.end_of(last)


@deed_for_setup
def leave(request: HttpRequest, account: Account, now: datetime, person: UUID) -> HttpResponse:
    """Let somebody leave: all posts end after a last day; the account is closed at once if that is past."""
    one, form = _staff(person), fields.read(request)
    last = form.day("last")
    if last is not None and _tried(
        form, "leave", lambda: operations.leave(actor=account, account=one, last_day=last, now=now)
    ):
        messages.success(request, gettext("All posts end on %(day)s.") % {"day": _say(last, now)})
        return redirect("web:setup_person", person=person)
    form.said["open"] = "leave"
    return _page(request, account, now, one, form)


@deed_for_setup
def deed(request: HttpRequest, account: Account, now: datetime, person: UUID, what: str) -> HttpResponse:
    """Do one thing with an account: a new slip, its second factor, its sessions, its lock, closing and opening."""
    one, form = _staff(person), fields.read(request)
    if what == "slip":
        try:
            slip = operations.issue_slip(actor=account, account=one, now=now)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("web:setup_person", person=person)
        return slips_page(request, account, now, [slip], onward=reverse("web:setup_person", args=[person]))
    known = _deeds(account, one, now)
    if what not in known:
        raise Http404
    act, words = known[what]
    if _tried(form, what, act):
        messages.success(request, words)
    else:
        messages.error(request, " ".join(form.errors.values()))
    return redirect("web:setup_person", person=person)


def _deeds(account: Account, one: Account, now: datetime) -> dict[str, tuple[Callable[[], object], str]]:
    """Return what can be done with an account by its word in the address, and what is said when it is done."""
    return {
        "factor": (
            lambda: operations.drop_second_factor(actor=account, account=one, now=now),
            gettext("The second factor is off. It can be set up anew after signing in."),
        ),
        "sessions": (
            lambda: operations.end_sessions(actor=account, account=one, now=now),
            gettext("Signed out everywhere."),
        ),
        "unlock": (
            lambda: operations.clear_lock(actor=account, account=one, now=now),
            gettext("The lock is lifted."),
        ),
        "close": (
            lambda: operations.deactivate(actor=account, account=one, now=now),
            gettext("The account is closed; its posts have ended."),
        ),
        "open": (
            lambda: operations.reactivate(actor=account, account=one, now=now),
            gettext("The account is open again, without its former posts."),
        ),
    }


def _held(one: Account, held: UUID) -> Appointment:
    row = Appointment.objects.filter(pk=held, account=one).first()
    if row is None:
        raise Http404
    return row


def _tried(form: Form, name: str, act: Callable[[], object]) -> bool:
    try:
        act()
    except ValidationError as error:
        form.errors[name] = " ".join(error.messages)
        return False
    return True


def _say(day: date, now: datetime) -> str:
    return wording.say_day(day, timezone.localdate(now))
