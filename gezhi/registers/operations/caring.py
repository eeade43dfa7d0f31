"""Care cases: opened for a stated purpose, seen by the assigned worker and the supervisor only, kept a stated time."""

from datetime import date, datetime, time

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from gezhi.foundation import journal
from gezhi.people import access as people_access
from gezhi.people import queries as people
from gezhi.people.models import Account, Appointment
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
    _check(account, reason, now)
    _check_two(account, CareAssignment.Role(role), [case])
    _give(case, actor, account, role=CareAssignment.Role(role), reason=reason, now=now)
    return case


@transaction.atomic
def hand_over(*, actor: Account | None, now: datetime, held_by: Account, role: str, to: Account, reason: str) -> int:
    """Give all care cases that somebody works on, or supervises, to somebody else; return how many.

    A supervisor does so with those that she supervises. Of somebody who is not in service any more, the office that
    sets up the place does, and sees no case by it: it can't give them to itself.
    """
    _check(to, reason, now)
    if to.pk == held_by.pk:
        raise Refused("接手人不能是同一个人。", "Somebody else has to take them over.", field="to")
    given = handed_over_by(actor, now).filter(account=held_by, role=CareAssignment.Role(role))
    every = Entry.objects.unscoped(reason="care cases change hands; nothing of them is shown")
    cases = list(every.filter(pk__in=given.values("entry")).order_by("pk").select_for_update(of=("self",)))
    if not cases:
        raise Forbidden(
            "没有您可以移交的帮扶对象：由督导人移交；人员离岗后由区级办公室移交。",
            "There are none that you may hand over: supervisors do, or for people who left the district's office.",
        )
    # somebody else may have given some of them away while the rows were waited for
    still = set(given.values_list("entry", flat=True))
    cases = [case for case in cases if case.pk in still]
    if actor is not None and to.pk == actor.pk and not _supervises_all(actor, cases):
        raise Refused(
            "您不是其中某些帮扶对象的督导人，不能移交给自己；请交给承办的人。",
            "You do not supervise all of them, so you can't hand them over to yourself: choose who will work on them.",
            field="to",
        )
    _check_two(to, CareAssignment.Role(role), cases)
    for case in cases:
        _give(case, actor, to, role=CareAssignment.Role(role), reason=reason, now=now)
    return len(cases)


def handed_over_by(actor: Account | None, now: datetime) -> QuerySet[CareAssignment]:
    """Return the assignments that somebody may give to others."""
    rows = CareAssignment.objects.filter(until=None)
    if actor is None:
        return rows
    mine = CareAssignment.objects.filter(until=None, account=actor, role=SUPERVISOR).values("entry")
    allowed = Q(entry__in=mine)
    if people_access.holds(actor, access.SETUP, now):
        allowed |= gone(now) & _set_up_by(actor, now)
    return rows.filter(allowed)


def gone(now: datetime) -> Q:
    """Return the predicate of assignments to somebody who is not in service any more."""
    serving = Appointment.objects.filter(people_access.in_force(now)).values("account")
    return Q(account__is_active=False) | ~Q(account__in=serving)


def _set_up_by(actor: Account, now: datetime) -> Q:
    """Return the predicate of assignments at places that somebody sets up."""
    if people_access.may_set_up(actor, now):
        return Q()
    there = Q(pk__in=[])
    for grant in people_access.reach(actor, now).grants:
        if grant.path and access.SETUP in grant.rights:
            there |= Q(entry__area_path__startswith=grant.path)
    return there


def _supervises_all(actor: Account, cases: list[Entry]) -> bool:
    mine = CareAssignment.objects.filter(entry__in=cases, until=None, account=actor, role=SUPERVISOR)
    return mine.count() == len(cases)


def _check(account: Account, reason: str, now: datetime) -> None:
    serves = Appointment.objects.filter(people_access.in_force(now), account=account).exists()
    if not (account.is_staff_member and account.is_active and serves):
        raise Refused("只能交给在职人员。", "It can be given to people in service only.", field="account")
    if not reason.strip():
        raise Refused("请写明改派原因。", "Say why it is assigned anew.", field="reason")


def _check_two(account: Account, role: CareAssignment.Role, cases: list[Entry]) -> None:
    """Refuse to make one person both the worker and the supervisor of a care case."""
    other = SUPERVISOR if role == WORKER else WORKER
    both = CareAssignment.objects.filter(entry__in=cases, until=None, account=account, role=other).count()
    if not both:
        return
    zh, en = ("督导", "supervises") if role == WORKER else ("承办", "works on")
    raise Refused(
        f"{account.name}已{zh}其中 {both} 个帮扶对象，承办和督导不能是同一个人。请另选一人；没有移交任何一个。",
        f"{account.name} already {en} {both} of them, and nobody supervises their own work. Choose somebody else; "
        "none was handed over.",
        field="to",
    )


def _give(
    case: Entry, actor: Account | None, account: Account, *, role: CareAssignment.Role, reason: str, now: datetime
) -> None:
    CareAssignment.objects.filter(entry=case, until=None, role=role).update(until=now)
    CareAssignment.objects.create(entry=case, account=account, role=role, since=now)
    ledger = ledgers.ledger(case.register, timezone.localdate(now))
    by = By(actor, access.standpoint(actor, ledger, case.area_path, now), now)
    note_change(case, by, Kind.ASSIGN, {}, note=reason.strip())
    journal.record(
        BOOK, "assign_care", actor=by.id, now=now, subject=str(case.pk), body={"role": role, "to": str(account.pk)}
    )
