"""Paging by key: a cursor is the sort key of the last row shown, so that a page costs the same at any depth."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from gezhi.cases.errors import BadInput


@dataclass(frozen=True, slots=True)
class Page[Row]:
    """Some rows in order, and the cursor of the next page (empty at the end)."""

    rows: tuple[Row, ...]
    next: str = ""


def cursor_of(at: datetime | None, case_id: UUID) -> str:
    """Return the cursor after a row."""
    raw = msgspec.json.encode([at, case_id])
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime | None, UUID]:
    """Return the sort key that a cursor holds. Raises `BadInput` for a cursor that nobody gave out."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        return msgspec.json.decode(raw, type=tuple[datetime | None, UUID])
    except (binascii.Error, msgspec.MsgspecError, ValueError, UnicodeError) as error:
        raise BadInput(_("This page address is not one of ours; start from the first page."), field="cursor") from error
