"""Deciding on what a desk proposed: an extension, a withdrawal, whatever a scheme puts under approval."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from gezhi.cases.access import account_id
from gezhi.cases.errors import Forbidden, Impossible, NotFound
from gezhi.cases.models import Proposal
from gezhi.cases.operations.door import Acted, Open, acted, check_text, open_locked, own_desks, perform, write
from gezhi.cases.operations.log import desk_from
from gezhi.cases.operations.report import plain
from gezhi.people.models import Account


def decide(
    *, actor: Account | None, number: str, proposal: UUID, approve: bool, reason: str = "", now: datetime
) -> Acted:
    """Approve a proposal (the action then happens, at the approver's desk) or decline it with a reason."""
    with transaction.atomic():
        opened, row = _waiting(actor, number, proposal, now)
        approver = desk_from(row.approver_key)
        if approver not in own_desks(opened, actor, ""):
            raise Forbidden(_("Only the desk that was asked can decide this."))
        if row.by_actor and row.by_actor == account_id(actor):
            raise Forbidden(_("Who proposed it can't approve it; another person at the desk decides."))
        row.reason = plain(reason) if approve else check_text(plain(reason), most=2000, name="reason")
        row.state = Proposal.State.APPROVED if approve else Proposal.State.DECLINED
        row.decided_at, row.decided_actor = opened.now, account_id(actor)
        row.save(update_fields=["reason", "state", "decided_at", "decided_actor"])
        if approve:
            perform(opened, action=row.action, by=approver, actor=actor, answers=row.answers, part=row.part)
        opened.note(
            "decide",
            by=approver.key,
            actor=account_id(actor),
            proposal=str(row.pk),
            approved=approve,
            reason=row.reason,
        )
        opened.tell("case.decided", proposal=str(row.pk), approved=approve, to=row.by_key)
        write(opened)
        return acted(opened)


def withdraw(*, actor: Account | None, number: str, proposal: UUID, now: datetime) -> Acted:
    """Take back a proposal of one's own desk that has not been decided."""
    with transaction.atomic():
        opened, row = _waiting(actor, number, proposal, now)
        if desk_from(row.by_key) not in own_desks(opened, actor, ""):
            raise Forbidden(_("Only the desk that proposed it can take it back."))
        row.state, row.decided_at, row.decided_actor = Proposal.State.WITHDRAWN, opened.now, account_id(actor)
        row.save(update_fields=["state", "decided_at", "decided_actor"])
        opened.note("withdraw", by=row.by_key, actor=account_id(actor), proposal=str(row.pk))
        write(opened)
        return acted(opened)


def _waiting(actor: Account | None, number: str, proposal: UUID, now: datetime) -> tuple[Open, Proposal]:
    opened = open_locked(actor=actor, number=number, now=now)
    opened.settle_expired()
    row = Proposal.objects.select_for_update().filter(pk=proposal, case=opened.case).first()
    if row is None:
        raise NotFound
    if row.state != Proposal.State.OPEN:
        raise Impossible(_("This was decided already."))
    if row.entered_at != opened.state.entered_at:
        raise Impossible(_("The case has moved on since this was proposed, so it no longer stands."))
    return opened, row
