"""Writing messages, sending them, keeping the log of attempts. What an office does to webhooks is told beside it.

`send` only writes rows, in the caller's transaction: what the case did and who is told stand or fall together. The
worker's `deliver_due` carries them out. Mail is sent at most once: where the machine died in the middle it is marked
`unsure`, for a person to decide. A webhook is repeated until it is acknowledged; its `Gezhi-Message` header stays the
same, so that the receiver can drop the second.
"""

import time
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from gezhi.foundation import crypto
from gezhi.notices import queries, senders
from gezhi.notices.endpoint_operations import (
    EVERY_TOPIC,
    add_endpoint,
    disable_endpoint,
    enable_endpoint,
    forget_old_secrets,
    give_up_endpoint,
    locked,
    renew_secret,
    send_again,
    send_test,
)
from gezhi.notices.models import Delivery, Endpoint, MailWish, Message
from gezhi.people import access
from gezhi.people import queries as people
from gezhi.people.models import Account

# How long an attempt may take before it counts as lost with its worker; counted for each from its own beginning.
LEASE = timedelta(minutes=5)
WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
DISABLE_AFTER = 20

__all__ = [
    "DISABLE_AFTER",
    "EVERY_TOPIC",
    "LEASE",
    "WAITS",
    "add_endpoint",
    "deliver_due",
    "disable_endpoint",
    "enable_endpoint",
    "mark_read",
    "mark_unread",
    "renew_secret",
    "send",
    "send_again",
    "send_test",
]


def send(
    *,
    to: Iterable[Account | str] | str,
    key: str,
    subject: str,
    body: str,
    channels: Iterable[str] = ("inbox",),
    topic: str = "",
    link: str = "",
    about: str = "",
    brief: str = "",
    payload: Mapping[str, Any] | None = None,
    now: datetime,
) -> None:
    """Write messages to accounts (inbox, mail) and mail addresses, and to every webhook that wants the topic.

    At most once per key, channel and recipient: a repeated call adds nothing. An account without an address gets no
    mail; a bare address gets mail only. `about` is the case, `brief` what may be said of it in a list. What is only
    for the inbox goes by mail, too, to staff who want it at once, and then says no more than `brief`. At most three
    statements, whatever the number of recipients.
    """
    recipients = [to] if isinstance(to, str) else list(to)
    wanted = set(channels)
    text = {
        "key": key, "topic": topic, "subject": " ".join(subject.split())[:200], "body": body, "link": link,
        "about": about[:40], "brief": " ".join(brief.split())[:200],
    }  # fmt: skip
    wishes = queries.mail_modes([one for one in recipients if isinstance(one, Account)])
    rows = [row for one in recipients for row in _addressed(one, wanted, text, wishes, now)]
    if Message.Channel.WEBHOOK in wanted:
        rows += _announced(text, payload or {}, now)
    # in one order for everybody, so that two who tell the same at once do not wait for each other
    rows.sort(key=lambda row: (row.channel, row.recipient))
    Message.objects.bulk_create(rows, ignore_conflicts=True)


def mark_read(*, account: Account, messages: Iterable[Message] | None = None, now: datetime) -> int:
    """Mark messages of one's own inbox as read, all of them by default; return how many became so."""
    rows = Message.objects.filter(account=account, channel=Message.Channel.INBOX, read_at=None)
    if messages is not None:
        rows = rows.filter(pk__in=[message.pk for message in messages])
    return rows.update(read_at=now)


def mark_unread(*, account: Account, messages: Iterable[Message]) -> int:
    """Mark messages of one's own inbox as unread again; return how many became so."""
    rows = Message.objects.filter(account=account, channel=Message.Channel.INBOX, read_at__isnull=False)
    return rows.filter(pk__in=[message.pk for message in messages]).update(read_at=None)


