"""Which of the plan's hours an activity fills. Decided once, when it is ended, by the plan that it was done under."""

from collections.abc import Sequence

from gezhi.duties import marks
from gezhi.duties.models import Activity
from gezhi.duties.plans import Planned
from gezhi.schemes.stretches import places_of


def note_hours(row: Activity, planned: Planned) -> list[str]:
    """Note which stretch of its day an ended activity fills; return what is odd about that.

    One that reaches into several fills the first that nothing fills yet: one activity, however long, is one. A clock
    that ran ahead is held to when the record arrived, as its day is.
    """
    hours = planned.duty.hours
    if not hours or row.ended is None:
        return []
    began, ended = min(row.began, row.recorded_at), min(row.ended, row.changed_at)
    places = places_of(hours, began, max(began, ended), planned.days.zone)
    if not places:
        return [marks.OUTSIDE]
    if len(hours) == 1:
        return []
    full = _filled(row, places)
    row.slot = next((one for one in places if one not in full), places[0])
    return [marks.SAME_HOURS] if row.slot in full else []


def _filled(row: Activity, places: Sequence[int]) -> set[int | None]:
    rows = Activity.objects.unscoped(reason="which of these hours are filled already").filter(
        scheme=row.scheme, duty=row.duty, area=row.area_id, entry=row.entry_id, day=row.day, slot__in=places,
        counts=True,
    )  # fmt: skip
    return set(rows.exclude(pk=row.pk).values_list("slot", flat=True))
