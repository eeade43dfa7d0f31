"""Around the flow: comments, files, and looks at the reporter's contact. Each is noted in the case's log."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from gezhi.cases.access import account_id, keys_of, may_see_contact, works_on
from gezhi.cases.errors import BadInput, Forbidden, NotFound
from gezhi.cases.models import CaseFile, Comment, ContactLook
from gezhi.cases.operations.attaching import attach_to
from gezhi.cases.operations.door import Open, check_text, open_locked, own_desks, reporter_desk, write
from gezhi.cases.operations.report import plain
from gezhi.people.access import standing
from gezhi.people.models import Account

COMMENT_LENGTH = 4000


def comment(
    *, actor: Account | None, number: str, text: str, public: bool = False, secret: str = "",
    files: Sequence[UUID] = (), now: datetime,
) -> Comment:  # fmt: skip
    """Write a note about a case: for the offices, or (`public`) also for who reported it.

    A reporter's note is public.
    """
    with transaction.atomic():
        opened = open_locked(actor=actor, number=number, secret=secret, now=now)
        by, who, from_reporter = _speaker(opened, actor, secret)
        shown = public or from_reporter
        note = Comment.objects.create(
            case=opened.case, desk_key=by, actor=who, at=opened.now, public=shown,
            text=check_text(plain(text), most=COMMENT_LENGTH, name="text"),
        )  # fmt: skip
        opened.note("comment", by=by, actor=who, comment=str(note.pk), public=shown)
        attach_to(opened, files, role="comment", public=shown, by=by, who=who)
        opened.tell("case.commented", comment=str(note.pk), public=shown, by=by)
        write(opened)
        return note


def attach(
    *, actor: Account | None, number: str, files: Sequence[UUID], role: str = "report", public: bool = False,
    secret: str = "", now: datetime,
) -> list[CaseFile]:  # fmt: skip
    """Add stored files to a case.

    `role` is what they show (an action's question), `public` lets the reporter see them.
    """
    with transaction.atomic():
        opened = open_locked(actor=actor, number=number, secret=secret, now=now)
        by, who, from_reporter = _speaker(opened, actor, secret)
        kept = attach_to(opened, files, role=role, public=public or from_reporter, by=by, who=who)
        write(opened)
        return kept


def withdraw_file(*, actor: Account | None, number: str, file: UUID, now: datetime) -> CaseFile:
    """Take a file out of sight (a wrong photo, somebody's face); the log keeps that it was there.

    A reporter may take back only what the reporter sent.
    """
    with transaction.atomic():
        opened = open_locked(actor=actor, number=number, now=now)
        by, who, from_reporter = _speaker(opened, actor, "")
        row = CaseFile.objects.filter(case=opened.case, pk=file, withdrawn_at=None).first()
        if row is None or (from_reporter and row.desk_key != by):
            raise BadInput(_("This file is not with the case (any more)."), field="file")
        row.withdrawn_at = opened.now
        row.save(update_fields=["withdrawn_at"])
        opened.note("withdraw_file", by=by, actor=who, file=str(row.file_id))
        write(opened)
        return row


def look_at_contact(*, actor: Account, number: str, purpose: str, now: datetime) -> str:
    """Return the reporter's contact to somebody who must call, and write down who looked and what for."""
    with transaction.atomic():
        opened = open_locked(actor=actor, number=number, now=now)
        holders = [hold.desk.key for hold in opened.state.holds if hold.until is None]
        if not may_see_contact(actor, opened.case, holders, opened.now):
            raise Forbidden(
                _("Contact details are shown to those who hold the case and must call. You do not hold it now.")
            )
        purpose = check_text(plain(purpose), most=200, name="purpose")
        ContactLook.objects.create(case=opened.case, account=actor, purpose=purpose, at=opened.now)
        opened.note("look_at_contact", by=_desk_key(opened, actor), actor=account_id(actor), purpose=purpose)
        write(opened)
        return opened.case.contact or ""


def _speaker(opened: Open, actor: Account | None, secret: str) -> tuple[str, str, bool]:
    """Return in whose name somebody speaks on a case: an office by its desk, else the reporter."""
    if not secret and works_on(actor, opened.case, opened.now):
        return _desk_key(opened, actor), account_id(actor), False
    reporter = reporter_desk(opened, actor, secret)
    if reporter is None:
        raise NotFound
    return reporter.key, "", True


def _desk_key(opened: Open, actor: Account | None) -> str:
    """Return the desk that the actor speaks for: one that has to do with the case, else the first."""
    concerned = {hold.desk.key for hold in opened.state.holds if hold.until is None} | set(opened.case.sight_keys)
    keys = [desk.key for desk in own_desks(opened, actor, "")]
    return next((key for key in keys if key in concerned), keys[0] if keys else keys_of(standing(actor, opened.now))[0])
