"""Reading messages: a person's inbox, and the log of what went out."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, QuerySet

from gezhi.notices.models import Endpoint, MailWish, Message
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


def endpoint(pk: UUID) -> Endpoint | None:
    """Return a webhook endpoint, or None when there is none (any more)."""
    return Endpoint.objects.filter(pk=pk).first()


def to_endpoint(pk: UUID) -> Message | None:
    """Return a message to a webhook with the webhook, or None when there is none."""
    return Message.objects.filter(pk=pk, endpoint__isnull=False).select_related("endpoint").first()


def tally(endpoint: Endpoint, *, since: datetime) -> dict[str, int]:
    """Return how many messages to an endpoint stand in each state, of those written since then."""
    rows = Message.objects.filter(endpoint=endpoint, created_at__gte=since).order_by()
    return dict(rows.values_list("state").annotate(n=Count("pk")))


def pulse(account: Account) -> tuple[int, datetime | None]:
    """Return how many messages are unread and when the newest of them came: one query over the unread ones only."""
    rows = Message.objects.filter(account=account, channel=Message.Channel.INBOX, read_at=None)
    found = rows.aggregate(n=Count("pk"), newest=Max("created_at"))
    return found["n"], found["newest"]


def mail_modes(accounts: Sequence[Account]) -> dict[UUID, str]:
    """Return when each of the people wants mail: as they said, else residents at once and staff never."""
    if not accounts:
        return {}
    said = dict(MailWish.objects.filter(account__in=accounts).values_list("account_id", "mode"))
    return {one.pk: said.get(one.pk) or _unsaid(one) for one in accounts}


def mail_mode(account: Account) -> str:
    """Return when a person wants mail."""
    return mail_modes([account])[account.pk]


def _unsaid(account: Account) -> str:
    return MailWish.Mode.NEVER if account.is_staff_member else MailWish.Mode.AT_ONCE
