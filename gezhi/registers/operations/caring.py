"""Care cases: opened for a stated purpose, seen by the assigned worker and the supervisor only, kept a stated time."""

from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone

from gezhi.foundation import journal
from gezhi.people import queries as people
from gezhi.people.models import Account
from gezhi.registers import access, ledgers
from gezhi.registers.errors import Forbidden, Refused
from gezhi.registers.ledgers import Ledger
from gezhi.registers.models import NAME, CareAssignment, Entry, Kind
from gezhi.registers.operations.writing import By, locked, note_change, until, values_of
from gezhi.schemes.forms import Form
from gezhi.schemes.state import Desk
from gezhi.territory import queries as territory

BOOK = "registers"
# The field of a care case's form that says until when there is help.
ENDS_ON = "ends_on"
WORKER, SUPERVISOR = CareAssignment.Role.WORKER, CareAssignment.Role.SUPERVISOR


def state_purpose(ledger: Ledger, form: Form, entry: Entry) -> None:
    """Write what a care case is opened for and why that is allowed: as said, else as its form has it; else refuse."""
    if not ledger.register.care:
        return
    entry.purpose = entry.purpose or form.purpose.zh[:NAME]
    entry.basis = entry.basis or form.basis.zh[:NAME]
    if not entry.purpose or not entry.basis:
        raise Refused(
            "帮扶对象须写明建档目的，以及法律依据或本人（监护人）同意。",
            "A care case says what it is opened for, and on which legal basis or whose consent.",
            field="basis" if entry.purpose else "purpose",
        )
    if not form.retention:
        raise Refused(
            f"表“{form.title.zh}”没有写保存期限，不能建立帮扶对象。请区级办公室在方案中补上。",
            f"The form “{form.title.say('en')}” states no time of keeping, so no care case may be opened. Ask the "
            "district's office to add it to the plan.",
        )


def kept_until(entry: Entry, form: Form) -> datetime | None:
    """Return when a care case must be erased: so long after the day on which help ends, or is looked at anew."""
    if not entry.care:
        return entry.erase_at
    try:
        last = date.fromisoformat(str(values_of(entry).get(ENDS_ON, "")))
    except ValueError:
        return until(entry.opened_at, form.retention)
    return until(max(entry.opened_at, timezone.make_aware(datetime.combine(last, time.max))), form.retention)


def assign_at_opening(entry: Entry, ledger: Ledger, by: By) -> None:
    """Give a new care case to who opened it, under the nearest holder of the post that decides."""
    if by.actor is not None:
        CareAssignment.objects.create(entry=entry, account=by.actor, role=WORKER, since=by.now)
    above = nearest(ledger.register.decides, entry.area.code, by.now, but=by.actor)
    if above is not None:
        CareAssignment.objects.create(entry=entry, account=above, role=SUPERVISOR, since=by.now)


def nearest(post: str, code: str, now: datetime, *, but: Account | None = None) -> Account | None:
    """Return who holds a post at an area or the nearest above it."""
    for area in reversed(territory.chain(code, timezone.localdate(now))):
        for one in people.holders([Desk("post", post, area.code)], now):
            if but is None or one.pk != but.pk:
                return one
    return None


@transaction.atomic
def assign(*, actor: Account | None, now: datetime, entry: Entry, account: Account, role: str, reason: str) -> Entry:
    """Give a care case to another worker or supervisor in place of the present one. Its supervisor does that.

    Whoever was assigned before sees it no more.
    """
    case = locked(entry, actor, now)
    mine = CareAssignment.objects.filter(entry=case, until=None)
    if actor is not None and not mine.filter(account=actor, role=SUPERVISOR).exists():
        raise Forbidden(
            "只有这个帮扶对象的督导人可以改派。", "Only the supervisor of this care case may assign it anew."
        )
    if not account.is_staff_member or not account.is_active:
        raise Refused("只能交给在职人员。", "It can be given to people in service only.", field="account")
    if not reason.strip():
        raise Refused("请写明改派原因。", "Say why it is assigned anew.", field="reason")
    mine.filter(role=role).update(until=now)
    CareAssignment.objects.create(entry=case, account=account, role=CareAssignment.Role(role), since=now)
    ledger = ledgers.ledger(case.register, timezone.localdate(now))
    by = By(actor, access.standpoint(actor, ledger, case.area_path, now), now)
    note_change(case, by, Kind.ASSIGN, {}, note=reason.strip())
    journal.record(
        BOOK, "assign_care", actor=by.id, now=now, subject=str(case.pk), body={"role": role, "to": str(account.pk)}
    )
    return case
