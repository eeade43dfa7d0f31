"""Tables that every room may stand on."""

from django.db import models
from django.db.models import Q

from gezhi.foundation.ids import uuid7


class JournalHead(models.Model):
    """The newest link of a book's chain; its row is the lock that puts writers in line."""

    book = models.CharField(max_length=40, primary_key=True)
    seq = models.PositiveBigIntegerField(default=0)
    link = models.BinaryField()


class JournalEntry(models.Model):
    """What somebody did outside a case, append-only: `link` chains it to the entry before it in the same book."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    book = models.CharField(max_length=40)
    seq = models.PositiveBigIntegerField()
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=120, blank=True)
    actor = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    body = models.JSONField(default=dict)
    link = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "seq"], name="journal_one_entry_per_seq")]
        indexes = [
            models.Index(fields=["book", "subject", "seq"], name="journal_by_subject"),
            models.Index(fields=["-at", "-id"], name="journal_by_time"),
        ]


class Outbox(models.Model):
    """An effect that has yet to happen, written in the transaction of its cause.

    `done_by` names the subscribers that have finished; a failing one is tried again alone, at `next_try`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    topic = models.CharField(max_length=60)
    body = models.JSONField(default=dict)
    at = models.DateTimeField()
    next_try = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    done_by = models.JSONField(default=list)
    done_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["next_try", "id"], name="outbox_waiting", condition=Q(done_at=None))]


class StoredFile(models.Model):
    """An accepted photo or document. `sha256` is of what was sent; what is kept of a photo carries no metadata.

    `lon` and `lat` (WGS-84 degrees) and `taken_at` were read from the photo before they were removed from it.
    """

    class Kind(models.TextChoices):
        """What the bytes are, as sniffed."""

        PHOTO = "photo"
        DOCUMENT = "document"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    media_type = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    actor = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
