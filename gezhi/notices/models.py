"""Messages out, the webhooks they may go to, and the log of every attempt."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gezhi.foundation.fields import EncryptedText
from gezhi.foundation.ids import uuid7


class Endpoint(models.Model):
    """Another system that is told by a signed web request.

    After too many failures in a row it is disabled: `disabled_at` and `disabled_reason` say so on the setup page, and
    every steward finds it in the inbox. Nothing switches itself off unseen.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    title = models.CharField(max_length=80)
    url = models.URLField(max_length=500)
    secret = EncryptedText()
    secret_since = models.DateTimeField(null=True, blank=True)
    # The secret before, which signs as well until `old_until`, so that a receiver can change over without a gap.
    old_secret = EncryptedText(null=True, blank=True)
    old_until = models.DateTimeField(null=True, blank=True)
    # Topics that it wants, e.g. "case.closed"; "*" is all of them.
    topics = models.JSONField(default=list)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    failures_in_row = models.PositiveIntegerField(default=0)
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_reason = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["url"], name="endpoint_url_once")]

    def __str__(self) -> str:
        return self.title

    @property
    def enabled(self) -> bool:
        """Whether messages go out to it."""
        return self.disabled_at is None

    @property
    def valid_since(self) -> datetime:
        """Since when the secret is valid; of one that was never renewed, since the webhook was added."""
        return self.secret_since or self.created_at

    def secrets_at(self, now: datetime) -> tuple[str, ...]:
        """Return what signs at a moment: the secret, and for a while after a renewal the one before it."""
        before = self.old_secret if self.old_until is not None and now < self.old_until else ""
        return (str(self.secret), str(before)) if before else (str(self.secret),)


class Message(models.Model):
    """One message to one recipient by one channel, at most once per key."""

    class Channel(models.TextChoices):
        """How it reaches the recipient."""

        INBOX = "inbox", _("Inbox")
        MAIL = "mail", _("Mail")
        WEBHOOK = "webhook", _("Webhook")

    class State(models.TextChoices):
        """Where it stands. An inbox message is sent as soon as it is written."""

        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Given up")
        UNSURE = "unsure", _("Perhaps sent")
        HELD = "held", _("Held back")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # What it is about, e.g. "case/2026-000123/17/assigned": the same key goes once per channel and recipient.
    key = models.CharField(max_length=200)
    channel = models.CharField(max_length=10, choices=Channel)
    # Account id, keyed hash of an address, or endpoint id.
    recipient = models.CharField(max_length=64)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="messages"
    )
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, null=True, blank=True, related_name="messages")
    address = EncryptedText(blank=True)
    topic = models.CharField(max_length=60, default="", blank=True)
    # The case that it is about, so that an inbox can put together what belongs together; empty where it is none.
    about = models.CharField(max_length=40, default="", db_default="", blank=True)
    # What may stand in a mail that lists it: number, item and place, nothing that anybody wrote.
    brief = models.CharField(max_length=200, default="", db_default="", blank=True)
    subject = models.CharField(max_length=200)
    body = models.TextField(default="", blank=True)
    # Where the matter can be seen, as a path of this site.
    link = models.CharField(max_length=300, default="", blank=True)
    # What a webhook carries.
    payload = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State)
    attempts = models.PositiveSmallIntegerField(default=0)
    # When it is to be tried next; while being sent, when the attempt counts as lost.
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "channel", "recipient"], name="message_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "-created_at"], condition=Q(channel="inbox"), name="message_inbox"),
            models.Index(fields=["account"], condition=Q(channel="inbox", read_at=None), name="message_unread"),
            models.Index(fields=["next_attempt_at"], condition=Q(state__in=["waiting", "sending"]), name="message_due"),
            models.Index(
                fields=["endpoint", "-created_at", "-id"],
                condition=Q(endpoint__isnull=False),
                name="message_to_endpoint",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.subject}"

    @property
    def matter(self) -> str:
        """What of its case stands beside the number in lists: item and place; nothing where it is about no case."""
        return self.brief.removeprefix(self.about).removeprefix(" · ") if self.about else ""


class MailWish(models.Model):
    """When a person wants to be written to by mail. Who has said nothing has no row: see `queries.mail_mode`."""

    class Mode(models.TextChoices):
        """How often."""

        AT_ONCE = "at_once", _("At once")
        DAILY = "daily", _("Once a workday, at 8:00")
        NEVER = "never", _("Never")

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="mail_wish"
    )
    mode = models.CharField(max_length=10, choices=Mode)
    changed_at = models.DateTimeField()
    # Up to when messages were gathered in a digest: the next one begins there, and there is one for each workday.
    digested_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["digested_at"], condition=Q(mode="daily"), name="mail_wish_daily"),
        ]

    def __str__(self) -> str:
        return self.mode


class Delivery(models.Model):
    """One attempt to send a message: what came back, how long it took."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries")
    at = models.DateTimeField()
    ok = models.BooleanField()
    status = models.PositiveSmallIntegerField(null=True)
    milliseconds = models.PositiveIntegerField()
    # The beginning of the answer, or what went wrong.
    excerpt = models.CharField(max_length=500, default="", blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["message", "at"], name="delivery_of_message")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.status}"
