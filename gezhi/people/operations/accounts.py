"""Making, changing and closing accounts."""

import re
import secrets
import unicodedata
from datetime import date, datetime

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from gezhi.people import access, phones, spans
from gezhi.people.models import Account, ApiToken, Appointment, OneTimeLogin
from gezhi.people.operations import _journal, signin
from gezhi.people.operations.tokens import forget_tokens

_USERNAME = re.compile(r"^[\w.\-]{2,64}$")


def normal_username(raw: str) -> str:
    """Return a username in its one spelling: half width, lower case. Raises `ValidationError`."""
    username = unicodedata.normalize("NFKC", raw).strip().lower()
    if not _USERNAME.match(username):
        raise ValidationError(
            _("“%(raw)s” can't be a username: use 2 to 64 letters, digits, dots, hyphens or underscores.")
            % {"raw": raw}
        )
    return username


@transaction.atomic
def create_staff(
    *,
    actor: Account | None,
    username: str,
    name: str,
    phone: str = "",
    email: str = "",
    steward: bool = False,
    now: datetime,
) -> Account:
    """Make an account of somebody who works for the district. It has no password until its slip is used."""
    access.require(actor, access.SETUP, now)
    return _create(
        Account(
            username=normal_username(username),
            kind=Account.Kind.STAFF,
            name=_normal_name(name),
            steward=steward,
            created_at=now,
            **_contact(phone, email),
        ),
        actor,
        now,
    )


def register_resident(*, phone: str, password: str, name: str, ip: str = "", now: datetime) -> Account:
    """Make a resident's own account. It opens nothing but what is reported while signed in with it.

    Raises `ValidationError` also when the number has an account: the page says what to do without saying whose it is.
    Raises `SignInRefused` when one address (`ip`, where known) registers many, so that numbers can't be tried in bulk.
    """
    if ip:
        signin.count_registration(ip=ip, now=now)
    number = phones.normal(phone)
    account = Account(
        username=f"r-{secrets.token_hex(8)}",
        kind=Account.Kind.RESIDENT,
        name=_normal_name(name),
        created_at=now,
        phone=number,
        phone_key=phones.key(number),
        password_set_at=now,
    )
    password_validation.validate_password(password, account)
    account.set_password(password)
    with transaction.atomic():
        return _create(account, None, now)


@transaction.atomic
def change_profile(
    *, actor: Account | None, account: Account, name: str, phone: str, email: str, language: str = "", now: datetime
) -> Account:
    """Change how a person is called and reached: one's own, or anybody's with the right to set up."""
    if actor is None or actor.pk != account.pk:
        access.require_keep(actor, account, now)
    account.name = _normal_name(name)
    account.language = language
    for field, value in _contact(phone, email).items():
        setattr(account, field, value)
    try:
        with transaction.atomic():
            account.save(update_fields=["name", "language", "phone", "phone_key", "email"])
    except IntegrityError:
        raise ValidationError({"phone": _("This telephone number already has an account.")}) from None
    _journal.write("change_profile", actor=actor, subject=account, now=now)
    return account


@transaction.atomic
def deactivate(*, actor: Account | None, account: Account, now: datetime) -> Account:
    """Close an account at once: its sessions, tokens, slips and appointments end now; what it did stays."""
    access.require_keep(actor, account, now)
    if actor is not None and actor.pk == account.pk:
        raise ValidationError(_("You can't close your own account; ask another person of the office."))
    Account.objects.filter(pk=account.pk).update(is_active=False, session_epoch=F("session_epoch") + 1)
    ApiToken.objects.filter(account=account, revoked_at=None).update(revoked_at=now)
    OneTimeLogin.objects.filter(account=account, used_at=None, revoked_at=None).update(revoked_at=now)
    held = Appointment.objects.filter(account=account).exclude(until__lte=now)
    held.filter(since__lte=now).update(until=now)
    held.filter(since__gt=now).update(until=F("since"))
    forget_tokens()
    account.refresh_from_db()
    _journal.write("deactivate", actor=actor, subject=account, now=now)
    return account


@transaction.atomic
def leave(*, actor: Account | None, account: Account, last_day: date, now: datetime) -> Account:
    """Let somebody leave after a last day: every post ends then; if that day is past, the account is closed at once."""
    access.require_keep(actor, account, now)
    if actor is not None and actor.pk == account.pk:
        raise ValidationError(_("You can't end your own service; ask another person of the office."))
    until = spans.end_of(last_day)
    if until <= now:
        return deactivate(actor=actor, account=account, now=now)
    held = Appointment.objects.filter(account=account).exclude(until__lte=until)
    held.filter(since__lt=until).update(until=until)
    held.filter(since__gte=until).update(until=F("since"))
    access.forget(account)
    _journal.write("leave", actor=actor, subject=account, now=now, last_day=last_day.isoformat())
    return account


@transaction.atomic
def reactivate(*, actor: Account | None, account: Account, now: datetime) -> Account:
    """Open a closed account again, without its former posts."""
    access.require_keep(actor, account, now)
    account.is_active = True
    account.save(update_fields=["is_active"])
    _journal.write("reactivate", actor=actor, subject=account, now=now)
    return account


def _create(account: Account, actor: Account | None, now: datetime) -> Account:
    if not account.password:
        account.set_unusable_password()
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError:
        raise _taken(account) from None
    _journal.write("create_account", actor=actor, subject=account, now=now, kind=account.kind)
    return account


def _taken(account: Account) -> ValidationError:
    if account.kind == Account.Kind.RESIDENT:
        return ValidationError(
            {"phone": _("An account can't be opened with this number. If it is yours, sign in or ask the counter.")}
        )
    return ValidationError({"username": _("The username “%(name)s” is taken.") % {"name": account.username}})


def _normal_name(raw: str) -> str:
    name = " ".join(unicodedata.normalize("NFC", raw).split())
    if not name:
        raise ValidationError({"name": _("The name is missing.")})
    if len(name) > 60:
        raise ValidationError({"name": _("The name is longer than 60 characters.")})
    return name


def _contact(phone: str, email: str) -> dict[str, str]:
    number = phones.normal(phone) if phone.strip() else ""
    address = email.strip()
    if address:
        validate_email(address)
    return {"phone": number, "phone_key": phones.key(number), "email": address}
