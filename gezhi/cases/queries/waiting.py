"""What waits beside the queue: proposals for somebody's decision, and how much each desk has in hand."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from gezhi.cases.access import keys_of, visible
from gezhi.cases.models import Hold, Proposal
from gezhi.people.access import standing
from gezhi.people.models import Account


@dataclass(frozen=True, slots=True)
class Load:
    """How many cases a desk holds, and how many of them are overdue."""

    open: int = 0
    late: int = 0


def proposals_for(*, account: Account, now: datetime) -> QuerySet[Proposal]:
    """Return what other desks proposed and one of the account's desks is to decide, oldest first."""
    keys = keys_of(standing(account, now))
    waiting = Proposal.objects.filter(state=Proposal.State.OPEN, approver_key__in=keys)
    return (
        waiting.filter(visible(account, now, "case__"))
        .select_related("case__area__parent")
        .defer("case__text", "case__contact", "case__log_head", "case__area__boundary", "case__area__parent__boundary")
        .order_by("at", "pk")
    )


def loads(*, desk_keys: Collection[str], now: datetime) -> dict[str, Load]:
    """Return desk key → what it has in hand now, for those desks that have anything. Counts only, of no named case."""
    rows = Hold.objects.filter(until=None, listed=True, desk_key__in=desk_keys).order_by().values("desk_key")
    late = Q(paused=False, rank_at__lt=now)
    counted = rows.annotate(open=Count("case"), late=Count("case", filter=late))
    return {row["desk_key"]: Load(row["open"], row["late"]) for row in counted}
