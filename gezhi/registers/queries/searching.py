"""Looking for words at a cost that does not grow with the number of entries.

A whole code or telephone number is looked up by key. Of words the index is asked first whether `FEW` entries or fewer
fit: then it gives them. A common word is met again and again on the way through a list, so the list is walked in its
own order and each entry's words are held against it, until a page is full. Latin letters are also looked for among the
sounds of Chinese words.
"""

from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Lookup, OuterRef, Q, Subquery, UUIDField

from gezhi.foundation.words import is_sound, sought, stored
from gezhi.registers.access import EntryRows
from gezhi.registers.models import Entry, EntryKey, EntryWords
from gezhi.registers.values import phone_digest

FEW = 5_000
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


def narrow(rows: EntryRows, text: str) -> EntryRows:
    """Return those of the rows that the words fit: code, name, address, how they sound, or a whole telephone."""
    wanted = sought(text)
    if not wanted:
        return rows
    by_key = _by_phone(text) or _by_code(text)
    if by_key:
        return rows.filter(pk__in=by_key)
    fitting = EntryWords.objects.all()
    for word in wanted:
        fitting = fitting.filter(_fits(word))
    if fitting.order_by()[: FEW + 1].count() <= FEW:
        return rows.filter(pk__among=ArraySubquery(fitting.values("entry")))
    # values of their own, not joins, so that each row on the way through the list is looked up by key
    own = EntryWords.objects.filter(entry=OuterRef("pk"))
    rows = rows.alias(_words=Subquery(own.values("words")), _heard=Subquery(own.values("heard")))
    for word in wanted:
        rows = rows.filter(_fits(word, "_"))
    return rows


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
