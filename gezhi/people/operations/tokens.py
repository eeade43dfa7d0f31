"""Keys for programs: made once, kept as a keyed hash, narrowed by scopes, ended by date or at once."""

import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils.translation import gettext as _

from gezhi.foundation import crypto, prepared
from gezhi.foundation.memory import Memory
from gezhi.people import access
from gezhi.people.models import Account, ApiToken
from gezhi.people.operations import _journal
from gezhi.schemes.state import Desk

# What a token may be allowed; each door of the API names the one that it needs.
SCOPES = ("cases:read", "cases:write", "cases:batch", "entries:read", "entries:write", "field:sync")
_MARK = "gz_"
_HINT = 9
# `last_used_at` is written at most this often, so that a busy token does not cost a write per request.
_USED_EVERY = timedelta(minutes=5)
# In the order of the model's fields.
_OF_ACCOUNT = ("id", "username", "kind", "language", "steward", "is_active")
_USABLE = f"""
select t.id, t.scopes::text, t.last_used_at, t.expires_at, held.post, held.area, held.department,
       {", ".join(f"a.{name}" for name in _OF_ACCOUNT)}
from {ApiToken._meta.db_table} t join {Account._meta.db_table} a on a.id = t.account_id
left join lateral ({access.FIRST_HELD.format(account="a.id", now="%(now)s")}) held on true
where t.digest = %(digest)s and t.revoked_at is null and a.is_active
  and (t.expires_at is null or t.expires_at > %(now)s)
"""  # noqa: S608  names of tables and columns come from the models


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
    access.require_keep(actor, account, now)
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
    access.require_keep(actor, token.account, now)
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        _journal.write("revoke_token", actor=actor, subject=token.account, now=now, token=str(token.pk))
    forget_tokens()
    token.refresh_from_db()
    return token


@dataclass(frozen=True, slots=True)
class Admitted:
    """For whom a token acts, and what it may be used for."""

    account: Account
    scopes: Sequence[str]


@dataclass(slots=True)
class _Usable:
    """What was read of a token that may be used: enough for a door, and the account's first desk along with it."""

    pk: UUID
    scopes: list[str]
    last_used_at: datetime | None
    expires_at: datetime | None
    first: Desk
    about: list[Any]


_usable: Memory[_Usable] = Memory()


def accept_token(*, token: str, now: datetime) -> Admitted | None:
    """Return for whom the token acts when it may be used now, else None. At most one query; rarely a second.

    What was found is kept for a second, since a busy program asks a thousand times in it. A token that is revoked ends
    at once in the process where that was done, and within that second in the others.
    """
    digest = _digest(token)
    try:
        found = _usable.get(digest, partial(_ask, digest, now))
    except LookupError:
        return None
    if found.expires_at is not None and found.expires_at <= now:
        return None
    if found.last_used_at is None or found.last_used_at < now - _USED_EVERY:
        ApiToken.objects.filter(pk=found.pk).update(last_used_at=now)
        found.last_used_at = now
    # Of the account only what a door needs; the rest is read when it is asked for.
    account = Account.from_db(DEFAULT_DB_ALIAS, _OF_ACCOUNT, found.about)
    access.note_first_desk(account, now, found.first)
    return Admitted(account, found.scopes)


def forget_tokens() -> None:
    """Look every token up anew: one was revoked or an account closed."""
    _usable.forget()


def _ask(digest: str, now: datetime) -> _Usable:
    rows = prepared.run_first(_USABLE, {"digest": digest, "now": now})
    if not rows:
        raise LookupError("no token that may be used now")
    pk, scopes, last_used_at, expires_at, post, area, department, *about = rows[0]
    first = access.desk_held(about[0], post=post, area=area, department=department)
    return _Usable(pk, json.loads(scopes), last_used_at, expires_at, first, about)


def _digest(token: str) -> str:
    return crypto.hash_secret(f"token:{token}")