def deliver_due(*, now: datetime, limit: int = 10, transport: httpx.BaseTransport | None = None) -> int:
    """Send what is due, oldest first; return how many attempts were made.

    Several workers may run at once. While something is on its way no row is locked: it was claimed before, and what
    came of it is written afterwards. Whoever locks a webhook and messages to it locks the webhook first.
    """
    began = time.monotonic()
    _reclaim_lost(now)
    forget_old_secrets(now)
    failing: set[object] = set()
    attempts = 0
    for message in _claim(now, limit):
        if message.endpoint_id in failing:
            _put_back(message, now)
            continue
        if not _take_turn(message, now + timedelta(seconds=_elapsed(began))):
            continue
        attempt = _carry_out(message, now, transport)
        attempts += 1
        _record(message, attempt, now)
        if not attempt.ok and message.endpoint_id is not None:
            failing.add(message.endpoint_id)
    return attempts


def _addressed(
    to: Account | str, channels: set[str], text: Mapping[str, str], wishes: Mapping[UUID, str], now: datetime
) -> list[Message]:
    rows = []
    if isinstance(to, str):
        if Message.Channel.MAIL in channels:
            rows.append(_waiting(Message.Channel.MAIL, crypto.hash_secret(f"mail:{to.lower()}"), text, now, address=to))
        return rows
    if Message.Channel.INBOX in channels:
        rows.append(
            Message(
                **text,
                channel=Message.Channel.INBOX,
                recipient=str(to.pk),
                account=to,
                created_at=now,
                state=Message.State.SENT,
                sent_at=now,
            )
        )
    if to.email and (words := _by_mail(to, channels, text, wishes)):
        rows.append(_waiting(Message.Channel.MAIL, str(to.pk), words, now, account=to))
    return rows


def _by_mail(
    to: Account, channels: set[str], text: Mapping[str, str], wishes: Mapping[UUID, str]
) -> Mapping[str, str] | None:
    """Return what a person is written by mail now, if anything."""
    at_once = wishes[to.pk] == MailWish.Mode.AT_ONCE
    if Message.Channel.MAIL in channels:
        # what an operation asks staff to be mailed (a webhook that gave up) is not for them to switch off
        return text if at_once or to.is_staff_member else None
    if Message.Channel.INBOX in channels and at_once and to.is_staff_member and text["brief"]:
        return {
            **text,
            "subject": text["brief"],
            "body": _("Something happened that concerns you; sign in to read it."),
        }
    return None


def _announced(text: Mapping[str, str], payload: Mapping[str, Any], now: datetime) -> list[Message]:
    rows = []
    for endpoint in Endpoint.objects.all():
        if EVERY_TOPIC not in endpoint.topics and text["topic"] not in endpoint.topics:
            continue
        row = _waiting(Message.Channel.WEBHOOK, str(endpoint.pk), text, now, endpoint=endpoint, payload=dict(payload))
        if not endpoint.enabled:
            row.state, row.next_attempt_at = Message.State.HELD, None
        rows.append(row)
    return rows


def _waiting(channel: str, recipient: str, text: Mapping[str, str], now: datetime, **more: Any) -> Message:
    return Message(
        **text,
        **more,
        channel=channel,
        recipient=recipient,
        created_at=now,
        state=Message.State.WAITING,
        next_attempt_at=now,
    )


@transaction.atomic
def _reclaim_lost(now: datetime) -> None:
    """Decide about attempts whose worker died: a webhook goes again, mail may have left and waits for a person."""
    due = Message.objects.filter(state=Message.State.SENDING, next_attempt_at__lte=now)
    # what another worker decides about at this moment is its own: two never wait for each other's rows
    lost = Message.objects.filter(pk__in=list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)))
    lost.filter(channel=Message.Channel.MAIL).update(
        state=Message.State.UNSURE,
        next_attempt_at=None,
        error=_("The machine stopped while this was being sent. Ask the recipient, then send it again if needed."),
    )
    lost.filter(channel=Message.Channel.WEBHOOK).update(state=Message.State.WAITING)


@transaction.atomic
def _claim(now: datetime, limit: int) -> list[Message]:
    due = Message.objects.filter(state=Message.State.WAITING, next_attempt_at__lte=now)
    ids = list(
        due.select_for_update(skip_locked=True).order_by("next_attempt_at", "id").values_list("pk", flat=True)[:limit]
    )
    Message.objects.filter(pk__in=ids).update(
        state=Message.State.SENDING, attempts=F("attempts") + 1, next_attempt_at=now + LEASE
    )
    rows = Message.objects.filter(pk__in=ids).select_related("endpoint", "account")
    return sorted(rows, key=lambda row: (row.created_at, row.pk))


