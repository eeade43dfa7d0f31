"""The second factor of an account: switching it on and off, and taking its codes, each once."""

import secrets
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from gezhi.foundation import crypto
from gezhi.people import access, second_factor
from gezhi.people.models import Account, RecoveryCode
from gezhi.people.operations import _journal

RECOVERY_CODES = 10
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


@transaction.atomic
def begin_second_factor(*, account: Account, now: datetime) -> str:
    """Keep a fresh secret (encrypted) and return it for the picture; it counts only once confirmed by a code."""
    if account.has_second_factor:
        raise ValidationError(_("The second factor is on already; switch it off first."))
    secret = second_factor.new_secret()
    account.totp_secret = secret
    account.save(update_fields=["totp_secret"])
    _journal.write("begin_second_factor", actor=account, subject=account, now=now)
    return secret


@transaction.atomic
def confirm_second_factor(*, account: Account, code: str, now: datetime) -> list[str]:
    """Switch the second factor on, shown by a right code; return the recovery codes, readable this once."""
    if account.has_second_factor or not account.totp_secret:
        raise ValidationError(_("Begin again: there is no picture waiting to be confirmed."))
    if not take_code(account, code, now):
        raise ValidationError({"code": _("This code is not right. Check the phone's clock and take the newest code.")})
    account.totp_since = now
    account.save(update_fields=["totp_since"])
    _journal.write("confirm_second_factor", actor=account, subject=account, now=now)
    return _new_recovery_codes(account)


@transaction.atomic
def renew_recovery_codes(*, account: Account, now: datetime) -> list[str]:
    """Replace the recovery codes; return the new ones, readable this once."""
    if not account.has_second_factor:
        raise ValidationError(_("The second factor is not on."))
    _journal.write("renew_recovery_codes", actor=account, subject=account, now=now)
    return _new_recovery_codes(account)


@transaction.atomic
def drop_second_factor(*, actor: Account | None, account: Account, password: str = "", now: datetime) -> Account:
    """Switch the second factor off: one's own with the password, or somebody else's with the right to set up."""
    if actor is not None and actor.pk == account.pk:
        if not account.check_password(password):
            raise ValidationError({"password": _("This is not your present password.")})
    else:
        access.require_keep(actor, account, now)
    account.totp_secret, account.totp_since, account.totp_step = "", None, 0
    account.save(update_fields=["totp_secret", "totp_since", "totp_step"])
    RecoveryCode.objects.filter(account=account).delete()
    _journal.write("drop_second_factor", actor=actor, subject=account, now=now)
    return account


def take_code(account: Account, code: str, now: datetime) -> bool:
    """Accept an authenticator's code once: of two attempts with the same code, one wins."""
    if not account.totp_secret:
        return False
    step = second_factor.matching_step(account.totp_secret, code, now)
    if step is None:
        return False
    return bool(Account.objects.filter(pk=account.pk, totp_step__lt=step).update(totp_step=step))


def take_recovery_code(account: Account, code: str, now: datetime) -> bool:
    """Accept a recovery code once."""
    return bool(
        RecoveryCode.objects.filter(account=account, digest=_digest(account, code), used_at=None).update(used_at=now)
    )


def _new_recovery_codes(account: Account) -> list[str]:
    RecoveryCode.objects.filter(account=account).delete()
    codes = [
        "-".join("".join(secrets.choice(_ALPHABET) for _i in range(5)) for _g in (1, 2)) for _n in range(RECOVERY_CODES)
    ]
    RecoveryCode.objects.bulk_create(RecoveryCode(account=account, digest=_digest(account, code)) for code in codes)
    return codes


def _digest(account: Account, code: str) -> str:
    plain = "".join(letter for letter in code.lower() if letter in _ALPHABET)
    return crypto.hash_secret(f"recovery:{account.pk}:{plain}")
