"""Who of the staff bears a name, and for which desk: so that a search leads to what they have in hand."""

from dataclasses import dataclass
from datetime import datetime

from gezhi.people.access import in_force, reach
from gezhi.people.models import Account, Appointment
from gezhi.schemes.state import Desk

MOST = 6


@dataclass(frozen=True, slots=True)
class Holder:
    """A member of staff at one of their desks."""

    name: str
    desk: Desk


def holders(*, account: Account, name: str, now: datetime) -> list[Holder]:
    """Return the staff whose name contains the words, each at each desk that they act for now.

    Residents are never looked for. Who holds no post finds nobody.
    """
    wanted = name.replace("\x00", "").strip()
    if len(wanted) < 2 or not reach(account, now).grants:
        return []
    rows = Appointment.objects.filter(
        in_force(now), account__kind=Account.Kind.STAFF, account__is_active=True, account__name__icontains=wanted
    )
    found = rows.select_related("account", "area", "department").defer("area__boundary").order_by("account__name", "pk")
    return [Holder(row.account.name, _desk(row)) for row in found[:MOST]]


def _desk(row: Appointment) -> Desk:
    if row.department is not None:
        return Desk("department", row.department.code)
    return Desk("post", row.post, row.area.code if row.area else "")
