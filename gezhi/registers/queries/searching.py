"""Looking for words at a cost that does not grow with the number of entries, as cases do it.

The index of words is asked first, for no more than `FEW` entries. A rare word is settled by that; a common one is met
again and again on the way through a list, so the list is walked in its own order and each entry's words are held
against it. A whole telephone number is looked for among the keyed hashes.
"""

from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, Q, Subquery

from gezhi.foundation.words import is_sound, patterns, sought, stored
from gezhi.registers.access import EntryRows
from gezhi.registers.models import EntryKey, EntryWords
from gezhi.registers.values import phone_digest

FEW = 2_000
_PHONE_DIGITS = 7


def narrow(rows: EntryRows, text: str, register: str) -> EntryRows:
    """Return those of the rows that the words fit: code, name, address, how they sound, or a whole telephone."""
    by_key = _by_phone(text)
    if by_key:
        return rows.filter(pk__in=by_key)
    wanted = sought(text)
    if not wanted:
        return rows
    likes = patterns(text)
    heard = [f"%{word}%" if is_sound(word) else "" for word in wanted]
    few = _few(list(zip(likes, heard, strict=True)), register)
    if few is not None:
        return rows.filter(pk__in=few)
    # values of their own, not joins, so that each row on the way through the list is looked up by key
    own = EntryWords.objects.filter(entry=OuterRef("pk"))
    rows = rows.alias(_words=Subquery(own.values("words")), _heard=Subquery(own.values("heard")))
    for word in wanted:
        fits = Q(_words__contains=stored(word))
        rows = rows.filter(fits | Q(_heard__contains=word) if is_sound(word) else fits)
    return rows


def _by_phone(text: str) -> tuple[UUID, ...]:
    digits = "".join(one for one in text if one.isdigit())
    if len(digits) < _PHONE_DIGITS or any(one.isalpha() for one in text):
        return ()
    digest = phone_digest(text)
    rows = EntryKey.objects.filter(digest=digest) if digest else EntryKey.objects.none()
    return tuple(rows.values_list("entry_id", flat=True)[:FEW])


def _few(words: list[tuple[str, str]], register: str) -> list[UUID] | None:
    """Return the entries that fit by the indexes, or None where there are more than `FEW`."""
    parts, params = [], list[Any]()
    for like, sound in words:
        part = "select entry_id from registers_entrywords where words like %s"
        params.append(like)
        if sound:
            part += " union select entry_id from registers_entrywords where heard like %s"
            params.append(sound)
        parts.append(f"({part})")
    joined = " intersect ".join(parts)
    of = " where exists (select 1 from registers_entry e where e.id = f.entry_id and e.register = %s)"
    statement = f"select entry_id from ({joined}) f{of if register else ''} limit {FEW + 1}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, register] if register else params)
        found = [row[0] for row in cursor.fetchall()]
    return found if len(found) <= FEW else None
