"""What is done with an entry from its page: show what is masked, settle, move, end, merge, assign, add a file."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from gezhi.foundation import clock, files
from gezhi.people import queries as people
from gezhi.people.models import Account
from gezhi.registers import operations
from gezhi.registers.access import can_see
from gezhi.registers.errors import Refused
from gezhi.registers.models import Entry
from gezhi.web.desk.entries import Shown, find, row, show
from gezhi.web.staff import for_staff

# Where the page asks what the operation calls otherwise.
_ASSIGNED = {"account": "who", "to": "who", "reason": "areason"}


@never_cache
@require_POST
@for_staff
def reveal(request: HttpRequest, account: Account, register: str, code: str) -> HttpResponse:
    """Show what is masked once, for a purpose that is written down."""
    now = clock.now()
    found = find(account, register, code, now)
    purpose = request.POST.get("purpose", "")
    try:
        seen = operations.unmask_story(actor=account, now=now, entry=found.entry, purpose=purpose)
    except Refused as refused:
        more = Shown(purpose=purpose, errors={"purpose": str(refused)})
        return show(request, account, found, now, more, status=422)
    asked = {f"proposal:{pk}": next(iter(pair.values()))[1] for pk, pair in seen["proposals"].items()}
    return show(request, account, found, now, Shown({**seen["values"], **asked}, purpose))


@never_cache
@require_POST
@for_staff
def decide(request: HttpRequest, account: Account, register: str, code: str, proposal: UUID) -> HttpResponse:
    """Take a proposed value over, or refuse it."""
    accept = request.POST.get("decision") == "accept"
    base, reason = request.POST.get("base", ""), request.POST.get("reason", "")
    done = gettext("Taken over.") if accept else gettext("Not taken over; both stay in the story.")

    def what(_entry: Entry, now: datetime) -> None:
        operations.decide(
            actor=account, now=now, proposal=proposal, accept=accept, reason=reason,
            base=int(base) if base.isdecimal() else 0,
        )  # fmt: skip

    return _do(request, account, (register, code), done, what)


@never_cache
@require_POST
@for_staff
def move(request: HttpRequest, account: Account, register: str, code: str) -> HttpResponse:
    """Move an entry into another area; whoever can't see it there any more goes back to the list."""
    area, address = request.POST.get("area", "")[:40].strip(), request.POST.get("address", "")[:300]
    note = request.POST.get("note", "")[:200]
    done = gettext("Moved, with what belongs to it. The code stays.")
    return _do(
        request, account, (register, code), done,
        lambda entry, now: operations.move(
            actor=account, now=now, entry=entry, area=area, address=address, note=note
        ),
    )  # fmt: skip


@never_cache
@require_POST
@for_staff
def end(request: HttpRequest, account: Account, register: str, code: str) -> HttpResponse:
    """End an entry, with a reason."""
    reason = request.POST.get("reason", "")[:200]
    return _do(
        request, account, (register, code), gettext("Ended. It can be reopened."),
        lambda entry, now: operations.end(actor=account, now=now, entry=entry, reason=reason),
    )  # fmt: skip


@never_cache
@require_POST
@for_staff
def reopen(request: HttpRequest, account: Account, register: str, code: str) -> HttpResponse:
    """Bring an entry back."""
    return _do(
        request, account, (register, code), gettext("Reopened."),
        lambda entry, now: operations.reopen(actor=account, now=now, entry=entry),
    )  # fmt: skip


@never_cache
@require_POST
@for_staff
def merge(request: HttpRequest, account: Account, register: str, code: str) -> HttpResponse:
    """Merge another entry, named by its code, into this one."""
    other = request.POST.get("other", "")[:80].strip()
    return _do(
        request, account, (register, code), gettext("Merged. What differed waits below for a decision."),
        lambda entry, now: operations.merge(
            actor=account, now=now, keep=entry, drop=row(account, register, other, now)
        ),
    )  # fmt: skip


@never_cache
@require_POST
@for_staff
def assign(request: HttpRequest, account: Account, register: str, code: str) -> HttpResponse:
    """Give a care case to another worker or supervisor."""
    name, role = request.POST.get("who", "")[:60].strip(), request.POST.get("role", "")
    reason = request.POST.get("reason", "")[:200]

    def what(entry: Entry, now: datetime) -> None:
        other = people.named(name) if name else None
        if other is None or role not in ("worker", "supervisor"):
            raise Refused(
                "没有找到这个人，请写姓名或用户名。", "Nobody is called so: write a name or username.", field="who"
            )
        try:
            operations.assign_care(actor=account, now=now, entry=entry, account=other, role=role, reason=reason)
        except Refused as refused:
            refused.field = _ASSIGNED.get(refused.field, refused.field)
            raise

    return _do(request, account, (register, code), gettext("Assigned anew."), what)


@never_cache
@require_POST
@for_staff
def attach(request: HttpRequest, account: Account, register: str, code: str) -> HttpResponse:
    """Add photos or documents."""

    def what(entry: Entry, now: datetime) -> None:
        try:
            kept = [files.store(one, actor=str(account.pk), now=now).pk for one in request.FILES.getlist("files")]
        except files.FileRefused as refused:
            raise Refused(refused.message, refused.message, field="files") from refused
        if not kept:
            raise Refused("请选择文件。", "Choose a file.", field="files")
        operations.attach(actor=account, now=now, entry=entry, files=kept)

    return _do(request, account, (register, code), gettext("Kept with the entry."), what)


@never_cache
@require_POST
@for_staff
def withdraw(request: HttpRequest, account: Account, register: str, code: str, file: UUID) -> HttpResponse:
    """Take a file out of sight."""
    return _do(
        request, account, (register, code), gettext("The file is out of sight; the log keeps that it was there."),
        lambda entry, now: operations.withdraw_file(actor=account, now=now, entry=entry, file=file),
    )  # fmt: skip


def _do(
    request: HttpRequest, account: Account, named: tuple[str, str], done: str,
    what: Callable[[Entry, datetime], object],
) -> HttpResponse:  # fmt: skip
    """Do it and go back to the page, or show the page with the reason and what was typed."""
    now = clock.now()
    register, code = named
    entry = row(account, register, code, now)
    try:
        what(entry, now)
    except Refused as refused:
        typed = {name: str(value) for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
        more = Shown(errors={refused.field or "deed": str(refused)}, typed=typed)
        return show(request, account, find(account, register, code, now), now, more, status=422)
    messages.success(request, done)
    if not can_see(account, entry, now):
        return redirect("web:desk_register", register=register)
    return redirect("web:desk_entry", register=register, code=code)