def _elapsed(began: float) -> float:
    return time.monotonic() - began


def _take_turn(message: Message, at: datetime) -> bool:
    """Say whether a claimed message is to be sent now, and count its lease from here: those before it took their time.

    It is not where somebody else settled it meanwhile, or its webhook was switched off.
    """
    claimed = Message.objects.filter(
        pk=message.pk, state=Message.State.SENDING, attempts=message.attempts, next_attempt_at=message.next_attempt_at
    )
    if message.endpoint is not None and not message.endpoint.enabled:
        # written while it was being switched off
        claimed.update(state=Message.State.HELD, next_attempt_at=None)
        return False
    return bool(claimed.update(next_attempt_at=at + LEASE))


def _put_back(message: Message, now: datetime) -> None:
    """Return a claimed message unsent, because its endpoint has just failed: it is not to blame."""
    Message.objects.filter(pk=message.pk, state=Message.State.SENDING).update(
        state=Message.State.WAITING, attempts=F("attempts") - 1, next_attempt_at=now + WAITS[0]
    )


def _carry_out(message: Message, now: datetime, transport: httpx.BaseTransport | None) -> senders.Attempt:
    if message.endpoint is not None:
        return senders.webhook(message, message.endpoint.url, message.endpoint.secrets_at(now), now, transport)
    address = str(message.account.email if message.account is not None else message.address)
    if not address:
        return senders.Attempt(ok=False, milliseconds=0, excerpt=_("There is no mail address any more."), again=False)
    return senders.mail(message, address)


@transaction.atomic
def _record(message: Message, attempt: senders.Attempt, now: datetime) -> None:
    """Write the attempt down and decide what follows. A message that somebody else settled meanwhile is left alone."""
    endpoint = locked(message.endpoint.pk) if message.endpoint is not None else None
    Delivery.objects.create(
        message=message,
        at=now,
        ok=attempt.ok,
        status=attempt.status,
        milliseconds=attempt.milliseconds,
        excerpt=attempt.excerpt,
    )
    held = Message.objects.filter(pk=message.pk, state=Message.State.SENDING)
    if attempt.ok:
        # Also when it was held back meanwhile: it has arrived.
        Message.objects.filter(pk=message.pk).update(
            state=Message.State.SENT, sent_at=now, next_attempt_at=None, error=""
        )
    elif attempt.unsure:
        held.update(state=Message.State.UNSURE, next_attempt_at=None, error=attempt.excerpt[:300])
    elif attempt.again and message.attempts <= len(WAITS):
        held.update(
            state=Message.State.WAITING, next_attempt_at=now + WAITS[message.attempts - 1], error=attempt.excerpt[:300]
        )
    else:
        held.update(state=Message.State.FAILED, next_attempt_at=None, error=attempt.excerpt[:300])
    if endpoint is not None:
        _count_failure(endpoint, attempt, now)


def _count_failure(kept: Endpoint, attempt: senders.Attempt, now: datetime) -> None:
    if attempt.ok:
        if kept.failures_in_row:
            Endpoint.objects.filter(pk=kept.pk).update(failures_in_row=0)
        return
    kept.failures_in_row += 1
    kept.save(update_fields=["failures_in_row"])
    if kept.enabled and (kept.failures_in_row >= DISABLE_AFTER or not attempt.again):
        reason = _("%(count)s attempts in a row failed; the last: %(error)s") % {
            "count": kept.failures_in_row,
            "error": attempt.excerpt or attempt.status,
        }
        give_up_endpoint(kept, reason, now)
        _tell_office(kept, reason, now)


def _tell_office(endpoint: Endpoint, reason: str, now: datetime) -> None:
    send(
        to=people.holders_of(access.SETUP, now),
        key=f"endpoint/{endpoint.pk}/{now.isoformat()}",
        subject=_("The webhook “%(title)s” was switched off") % {"title": endpoint.title},
        body=_("%(reason)s\nIts messages are held back. Mend the receiver, then switch the webhook on again.")
        % {"reason": reason},
        channels=(Message.Channel.INBOX, Message.Channel.MAIL),
        now=now,
    )
