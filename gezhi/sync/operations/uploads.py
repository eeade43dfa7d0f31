"""Photos in pieces: each piece is on disk before it is acknowledged, so that a broken way goes on where it stopped.

Until the last piece is here the pieces lie in a folder that nothing shows; then they are looked at like any upload.
"""

import os
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from gezhi.foundation import files
from gezhi.foundation.files import FileRefused
from gezhi.people.models import Account
from gezhi.sync.errors import UploadRefused
from gezhi.sync.models import KEY_LENGTH, Upload
from gezhi.sync.shapes import Uploaded

MOST_BYTES = 20_000_000
MOST_PIECE = 1_000_000
# So many photos of one sender may be on their way at once.
MOST_OPEN = 200


def state_of(*, actor: Account, key: str) -> Uploaded | None:
    """Return how much of a photo is here; None where nothing is."""
    row = Upload.objects.filter(account=actor, key=key).first()
    return _said(row) if row is not None and not _swept(row) else None


def receive(*, actor: Account, key: str, name: str, start: int, size: int, piece: bytes, now: datetime) -> Uploaded:
    """Take the piece that begins at `start`. Raises `UploadRefused` where it does not join on, saying where to go on.

    What is here already is not written twice; a photo that is damaged or of no kind that is taken is forgotten.
    """
    _check(key, start, size, piece)
    with transaction.atomic():
        row = _row(actor, key, name, size, now)
        if row.file_id is not None or row.received == row.size:
            return _said(row) if row.file_id is not None else _complete(row, actor, now)
        if start > row.received or row.size != size:
            raise UploadRefused("gap", _("This piece does not join on."), status=409, received=row.received)
        fresh = piece[row.received - start :]
        _append(row, fresh)
        row.received += len(fresh)
        row.changed_at = now
        row.save(update_fields=["received", "changed_at"])
        whole = row.received == row.size
    return _complete(row, actor, now) if whole else _said(row)


def path_of(row: Upload) -> Path:
    """Return where the pieces lie."""
    return Path(settings.MEDIA_ROOT) / "pieces" / row.pk.hex


def _check(key: str, start: int, size: int, piece: bytes) -> None:
    if not (0 < len(key) <= KEY_LENGTH) or not key.startswith("p-") or not key.isprintable():
        raise UploadRefused(
            "bad_input", _("The key of a photo begins with “p-” and has up to 100 characters."), status=422
        )
    if size > MOST_BYTES:
        words = _("A photo of %(mb)d MB is too big; at most %(most)d MB are taken.")
        raise UploadRefused("too_big", words % {"mb": round(size / 1e6), "most": MOST_BYTES // 1_000_000}, status=422)
    if not piece or len(piece) > MOST_PIECE or start < 0 or start + len(piece) > size:
        raise UploadRefused(
            "bad_input",
            _("A piece has 1 to %(most)d bytes and lies within the photo.") % {"most": MOST_PIECE},
            status=422,
        )


def _row(actor: Account, key: str, name: str, size: int, now: datetime) -> Upload:
    row = Upload.objects.select_for_update().filter(account=actor, key=key).first()
    if row is not None and not _swept(row):
        return row
    if row is not None:
        row.delete()
    if Upload.objects.filter(account=actor, file=None).count() >= MOST_OPEN:
        raise UploadRefused("too_many", _("Too many photos are half sent. Finish those first."), status=422)
    made = Upload(account=actor, key=key, name=name[:200], size=size, begun_at=now, changed_at=now)
    Upload.objects.bulk_create([made], ignore_conflicts=True)
    return Upload.objects.select_for_update().get(account=actor, key=key)


def _swept(row: Upload) -> bool:
    """Say whether a photo had been here as a whole and is gone, since nothing took it for days: it is sent anew."""
    return row.file_id is None and row.received == row.size and not path_of(row).exists()


def _append(row: Upload, piece: bytes) -> None:
    """Write a piece at its place; what an interrupted write left behind it is cut off."""
    path = path_of(row)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    with path.open("r+b" if path.exists() else "w+b") as out:
        out.seek(row.received)
        out.write(piece)
        out.truncate()
        out.flush()
        os.fsync(out.fileno())


def _complete(row: Upload, actor: Account, now: datetime) -> Uploaded:
    path = path_of(row)
    try:
        with transaction.atomic():
            held = Upload.objects.select_for_update().get(pk=row.pk)
            if held.file_id is None:
                with path.open("rb") as whole:
                    stored = files.store(File(whole, name=row.name or "photo.jpg"), actor=str(actor.pk), now=now)
                Upload.objects.filter(pk=row.pk).update(file=stored, changed_at=now)
    except (FileRefused, FileNotFoundError) as error:
        _forget(row)
        words = error.message if isinstance(error, FileRefused) else _("The photo's beginning was lost. Send it again.")
        raise UploadRefused(getattr(error, "code", "lost"), words, status=422) from error
    path.unlink(missing_ok=True)
    return Uploaded(row.key, row.size, row.size, done=True)


def _forget(row: Upload) -> None:
    Upload.objects.filter(pk=row.pk).delete()
    path_of(row).unlink(missing_ok=True)


def _said(row: Upload) -> Uploaded:
    return Uploaded(row.key, row.size, row.received, done=row.file_id is not None)
