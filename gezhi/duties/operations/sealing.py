"""Sealing what a plan has made sensitive since it was written: answers of activities, and names copied from entries.

The log of an activity is append-only and chained. What it said is put under seal word for word, so that its links
hold; a last entry says what became of the row.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from gezhi.duties.access import ActivityRows
from gezhi.duties.answers import parted, private_ids, private_of
from gezhi.duties.models import SEALED, Activity, ActivityFile, Drawn, Start
from gezhi.duties.operations import log, reporting
from gezhi.enactment import queries as enactment
from gezhi.foundation import files
from gezhi.registers.models import Entry


def seal_sensitive(*, now: datetime, limit: int = 500) -> int:
    """Seal the answers that lie open although today's plans hold them sensitive; return of how many activities."""
    return sum(_form(scheme, form, hidden, now, limit) for scheme, form, hidden in _forms(now))


def remaining(now: datetime, *, most: int = 1_000) -> dict[str, int]:
    """Return form → of how many activities something sensitive lies open (up to `most`); none is the proof."""
    found = {f"{scheme}.{form}": _open(scheme, form, hidden)[:most].count() for scheme, form, hidden in _forms(now)}
    return {form: count for form, count in found.items() if count}


def seal_name(*, entry: UUID, now: datetime) -> int:
    """Let copies of an entry's name say what its register shows of it now; return of how many activities.

    For an entry whose name became sensitive: what is shown then is masked.
    """
    with transaction.atomic():
        kept = Entry.objects.unscoped(reason="copies of its name follow it").filter(pk=entry).first()
        if kept is None:
            return 0
        Start.objects.filter(entry_id=entry).update(entry_name=kept.name)
        Drawn.objects.filter(object_id=entry).update(name=kept.name)
        reporting.rename(entry, kept.name)
        rows = Activity.objects.unscoped(reason="what became sensitive is sealed, whoever may see it")
        some = list(rows.select_for_update().filter(entry_id=entry).exclude(entry_name=kept.name).order_by("pk"))
        for row in some:
            before = log.facts(row)
            row.entry_name, row.changed_at = kept.name, now
            log.close(row, before=before, now=now)
            row.save()
    return len(some)


def _forms(now: datetime) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Yield the forms of duties that ask something sensitive: plan, form, fields."""
    for _version, scheme in enactment.all_in_force(timezone.localdate(now)):
        for name in sorted({duty.form for duty in scheme.duties.values() if duty.form in scheme.forms}):
            hidden = private_ids(scheme.forms[name])
            if hidden:
                yield scheme.id, name, hidden


def _open(scheme: str, form: str, hidden: frozenset[str]) -> ActivityRows:
    said = [Q(faults__contains=[{"path": one}]) & ~Q(faults__contains=[{"path": one, "given": None}]) for one in hidden]
    lies_open = reduce(or_, said, Q(answers__has_any_keys=sorted(hidden)))
    rows = Activity.objects.unscoped(reason="what became sensitive is sealed, whoever may see it")
    return rows.filter(lies_open, scheme=scheme, form=form)


def _form(scheme: str, form: str, hidden: frozenset[str], now: datetime, limit: int) -> int:
    done = 0
    while True:
        with transaction.atomic():
            some = list(_open(scheme, form, hidden).select_for_update().order_by("pk")[:limit])
            for row in some:
                _seal(row, hidden, now)
        done += len(some)
        if len(some) < limit:
            return done


def _seal(row: Activity, hidden: frozenset[str], now: datetime) -> None:
    before = log.facts(row)
    row.answers, closed = parted(row.answers, hidden)
    if closed:
        row.sealed = msgspec.json.encode({**private_of(row.sealed), **closed}).decode()
        _hide_photos(row, closed)
    row.faults = [_without_given(one, hidden) for one in row.faults]
    row.changed_at = now
    log.close(row, before=before, now=now)
    row.save()


def _hide_photos(row: Activity, closed: dict[str, Any]) -> None:
    """Show the photos that sealed answers name nowhere any more; they stay with the activity."""
    held = ActivityFile.objects.filter(activity=row, role="answer", file__in=set(files.ids_in(closed)))
    named = list(held.values_list("file", flat=True))
    held.delete()
    ActivityFile.objects.bulk_create(
        [ActivityFile(activity=row, file_id=one, role=SEALED) for one in named], ignore_conflicts=True
    )


def _without_given(fault: dict[str, Any], hidden: frozenset[str]) -> dict[str, Any]:
    return {**fault, "given": None} if str(fault.get("path", "")).split(".", 1)[0] in hidden else fault
