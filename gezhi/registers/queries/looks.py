"""Who read what is masked and who opened a care case, when and what for: for the audit, by the entry's code alone."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from gezhi.registers.models import Look


def looks(
    *,
    reader: UUID | None = None,
    words: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[Look]:
    """Return the looks, the newest first; what is empty does not narrow."""
    rows = Look.objects.select_related("account", "entry").only(
        "purpose", "at", "fields", "opened_on", "account__name", "account__username", "entry__code"
    )
    rows = rows.filter(account=reader) if reader else rows
    if words:
        rows = rows.filter(entry__code__icontains=words) | rows.filter(purpose__icontains=words)
    rows = rows.filter(at__gte=since) if since else rows
    return (rows.filter(at__lt=until) if until else rows).order_by("-at", "-id")
