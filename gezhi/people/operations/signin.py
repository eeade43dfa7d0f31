"""Proving who one is: password, then the second factor where there is one; counted, so that guessing doesn't pay.

Every attempt is counted *before* it is examined, in a row that concurrent attempts must take in turn: of any number at
once no more than the bound get to a password check. A success gives its count back. While a lock lasts, further
attempts are refused unexamined and do not lengthen it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.contrib.auth.hashers import check_password as check_hash
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from gezhi.foundation import crypto
from gezhi.people import access, phones
from gezhi.people.models import Account, Throttle
from gezhi.people.operations import _journal, factor

WINDOW = timedelta(minutes=15)
LOCK = timedelta(minutes=15)
# From one address within the window: a counter that helps people register needs some.
REGISTRATIONS = 20


_COUNT_ONE = """
    INSERT INTO people_throttle AS kept (key, attempts, window_since) VALUES (%(key)s, 1, %(now)s)
    ON CONFLICT (key) DO UPDATE SET
        attempts = CASE WHEN kept.window_since > %(since)s THEN kept.attempts + 1 ELSE 1 END,
        window_since = CASE WHEN kept.window_since > %(since)s THEN kept.window_since ELSE %(now)s END
    RETURNING attempts
"""


class SignInRefused(Exception):
    """Signing in did not work. `code`: `wrong`, `locked`, `code_wrong`; `retry_at` when locked. Says nothing more."""

    def __init__(self, code: str, message: str, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retry_at = retry_at


@dataclass(frozen=True, slots=True)
class _Count:
    """A row that attempts are counted in, and how many it allows within the window."""

    key: str
    bound: int


def check_password(*, login: str, password: str, ip: str, now: datetime) -> Account:
    """Return the open account that a username or telephone number and a password belong to. Raises `SignInRefused`.

    Whether it was the name or the password that is wrong is not told, also not by the time it takes.
    """
    account = _find(login)
    counts = [_of_ip(ip), _of_account(account) if account else _of_stranger(login)]
    _spend(counts, now)
    stored = account.password if account else _nobodys_password(settings.PASSWORD_HASHERS[0])
    if not check_hash(password, stored) or account is None or not account.is_active:
        raise SignInRefused(
            "wrong", _("The name or the password is wrong. After several wrong attempts the account locks for a while.")
        )
    _give_back(counts)
    return account


def check_second_factor(*, account: Account, code: str, ip: str, now: datetime) -> None:
    """Accept a code of the authenticator (once) or a recovery code (once). Raises `SignInRefused`."""
    counts = [_of_ip(ip), _of_code(account)]
    _spend(counts, now)
    if not (factor.take_code(account, code, now) or factor.take_recovery_code(account, code, now)):
        raise SignInRefused(
            "code_wrong", _("This code is not right. Take the newest code of the app; each works once.")
        )
    _give_back(counts)


def count_registration(*, ip: str, now: datetime) -> None:
    """Count a resident's registration from an address; raise `SignInRefused` beyond the bound."""
    _spend([_Count(f"register:{_place(ip)}"[:80], REGISTRATIONS)], now)


def count_sending(*, purpose: str, ip: str, window: timedelta, now: datetime) -> int:
    """Count one more thing that somebody sends without signing in; return how many came within the window.

    One statement over one row, so that all processes of all machines count together.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_ONE, {"key": f"{purpose}:{_place(ip)}"[:80], "now": now, "since": now - window})
        return int(cursor.fetchone()[0])


@transaction.atomic
def clear_lock(*, actor: Account | None, account: Account, now: datetime) -> None:
    """Lift the lock of an account whose owner stands at the office's counter."""
    access.require_keep(actor, account, now)
    Throttle.objects.filter(key__in=[_of_account(account).key, _of_code(account).key]).delete()
    _journal.write("clear_lock", actor=actor, subject=account, now=now)


def forget_old_attempts(*, now: datetime) -> int:
    """Remove counts that no longer matter; return how many."""
    old = Throttle.objects.filter(window_since__lt=now - WINDOW - LOCK).exclude(locked_until__gt=now)
    return old.delete()[0]


def _find(login: str) -> Account | None:
    username = Account.normalize_username(login.replace("\x00", "")).strip().lower()
    found = Account.objects.filter(username=username).first()
    if found is not None:
        return found
    try:
        number = phones.normal(login)
    except ValidationError:
        return None
    return Account.objects.filter(phone_key=phones.key(number), kind=Account.Kind.RESIDENT).first()


def _of_ip(ip: str) -> _Count:
    return _Count(f"ip:{_place(ip)}"[:80], settings.LOGIN_ATTEMPTS_PER_ADDRESS)


def _place(ip: str) -> str:
    """Return what an address counts as; an IPv6 customer has a whole /64 and counts as one."""
    try:
        address = ip_address(ip)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        # an IPv4 visitor of a socket that takes both is that visitor, not a neighbour of all others
        return str(address.ipv4_mapped or ip_network(f"{address}/64", strict=False))
    return str(address)


def _of_account(account: Account) -> _Count:
    return _Count(f"account:{account.pk}", settings.LOGIN_ATTEMPTS_PER_ACCOUNT)


def _of_code(account: Account) -> _Count:
    return _Count(f"code:{account.pk}", settings.LOGIN_ATTEMPTS_PER_ACCOUNT)


def _of_stranger(login: str) -> _Count:
    # Hashed: people type their telephone number or even their password into the name's field.
    return _Count(f"name:{crypto.hash_secret(login.strip().lower())}", settings.LOGIN_ATTEMPTS_PER_ACCOUNT)


def _spend(counts: Sequence[_Count], now: datetime) -> None:
    for count in counts:
        if locked_until := _spend_one(count, now):
            minutes = max(1, -(-int((locked_until - now).total_seconds()) // 60))
            raise SignInRefused(
                "locked",
                _("Too many attempts. Try again in %(minutes)s minutes, or ask your office to lift the lock.")
                % {"minutes": minutes},
                locked_until,
            )


@transaction.atomic
def _spend_one(count: _Count, now: datetime) -> datetime | None:
    """Count one attempt; return until when it is locked, or None when the attempt may be examined."""
    Throttle.objects.bulk_create([Throttle(key=count.key, attempts=0, window_since=now)], ignore_conflicts=True)
    row = Throttle.objects.select_for_update().get(key=count.key)
    if row.locked_until is not None and row.locked_until > now:
        return row.locked_until
    if row.locked_until is not None or row.window_since <= now - WINDOW:
        row.attempts, row.window_since, row.locked_until = 0, now, None
    row.attempts += 1
    if row.attempts > count.bound:
        row.locked_until = now + LOCK
    row.save(update_fields=["attempts", "window_since", "locked_until"])
    return row.locked_until


def _give_back(counts: Sequence[_Count]) -> None:
    by_ip, own = counts
    Throttle.objects.filter(key=by_ip.key).update(attempts=Greatest(F("attempts") - 1, 0))
    Throttle.objects.filter(key=own.key).delete()


@lru_cache(maxsize=4)
def _nobodys_password(_hasher: str) -> str:
    """Return a hash that takes as long to check as a real one, so that an unknown name is not told by the time."""
    return make_password("nobody")
