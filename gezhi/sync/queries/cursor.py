"""The cursor: which parts a telephone holds, and in which state, written small. It grants nothing."""

import base64
import hashlib
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec

# Changes with what parts look like: telephones then take everything anew.
SHAPE = 1
KEPT = timedelta(days=31)
_MOST = 200_000


@dataclass(frozen=True, slots=True)
class Cursor:
    """Whose download, in which language, when, and part name → tag."""

    account: str
    language: str
    at: datetime
    tags: dict[str, str] = field(default_factory=dict)


def write(cursor: Cursor) -> str:
    """Return the cursor as the telephone keeps it."""
    body = [SHAPE, cursor.account, cursor.language, int(cursor.at.timestamp()), cursor.tags]
    return base64.urlsafe_b64encode(zlib.compress(msgspec.json.encode(body), 9)).decode().rstrip("=")


def read(words: str, *, account: str, language: str, now: datetime) -> Cursor | None:
    """Return a cursor that still serves; None for another's, another language's, an old one, and for nonsense."""
    try:
        packed = base64.urlsafe_b64decode(words + "=" * (-len(words) % 4))
        raw = zlib.decompressobj().decompress(packed, _MOST)
        shape, whose, tongue, at, tags = msgspec.json.decode(raw, type=tuple[int, str, str, int, dict[str, str]])
    except (ValueError, zlib.error, msgspec.DecodeError, msgspec.ValidationError):
        return None
    if (shape, whose, tongue) != (SHAPE, account, language) or not 0 < at < 1 << 40:
        return None
    since = datetime.fromtimestamp(at, UTC)
    return Cursor(whose, tongue, since, tags) if now - since < KEPT else None


def tag(content: bytes) -> str:
    """Return a short tag of a part's content."""
    return base64.urlsafe_b64encode(hashlib.blake2b(content, digest_size=6).digest()).decode()
