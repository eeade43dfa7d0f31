"""Whose a stored file is and what it is used for: whoever keeps files holds them by a foreign key, in any room."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import Exists, OuterRef, ProtectedError

from gezhi.foundation.files.keep import forget
from gezhi.foundation.models import StoredFile

# What names files among its values without holding them yet, such as a proposal that waits: each tells which of some.
type Naming = Callable[[Collection[UUID]], set[UUID]]
_naming: list[Naming] = []
_BATCH = 200


def named_by(naming: Naming) -> None:
    """Let a room say which files it names in values, so that they are not swept before it holds them."""
    _naming.append(naming)


def in_use(ids: Collection[UUID]) -> set[UUID]:
    """Return those of the files that anything holds."""
    found: set[UUID] = set()
    for one in _holders() if ids else ():
        rows = one.model._base_manager.filter(**{f"{one.name}__in": ids})
        found |= set(rows.values_list(one.attname, flat=True))
    return found


def take(ids: Iterable[UUID]) -> dict[UUID, StoredFile]:
    """Return those of the files that are here, locked in the caller's transaction: none is swept before it is held."""
    rows = StoredFile.objects.select_for_update(no_key=True).filter(pk__in=set(ids)).order_by("pk")
    return {row.pk: row for row in rows}


def foreign(ids: Iterable[str | UUID], *, actor: str, own: Collection[UUID] = ()) -> list[str]:
    """Return those of the ids that somebody may not hand in: not stored, put up by others, or used for something else.

    `own` are those that what is written has already. An empty `actor`, the system itself, hands in anybody's. In the
    transaction that is to hold them, so that none is swept before.
    """
    named = list(dict.fromkeys(str(one) for one in ids))
    asked = {pk for one in named if (pk := _id(one)) is not None and pk not in own}
    there = {pk for pk, row in take(asked).items() if actor in ("", row.actor)} if asked else set[UUID]()
    good = (there - in_use(there)) | set(own)
    return [one for one in named if _id(one) not in good]


def forget_unused(ids: Collection[UUID]) -> int:
    """Delete those of the files that nothing holds any more; return how many."""
    free = set(ids) - in_use(ids)
    there = set(StoredFile.objects.filter(pk__in=free).values_list("pk", flat=True))
    if _forgotten(*there):
        return len(there)
    return sum(_forgotten(pk) for pk in there)


def _forgotten(*ids: UUID) -> bool:
    """Delete files, unless somebody took one since it was looked for; say whether they are gone."""
    try:
        with transaction.atomic():
            forget(*ids)
    except ProtectedError:
        return False
    return True


def sweep(*, now: datetime, kept: timedelta, most: int = _BATCH) -> int:
    """Delete a batch of files that were put up longer than `kept` ago and that nothing holds or names; return how many.

    Whoever puts a photo up ahead of a form and never sends it leaves such a file. Again until none is left.
    """
    loose = StoredFile.objects.filter(at__lt=now - kept)
    for one in _holders():
        loose = loose.filter(~Exists(one.model._base_manager.filter(**{one.name: OuterRef("pk")})))
    after, gone = UUID(int=0), 0
    while not gone and (found := list(loose.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:most])):
        with transaction.atomic():
            # what somebody is about to hold is not free, and is not waited for
            free = StoredFile.objects.select_for_update(skip_locked=True).filter(pk__in=found)
            locked = set(free.values_list("pk", flat=True))
            named = {pk for naming in _naming for pk in naming(locked)}
            gone = forget_unused(locked - named)
        after = found[-1]
    return gone


def ids_in(value: Any) -> Iterator[UUID]:
    """Yield what within values might be the id of a file, whatever the form was when it was written."""
    if isinstance(value, str) and len(value) == len(str(UUID(int=0))):
        try:
            yield UUID(value)
        except ValueError:
            return
    elif isinstance(value, Mapping | list | tuple):
        inner: Iterable[Any] = value.values() if isinstance(value, Mapping) else value
        for one in inner:
            yield from ids_in(one)


@lru_cache(maxsize=1)
def _holders() -> tuple["models.ForeignKey[StoredFile, StoredFile]", ...]:
    """Return the keys that hold files; one that lets go of its file by itself, as of an upload, is none."""
    related = StoredFile._meta.get_fields(include_hidden=True)
    keys = [one.field for one in related if isinstance(one, models.ManyToOneRel)]
    return tuple(one for one in keys if one.remote_field.on_delete is not models.SET_NULL)


def _id(said: str) -> UUID | None:
    try:
        return UUID(said)
    except ValueError:
        return None
