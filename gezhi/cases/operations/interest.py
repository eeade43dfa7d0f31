"""Conflicts of interest: from what a complaint names to every desk that must neither hold nor see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from gezhi.cases.access import as_uuid
from gezhi.cases.operations.log import desk_from
from gezhi.people.access import in_force
from gezhi.people.models import Appointment
from gezhi.schemes.state import Desk


@dataclass(frozen=True, slots=True)
class Interested:
    """`skipped`: desks that the engine passes over; `blind`: keys of desks whose people never see the case."""

    skipped: tuple[Desk, ...] = ()
    blind: tuple[str, ...] = ()


def interested(about: Iterable[str], now: datetime) -> Interested:
    """Return whom a complaint about these desks or persons concerns, by the appointments in force.

    A post named means also whoever holds it now, and stays so after a transfer. A person named means also every post
    that nobody else holds: it would come to the same desk. Colleagues of a shared desk are not concerned.
    """
    desks = [desk_from(key) for key in about]
    if not desks:
        return Interested()
    persons = {desk.id for desk in desks if desk.kind == "person"}
    for desk in desks:
        if desk.kind == "post":
            persons |= {str(row.account_id) for row in _holders(desk, now)}
    alone = [desk for person in persons for desk in _held_alone(person, now)]
    skipped = dict.fromkeys([*desks, *(Desk("person", person) for person in sorted(persons)), *alone])
    return Interested(tuple(skipped), tuple(sorted(desk.key for desk in skipped)))


def _holders(desk: Desk, now: datetime) -> list[Appointment]:
    return list(Appointment.objects.filter(in_force(now), post=desk.id, area__code=desk.area))


def _held_alone(person: str, now: datetime) -> list[Desk]:
    account = as_uuid(person)
    if account is None:
        return []
    held = Appointment.objects.filter(in_force(now), account=account, area__isnull=False).select_related("area")
    desks = {Desk("post", row.post, row.area.code): row for row in held if row.area is not None}
    return [
        desk
        for desk, row in desks.items()
        if not Appointment.objects.filter(in_force(now), ~Q(account=account), post=row.post, area=row.area).exists()
    ]
