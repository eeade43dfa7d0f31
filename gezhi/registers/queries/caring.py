"""Who has how many care cases that somebody may hand over: numbers and names of staff, nothing of any case."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef

from gezhi.people.models import Account, Appointment
from gezhi.registers.models import CareAssignment
from gezhi.registers.operations.caring import handed_over_by


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody with care cases, in one role; `gone` when no post is held any more."""

    account: Account
    role: str
    cases: int
    gone: bool


def care_holders(*, account: Account, now: datetime) -> list[Holder]:
    """Return whose care cases an account may hand over, those who left first; in two queries."""
    held_now = Appointment.objects.filter(account=OuterRef("account"), since__lte=now).exclude(until__lte=now)
    rows = handed_over_by(account, now).annotate(serves=Exists(held_now)).order_by()
    counted = rows.values("account", "account__is_active", "role", "serves").annotate(cases=Count("pk"))
    found = list(counted)
    people = Account.objects.in_bulk({one["account"] for one in found})
    holders = [
        Holder(people[one["account"]], one["role"], one["cases"], not (one["serves"] and one["account__is_active"]))
        for one in found
        if one["account"] in people
    ]
    return sorted(holders, key=lambda one: (not one.gone, one.role != CareAssignment.Role.WORKER, one.account.name))
