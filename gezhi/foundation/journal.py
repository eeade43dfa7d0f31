"""Append-only logs that show tampering: each entry's link is a hash over the link before it.

`chain` serves every log (cases keep their own); `record` writes the house's general books: appointments, imports,
schemes put into force, access to protected data.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db import transaction

from gezhi.foundation.models import JournalEntry, JournalHead

GENESIS = bytes(32)


def canonical(body: Any) -> bytes:
    """Return the one byte form of a JSON-ready body: keys sorted, no spaces, UTF-8."""
    return msgspec.json.encode(body, order="sorted")


def chain(prev: bytes, body: bytes) -> bytes:
    """Return the 32-byte link of an entry after `prev` (`GENESIS` for the first)."""
    if len(prev) != len(GENESIS):
        raise ValueError(f"a link has 32 bytes, not {len(prev)}")
    return hashlib.sha256(prev + body).digest()


def first_break(entries: Iterable[tuple[bytes, bytes]], start: bytes = GENESIS) -> int | None:
    """Return the index of the first (body, link) that doesn't follow from those before it, or None when all do."""
    prev = start
    for index, (body, link) in enumerate(entries):
        if chain(prev, body) != link:
            return index
        prev = link
    return None


@transaction.atomic
def record(
    book: str, action: str, *, actor: str, now: datetime, subject: str = "", body: Mapping[str, Any] | None = None
) -> JournalEntry:
    """Append an entry to a book, in the caller's transaction. `actor` is an account's id, empty for the system."""
    head = line_up(book)
    entry = JournalEntry(
        book=book, seq=head.seq + 1, action=action, subject=subject, actor=actor, at=now, body=dict(body or {})
    )
    entry.link = chain(bytes(head.link), _bytes(entry))
    entry.save(force_insert=True)
    JournalHead.objects.filter(book=book).update(seq=entry.seq, link=entry.link)
    return entry


def line_up(book: str) -> JournalHead:
    """Wait for one's turn with a book, until the end of the caller's transaction, and return its head."""
    heads = JournalHead.objects.select_for_update().filter(book=book)
    head = heads.first()
    if head is None:  # the book's first entry: two may begin it at once
        JournalHead.objects.bulk_create([JournalHead(book=book, link=GENESIS)], ignore_conflicts=True)
        head = heads.get()
    return head


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a book was checked: its entry's number and link. A check goes on from here."""

    seq: int = 0
    link: bytes = GENESIS


def broken_entry(book: str) -> int | None:
    """Return the seq of the first entry of a book that was changed or is missing, or None when the book is whole."""
    return check(book)[0]


def check(book: str, since: Mark | None = None, due: int | None = None) -> tuple[int | None, Mark]:
    """Check a book from a mark on (its beginning by default); return the first broken entry's seq, if any, and how far.

    The entry at the mark must still carry the link that it had then. `due` is the head's number, where it is known.
    """
    mark = since or Mark()
    head = _head(book) if due is None else due
    entries = JournalEntry.objects.filter(book=book, seq__gte=mark.seq).order_by("seq").iterator()
    if mark.seq and ((kept := next(entries, None)) is None or (kept.seq, bytes(kept.link)) != (mark.seq, mark.link)):
        return mark.seq, mark
    for entry in entries:
        if entry.seq != mark.seq + 1 or chain(mark.link, _bytes(entry)) != bytes(entry.link):
            return mark.seq + 1, mark
        mark = Mark(entry.seq, bytes(entry.link))
    # somebody may have written meanwhile: then the head has moved on, too
    if mark.seq < head or (mark.seq > head and mark.seq > _head(book)):
        return mark.seq + 1, mark
    return None, mark


def _head(book: str) -> int:
    return JournalHead.objects.filter(book=book).values_list("seq", flat=True).first() or 0


def _bytes(entry: JournalEntry) -> bytes:
    # as the database gives it back, whatever zone it was said in
    at = entry.at.astimezone(UTC)
    return canonical([entry.book, entry.seq, entry.action, entry.subject, entry.actor, at, entry.body])
