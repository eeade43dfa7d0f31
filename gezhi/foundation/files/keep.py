"""Storing, finding and handing out accepted files."""

import hashlib
import os
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from pathlib import Path, PurePath
from typing import IO, Any, Literal, Protocol
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import FileResponse
from django.utils.timezone import get_default_timezone
from PIL import Image, ImageOps

from gezhi.foundation.files import exif
from gezhi.foundation.files.look import EXTENSIONS, look, open_photo
from gezhi.foundation.ids import uuid7
from gezhi.foundation.models import StoredFile

Variant = Literal["full", "thumb"]
LONGEST_EDGE = 2560
THUMB_EDGE = 480
_QUALITY = 86
_BLOCK = 1 << 20


class Upload(Protocol):
    """What a form gives: Django's UploadedFile, or anything with these."""

    @property
    def name(self) -> str | None:
        """What the sender calls it."""

    @property
    def size(self) -> int | None:
        """Bytes, when known."""

    @property
    def file(self) -> Any:
        """The open file, readable and seekable in bytes."""


def store(upload: Upload, *, actor: str, now: datetime) -> StoredFile:
    """Check an upload, keep it, and return its row. Raises `FileRefused`; then nothing was kept.

    A photo is kept turned upright, at most 2560 pixels long, without metadata, with a thumbnail; where and when it was
    taken is in the row. A document is kept as it came.
    """
    name = _safe_name(upload.name or "")
    file: IO[bytes] | None = upload.file
    if file is None:
        raise ValueError("the upload has no content")
    size = upload.size if upload.size is not None else _measure(file)
    seen = look(file, name, size)
    row = StoredFile(id=uuid7(), name=name, size=size, media_type=seen.media_type, actor=actor, at=now)
    row.sha256 = _digest(file)
    row.kind = StoredFile.Kind.PHOTO if seen.photo else StoredFile.Kind.DOCUMENT
    if seen.photo:
        _keep_photo(row, open_photo(file, name))
    else:
        file.seek(0)
        _write(path_of(row), lambda out: _copy(file, out))
    row.save(force_insert=True)
    return row


def path_of(row: StoredFile, variant: Variant = "full") -> Path:
    """Return where a file lies. The name says nothing of its content."""
    word = row.id.hex
    suffix = ".thumb.jpg" if variant == "thumb" else EXTENSIONS[row.media_type]
    return Path(settings.MEDIA_ROOT) / word[-2:] / f"{word}{suffix}"


def respond(row: StoredFile, variant: Variant = "full") -> FileResponse:
    """Answer with a file. The calling view has checked that the reader may see it.

    Photos show in the page; documents are only ever downloaded, so that nothing in them runs under our address.
    """
    photo = row.kind == StoredFile.Kind.PHOTO
    response = FileResponse(
        path_of(row, variant if photo else "full").open("rb"),
        as_attachment=not photo,
        filename=row.name,
        content_type="image/jpeg" if variant == "thumb" and photo else row.media_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, max-age=3600"
    return response


def forget_place(file_ids: Iterable[UUID]) -> None:
    """Forget where photos were taken: whoever sent them did not want it to be used."""
    StoredFile.objects.filter(pk__in=list(file_ids)).update(lon=None, lat=None)


def forget(*file_ids: UUID) -> None:
    """Delete files and their rows; what is gone already is no error. A file itself goes once that is for good."""
    rows = StoredFile.objects.filter(pk__in=file_ids)
    paths = [path_of(row, variant) for row in rows for variant in ("full", "thumb")]
    rows.delete()
    for path in paths:
        transaction.on_commit(partial(path.unlink, missing_ok=True))


def _keep_photo(row: StoredFile, picture: Image.Image) -> None:
    spot = exif.place(picture)
    if spot is not None:
        row.lon, row.lat = spot
    row.taken_at = exif.taken_at(picture, get_default_timezone())
    upright = ImageOps.exif_transpose(picture)
    see_through = upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info
    row.media_type = "image/png" if see_through else "image/jpeg"
    clean = upright.convert("RGBA" if see_through else "RGB")
    clean.info.clear()
    clean.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
    row.width, row.height = clean.size
    _write_picture(path_of(row), clean, "PNG" if see_through else "JPEG")
    small = clean.convert("RGB")
    small.thumbnail((THUMB_EDGE, THUMB_EDGE))
    _write_picture(path_of(row, "thumb"), small, "JPEG")


def _write_picture(path: Path, picture: Image.Image, kind: str) -> None:
    _write(path, lambda out: picture.save(out, format=kind, quality=_QUALITY, exif=b"", icc_profile=None))


def _write(path: Path, fill: "Filler") -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    draft = path.with_suffix(path.suffix + ".part")
    with draft.open("wb") as out:
        fill(out)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(path)


class Filler(Protocol):
    """Writes content into an open file."""

    def __call__(self, out: IO[bytes], /) -> None:
        """Write."""


def _copy(source: IO[bytes], target: IO[bytes]) -> None:
    while block := source.read(_BLOCK):
        target.write(block)


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while block := file.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()


def _measure(file: IO[bytes]) -> int:
    return file.seek(0, os.SEEK_END)


def _safe_name(name: str) -> str:
    last = PurePath(name.replace("\\", "/")).name
    kept = "".join(letter for letter in last if letter.isprintable())
    return kept[-200:] or "file"
