"""Ids made in the application, so that no sequence is shared between districts."""

from datetime import timedelta
from uuid import UUID

import uuid_utils
from uuid_utils.compat import uuid7 as _uuid7


def uuid7() -> UUID:
    """Return a new UUIDv7: unique, and ordered by the time it was made (RFC 9562, section 5.7)."""
    return _uuid7()


def uuid7_bytes() -> bytes:
    """Return the sixteen bytes of a new one."""
    return uuid_utils.uuid7().bytes


def before(newest: UUID, span: timedelta) -> UUID:
    """Return the first id of the moment so long before another one was made: ids begin with the milliseconds."""
    return UUID(int=max(0, (newest.int >> 80) - int(span.total_seconds() * 1000)) << 80)
