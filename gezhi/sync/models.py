"""What a telephone brought: a receipt for each record that was taken, and photos on their way in pieces."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from gezhi.foundation.ids import uuid7

KEY_LENGTH = 100


class Receipt(models.Model):
    """A record that was taken: the sender's key, what it became, and its time by both clocks.

    `said_at` is what the telephone's own clock said; `at` is that, put right by how far its clock was off when it sent
    (`shift_seconds`). `reply` is what the sender was told: who asks again with the same key is told it again.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(
        "people.Account", models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    key = models.CharField(max_length=KEY_LENGTH)
    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=120, blank=True, default="")
    said_at = models.DateTimeField()
    at = models.DateTimeField()
    shift_seconds = models.IntegerField(default=0)
    received_at = models.DateTimeField()
    # What was out of the ordinary and kept all the same, such as a position far from the place named.
    marks = models.JSONField(default=dict)
    reply = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "key"], name="sync_receipt_once")]
        indexes: ClassVar = [models.Index(F("received_at"), name="sync_receipt_old")]


class Upload(models.Model):
    """A photo that comes in pieces. Until the last piece is here it is no file, and no page shows it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(
        "people.Account", models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    key = models.CharField(max_length=KEY_LENGTH)
    name = models.CharField(max_length=200, blank=True, default="")
    size = models.PositiveIntegerField()
    received = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    file = models.ForeignKey(
        "foundation.StoredFile", models.SET_NULL, null=True, related_name="+", db_constraint=False, db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "key"], name="sync_upload_once"),
            models.CheckConstraint(condition=Q(received__lte=F("size")), name="sync_upload_not_too_much"),
        ]
        indexes: ClassVar = [models.Index(F("changed_at"), name="sync_upload_old")]
