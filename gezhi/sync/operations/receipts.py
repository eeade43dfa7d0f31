"""The memory of what was taken: a receipt by the sender's key, in the transaction of what the record does.

A telephone's records and its pages' own forms share the keys: a form whose reply was lost lies in the outbox under the
key that the page sent it with. Whichever comes first does it; the other is told what became of it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction

from gezhi.people.models import Account
from gezhi.sync.models import Receipt
from gezhi.sync.shapes import Result


class Known(Exception):
    """Another request has taken this key."""


@dataclass(slots=True)
class Turn:
    """One try at a key. `known`: what was told the first time, then nothing is to be done; `done`: what it became."""

    known: dict[str, Any] | None = None
    done: dict[str, Any] = field(default_factory=dict)


def told(actor: Account, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return key → what was told, of those keys that were taken."""
    return dict(Receipt.objects.filter(account=actor, key__in=keys).values_list("key", "reply"))


def begin(row: Receipt) -> Receipt:
    """Write a receipt first: whoever comes with the same key waits here, and then knows. Raises `Known`."""
    kept = Receipt.objects.bulk_create([row], ignore_conflicts=True)
    if not Receipt.objects.filter(pk=kept[0].pk).exists():
        raise Known
    return row


def as_kept(result: Result) -> dict[str, Any]:
    """Return a reply as the receipt keeps it: without what the sender wrote, which may be sensitive and comes again."""
    return dict(msgspec.to_builtins(msgspec.structs.replace(result, mine={})))


@contextmanager
def once(*, actor: Account, key: str, kind: str, now: datetime) -> Iterator[Turn]:
    """Do what a page sent at most once by its key: what is done within, and its receipt, stand or fall together.

    Whoever does something says what it became in `done` (`subject`, `facts` as for a record; more for the next who
    asks). Where nothing is said, nothing was taken: the key stays free for another try.
    """
    with transaction.atomic():
        try:
            row = begin(Receipt(account=actor, key=key, kind=kind, said_at=now, at=now, received_at=now))
        except Known:
            yield Turn(known=told(actor, [key]).get(key, {}))
            return
        turn = Turn()
        yield turn
        if turn.done:
            reply = {"key": key, "outcome": "accepted"} | turn.done
            row.subject, row.reply = str(turn.done.get("subject", ""))[:120], reply
            Receipt.objects.filter(pk=row.pk).update(subject=row.subject, reply=reply)
        else:
            Receipt.objects.filter(pk=row.pk).delete()
