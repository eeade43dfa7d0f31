"""Keys for programs: made once, kept as a keyed hash, narrowed by scopes, ended by date or at once."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from gezhi.foundation import crypto
from gezhi.people import access
from gezhi.people.models import Account, ApiToken
from gezhi.people.operations import _journal

# What a token may be allowed; each door of the API names the one that it needs.
SCOPES = ("cases:read", "cases:write", "cases:batch")
_MARK = "gz_"
_HINT = 9
# `last_used_at` is written at most this often, so that a busy token does not cost a write per request.
_USED_EVERY = timedelta(minutes=5)


@transaction.atomic
def issue_token(
    *,
    actor: Account | None,
    account: Account,
    name: str,
    scopes: Iterable[str],
    expires_at: datetime | None = None,
    now: datetime,
) -> tuple[ApiToken, str]:
    """Make a token that acts for an account; return the row and the token itself, readable this once."""
    access.require(actor, access.SETUP, now)
    wanted = list(dict.fromkeys(scopes))
    if unknown := [scope for scope in wanted if scope not in SCOPES]:
        raise ValidationError({"scopes": _("Unknown scope: %(scope)s") % {"scope": unknown[0]}})
    if not wanted or not name.strip():
        raise ValidationError(_("A token needs a name and at least one scope."))
    if expires_at is not None and expires_at <= now:
        raise ValidationError({"expires_at": _("The end must lie in the future.")})
    token = _MARK + secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        account=account,
        name=name.strip(),
        hint=token[:_HINT],
        digest=_digest(token),
        scopes=wanted,
        created_at=now,
        created_by=actor,
        expires_at=expires_at,
    )
    _journal.write("issue_token", actor=actor, subject=account, now=now, token=str(row.pk), scopes=wanted)
    return row, token


@transaction.atomic
def revoke_token(*, actor: Account | None, token: ApiToken, now: datetime) -> ApiToken:
    """End a token at once."""
    access.require(actor, access.SETUP, now)
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        _journal.write("revoke_token", actor=actor, subject=token.account, now=now, token=str(token.pk))
    token.refresh_from_db()
    return token


def accept_token(*, token: str, now: datetime) -> ApiToken | None:
    """Return the token's row with its account when it may be used now, else None. One query; rarely a second."""
    usable = Q(revoked_at=None, account__is_active=True) & (Q(expires_at=None) | Q(expires_at__gt=now))
    row = ApiToken.objects.select_related("account").filter(usable, digest=_digest(token)).first()
    if row is not None and (row.last_used_at is None or row.last_used_at < now - _USED_EVERY):
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=now)
    return row


def _digest(token: str) -> str:
    return crypto.hash_secret(f"token:{token}")
