"""When somebody with care cases leaves: whoever can give them to others is told how many, never which."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from gezhi.notices import operations as notices
from gezhi.people import access as people_access
from gezhi.people import queries as people
from gezhi.people.models import Account, Appointment
from gezhi.registers import access, ledgers
from gezhi.registers.ledgers import Ledger
from gezhi.registers.models import CareAssignment, State
from gezhi.registers.operations.caring import SUPERVISOR, WORKER, gone, handed_over_by, nearest
from gezhi.schemes.text import Text

TOPIC = "care.left"
LINK = "/desk/care"
_SUBJECTS = {
    WORKER: Text(
        "{name}已离岗，{n} 个帮扶对象没有人承办", "{name} left. Care cases that nobody works on any more: {n}"
    ),
    SUPERVISOR: Text(
        "{name}已离岗，{n} 个帮扶对象没有人督导", "{name} left. Care cases that nobody supervises any more: {n}"
    ),
}  # fmt: skip
_GIVE = Text("请在“帮扶对象移交”中交给别人。", "Give them to somebody else under “Care cases change hands”.")
_ASK = Text(
    "请联系设置本地的办公室，由其在“帮扶对象移交”中交给别人。",
    "Ask the office that sets up the place: it gives them to somebody else under “Care cases change hands”.",
)


# Who holds a post at an area or the nearest above it, but for somebody.
type _Deciding = Callable[[str, str, Account], Account | None]


@dataclass(frozen=True, slots=True)
class _About:
    """Whose care cases, in which role."""

    account: Account
    role: str


def tell_of_left(*, now: datetime) -> int:
    """Tell of the care cases of people who are not in service any more; return how many such people there are.

    The supervisor of each is told. Where there is none in service, or it is the supervisor who left: the nearest
    holder of the post that decides, and the office that sets up the place. Once for each leaving and reader.
    """
    rows = CareAssignment.objects.filter(gone(now), until=None, entry__state=State.ACTIVE)
    left = list(rows.select_related("entry__area", "account").defer("entry__area__boundary").order_by("id"))
    if not left:
        return 0
    above = _supervisors(left, now)
    known = ledgers.ledgers(timezone.localdate(now))
    offices = [one for one in people.holders_of(access.SETUP, now) if not one.steward]
    told: dict[_About, dict[Account, set[UUID]]] = {}
    deciding = cache(lambda post, code, but: nearest(post, code, now, but=but))
    for one in left:
        heard = told.setdefault(_About(one.account, one.role), {})
        readers = above.get(one.entry_id, ()) if one.role == WORKER else ()
        for reader in readers or _station(one, known.get(one.entry.register), offices, deciding, now):
            heard.setdefault(reader, set()).add(one.entry_id)
    since = _last_days({one.account_id for one in left})
    for about, those in told.items():
        for reader, entries in those.items():
            _send(about, reader, len(entries), since.get(about.account.pk, ""), now)
    return len(told)


def _supervisors(left: Iterable[CareAssignment], now: datetime) -> dict[UUID, list[Account]]:
    """Return entry → its supervisors in service."""
    rows = CareAssignment.objects.filter(entry__in=[one.entry_id for one in left], role=SUPERVISOR, until=None)
    found: dict[UUID, list[Account]] = {}
    for one in rows.exclude(gone(now)).select_related("account"):
        found.setdefault(one.entry_id, []).append(one.account)
    return found


def _station(
    one: CareAssignment, ledger: Ledger | None, offices: list[Account], deciding: _Deciding, now: datetime
) -> list[Account]:
    path = one.entry.area_path
    found = [office for office in offices if people_access.may_set_up(office, now, path=path)]
    station = deciding(ledger.register.decides, one.entry.area.code, one.account) if ledger else None
    return found if station is None or station in found else [station, *found]


def _last_days(accounts: set[UUID]) -> dict[UUID, str]:
    """Return when each served last: who comes back and leaves once more is told of once more."""
    rows = (
        Appointment.objects.filter(account__in=accounts).order_by().values_list("account").annotate(last=Max("until"))
    )
    return {account: last.isoformat() if last else "" for account, last in rows}


def _send(about: _About, reader: Account, n: int, since: str, now: datetime) -> None:
    language = reader.language or "zh-hans"
    words = {"name": about.account.name, "n": n}
    gives = handed_over_by(reader, now).filter(account=about.account, role=about.role).exists()
    notices.send(
        to=[reader], key=f"{TOPIC}/{about.account.pk}/{about.role}/{since}", topic=TOPIC, now=now,
        subject=_SUBJECTS[CareAssignment.Role(about.role)].say(language).format(**words),
        body=(_GIVE if gives else _ASK).say(language), link=LINK if gives else "",
    )  # fmt: skip
