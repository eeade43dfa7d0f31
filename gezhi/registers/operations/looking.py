"""Reading what is masked: for a stated purpose, on record."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from gezhi.people.models import Account
from gezhi.registers import access, ledgers
from gezhi.registers.errors import Forbidden, NotFound, Refused
from gezhi.registers.models import NAME, Entry, EntryChange, Look, Proposal
from gezhi.registers.operations.writing import locked, opened, sealed_of

SHORTEST = 2


@transaction.atomic
def unmask(*, actor: Account | None, now: datetime, entry: Entry, purpose: str) -> dict[str, Any]:
    """Return an entry's sensitive values, and write down who looked and what for."""
    read = locked(entry, actor, now)
    ledger = ledgers.ledger(read.register, timezone.localdate(now))
    if not access.may_unmask(actor, ledger, read, now):
        raise Forbidden(
            "遮住的内容只给在这里采集的人和有权查看联系方式的人看。",
            "What is masked is shown to those who collect it here, and to those who may see contact details.",
        )
    why = stated(purpose)
    values = sealed_of(read)
    Look.objects.create(entry=read, account=actor, purpose=why, fields=sorted(values), at=now)
    return values


def note_opening(*, actor: Account, now: datetime, entry: Entry) -> None:
    """Write down that somebody opened a care case, once a day for each reader. Other entries' pages are not counted."""
    if not entry.care:
        return
    if not access.can_see(actor, entry, now):
        raise NotFound
    day = timezone.localdate(now)
    Look.objects.bulk_create([Look(entry=entry, account=actor, at=now, opened_on=day)], ignore_conflicts=True)


def unmask_story(*, actor: Account | None, now: datetime, entry: Entry, purpose: str) -> dict[str, Any]:
    """Return the same with what stood there before and what is proposed, by the change's and the proposal's id."""
    values = unmask(actor=actor, now=now, entry=entry, purpose=purpose)
    before = {str(one.pk): opened(one.sealed) for one in EntryChange.objects.filter(entry=entry) if one.sealed}
    asked = {str(one.pk): opened(one.sealed) for one in Proposal.objects.filter(entry=entry) if one.sealed}
    return {"values": values, "changes": before, "proposals": asked}


def stated(purpose: str) -> str:
    """Return a purpose as it is written down; raise Refused for none."""
    why = " ".join(purpose.split())[:NAME]
    if len(why) < SHORTEST:
        raise Refused(
            "请写明要看的用途，例如“约时间上门”。", "Say what you need it for, such as “to agree on a visit”.",
            field="purpose",
        )  # fmt: skip
    return why
