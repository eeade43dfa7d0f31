"""Forgetting what nobody will ask for again: half photos and told versions of a month ago, receipts of a year ago."""

from datetime import datetime, timedelta

from django.db.models import Q

from gezhi.sync.models import Receipt, Upload
from gezhi.sync.operations.uploads import path_of

# A telephone that was off for longer sends its photos from the beginning.
PIECES_KEPT = timedelta(days=45)
RECEIPTS_KEPT = timedelta(days=400)
_BATCH = 500


def forget_old(*, now: datetime) -> int:
    """Forget a batch; return how many rows went."""
    old = list(Upload.objects.filter(changed_at__lt=now - PIECES_KEPT)[:_BATCH])
    for row in old:
        path_of(row).unlink(missing_ok=True)
    gone = Upload.objects.filter(pk__in=[row.pk for row in old]).delete()[0]
    gone += _empty_old(now)
    receipts = Receipt.objects.filter(received_at__lt=now - RECEIPTS_KEPT).values("pk")[:_BATCH]
    return gone + Receipt.objects.filter(pk__in=receipts).delete()[0]


def _empty_old(now: datetime) -> int:
    """Take both versions of a difference out of old receipts: an entry that is erased shall not live on in them."""
    told = Receipt.objects.filter(received_at__lt=now - PIECES_KEPT).filter(
        Q(reply__has_key="differences") | Q(reply__has_key="theirs")
    )
    rows = list(told[:_BATCH])
    for row in rows:
        row.reply = {name: value for name, value in row.reply.items() if name not in ("differences", "theirs")}
    Receipt.objects.bulk_update(rows, ["reply"])
    return len(rows)
