"""What people keep beside cases: their saved views, and the runs over several cases that they began."""

from datetime import datetime
from uuid import UUID

from gezhi.cases.access import views_of
from gezhi.cases.models import BulkLine, BulkRun, SavedView
from gezhi.people.models import Account


def views(*, account: Account, now: datetime) -> list[SavedView]:
    """Return the views that somebody has: one's own first, then those of each desk, in their order."""
    return list(SavedView.objects.filter(views_of(account, now)).order_by("desk_key", "place", "pk"))


def bulk_run(*, account: Account, run: UUID) -> tuple[BulkRun, list[BulkLine]] | None:
    """Return one's own run with its lines in order, or None."""
    found = BulkRun.objects.filter(pk=run, account=account).first()
    return (found, list(found.lines.order_by("place"))) if found else None
