"""Reading the house's books: entries by who, what and when, paged by key; and whether a chain is whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from gezhi.foundation import journal
from gezhi.foundation.models import JournalEntry, JournalHead


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for in the books; what is empty does not narrow."""

    book: str = ""
    action: str = ""
    actor: str = ""
    words: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class BookState:
    """A book: how many entries, and the first that does not follow from those before it, if any."""

    name: str
    entries: int
    broken: int | None
    mark: journal.Mark


def entries(sought: Sought) -> QuerySet[JournalEntry]:
    """Return entries, the newest first."""
    rows = JournalEntry.objects.defer("link").order_by("-at", "-id")
    for name in ("book", "action", "actor"):
        value = getattr(sought, name)
        rows = rows.filter(**{name: value}) if value else rows
    if sought.words:
        rows = rows.filter(Q(subject__icontains=sought.words) | Q(body__icontains=sought.words))
    if sought.since:
        rows = rows.filter(at__gte=sought.since)
    return rows.filter(at__lt=sought.until) if sought.until else rows


def actions() -> list[tuple[str, str]]:
    """Return every (book, action) that was ever written."""
    return list(JournalEntry.objects.order_by("book", "action").values_list("book", "action").distinct())


def states(marks: Mapping[str, journal.Mark] | None = None) -> list[BookState]:
    """Check every book to its last entry: from its first, or from the mark up to which it was found whole before."""
    found = []
    for head in JournalHead.objects.order_by("book"):
        broken, mark = journal.check(head.book, (marks or {}).get(head.book), head.seq)
        found.append(BookState(head.book, mark.seq if broken is None else head.seq, broken, mark))
    return found
