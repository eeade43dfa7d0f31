"""Who does what they verified before: the verification no longer counts, since nobody confirms his own work."""

from datetime import datetime

from django.db.models import Q

from gezhi.cases.access import account_id
from gezhi.duties import plans
from gezhi.duties.models import Activity, Drawn
from gezhi.duties.operations import log
from gezhi.duties.plans import Planned


def lapse(row: Activity, planned: Planned, now: datetime) -> None:
    """Let verifications of an activity's object in its round lapse, where one of its doers had a part in them."""
    people = [row.account_id, *row.others]
    for duty in planned.scheme.duties.values():
        verifying = plans.of_version(planned.version, duty.id) if duty.verifies == row.duty else None
        one = verifying.round_on(row.day) if verifying else None
        if one is None:
            continue
        rows = Activity.objects.unscoped(reason="nobody verifies his own work").select_for_update()
        rows = rows.filter(
            Q(account__in=people) | Q(others__overlap=people), scheme=row.scheme, duty=duty.id, counts=True,
            day__range=(one.first, one.last),
        )  # fmt: skip
        for check in rows:
            of_entry = verifying is not None and verifying.of_entries and row.entry_id is not None
            if check.entry_id == row.entry_id if of_entry else row.area_path.startswith(check.area_path):
                _end(check, row, now)


def _end(check: Activity, row: Activity, now: datetime) -> None:
    before = log.facts(check)
    check.counts, check.changed_at = False, now
    check.version += 1
    log.append(check, "lapse", before=before, actor=account_id(row.account), now=now)
    check.save()
    Drawn.objects.filter(verified_by=check).update(verified_by=None)
