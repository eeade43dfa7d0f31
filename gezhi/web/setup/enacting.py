"""Putting a draft into force: first what would happen, then a second look at the day, then it stands."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from gezhi.cases import queries as cases
from gezhi.enactment import operations
from gezhi.enactment import queries as enactment
from gezhi.people import access
from gezhi.people import queries as people
from gezhi.people.models import Account
from gezhi.web.setup import plans, reader
from gezhi.web.setup.comparing import grouped
from gezhi.web.setup.fields import whole
from gezhi.web.setup.pages import deed_for_setup, form_for_setup, shown
from gezhi.web.setup.plans import Plan


@form_for_setup
def enact(request: HttpRequest, account: Account, now: datetime, plan: UUID) -> HttpResponse:
    """Show what putting a draft into force would do; take the day, have it typed again, and do it."""
    found = plans.find(plan, account, now)
    if found.draft is None:
        raise Http404
    errors: list[str] = []
    if request.method == "POST":
        try:
            return _carry_out(request, account, now, found)
        except operations.NotEnacted as bad:
            errors = bad.messages[:1]
        except ValidationError as bad:
            errors = bad.messages
        found = plans.find(plan, account, now)
    return _page(request, account, now, found, errors)


def _carry_out(request: HttpRequest, account: Account, now: datetime, plan: Plan) -> HttpResponse:
    on = _day(request.POST.get("on", ""))
    if on is None:
        raise ValidationError(gettext("Choose the day from which it is in force."))
    if request.POST.get("again", "").strip() != on.isoformat():
        raise ValidationError(gettext("Type the day again as %(day)s, so that it is meant.") % {"day": on.isoformat()})
    enacted = operations.enact_draft(
        actor=account,
        draft=plan.pk,
        seen=whole(request.POST.get("seen", "")),
        on=on,
        note=_words(request, "note"),
        newest=_id(request.POST.get("newest", "")),
        now=now,
    )
    words = {"title": plan.title, "version": enacted.row.version, "day": on.isoformat()}
    messages.success(request, gettext("%(title)s %(version)s is in force from %(day)s.") % words)
    if request.POST.get("from") == "begin":
        return redirect("web:setup_begin")
    return redirect("web:setup_scheme", enacted.row.pk)


def _page(request: HttpRequest, account: Account, now: datetime, plan: Plan, errors: list[str]) -> HttpResponse:
    today = timezone.localdate(now)
    asked = request.POST.get("on") or request.GET.get("on", "")
    on = _day(asked)
    past = on is not None and on < today
    if past:
        errors = [*errors, gettext("%(day)s is past. Choose today or a later day.") % {"day": asked}]
    old = plans.before(plan, now)
    found = plans.differences(old, plan)
    words = reader.frame_words(plan, account, now) | reader.check_words(plan, now)
    words |= {
        "part": "enact",
        "old": old,
        "groups": grouped(found),
        "total": len(found),
        "newest": enactment.newest(plan.row.scheme) if plan.row.scheme else None,
        "kept": cases.open_by_version().get(old.pk, 0) if old else 0,
        "today": today,
        "proposed": (on or today + timedelta(days=1)).isoformat(),
        "on": None if past else on,
        "note": request.POST.get("note") or request.GET.get("note", ""),
        "errors_said": errors,
        "may_enact": access.holds(account, "enact", now),
        "who_may": people.holders_of("enact", now)[:6],
        "from_begin": (request.POST.get("from") or request.GET.get("from", "")) == "begin",
    }
    return shown(request, account, now, "setup/enact.html", words, status=422 if errors else 200)


@deed_for_setup
def cancel(request: HttpRequest, account: Account, now: datetime, plan: UUID) -> HttpResponse:
    """Take a planned version back before its day."""
    if not enactment.versions().filter(pk=plan).exists():
        raise Http404
    try:
        row = operations.cancel_planned(version=plan, actor=account, reason=_words(request, "reason"), now=now)
    except ValidationError as bad:
        messages.error(request, " ".join(bad.messages))
        return redirect(reverse("web:setup_scheme", args=[plan]) + "?part=check")
    messages.success(
        request, gettext("Version %(version)s was taken back. What is in force stays.") % {"version": row.version}
    )
    return redirect("web:setup_schemes")


def _words(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "")[:500]


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written.strip())
    except ValueError:
        return None


def _id(written: str) -> UUID | None:
    try:
        return UUID(written)
    except ValueError:
        return None
