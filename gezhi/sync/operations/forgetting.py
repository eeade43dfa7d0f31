"""Forgetting what nobody will ask for again: half photos of a month ago, receipts of more than a year ago."""

from datetime import datetime, timedelta

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
    receipts = Receipt.objects.filter(received_at__lt=now - RECEIPTS_KEPT).values("pk")[:_BATCH]
    return gone + Receipt.objects.filter(pk__in=receipts).delete()[0]
