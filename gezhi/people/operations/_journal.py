"""The book of this room in the foundation's journal."""

from datetime import datetime
from typing import Any

from gezhi.foundation import journal
from gezhi.people.models import Account

BOOK = "people"


def write(action: str, *, actor: Account | None, subject: Account, now: datetime, **body: Any) -> None:
    """Write down who did what about whom. Never pass a password, a number or a code."""
    journal.record(BOOK, action, actor=str(actor.pk) if actor else "", now=now, subject=str(subject.pk), body=body)
