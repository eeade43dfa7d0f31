"""What waits beside the queue: proposals for somebody's decision, and how much each desk has in hand."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from gezhi.cases.access import keys_of, visible
from gezhi.cases.models import Hold, Proposal
from gezhi.people.access import standing
from gezhi.people.models import Account


@dataclass(frozen=True, slots=True)
class Load:
    """How many cases a desk holds, how many of them are overdue or fall due this week, and how long it usually needs.

    `usual_seconds` is the middle of the desk's last thirty ended holds, by the wall clock; 0 where there are too few.
    """

    open: int = 0
    late: int = 0
    week: int = 0
    usual_seconds: int = 0


_USUAL = f"""
select d.key, percentile_cont(0.5) within group (order by extract(epoch from h.until - h.since))
from unnest(%s::text[]) as d(key) cross join lateral (
  select since, until from {Hold._meta.db_table}
  where desk_key = d.key and until is not null order by until desc limit 30
) h group by d.key having count(*) >= 5
"""  # noqa: S608  the table's name comes from the model


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
    """Return desk key → what it has in hand now, for those desks that have or had anything: two bounded queries.

    Counts only, of no named case.
    """
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today + timedelta(days=7 - today.weekday())
    rows = Hold.objects.filter(until=None, listed=True, desk_key__in=desk_keys).order_by().values("desk_key")
    late = Q(paused=False, rank_at__lt=now)
    week = Q(paused=False, rank_at__gte=now, rank_at__lt=monday)
    counted = rows.annotate(open=Count("case"), late=Count("case", filter=late), week=Count("case", filter=week))
    found = {row["desk_key"]: Load(row["open"], row["late"], row["week"]) for row in counted}
    with connection.cursor() as cursor:
        cursor.execute(_USUAL, [list(desk_keys)])
        for key, seconds in cursor.fetchall():
            found[key] = replace(found.get(key, Load()), usual_seconds=int(seconds))
    return found
