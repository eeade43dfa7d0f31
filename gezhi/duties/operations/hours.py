"""Which of the plan's hours an activity fills. Decided once, when it is ended, by the plan that it was done under."""

from gezhi.duties import marks
from gezhi.duties.models import Activity
from gezhi.duties.plans import Planned
from gezhi.schemes.stretches import place_of


def note_hours(row: Activity, planned: Planned) -> list[str]:
    """Note which stretch of its day an ended activity fills; return what is odd about that.

    A clock that ran ahead is held to when the record arrived, as its day is.
    """
    hours = planned.duty.hours
    if not hours or row.ended is None:
        return []
    began, ended = min(row.began, row.recorded_at), min(row.ended, row.changed_at)
    place = place_of(hours, began, max(began, ended), planned.days.zone)
    if not place:
        return [marks.OUTSIDE]
    if len(hours) == 1:
        return []
    row.slot = place
    return [marks.SAME_HOURS] if _another(row) else []


def _another(row: Activity) -> bool:
    rows = Activity.objects.unscoped(reason="whether these hours are filled already").filter(
        scheme=row.scheme, duty=row.duty, area=row.area_id, entry=row.entry_id, day=row.day, slot=row.slot, counts=True
    )
    return rows.exclude(pk=row.pk).exists()
