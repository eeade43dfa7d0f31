"""Who read a reporter's contact details, when and what for: for the audit, by the case's number alone."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from gezhi.cases.models import ContactLook


def contact_looks(
    *, reader: UUID | None = None, words: str = "", since: datetime | None = None, until: datetime | None = None
) -> QuerySet[ContactLook]:
    """Return the looks, the newest first; what is empty does not narrow."""
    rows = ContactLook.objects.select_related("account", "case").only(
        "purpose", "at", "account__name", "account__username", "case__number"
    )
    rows = rows.filter(account=reader) if reader else rows
    if words:
        rows = rows.filter(case__number__icontains=words) | rows.filter(purpose__icontains=words)
    rows = rows.filter(at__gte=since) if since else rows
    return (rows.filter(at__lt=until) if until else rows).order_by("-at", "-id")
