"""What an office does to webhooks: add, switch off and on, renew the secret, send a message again, try the way."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from gezhi.foundation import journal
from gezhi.notices import guard
from gezhi.notices.models import Endpoint, Message
from gezhi.people import access
from gezhi.people.models import Account

BOOK = "notices"
EVERY_TOPIC = "*"
TEST_TOPIC = "webhook.test"
# How long the secret before may go on signing after a renewal; nothing, where it has leaked.
OLD_SECRET_HOURS = (24, 1, 0)


@transaction.atomic
def add_endpoint(
    *, actor: Account | None, title: str, url: str, topics: Iterable[str], now: datetime
) -> tuple[Endpoint, str]:
    """Add a webhook; return it and its signing secret, readable this once.

    It hears of the whole district, so the right to set up must reach as far.
    """
    access.require_set_up(actor, now)
    try:
        guard.judge_form(url)
    except guard.NotAllowed as error:
        raise ValidationError({"url": str(error)}) from None
    if Endpoint.objects.filter(url=url).exists():
        raise ValidationError({"url": _("There is a webhook with this address already.")})
    secret = secrets.token_urlsafe(32)
    chosen = [topic.strip() for topic in topics if topic.strip()] or [EVERY_TOPIC]
    endpoint = Endpoint.objects.create(
        title=title.strip() or url[:80], url=url, secret=secret, secret_since=now, topics=chosen, created_at=now,
        created_by=actor,
    )  # fmt: skip
    _journal("add_endpoint", actor, endpoint, now, url=url, topics=chosen)
    return endpoint, secret


@transaction.atomic
def renew_secret(
    *, actor: Account | None, endpoint: Endpoint, seen: datetime | None = None, keep_hours: int = 0, now: datetime
) -> str:
    """Replace an endpoint's signing secret; return the new one, readable this once.

    For `keep_hours` the old one signs beside the new one, so that a receiver which knows either can check. `seen` is
    since when the secret was valid that whoever renews it was looking at: pressed twice, it is renewed once.
    """
    access.require_set_up(actor, now)
    if keep_hours not in OLD_SECRET_HOURS:
        raise ValidationError({"keep": _("Choose how long the old secret stays valid.")})
    kept = locked(endpoint.pk)
    if seen is not None and kept.valid_since != seen:
        raise ValidationError({"keep": _("The secret was renewed meanwhile. Nothing was changed now.")})
    kept.old_secret = str(kept.secret) if keep_hours else None
    kept.old_until = now + timedelta(hours=keep_hours) if keep_hours else None
    kept.secret, kept.secret_since = secrets.token_urlsafe(32), now
    kept.save(update_fields=["secret", "secret_since", "old_secret", "old_until"])
    _journal("renew_secret", actor, kept, now, old_valid_hours=keep_hours)
    endpoint.refresh_from_db()
    return str(kept.secret)


@transaction.atomic
def disable_endpoint(*, actor: Account | None, endpoint: Endpoint, reason: str, now: datetime) -> Endpoint:
    """Stop sending to an endpoint; what waits for it is held back, not lost."""
    access.require_set_up(actor, now)
    locked(endpoint.pk)
    _switch_off(endpoint, reason, now)
    _journal("disable_endpoint", actor, endpoint, now, reason=reason)
    return endpoint


@transaction.atomic
def enable_endpoint(*, actor: Account | None, endpoint: Endpoint, now: datetime) -> Endpoint:
    """Send to an endpoint again, what was held back first."""
    access.require_set_up(actor, now)
    locked(endpoint.pk)
    endpoint.disabled_at, endpoint.disabled_reason, endpoint.failures_in_row = None, "", 0
    endpoint.save(update_fields=["disabled_at", "disabled_reason", "failures_in_row"])
    Message.objects.filter(endpoint=endpoint, state=Message.State.HELD).update(
        state=Message.State.WAITING, attempts=0, next_attempt_at=now
    )
    _journal("enable_endpoint", actor, endpoint, now)
    return endpoint


@transaction.atomic
def send_again(*, actor: Account | None, message: Message, now: datetime) -> Message:
    """Put a message into the queue again: given up, held back or unsure; to a webhook also one that waits or arrived.

    A receiver knows a repetition by its number. A mail that arrived is not sent a second time.
    """
    access.require_set_up(actor, now)
    if message.endpoint_id is not None and not locked(message.endpoint_id).enabled:
        raise ValidationError(_("The webhook is switched off: switch it on, and what was held back goes out."))
    states = [Message.State.FAILED, Message.State.UNSURE, Message.State.HELD]
    if message.endpoint is not None:
        states += [Message.State.SENT, Message.State.WAITING]
    changed = Message.objects.filter(pk=message.pk, state__in=states).update(
        state=Message.State.WAITING, attempts=0, next_attempt_at=now, error=""
    )
    if not changed:
        raise ValidationError(_("This message is being sent or was sent already."))
    journal.record(
        BOOK, "send_again", actor=_who(actor), now=now, subject=str(message.pk),
        body={"topic": message.topic, "webhook": message.endpoint.title if message.endpoint else ""},
    )  # fmt: skip
    message.refresh_from_db()
    return message


@transaction.atomic
def send_test(*, actor: Account | None, endpoint: Endpoint, now: datetime) -> Message:
    """Write a message that says nothing but that the way is open, to one endpoint."""
    access.require_set_up(actor, now)
    if not locked(endpoint.pk).enabled:
        raise ValidationError(_("The webhook is switched off: switch it on, and what was held back goes out."))
    message = Message.objects.create(
        key=f"test/{now.isoformat()}", channel=Message.Channel.WEBHOOK, recipient=str(endpoint.pk), endpoint=endpoint,
        topic=TEST_TOPIC, subject=_("A test: the way is open"), payload={"test": True}, created_at=now,
        state=Message.State.WAITING, next_attempt_at=now,
    )  # fmt: skip
    _journal("send_test", actor, endpoint, now)
    return message


def give_up_endpoint(endpoint: Endpoint, reason: str, now: datetime) -> None:
    """Switch an endpoint off because it failed too often. In the caller's transaction."""
    _switch_off(endpoint, reason, now)
    _journal("endpoint_gave_up", None, endpoint, now, reason=reason)


def forget_old_secrets(now: datetime) -> int:
    """Forget secrets whose time beside the new one is over; return how many."""
    return Endpoint.objects.filter(old_until__lte=now).update(old_secret=None, old_until=None)


def _switch_off(endpoint: Endpoint, reason: str, now: datetime) -> None:
    endpoint.disabled_at, endpoint.disabled_reason = now, reason[:300]
    endpoint.save(update_fields=["disabled_at", "disabled_reason"])
    open_states = [Message.State.WAITING, Message.State.SENDING]
    Message.objects.filter(endpoint=endpoint, state__in=open_states).update(
        state=Message.State.HELD, next_attempt_at=None
    )


def locked(endpoint: UUID) -> Endpoint:
    """Return an endpoint as it stands now, so that nothing is put into its queue while it is being switched off.

    Locked before any message to it. Messages may be written to it meanwhile.
    """
    return Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint)


def _who(actor: Account | None) -> str:
    return str(actor.pk) if actor else ""


def _journal(action: str, actor: Account | None, endpoint: Endpoint, now: datetime, **body: Any) -> None:
    journal.record(BOOK, action, actor=_who(actor), now=now, subject=str(endpoint.pk), body=body)
