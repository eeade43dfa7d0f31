"""What a file is (by its bytes), and whether it is accepted."""

import warnings
import zipfile
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _
from PIL import Image

MEGABYTE = 1_000_000
MAX_PHOTO = 20 * MEGABYTE
MAX_DOCUMENT = 20 * MEGABYTE
MAX_PIXELS = 60_000_000
_HEAD_BYTES = 4096
_PHOTO_STARTS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF8": "image/gif"}
_OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
EXTENSIONS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "application/pdf": ".pdf",
    _OFFICE["word/document.xml"]: ".docx",
    _OFFICE["xl/workbook.xml"]: ".xlsx",
}


class FileRefused(Exception):
    """A file is not accepted: a code for programs and a message for people, in the language that is active.

    Codes: `empty`, `too_big`, `too_many_pixels`, `wrong_type`, `heic`, `macros`, `damaged`.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Seen:
    """What the bytes are."""

    media_type: str
    photo: bool


def look(file: IO[bytes], name: str, size: int) -> Seen:
    """Return what the file is. Raises `FileRefused` when it is empty, too big, damaged or of a type not taken."""
    if size == 0:
        raise FileRefused("empty", _("“%(name)s” is empty. Choose the file again.") % {"name": name})
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    seen = _by_start(head) or _office(file, name, head)
    if seen is None:
        raise _wrong_type(head, name)
    _check_size(seen, name, size)
    return seen


def open_photo(file: IO[bytes], name: str) -> Image.Image:
    """Return the decoded picture. Raises `FileRefused` for a damaged one and for one that would fill the memory."""
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(file, formats=("JPEG", "PNG", "WEBP", "GIF"))
            if picture.width * picture.height > MAX_PIXELS:
                raise FileRefused(
                    "too_many_pixels",
                    _("“%(name)s” has more than %(limit)d million pixels. Send a smaller picture.")
                    % {"name": name, "limit": MAX_PIXELS // 1_000_000},
                )
            picture.load()
    except FileRefused:
        raise
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise FileRefused(
            "damaged",
            _("“%(name)s” can't be opened as a picture: it is damaged. Take or choose it again.") % {"name": name},
        ) from error
    return picture


def _by_start(head: bytes) -> Seen | None:
    for start, media_type in _PHOTO_STARTS.items():
        if head.startswith(start):
            return Seen(media_type, photo=True)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Seen("image/webp", photo=True)
    if head.startswith(b"%PDF-"):
        return Seen("application/pdf", photo=False)
    return None


def _office(file: IO[bytes], name: str, head: bytes) -> Seen | None:
    if not head.startswith(b"PK\x03\x04"):
        return None
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise FileRefused("damaged", _("“%(name)s” is damaged. Choose the file again.") % {"name": name}) from error
    if any(part.endswith("vbaProject.bin") for part in names):
        raise FileRefused(
            "macros",
            _("“%(name)s” contains macros. Save it without macros (docx, xlsx) and send that.") % {"name": name},
        )
    media_type = next((kind for part, kind in _OFFICE.items() if part in names), None)
    return Seen(media_type, photo=False) if media_type and "[Content_Types].xml" in names else None


def _wrong_type(head: bytes, name: str) -> FileRefused:
    if head[4:8] == b"ftyp" and head[8:12] in {b"heic", b"heix", b"mif1", b"msf1", b"heif"}:
        return FileRefused(
            "heic",
            _("“%(name)s” is a HEIC picture, which can't be opened here. Save it as JPEG and send that.")
            % {"name": name},
        )
    return FileRefused(
        "wrong_type",
        _("“%(name)s” is not a photo (JPEG, PNG, WebP) or document (PDF, DOCX, XLSX). Choose another file.")
        % {"name": name},
    )


def _check_size(seen: Seen, name: str, size: int) -> None:
    limit = MAX_PHOTO if seen.photo else MAX_DOCUMENT
    if size > limit:
        raise FileRefused(
            "too_big",
            _("“%(name)s” has %(size)d MB; at most %(limit)d MB are taken. Choose a smaller file.")
            % {"name": name, "size": round(size / MEGABYTE), "limit": limit // MEGABYTE},
        )
