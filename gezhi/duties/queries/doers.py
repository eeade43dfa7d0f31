"""Who did what is to be verified."""

from datetime import date
from uuid import UUID

from django.db.models import Q

from gezhi.duties import plans
from gezhi.duties.access import ActivityRows
from gezhi.duties.models import Activity
from gezhi.duties.plans import Planned


def done_by(planned: Planned, row: Activity) -> set[UUID]:
    """Return who did, or took part in, the activities that a verification is about.

    Those are what the verified duty saw of the same entry or area since its own round began that the verification's
    round begins in (who visits in January does not verify in March), the newest before it where that is older, and
    the activity that it names.
    """
    rows = _of_object(planned, row)
    since = _since(planned, row.day)
    some = list(rows.filter(day__gte=since).values_list("account", "others"))
    some += rows.filter(day__lte=row.day).order_by("-day", "-pk").values_list("account", "others")[:1]
    if row.confirms_id is not None:
        named = Activity.objects.unscoped(reason="nobody verifies his own work").filter(pk=row.confirms_id)
        some += named.values_list("account", "others")
    return {who for account, others in some for who in (account, *others)}


def may_confirm(planned: Planned, row: Activity, confirmed: UUID) -> bool:
    """Say whether a verification may name an activity: one of the duty that it verifies, of the same object."""
    return _of_object(planned, row).filter(pk=confirmed).exists()


def _of_object(planned: Planned, row: Activity) -> ActivityRows:
    rows = Activity.objects.unscoped(reason="nobody verifies his own work").filter(
        scheme=row.scheme, duty=planned.duty.verifies, withdrawn_at=None
    )
    if row.entry_id is None or not planned.of_entries:
        return rows.filter(area_path__startswith=row.area_path)
    # of an entry: what was done for it, or for an area that it lies in as a whole
    codes = row.area_path.rstrip("/").split("/")
    above = ["/".join(codes[:n]) + "/" for n in range(1, len(codes) + 1)]
    return rows.filter(Q(entry_id=row.entry_id) | Q(entry_id=None, area_path__in=above))


def _since(planned: Planned, on: date) -> date:
    own = planned.round_on(on)
    first = own.first if own else on
    verified = plans.of_version(planned.version, planned.duty.verifies)
    theirs = verified.round_on(first) if verified else None
    return min(first, theirs.first) if theirs else first
