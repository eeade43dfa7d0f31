"""What is held about one person: found by name and telephone, given out whole, put right; each on record."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from gezhi.foundation import journal
from gezhi.people import access as people
from gezhi.people.models import Account
from gezhi.registers import access, ledgers
from gezhi.registers.errors import Forbidden, Refused
from gezhi.registers.ledgers import Ledger
from gezhi.registers.models import Entry, EntryChange, EntryKey, Look, State
from gezhi.registers.operations.looking import stated
from gezhi.registers.operations.writing import sealed_of, values_of
from gezhi.registers.values import phone_digest

BOOK = "registers"
MOST = 200
# One letter or some digits of a name are in almost everything.
SHORTEST_NAME = 2


@dataclass(frozen=True, slots=True)
class Held:
    """One entry that holds something about the person: all values, where they came from, who looked at them."""

    entry: Entry
    ledger: Ledger
    values: dict[str, Any]
    collected: tuple[tuple[datetime, str], ...]
    looks: tuple[Look, ...]


def may_answer(account: Account | None, now: datetime) -> bool:
    """Say whether somebody answers residents' requests for what is held: whoever sets up the district or a part."""
    return account is None or people.holds(account, access.SETUP, now)


def answers_for_all(account: Account | None, now: datetime) -> bool:
    """Say whether the answer holds everything; otherwise it holds what lies on the ground that the account sets up."""
    return people.may_set_up(account, now)


@transaction.atomic
def subject_access(
    *, actor: Account | None, now: datetime, name: str, phone: str, code: str = "", purpose: str
) -> list[Held]:
    """Return everything that is held about one person, at that person's request.

    Found by the telephone (a keyed hash) and the name, or by the code of an entry that the person knows, on the ground
    that the actor sets up. Care cases
    are among it: the law gives the person a right to them; the request and what was given out are on record.
    """
    if not may_answer(actor, now):
        raise Forbidden(
            "只有区级办公室可以答复本人查询。",
            "Residents' requests for what is held are answered by the district's office.",
        )
    why = stated(purpose)
    if not code.strip() and not (phone_digest(phone) and name.strip()):
        raise Refused(
            "请写本人姓名和完整电话，或条目编号：只凭一项不能确认是本人。",
            "Write the person's name and whole telephone, or an entry's code: one alone does not identify anybody.",
            field="phone" if name.strip() else "name",
        )
    found = [
        one for one in _found(name.strip(), phone, code.strip()) if people.may_set_up(actor, now, path=one.area_path)
    ]
    known = ledgers.ledgers(timezone.localdate(now))
    held = [_held(one, known[one.register]) for one in found if one.register in known]
    Look.objects.bulk_create(
        [Look(entry=one.entry, account=actor, purpose=why, fields=sorted(sealed_of(one.entry)), at=now) for one in held]
    )
    body = {"entries": [str(one.entry.pk) for one in held], "purpose": why}
    journal.record(BOOK, "subject_access", actor=str(actor.pk) if actor else "", now=now, body=body)
    return held


def _found(name: str, phone: str, code: str) -> list[Entry]:
    rows = Entry.objects.unscoped(reason="a person asks for what is held about that person").exclude(state=State.ERASED)
    rows = rows.select_related("area")
    if code:
        # a care case is nobody's to open by counting codes: whoever asks is named as well
        return [one for one in rows.filter(code=code)[:MOST] if not one.care or _is_named(one, name)]
    digest = phone_digest(phone)
    keyed = EntryKey.objects.filter(digest=digest).values("entry")
    return [one for one in rows.filter(pk__in=keyed)[:MOST] if _is_named(one, name)]


def _is_named(entry: Entry, name: str) -> bool:
    whole = len(name) >= SHORTEST_NAME and not any(sign.isdigit() for sign in name)
    return whole and any(name in str(value) for value in (entry.name, *values_of(entry).values()))


def _held(entry: Entry, ledger: Ledger) -> Held:
    changes = EntryChange.objects.filter(entry=entry).order_by("version", "id").values_list("at", "side")
    looks = Look.objects.filter(entry=entry).select_related("account").order_by("-at", "-id")
    return Held(entry, ledger, values_of(entry), tuple(changes), tuple(looks[:MOST]))
