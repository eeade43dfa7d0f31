"""What duties hear of: follow-ups of cases, new entries of registers and erased ones; whom reports are told to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from gezhi.cases.operations.log import CHANGED
from gezhi.duties import operations
from gezhi.duties.operations.telling import tell_receivers, tell_writer
from gezhi.foundation import outbox


def register() -> None:
    """Subscribe under names that stay."""
    outbox.subscribe(CHANGED, "duties.start", operations.start_by_case)
    outbox.subscribe(CHANGED, "duties.hazards", operations.follow_hazard)
    outbox.subscribe("entry.opened", "duties.first_visit", _start_by_entry)
    outbox.subscribe("entry.erased", "duties.forget_entry", _forget_entry)
    outbox.subscribe("entry.name_sealed", "duties.seal_name", _seal_name)
    outbox.subscribe(operations.HANDED_IN, "duties.tell_receivers", tell_receivers)
    outbox.subscribe(operations.RECEIVED, "duties.tell_writer", tell_writer)


def _start_by_entry(body: dict[str, Any], now: datetime) -> None:
    operations.start_by_entry(entry=UUID(body["entry"]), now=now)


def _forget_entry(body: dict[str, Any], now: datetime) -> None:
    operations.forget_entry(entry=UUID(body["entry"]), now=now)


def _seal_name(body: dict[str, Any], now: datetime) -> None:
    operations.seal_name(entry=UUID(body["entry"]), now=now)
