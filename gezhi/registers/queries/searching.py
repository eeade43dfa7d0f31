"""Looking for words at a cost that does not grow with the number of entries.

A whole code or telephone number is looked up by key. A page takes the newest whose words fit within the areas that
count, and of them those that fit in all else: enough unless the words are common and the rest is rare. Then, and for
whole lists, the index is asked whether `FEW` entries or fewer fit, and gives them; of a word that is more common the
list is walked in its own order and each entry's words are held against it. Latin letters are also looked for among the
sounds of Chinese words.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Lookup, OuterRef, Q, QuerySet, Subquery, UUIDField

from gezhi.foundation.words import is_sound, sought, stored
from gezhi.registers.access import EntryRows
from gezhi.registers.models import Entry, EntryKey, EntryWords
from gezhi.registers.values import codes_on, phone_digest

FEW = 5_000
_MOST_AREAS = 8
_BATCHES = (200, 1_000, 4_000)
_PHONE_DIGITS = 7
_CODE_LETTERS = 4


@UUIDField.register_lookup
class Among(Lookup):
    """One of an array that is worked out first: as a join, PostgreSQL might walk the list instead."""

    lookup_name = "among"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Return `id = any(array(…))`."""
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} = any{right}" if right.startswith("(") else f"{left} = any({right})", [
            *left_params, *right_params,
        ]  # fmt: skip


def narrow(rows: EntryRows, text: str, within: Sequence[str] = ()) -> EntryRows:
    """Return those of the rows that the words fit: code, name, address, how they sound, or a whole telephone.

    `within` are paths of areas outside which none of the rows lies; none where that is not known.
    """
    wanted = sought(text)
    if not wanted:
        return rows
    by_key = _by_phone(text) or _by_code(text)
    if by_key:
        return rows.filter(pk__in=by_key)
    fitting = _fitting(wanted, within)
    if fitting.order_by()[: FEW + 1].count() <= FEW:
        return rows.filter(pk__among=ArraySubquery(fitting.values("entry")))
    # values of their own, not joins, so that each row on the way through the list is looked up by key
    own = EntryWords.objects.filter(entry=OuterRef("pk"))
    rows = rows.alias(_words=Subquery(own.values("words")), _heard=Subquery(own.values("heard")))
    for word in wanted:
        rows = rows.filter(_fits(word, "_"))
    return rows


def newest(
    rows: EntryRows, text: str, within: Sequence[str] = (), *, last: UUID | None = None, most: int
) -> list[Entry] | None:
    """Return the newest of the rows that the words fit, before `last`; None where it must be looked for otherwise."""
    wanted = sought(text)
    if not wanted:
        return None
    by_key = _by_phone(text) or _by_code(text)
    if by_key:
        rows = rows.filter(pk__in=by_key)
        return list((rows.filter(pk__lt=last) if last else rows).order_by("-id")[:most])
    fitting = _fitting(wanted, within).order_by("-entry")
    found: list[Entry] = []
    for batch in _BATCHES:
        some = list((fitting.filter(entry__lt=last) if last else fitting).values_list("entry", flat=True)[:batch])
        found += rows.filter(pk__in=some).order_by("-id")[: most - len(found)] if some else ()
        if len(found) >= most or len(some) < batch:
            return found
        last = some[-1]
    return None


def _fitting(wanted: Sequence[str], within: Sequence[str]) -> QuerySet[EntryWords]:
    rows = EntryWords.objects.filter(_lies(within))
    for word in wanted:
        rows = rows.filter(_fits(word))
    return rows


def _lies(within: Sequence[str]) -> Q:
    """Return the predicate of what lies in one of some areas, each by its code; the top holds everything."""
    codes = [codes_on(path) for path in within]
    if not codes or len(codes) > _MOST_AREAS or any(len(one) == 1 for one in codes):
        return Q()
    found = Q()
    for one in codes:
        found |= Q(areas__contains=one[-1:])
    return found


def _fits(word: str, prefix: str = "") -> Q:
    written = Q(**{f"{prefix}words__contains": stored(word)})
    return written | Q(**{f"{prefix}heard__contains": word}) if is_sound(word) else written


def _by_phone(text: str) -> tuple[UUID, ...]:
    digits = "".join(one for one in text if one.isdigit())
    if len(digits) < _PHONE_DIGITS or any(one.isalpha() for one in text):
        return ()
    digest = phone_digest(text)
    rows = EntryKey.objects.filter(digest=digest) if digest else EntryKey.objects.none()
    return tuple(rows.values_list("entry_id", flat=True)[:FEW])


def _by_code(text: str) -> tuple[UUID, ...]:
    said = text.strip()
    if len(said) < _CODE_LETTERS or not said.isascii() or not any(one.isdigit() for one in said):
        return ()
    rows = Entry.objects.unscoped(reason="a whole code names its entry; who may see it is asked next")
    return tuple(rows.filter(code__in=[said, said.upper()]).values_list("pk", flat=True)[:FEW])
