"""Reading messages: a person's inbox, and the log of what went out."""

from datetime import datetime

from django.db.models import QuerySet

from gezhi.notices.models import Endpoint, Message
from gezhi.people.models import Account


def inbox(account: Account, *, unread_only: bool = False) -> QuerySet[Message]:
    """Return a person's messages, newest first; the caller cuts the page."""
    rows = Message.objects.filter(account=account, channel=Message.Channel.INBOX).order_by("-created_at", "-id")
    return rows.filter(read_at=None) if unread_only else rows


def unread_count(account: Account) -> int:
    """Return how many of a person's messages are unread (one index-only count)."""
    return Message.objects.filter(account=account, channel=Message.Channel.INBOX, read_at=None).count()


def endpoints() -> QuerySet[Endpoint]:
    """Return every webhook endpoint, disabled ones first: they need somebody."""
    return Endpoint.objects.order_by("disabled_at", "title")


def outgoing(*, since: datetime | None = None, state: str = "", endpoint: Endpoint | None = None) -> QuerySet[Message]:
    """Return the mail and webhook messages with their deliveries, newest first, for the log page."""
    rows = Message.objects.exclude(channel=Message.Channel.INBOX).prefetch_related("deliveries")
    if since is not None:
        rows = rows.filter(created_at__gte=since)
    if state:
        rows = rows.filter(state=state)
    if endpoint is not None:
        rows = rows.filter(endpoint=endpoint)
    return rows.select_related("endpoint", "account").order_by("-created_at", "-id")
