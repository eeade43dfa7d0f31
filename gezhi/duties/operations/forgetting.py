"""An entry of a register that was erased: what activities said of it goes; that they were done stays."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gezhi.duties.answers import private_of
from gezhi.duties.models import Activity, ActivityEvent, ActivityFile, Drawn, Start
from gezhi.duties.operations import log, reporting
from gezhi.foundation import files
from gezhi.foundation.models import StoredFile


@transaction.atomic
def forget_entry(*, entry: UUID, now: datetime) -> int:
    """Take names, answers, remarks, positions and photos out of an erased entry's activities; return of how many.

    Again for the same entry: none. Rounds stay as full as they were. What was found became cases, kept as those are,
    with the photos that such a case has too.
    """
    rows = Activity.objects.unscoped(reason="what may no longer be kept goes, whoever may see it")
    done = 0
    for row in rows.select_for_update().filter(entry_id=entry).order_by("pk"):
        if ActivityEvent.objects.filter(activity=row, kind=log.FORGET).exists():
            continue
        named = _named(row)
        row.entry_name, row.answers, row.sealed, row.faults, row.remarks = "", {}, "", [], ""
        row.declined_why = ""
        row.lon = row.lat = row.accuracy_m = row.distance_m = None
        row.changed_at = now
        row.version += 1
        log.empty(row, now=now)
        row.save()
        _forget_photos(row, named)
        done += 1
    # after the activities, as everywhere: who puts one right goes on to what it started and what was drawn
    Start.objects.filter(entry_id=entry).update(entry_name="")
    Drawn.objects.filter(object_id=entry).update(name="")
    reporting.forget(entry)
    return done


def _forget_photos(row: Activity, named: set[UUID]) -> None:
    held = ActivityFile.objects.filter(activity=row)
    pictures = set(held.values_list("file_id", flat=True)) | named
    held.delete()
    files.forget_unused(pictures)


def _named(row: Activity) -> set[UUID]:
    """Return the files that answers name and that the doer put up: also of records from before they were held."""
    ids = {*files.ids_in(row.answers), *files.ids_in(private_of(row.sealed))}
    return set(StoredFile.objects.filter(pk__in=ids, actor=str(row.account_id)).values_list("pk", flat=True))
