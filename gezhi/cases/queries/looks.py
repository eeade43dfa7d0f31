"""Who read a reporter's contact details, when and what for: for the audit, by the case's number alone.

Whoever acts for a desk that a case complains about learns nothing of it here either.
"""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from gezhi.cases.access import keys_of, not_about
from gezhi.cases.models import ContactLook
from gezhi.people.access import standing
from gezhi.people.models import Account


def contact_looks(
    *,
    account: Account,
    now: datetime,
    reader: UUID | None = None,
    words: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[ContactLook]:
    """Return the looks that the account may know of, the newest first; what is empty does not narrow."""
    rows = ContactLook.objects.select_related("account", "case").only(
        "purpose", "at", "account__name", "account__username", "case__number"
    )
    rows = rows.filter(not_about(keys_of(standing(account, now)), "case__"))
    rows = rows.filter(account=reader) if reader else rows
    if words:
        rows = rows.filter(case__number__icontains=words) | rows.filter(purpose__icontains=words)
    rows = rows.filter(at__gte=since) if since else rows
    return (rows.filter(at__lt=until) if until else rows).order_by("-at", "-id")
