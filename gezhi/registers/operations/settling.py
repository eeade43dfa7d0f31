"""Settling what another side, or a belated writer, has otherwise: field by field, by the post that decides."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from gezhi.people.models import Account
from gezhi.registers import access, ledgers
from gezhi.registers.errors import Forbidden, Impossible, NotFound
from gezhi.registers.models import NAME, Kind, Proposal
from gezhi.registers.operations.saving import put
from gezhi.registers.operations.writing import CHANGED, By, count_waiting, locked, note_change, opened, tell, values_of
from gezhi.registers.values import plain


@transaction.atomic
def decide(
    *, actor: Account | None, now: datetime, proposal: UUID, accept: bool, base: int = 0, reason: str = ""
) -> Proposal:
    """Take a proposed value over, or refuse it. Both stay in the book of changes.

    `base` is the version that was seen beside it: what changed since is looked at first.
    """
    named = Proposal.objects.filter(pk=proposal).values_list("entry_id", flat=True).first()
    if named is None:
        raise NotFound("这项不同意见已经不在了。", "This proposal is not there any more.")
    entry = locked(named, actor, now)
    one = Proposal.objects.select_for_update().get(pk=proposal)
    if one.decision != Proposal.Decision.OPEN:
        raise Impossible("这项不同意见已经有人处理过了。", "Somebody settled this difference already.")
    if base and base != entry.version:
        raise Impossible(
            "您查看之后条目又有变化。请看过现在的内容再决定；什么都没有改。",
            "The entry changed since you looked at it. Look at it as it is now, then decide; nothing was changed.",
        )
    ledger = ledgers.ledger(entry.register, timezone.localdate(now))
    owner = entry.sides.get(one.field, "")
    if not access.may_decide(actor, ledger, entry.area_path, owner, now):
        raise Forbidden(
            "由方案指定的岗位在这里裁定，不是您的岗位。",
            "The post that the plan names settles this here; it is not yours.",
        )
    by = By(actor, access.standpoint(actor, ledger, entry.area_path, now), now)
    pair = one.plain or opened(one.sealed)[one.field]
    current = plain(values_of(entry).get(one.field))
    if accept:
        entry.version += 1
        entry.changed_at = now
        put(entry, {one.field: [current, pair[1]]}, one.side, ledger, ledger.form)
        tell(CHANGED, entry, now, fields=[one.field])
    one.decision = Proposal.Decision.ACCEPTED if accept else Proposal.Decision.REFUSED
    one.decided_by, one.decided_at, one.reason = by.id, now, reason.strip()[:NAME]
    one.save(update_fields=["decision", "decided_by", "decided_at", "reason"])
    said = {one.field: [current, pair[1]] if accept else [pair[1], current]}
    note_change(entry, by, Kind.ACCEPT if accept else Kind.REFUSE, said, ledger.form, note=reason.strip())
    count_waiting(entry)
    return one
