"""Who sees which entry and who writes it: one predicate, as rows for lists and by primary key for a single page.

An entry is seen by whoever answers for its area or an area above, and by the departments that its register collects
from, within their own area. A care case is seen by those who are assigned to it, while they hold any post, and by
nobody else. What is sensitive stays masked for all of them until they say what they need it for.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NoReturn

from django.db import models
from django.db.models import Q
from django.utils import timezone

from gezhi.people.access import Grant, standing
from gezhi.people.models import Account, Department

if TYPE_CHECKING:
    from gezhi.registers.ledgers import Ledger
    from gezhi.registers.models import Entry

# Rights that this room asks for: reading what is masked, taking whole registers in and out.
SEE_CONTACT = "see_contact"
SETUP = "setup"
# The side of what the command line or an upper room writes for nobody in particular.
OFFICE = "office"
_ALL_DEPARTMENTS = "departments"


class Unscoped(RuntimeError):
    """Entries were read without saying for whom. Use `.visible_to(account, now=…)` or `.unscoped(reason=…)`."""


class EntryRows(models.QuerySet["Entry"]):
    """Entries that somebody may read."""

    def visible_to(self, account: Account | None, *, now: datetime) -> "EntryRows":
        """Return those of the rows that the account may see at `now`."""
        return self.filter(visible(account, now))


class Scoped(models.Manager["Entry"]):
    """The door to entries: every read says for whom, or why for nobody in particular."""

    def get_queryset(self) -> NoReturn:
        """Refuse a read that names no reader."""
        raise Unscoped("say for whom: Entry.objects.visible_to(account, now=…), or .unscoped(reason=…)")

    def visible_to(self, account: Account | None, *, now: datetime) -> EntryRows:
        """Return the entries that the account may see at `now`."""
        return self.unscoped(reason="filtered in the next call").visible_to(account, now=now)

    def unscoped(self, *, reason: str) -> EntryRows:
        """Return all entries, for tasks and counts by rooms above; the reason can be grepped."""
        if not reason:
            raise Unscoped("an unscoped read gives its reason")
        return EntryRows(self.model, using=self._db)


def visible(account: Account | None, now: datetime, prefix: str = "") -> Q:
    """Return the predicate over entry rows; `prefix` leads to the entry from another table (`entry__`)."""
    from gezhi.registers.models import CareAssignment  # noqa: PLC0415  models stand on this module

    if account is None or not account.pk:
        return Q(**{f"{prefix}pk__in": []})
    rows = ordinary(account, now, prefix)
    if not serves(account, now):
        return Q(rows, **{f"{prefix}care": False})
    mine = CareAssignment.objects.filter(account=account, until=None).values("entry")
    return Q(rows, **{f"{prefix}care": False}) | Q(**{f"{prefix}care": True, f"{prefix}pk__in": mine})


def serves(account: Account | None, now: datetime) -> bool:
    """Say whether somebody is in service: holds any post now. Who has left sees no care case any more."""
    return bool(standing(account, now).reach.grants)


def has_care(account: Account) -> bool:
    """Say whether anybody's care case is assigned to an account."""
    from gezhi.registers.models import CareAssignment  # noqa: PLC0415  models stand on this module

    return CareAssignment.objects.filter(account=account, until=None).exists()


def ordinary(account: Account, now: datetime, prefix: str = "") -> Q:
    """Return the predicate of what is seen by post and department, care cases left aside."""
    rows = Q(**{f"{prefix}pk__in": []})
    if not account.is_active or not account.is_staff_member:
        return rows
    reach = standing(account, now).reach
    for path in reach.area_paths:
        rows |= Q(**{f"{prefix}area_path__startswith": path})
    if reach.departments:
        for code, path in _department_places(reach.departments):
            ids = _collected_by(code, now)
            within = {f"{prefix}area_path__startswith": path} if path else {}
            rows |= Q(**{f"{prefix}register__in": ids}, **within)
    return rows


def can_see(account: Account | None, entry: "Entry", now: datetime) -> bool:
    """Say whether the account sees this entry, by the very predicate that the lists use."""
    return type(entry).objects.visible_to(account, now=now).filter(pk=entry.pk).exists()


@dataclass(frozen=True, slots=True)
class Standpoint:
    """In whose name somebody writes in a register at a place.

    `side` is a post's id or `department:CODE`, empty when the account may not write there; `sides` all that the account
    stands for; `decides` whether it settles differences.
    """

    side: str = ""
    sides: tuple[str, ...] = ()
    decides: bool = False

    @property
    def may_write(self) -> bool:
        """Whether anything may be written."""
        return bool(self.side)


SYSTEM = Standpoint(OFFICE, (OFFICE,), decides=True)


def standpoint(account: Account | None, ledger: "Ledger", path: str, now: datetime) -> Standpoint:
    """Return in whose name an account writes in a register at an area's path. `None` is the system itself."""
    if account is None:
        return SYSTEM
    if not account.is_staff_member:
        return Standpoint()
    register = ledger.register
    places = dict(_department_places(standing(account, now).reach.departments))
    here = [grant for grant in standing(account, now).reach.grants if _covers(grant, path, places)]
    sides = tuple(dict.fromkeys(side for grant in here if (side := _side(grant)) and _collects(register.collect, side)))
    decides = any(register.decides in (grant.post, _side(grant)) for grant in here) if register.decides else False
    if decides and not sides:
        sides = (register.decides,)
    return Standpoint(sides[0] if sides else "", sides, decides)


def writes_somewhere(account: Account, ledger: "Ledger", now: datetime) -> bool:
    """Say whether an account may write in a register at any place: whether to offer it at all."""
    grants = standing(account, now).reach.grants
    register = ledger.register
    return any(_collects(register.collect, _side(grant)) or register.decides == grant.post for grant in grants)


def may_decide(account: Account | None, ledger: "Ledger", path: str, owner: str, now: datetime) -> bool:
    """Say whether somebody settles a difference: the post that decides, and without one the side whose word stands."""
    at = standpoint(account, ledger, path, now)
    return at.decides or (not ledger.register.decides and owner in at.sides)


def may_unmask(account: Account | None, ledger: "Ledger", entry: "Entry", now: datetime) -> bool:
    """Say whether somebody who sees the entry may read what is masked: who collects it, or has the right there."""
    if account is None:
        return True
    if entry.care:
        return can_see(account, entry, now)
    if standpoint(account, ledger, entry.area_path, now).may_write:
        return True
    return standing(account, now).reach.holds(SEE_CONTACT, path=entry.area_path)


def _side(grant: Grant) -> str:
    return f"department:{grant.department}" if grant.department else grant.post


def _collects(collect: tuple[str, ...], side: str) -> bool:
    return side in collect or (side.startswith("department:") and _ALL_DEPARTMENTS in collect)


def _covers(grant: Grant, path: str, places: dict[str, str]) -> bool:
    if grant.department:
        return path.startswith(places.get(grant.department, ""))
    return path.startswith(grant.path)


def _department_places(codes: tuple[str, ...]) -> list[tuple[str, str]]:
    if not codes:
        return []
    rows = Department.objects.filter(code__in=codes).values_list("code", "area__path")
    return [(code, path or "") for code, path in rows]


def _collected_by(department: str, now: datetime) -> list[str]:
    from gezhi.registers.ledgers import ledgers  # noqa: PLC0415  ledgers raise errors of this room

    found = ledgers(timezone.localdate(now)).values()
    return [one.id for one in found if _collects(one.register.collect, f"department:{department}")]
