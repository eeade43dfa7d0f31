"""One entry as a page shows it: what is held, masked; what happened; what waits; what belongs to it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from gezhi.people.models import Account
from gezhi.registers import access, ledgers
from gezhi.registers.access import Standpoint
from gezhi.registers.errors import NotFound
from gezhi.registers.ledgers import Ledger
from gezhi.registers.models import CareAssignment, Entry, EntryChange, EntryFile, Import, Look, Proposal, State
from gezhi.registers.operations.caring import gone
from gezhi.registers.operations.writing import sealed_of
from gezhi.registers.queries.alike import alike
from gezhi.registers.values import Values, masked, sensitive_ids
from gezhi.schemes.forms import Form

MOST_PARTS = 200
_SHOWN_FOR = timedelta(hours=1)
MOST_CHANGES = 200


@dataclass(frozen=True, slots=True)
class EntryPage:
    """What a page of an entry needs, in a bounded number of queries."""

    entry: Entry
    ledger: Ledger
    at: Standpoint
    decides: bool
    may_unmask: bool
    plain: Values
    masked: Values
    changes: tuple[EntryChange, ...]
    proposals: tuple[Proposal, ...]
    parts: tuple[Entry, ...]
    files: tuple[EntryFile, ...]
    alike: tuple[Entry, ...]
    assigned: tuple[CareAssignment, ...]
    # Of those assigned, who is not in service any more.
    left: frozenset[UUID] = frozenset()

    @property
    def form(self) -> Form:
        """The form in force."""
        return self.ledger.form

    @property
    def may_write(self) -> bool:
        """Whether the reader may change it."""
        return self.at.may_write and self.entry.state == State.ACTIVE

    @property
    def works(self) -> bool:
        """Whether somebody in service works on the care case."""
        return any(one.role == CareAssignment.Role.WORKER and one.account_id not in self.left for one in self.assigned)

    @property
    def supervised(self) -> bool:
        """Whether somebody in service supervises it."""
        return any(
            one.role == CareAssignment.Role.SUPERVISOR and one.account_id not in self.left for one in self.assigned
        )


def entry(*, account: Account | None, now: datetime, register: str, code: str) -> Entry:
    """Return an entry by its code; one that was merged says into which. Raises NotFound."""
    rows = Entry.objects.visible_to(account, now=now) if account else Entry.objects.unscoped(reason="the system asks")
    named = rows.select_related("area", "part_of", "merged_into").filter(register=register, code=code)
    found = None if "\0" in code else named.first()
    if found is None:
        raise NotFound
    return found


def entry_page(*, account: Account, now: datetime, register: str, code: str) -> EntryPage:
    """Return everything about one entry that the account may see; raise NotFound."""
    one = entry(account=account, now=now, register=register, code=code)
    ledger = ledgers.ledger(register, timezone.localdate(now))
    at = access.standpoint(account, ledger, one.area_path, now)
    changes = EntryChange.objects.filter(entry=one).select_related("batch").order_by("-version", "-id")
    waiting = Proposal.objects.filter(entry=one, decision=Proposal.Decision.OPEN).order_by("field", "at")
    parts = Entry.objects.visible_to(account, now=now).filter(part_of=one, state=State.ACTIVE).select_related("area")
    files = EntryFile.objects.filter(entry=one, withdrawn_at=None).select_related("file").order_by("at", "id")
    team = CareAssignment.objects.filter(entry=one, until=None).select_related("account").order_by("-role", "id")
    return EntryPage(
        entry=one,
        ledger=ledger,
        at=at,
        decides=at.decides or (not ledger.register.decides and at.may_write),
        may_unmask=one.state != State.ERASED and access.may_unmask(account, ledger, one, now),
        plain=one.data,
        masked=masked(ledger.form, sealed_of(one)),
        changes=tuple(changes[:MOST_CHANGES]),
        proposals=tuple(waiting),
        parts=tuple(parts.defer("data", "sealed", "sides", "area__boundary").order_by("register", "id")[:MOST_PARTS]),
        files=tuple(files),
        alike=tuple(alike(one)) if one.state == State.ACTIVE and at.may_write else (),
        assigned=tuple(team) if one.care else (),
        left=frozenset(team.filter(gone(now)).values_list("account", flat=True)) if one.care else frozenset(),
    )


def may_show(*, account: Account, entry: Entry, field: str, now: datetime) -> bool:
    """Say whether a file of an entry that the account sees may be handed out.

    One that a sensitive field asked for: to whoever had the field shown within the hour, for a purpose on record.
    """
    form = ledgers.ledger(entry.register, timezone.localdate(now)).form
    if field not in sensitive_ids(form):
        return True
    looks = Look.objects.filter(entry=entry, account=account, at__gte=now - _SHOWN_FOR, at__lte=now)
    return looks.filter(fields__contains=[field]).exists()


def batch(number: int) -> Import:
    """Return an import by its number; raise NotFound."""
    found = Import.objects.filter(pk=number).first()
    if found is None:
        raise NotFound(f"没有第 {number} 号导入。", f"There is no import number {number}.")
    return found


def held(entry: Entry) -> dict[str, Any]:
    """Return all values that are held, the sensitive ones opened: for whoever may have them, on record."""
    return {**entry.data, **sealed_of(entry)}
