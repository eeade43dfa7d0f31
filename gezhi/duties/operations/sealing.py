"""Sealing what a plan has made sensitive since it was written: answers of activities, and names copied from entries.

The log of an activity is append-only and chained. What it said is put under seal word for word, so that its links
hold; a last entry says what became of the row.

All activities are read once for each form that names another sensitive field; after that, those of the last days.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from hashlib import sha256
from operator import or_
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from gezhi.duties.access import ActivityRows
from gezhi.duties.answers import parted, private_ids, private_of
from gezhi.duties.models import SEALED, WORD_LENGTH, Activity, ActivityFile, Drawn, Sealing, Start
from gezhi.duties.operations import log, reporting
from gezhi.enactment import queries as enactment
from gezhi.foundation import files
from gezhi.foundation.ids import before
from gezhi.registers.models import Entry
from gezhi.schemes.model import Scheme

# One may come in while the ones after it are gone through, or be begun under a plan and ended under the next.
_AGAIN = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Fields of a form that are sensitive now: wherever it was asked, or where one duty asked it before another one."""

    scheme: str
    form: str
    hidden: frozenset[str]
    duty: str = ""

    @property
    def name(self) -> str:
        """What tells it from all others."""
        name = f"{self.scheme}.{self.form}/{self.duty}" if self.duty else f"{self.scheme}.{self.form}"
        return name if len(name) <= 2 * WORD_LENGTH else sha256(name.encode()).hexdigest()


def seal_sensitive(*, now: datetime, limit: int = 500, again: bool = False) -> int:
    """Seal the answers that lie open although today's plans hold them sensitive; return of how many activities.

    What was gone through already is not read once more, unless it is to be looked at `again`.
    """
    some = list(_asked(now))
    # what is plain for a while has to be gone through when it is not any more
    Sealing.objects.exclude(form__in=[] if again else [one.name for one in some]).delete()
    return sum(_form(one, now, limit) for one in some)


def remaining(now: datetime, *, most: int = 1_000) -> dict[str, int]:
    """Return form → of how many activities something sensitive lies open (up to `most`); none is the proof.

    Reads all of them.
    """
    found = {one.name: _open(one)[:most].count() for one in _asked(now)}
    return {form: count for form, count in found.items() if count}


def seal_name(*, entry: UUID, now: datetime) -> int:
    """Let copies of an entry's name say what its register shows of it now; return of how many activities.

    For an entry whose name became sensitive: what is shown then is masked.
    """
    with transaction.atomic():
        kept = Entry.objects.unscoped(reason="copies of its name follow it").filter(pk=entry).first()
        if kept is None:
            return 0
        # activities first, as everywhere: who puts one right goes on to what it started and what was drawn
        rows = Activity.objects.unscoped(reason="what became sensitive is sealed, whoever may see it")
        some = list(rows.select_for_update().filter(entry_id=entry).exclude(entry_name=kept.name).order_by("pk"))
        Start.objects.filter(entry_id=entry).update(entry_name=kept.name)
        Drawn.objects.filter(object_id=entry).update(name=kept.name)
        reporting.rename(entry, kept.name)
        for row in some:
            before = log.facts(row)
            row.entry_name, row.changed_at = kept.name, now
            log.close(row, before=before, now=now)
            row.save()
    return len(some)


def _asked(now: datetime) -> Iterator[_Asked]:
    """Yield what is sensitive by today's plans: of each form that any duty asks or ever asked, and of each duty.

    A duty that was moved to another form takes what that one holds sensitive along: what it asked under the same name
    before is the same.
    """
    for _version, scheme in enactment.all_in_force(timezone.localdate(now)):
        before = _before(scheme)
        names = {name for forms in before.values() for name in forms} & scheme.forms.keys()
        for name in sorted(names):
            if hidden := private_ids(scheme.forms[name]):
                yield _Asked(scheme.id, name, hidden)
        for duty in scheme.duties.values():
            form = scheme.forms.get(duty.form)
            for name, fields in sorted(before[duty.id].items()) if form else ():
                known = private_ids(scheme.forms[name]) if name in scheme.forms else frozenset()
                if name != duty.form and form and (hidden := (private_ids(form) & fields) - known):
                    yield _Asked(scheme.id, name, hidden, duty.id)


def _before(scheme: Scheme) -> dict[str, dict[str, frozenset[str]]]:
    """Return duty → form → fields, as far as any version of a plan had the duty ask the form."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    for row in enactment.versions(scheme.id):
        version = enactment.scheme(row.pk)
        for duty in version.duties.values():
            forms = found.setdefault(duty.id, {})
            if form := version.forms.get(duty.form):
                forms[form.id] = forms.get(form.id, frozenset()) | form.by_id.keys()
    return found


def _open(asked: _Asked) -> ActivityRows:
    hidden = asked.hidden
    said = [Q(faults__contains=[{"path": one}]) & ~Q(faults__contains=[{"path": one, "given": None}]) for one in hidden]
    lies_open = reduce(or_, said, Q(answers__has_any_keys=sorted(hidden)))
    rows = Activity.objects.unscoped(reason="what became sensitive is sealed, whoever may see it")
    found = rows.filter(lies_open, scheme=asked.scheme, form=asked.form)
    return found.filter(duty=asked.duty) if asked.duty else found


def _form(asked: _Asked, now: datetime, limit: int) -> int:
    name, hidden, done = asked.name, asked.hidden, 0
    rows = Activity.objects.unscoped(reason="how far they were gone through")
    newest = rows.order_by("-pk").values_list("pk", flat=True).first()
    if newest is None:
        return 0
    mark = Sealing.objects.filter(form=name).first()
    after = before(mark.last, _AGAIN) if mark and hidden <= {*mark.fields} else UUID(int=0)
    while some := _batch(_open(asked).filter(pk__gt=after).order_by("pk")[:limit], hidden, now):
        done += len(some)
        after = some[-1].pk
    Sealing.objects.update_or_create(form=name, defaults={"fields": sorted(hidden), "last": newest})
    return done


@transaction.atomic
def _batch(rows: ActivityRows, hidden: frozenset[str], now: datetime) -> list[Activity]:
    some = list(rows.select_for_update())
    for row in some:
        _seal(row, hidden, now)
    return some


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
