"""Beside the flow of a case: notes, the contact, supervision, decisions on proposals, taking a file out."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from gezhi.cases import operations as cases
from gezhi.cases.errors import CaseError, NotFound
from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.schemes.state import Refused
from gezhi.schemes.text import Text
from gezhi.web import wording
from gezhi.web.desk.case import Asked, after, find, show
from gezhi.web.desk.kept import keeps_what_was_typed, typed
from gezhi.web.staff import for_staff


@never_cache
@require_POST
@for_staff
def contact(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """Show the reporter's contact once, to who may see it, for a purpose that is written down."""
    now = clock.now()
    found, purpose = find(account, number, now), request.POST.get("purpose", "")
    try:
        seen = cases.look_at_contact(actor=account, number=number, purpose=purpose, now=now)
    except CaseError as error:
        asked = Asked(purpose=purpose, errors={"purpose": str(error)})
        return show(request, account, found, now, asked, status=422)
    return show(request, account, found, now, Asked(contact=seen, purpose=purpose))


@never_cache
@require_POST
@for_staff
@keeps_what_was_typed
def supervise(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """Put a case under supervision, perhaps with a day by which an answer is wanted."""
    now = clock.now()
    reason, day = request.POST.get("reason", ""), request.POST.get("day", "")
    try:
        limit = _end_of(day)
        cases.supervise(actor=account, number=number, reason=reason, limit_at=limit, now=now)
    except NotFound as missing:
        raise Http404(str(missing)) from missing
    except (CaseError, ValueError) as error:
        words = str(error) if isinstance(error, CaseError) else gettext("Write the day as 2026-05-09.")
        asked = Asked(reason=reason, errors={"reason": words})
        return show(request, account, find(account, number, now), now, asked, status=422)
    messages.success(request, gettext("Under supervision. Whoever holds it is told."))
    return after(request, account, number, now)


@never_cache
@require_POST
@for_staff
def release(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """End the supervision by one's own office."""
    return _do(
        request, account, number, gettext("The supervision is ended."),
        lambda now: cases.release(actor=account, number=number, now=now),
    )  # fmt: skip


@never_cache
@require_POST
@for_staff
@keeps_what_was_typed
def decide(request: HttpRequest, account: Account, number: str, proposal: UUID) -> HttpResponse:
    """Approve a proposal, or decline it with a reason."""
    approve, reason = request.POST.get("decision") == "approve", request.POST.get("reason", "")
    done = gettext("Approved; it is done.") if approve else gettext("Declined; the proposer is told why.")
    return _do(
        request, account, number, done,
        lambda now: cases.decide(
            actor=account, number=number, proposal=proposal, approve=approve, reason=reason, now=now
        ),
    )  # fmt: skip


@never_cache
@require_POST
@for_staff
def withdraw(request: HttpRequest, account: Account, number: str, proposal: UUID) -> HttpResponse:
    """Take back one's own office's proposal."""
    return _do(
        request, account, number, gettext("The proposal is taken back."),
        lambda now: cases.withdraw(actor=account, number=number, proposal=proposal, now=now),
    )  # fmt: skip


@never_cache
@require_POST
@for_staff
def withdraw_file(request: HttpRequest, account: Account, number: str, file: UUID) -> HttpResponse:
    """Take a file out of sight."""
    return _do(
        request, account, number, gettext("The file is out of sight; the log keeps that it was there."),
        lambda now: cases.withdraw_file(actor=account, number=number, file=file, now=now),
    )  # fmt: skip


@never_cache
@require_POST
@for_staff
def restore_file(request: HttpRequest, account: Account, number: str, file: UUID) -> HttpResponse:
    """Bring back a file that was just taken out of sight."""
    return _do(
        request, account, number, gettext("The file is back."),
        lambda now: cases.restore_file(actor=account, number=number, file=file, now=now),
    )  # fmt: skip


@never_cache
@require_POST
@for_staff
def unmerge(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """Take a merge back."""
    return _do(
        request, account, number, gettext("The merge is taken back; the case is where it was."),
        lambda now: cases.unmerge(actor=account, duplicate=number, now=now),
    )  # fmt: skip


def say_refusal(error: CaseError | Refused) -> str:
    """Return why something was refused, in the reader's language."""
    return wording.say(Text(error.zh, error.en)) if isinstance(error, Refused) else str(error)


def _do(
    request: HttpRequest, account: Account, number: str, done: str, what: Callable[[datetime], object]
) -> HttpResponse:
    now = clock.now()
    found = find(account, number, now)
    try:
        what(now)
    except (CaseError, Refused) as error:
        messages.error(request, gettext("Not done: %(why)s") % {"why": say_refusal(error)})
        words = typed(request)
        if words:
            return show(request, account, found, now, Asked(kept=words), status=422)
    else:
        messages.success(request, done)
    return after(request, account, number, now)


def _end_of(day: str) -> datetime | None:
    """Return the end of a day that was written, None for none. Raises `ValueError` for what is no day."""
    if not day.strip():
        return None
    on = parse_date(day.strip())
    if on is None:
        raise ValueError(day)
    return timezone.make_aware(datetime.combine(on + timedelta(days=1), time()))
