"""An entry of a register that was erased: what activities said of it goes; that they were done stays."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gezhi.duties.models import Activity, ActivityEvent, Drawn, Start
from gezhi.duties.operations import log


@transaction.atomic
def forget_entry(*, entry: UUID, now: datetime) -> int:
    """Take names, answers, remarks and positions out of an erased entry's activities; return of how many.

    Again for the same entry: none. Rounds stay as full as they were. What was found became cases, kept as those are.
    """
    Start.objects.filter(entry_id=entry).update(entry_name="")
    Drawn.objects.filter(object_id=entry).update(name="")
    rows = Activity.objects.unscoped(reason="what may no longer be kept goes, whoever may see it")
    done = 0
    for row in rows.select_for_update().filter(entry_id=entry).order_by("pk"):
        if ActivityEvent.objects.filter(activity=row, kind=log.FORGET).exists():
            continue
        row.entry_name, row.answers, row.sealed, row.faults, row.remarks = "", {}, "", [], ""
        row.lon = row.lat = row.accuracy_m = row.distance_m = None
        row.changed_at = now
        row.version += 1
        log.empty(row, now=now)
        row.save()
        done += 1
    return done
