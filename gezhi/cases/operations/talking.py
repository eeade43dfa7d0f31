"""Around the flow: comments, files, and looks at the reporter's contact. Each is noted in the case's log."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from gezhi.cases.access import account_id, can_see, keys_of, may_see_contact, works_on
from gezhi.cases.errors import BadInput, Forbidden, Impossible, NotFound
from gezhi.cases.models import Case, CaseEvent, CaseFile, Comment, ContactLook
from gezhi.cases.operations.attaching import attach_to
from gezhi.cases.operations.door import Open, check_text, open_locked, own_desks, reporter_desk, write
from gezhi.cases.operations.report import plain
from gezhi.people.access import standing
from gezhi.people.models import Account

COMMENT_LENGTH = 4000
# For so long the author may put a note right or take it back, and whoever withdrew a file may bring it back.
MENDABLE = timedelta(minutes=10)
MOST_MENTIONS = 30


def comment(
    *, actor: Account | None, number: str, text: str, public: bool = False, secret: str = "",
    files: Sequence[UUID] = (), mentions: Sequence[UUID] = (), now: datetime,
) -> Comment:  # fmt: skip
    """Write a note about a case: for the offices, or (`public`) also for who reported it.

    A reporter's note is public. `mentions` are colleagues to be told of an internal note: kept with it are those who
    may see the case now; the others are left out, and the caller sees who from the note's own `mentions`.
    """
    with transaction.atomic():
        opened = open_locked(actor=actor, number=number, secret=secret, now=now)
        by, who, from_reporter = _speaker(opened, actor, secret)
        shown = public or from_reporter
        told = [] if shown else seeing(opened.case, mentions[:MOST_MENTIONS], opened.now)
        note = Comment.objects.create(
            case=opened.case, desk_key=by, actor=who, at=opened.now, public=shown, mentions=told or None,
            text=check_text(plain(text), most=COMMENT_LENGTH, name="text"),
        )  # fmt: skip
        opened.note("comment", by=by, actor=who, comment=str(note.pk), public=shown)
        attach_to(opened, files, role="comment", public=shown, by=by, who=who)
        opened.tell("case.commented", comment=str(note.pk), public=shown, by=by)
        _tell_mentioned(opened, note, told)
        write(opened)
        return note


def correct_note(
    *, actor: Account, number: str, note: UUID, text: str, mentions: Sequence[UUID] = (), now: datetime
) -> Comment:
    """Put one's own note right, within minutes: the new words stand beside the old ones, which stay to be read."""
    with transaction.atomic():
        opened = open_locked(actor=actor, number=number, now=now)
        old = _own_note(opened, actor, note)
        told = [] if old.public else seeing(opened.case, mentions[:MOST_MENTIONS], opened.now)
        new = Comment.objects.create(
            case=opened.case, desk_key=old.desk_key, actor=old.actor, at=old.at, public=old.public, replaces=old,
            mentions=told or None, text=check_text(plain(text), most=COMMENT_LENGTH, name="text"),
        )  # fmt: skip
        opened.note("correct_note", by=old.desk_key, actor=old.actor, comment=str(new.pk), before=str(old.pk))
        _tell_mentioned(opened, new, [one for one in told if one not in (old.mentions or [])])
        write(opened)
        return new


def take_back_note(*, actor: Account, number: str, note: UUID, now: datetime) -> Comment:
    """Take one's own note and its files back, within minutes: nobody reads it any more, the story says that it was."""
    with transaction.atomic():
        opened = open_locked(actor=actor, number=number, now=now)
        mine = _own_note(opened, actor, note)
        mine.withdrawn_at = opened.now
        mine.save(update_fields=["withdrawn_at"])
        sent = CaseFile.objects.filter(case=opened.case, role="comment", at=mine.at, actor=mine.actor)
        sent.filter(withdrawn_at=None).update(withdrawn_at=opened.now)
        opened.note("take_back_note", by=mine.desk_key, actor=mine.actor, comment=str(mine.pk))
        write(opened)
        return mine


def seeing(case: Case, accounts: Sequence[UUID], now: datetime) -> list[UUID]:
    """Return those of the accounts, in their order, who work for the district and see the case as an office."""
    found = Account.objects.filter(pk__in=accounts, kind=Account.Kind.STAFF, is_active=True)
    fit = {one.pk for one in found if works_on(one, case, now) and can_see(one, case, now)}
    return [pk for pk in dict.fromkeys(accounts) if pk in fit]


def _tell_mentioned(opened: Open, note: Comment, told: Sequence[UUID]) -> None:
    if told:
        opened.tell("case.mentioned", comment=str(note.pk), by=note.actor, accounts=[str(one) for one in told])


def _own_note(opened: Open, actor: Account, note: UUID) -> Comment:
    """Return the note if it is the actor's, stands as it was written, and was written minutes ago."""
    mine = Comment.objects.filter(case=opened.case, pk=note, actor=account_id(actor), withdrawn_at=None).first()
    if mine is None or Comment.objects.filter(case=opened.case, replaces=mine).exists():
        raise Impossible(_("This note is not yours, or it was changed meanwhile."))
    if opened.now - mine.at > MENDABLE:
        raise Impossible(
            _("A note can be changed for %(n)d minutes. Write another one that puts it right.")
            % {"n": MENDABLE.total_seconds() // 60}
        )
    return mine


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


def restore_file(*, actor: Account, number: str, file: UUID, now: datetime) -> CaseFile:
    """Bring back a file that one has withdrawn oneself minutes ago."""
    with transaction.atomic():
        opened = open_locked(actor=actor, number=number, now=now)
        by, who, _from_reporter = _speaker(opened, actor, "")
        row = CaseFile.objects.filter(
            case=opened.case, pk=file, withdrawn_at__gte=opened.now - MENDABLE
        ).first()  # fmt: skip
        if row is None or not _withdrew(opened, str(row.file_id), who):
            raise Impossible(_("This file can't be brought back (any more). Send it again."))
        row.withdrawn_at = None
        row.save(update_fields=["withdrawn_at"])
        opened.note("restore_file", by=by, actor=who, file=str(row.file_id))
        write(opened)
        return row


def _withdrew(opened: Open, file: str, who: str) -> bool:
    """Say whether somebody was the last to withdraw a file."""
    rows = CaseEvent.objects.filter(case_id=opened.case.pk, kind="record", action="withdraw_file").order_by("-seq")
    last = next((row for row in rows if file in row.body), None)
    return last is not None and who != "" and last.actor == who


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
