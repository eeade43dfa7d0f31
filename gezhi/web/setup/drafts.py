"""Drafts from the outside: sent in as a file, begun from a version or from what ships, reminders accepted, dropped."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from gezhi.enactment import operations
from gezhi.enactment import queries as enactment
from gezhi.people.models import Account
from gezhi.schemes import parcels
from gezhi.schemes.model import Finding, SchemeError
from gezhi.web.setup.pages import deed_for_setup, form_for_setup, shown


@form_for_setup
def upload(request: HttpRequest, account: Account, now: datetime) -> HttpResponse:
    """Take a workbook, a zip or a text as a draft; what can't be opened is said by file, sheet and row."""
    if request.method != "POST":
        return _upload_page(request, account, now, [])
    sent = request.FILES.get("file")
    if sent is None:
        messages.error(request, gettext("Choose a file first."))
        return _upload_page(request, account, now, [], status=422)
    try:
        # read no more than could be taken: a larger file is refused by its size
        raw = sent.read(parcels.MOST_BYTES + 1)
        draft = operations.upload_draft(actor=account, file_name=sent.name or "", raw=raw, now=now)
    except SchemeError as bad:
        return _upload_page(request, account, now, bad.findings, status=422)
    messages.success(request, gettext("Kept as a draft. Nothing is in force yet: read what the check says."))
    return redirect(_check(draft.pk))


def _upload_page(
    request: HttpRequest, account: Account, now: datetime, wrong: list[Finding], *, status: int = 200
) -> HttpResponse:
    words = {"wrong": wrong, "most": parcels.MOST_BYTES // 1024 // 1024}
    return shown(request, account, now, "setup/upload.html", words, status=status)


@deed_for_setup
def begin_draft(request: HttpRequest, account: Account, now: datetime, plan: UUID) -> HttpResponse:
    """Begin a draft from a version that was put into force."""
    if not enactment.versions().filter(pk=plan).exists():
        raise Http404
    draft = operations.draft_from(actor=account, version=plan, now=now)
    messages.success(request, gettext("A draft was begun. Change it here or in the workbook; nothing is in force yet."))
    return redirect("web:setup_scheme", draft.pk)


@deed_for_setup
def shipped(request: HttpRequest, account: Account, now: datetime) -> HttpResponse:
    """Begin a draft from a scheme that ships."""
    try:
        draft = operations.draft_from(actor=account, piece=request.POST.get("piece", ""), now=now)
    except ValidationError as bad:
        messages.error(request, " ".join(bad.messages))
        return redirect("web:setup_schemes")
    messages.success(request, gettext("A draft was begun. Change it here or in the workbook; nothing is in force yet."))
    return redirect(
        "web:setup_begin" if request.POST.get("from") == "begin" else reverse("web:setup_scheme", args=[draft.pk])
    )


@deed_for_setup
def accept(request: HttpRequest, account: Account, now: datetime, plan: UUID) -> HttpResponse:
    """Accept a reminder with a reason, or take that back."""
    _known(plan)
    name = request.POST.get("name", "")
    try:
        if request.POST.get("withdraw"):
            operations.withdraw_acceptance(actor=account, draft=plan, name=name, now=now)
        else:
            reason = request.POST.get("reason", "")
            operations.accept_reminder(actor=account, draft=plan, name=name, reason=reason, now=now)
    except ValidationError as bad:
        messages.error(request, " ".join(bad.messages))
    return redirect(_check(plan))


@deed_for_setup
def discard(request: HttpRequest, account: Account, now: datetime, plan: UUID) -> HttpResponse:
    """Drop a draft."""
    _known(plan)
    try:
        operations.discard_draft(actor=account, draft=plan, now=now)
        messages.success(request, gettext("The draft was dropped. What is in force is as it was."))
    except ValidationError as bad:
        messages.error(request, " ".join(bad.messages))
    return redirect("web:setup_schemes")


def _known(draft: UUID) -> None:
    if enactment.draft(draft) is None:
        raise Http404


def _check(plan: UUID) -> str:
    return reverse("web:setup_scheme", args=[plan]) + "?part=check"
