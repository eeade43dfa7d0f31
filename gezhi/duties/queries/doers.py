"""Who did what is to be verified."""

from uuid import UUID

from gezhi.duties.models import Activity
from gezhi.duties.plans import Planned


def done_by(planned: Planned, row: Activity) -> set[UUID]:
    """Return who did, or took part in, the activities that a verification is about.

    Those of the activity that it confirms; else of all that the verified duty saw in the round for the same entry or,
    for an area, in the area and below.
    """
    rows = Activity.objects.unscoped(reason="nobody verifies his own work").filter(withdrawn_at=None)
    if row.confirms_id is not None:
        rows = rows.filter(pk=row.confirms_id)
    else:
        one = planned.round_on(row.day)
        rows = rows.filter(scheme=row.scheme, duty=planned.duty.verifies)
        rows = rows.filter(day__range=(one.first, one.last)) if one else rows
        rows = rows.filter(entry_id=row.entry_id) if row.entry_id else rows.filter(area_path__startswith=row.area_path)
    return {who for account, others in rows.values_list("account", "others") for who in (account, *others)}
