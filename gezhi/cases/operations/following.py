"""Following: staff hear of a case that they see; a resident with the same matter follows it instead of reporting again.

A resident's follow opens only what the plan publishes of the case; with an account it hangs on the account, without one
on a code of the follower's own, which is worked out from the sender's key and kept as a hash only.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from gezhi.cases import number as numbers
from gezhi.cases.errors import BadInput, Impossible, NotFound
from gezhi.cases.models import Case, Follow
from gezhi.cases.operations.door import open_locked
from gezhi.cases.operations.intake import as_code, tidy_code
from gezhi.cases.operations.report import PUBLIC_KEY_LENGTH
from gezhi.enactment import queries as enactment
from gezhi.foundation import crypto
from gezhi.people.models import Account
from gezhi.schemes.disclosure import Disclosure, disclosure


@dataclass(frozen=True, slots=True)
class Following:
    """What a resident follows: the case's number, and the follower's own code (empty where the account opens it)."""

    number: str
    secret: str


def follow(*, actor: Account, number: str, now: datetime) -> Follow:
    """Let an account hear of a case that it may see."""
    with transaction.atomic():
        opened = open_locked(actor=actor, number=number, now=now)
        return Follow.objects.get_or_create(case=opened.case, account=actor, defaults={"at": opened.now})[0]


def unfollow(*, actor: Account, number: str) -> None:
    """Stop hearing of a case."""
    Follow.objects.filter(account=actor, case__number=number).delete()


def follow_as_resident(*, actor: Account | None, number: str, client_key: str, now: datetime) -> Following:
    """Follow an open case of somebody else of which the plan publishes something, with or without an account.

    The same `client_key` again gives the same code and no second row. Raises `NotFound` for what is not published,
    `Impossible` for what is closed.
    """
    if len(client_key) < PUBLIC_KEY_LENGTH:
        raise BadInput(
            _("Without signing in, a client key needs at least %(least)s characters that nobody can guess.")
            % {"least": PUBLIC_KEY_LENGTH},
            field="client_key",
        )
    with transaction.atomic():
        case = _published(number)
        if case.closed_at is not None:
            raise Impossible(_("This case is closed."))
        if actor is not None:
            Follow.objects.get_or_create(case=case, account=actor, defaults={"at": now})
            return Following(case.number, "")
        secret = _code(case, client_key)
        Follow.objects.get_or_create(case=case, secret_hash=crypto.hash_secret(secret), defaults={"at": now})
        return Following(case.number, secret)


def unfollow_as_resident(*, actor: Account | None, number: str, secret: str = "") -> None:
    """Stop following: what hangs on the account, or on the code."""
    rows = Follow.objects.filter(case__number=numbers.tidy(number) or "")
    if secret:
        rows.filter(secret_hash=crypto.hash_secret(tidy_code(secret))).delete()
    elif actor is not None:
        rows.filter(account=actor).delete()


def _published(number: str) -> Case:
    rows = Case.objects.unscoped(reason="who follows sees only what the plan publishes of it")
    case = rows.filter(number=numbers.tidy(number) or "", about_keys=[]).select_for_update().first()
    if case is None or case.merged_into_id is not None:
        raise NotFound
    if disclosure(enactment.scheme(case.scheme_version_id), case.item) is Disclosure.NOTHING:
        raise NotFound
    return case


def _code(case: Case, client_key: str) -> str:
    return as_code(bytes.fromhex(crypto.hash_secret(f"follow:{case.pk}:{client_key}")))
