"""Passwords, and the one-time slips that let somebody set one. A password is never sent and never printed."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from gezhi.foundation import crypto
from gezhi.people import access
from gezhi.people.models import Account, OneTimeLogin
from gezhi.people.operations import _journal

SLIP_LIFE = timedelta(days=14)
# Without the letters and digits that are mistaken for one another on paper.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_GROUPS = 5
_GROUP = 5


@dataclass(frozen=True, slots=True)
class Slip:
    """What is printed for somebody, once: the code is nowhere else."""

    account: Account
    code: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Slip({self.account.username}, expires {self.expires_at})"


@transaction.atomic
def issue_slip(*, actor: Account | None, account: Account, now: datetime) -> Slip:
    """Make a one-time login for a person: the first, or after a forgotten password. Earlier slips end."""
    access.require_keep(actor, account, now)
    if not account.is_active:
        raise ValidationError(_("This account is closed; open it again first."))
    OneTimeLogin.objects.filter(account=account, used_at=None, revoked_at=None).update(revoked_at=now)
    code = "-".join("".join(secrets.choice(_ALPHABET) for _i in range(_GROUP)) for _g in range(_GROUPS))
    slip = OneTimeLogin.objects.create(
        account=account, digest=_digest(code), issued_at=now, issued_by=actor, expires_at=now + SLIP_LIFE
    )
    _journal.write("issue_slip", actor=actor, subject=account, now=now)
    return Slip(account, code, slip.expires_at)


def find_slip(*, code: str, now: datetime) -> OneTimeLogin | None:
    """Return the unused, valid slip of a code as typed, or None."""
    usable = Q(used_at=None, revoked_at=None, expires_at__gt=now, account__is_active=True)
    return OneTimeLogin.objects.select_related("account").filter(usable, digest=_digest(code)).first()


@transaction.atomic
def use_slip(*, code: str, password: str, now: datetime) -> Account:
    """Set the person's password and end the slip; of two at once, one wins. Raises `ValidationError`."""
    slip = find_slip(code=code, now=now)
    if slip is None:
        raise slip_refused()
    password_validation.validate_password(password, slip.account)
    if not OneTimeLogin.objects.filter(pk=slip.pk, used_at=None, revoked_at=None).update(used_at=now):
        raise slip_refused()
    _store(slip.account, password, now)
    _journal.write("use_slip", actor=slip.account, subject=slip.account, now=now)
    return slip.account


@transaction.atomic
def change_password(*, account: Account, old: str, new: str, now: datetime) -> Account:
    """Change one's own password; every other session ends. Raises `ValidationError`."""
    if not account.check_password(old):
        raise ValidationError({"old": _("This is not your present password.")})
    password_validation.validate_password(new, account)
    if account.check_password(new):
        raise ValidationError({"new": _("Choose a password that differs from the present one.")})
    _store(account, new, now)
    _journal.write("change_password", actor=account, subject=account, now=now)
    return account


@transaction.atomic
def set_password(*, actor: Account | None, account: Account, password: str, now: datetime) -> Account:
    """Set a password outright, for demo people and tests. An office issues a slip: then only its owner knows it."""
    access.require_keep(actor, account, now)
    _store(account, password, now)
    _journal.write("set_password", actor=actor, subject=account, now=now)
    return account


@transaction.atomic
def end_sessions(*, actor: Account | None, account: Account, now: datetime) -> Account:
    """Sign a person out everywhere: a lost phone, a shared computer."""
    if actor is None or actor.pk != account.pk:
        access.require_keep(actor, account, now)
    account.session_epoch += 1
    account.save(update_fields=["session_epoch"])
    _journal.write("end_sessions", actor=actor, subject=account, now=now)
    return account


def slip_refused() -> ValidationError:
    """Return the one answer to a code that is unknown, used, ended or late."""
    return ValidationError(
        _("This code is not valid, was used already or is too old. Ask your office for a new slip."), code="slip"
    )


def _store(account: Account, password: str, now: datetime) -> None:
    account.set_password(password)
    account.password_set_at = now
    account.session_epoch += 1
    account.save(update_fields=["password", "password_set_at", "session_epoch"])


def _digest(code: str) -> str:
    plain = "".join(letter for letter in code.lower() if letter in _ALPHABET)
    return crypto.hash_secret(f"slip:{plain}")
