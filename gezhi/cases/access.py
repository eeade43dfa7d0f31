"""Who sees which case: one predicate, as rows for lists and counts, and by primary key for a single page.

A case is seen by whoever answers for its area or an area above, by the desks that have to do with it (hold it or a
part, did the work, received it first, supervise it), and by who reported it. Whoever acts for a desk that the case
complains about does not see it anywhere: not in a list, a count or a search, and not by its number.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, NoReturn
from uuid import UUID

from django.db import models
from django.db.models import Q

from gezhi.people.access import Standing, standing
from gezhi.people.models import Account

if TYPE_CHECKING:
    from gezhi.cases.models import Case

# What a scheme may give to a post; the words that this room asks for.
SEE_CONTACT = "see_contact"
SUPERVISE = "supervise"
MERGE = "merge"


class Unscoped(RuntimeError):
    """Cases were read without saying for whom. Use `.visible_to(account, now=…)` or `.unscoped(reason=…)`."""


class CaseRows(models.QuerySet["Case"]):
    """Cases that somebody may read."""

    def visible_to(self, account: Account | None, *, now: datetime) -> "CaseRows":
        """Return those of the rows that the account may see at `now`."""
        return self.filter(visible(account, now))


class Scoped(models.Manager["Case"]):
    """The door to cases: every read says for whom, or why for nobody in particular."""

    def get_queryset(self) -> NoReturn:
        """Refuse a read that names no reader."""
        raise Unscoped("say for whom: Case.objects.visible_to(account, now=…), or .unscoped(reason=…)")

    def visible_to(self, account: Account | None, *, now: datetime) -> CaseRows:
        """Return the cases that the account may see at `now`."""
        return self.unscoped(reason="filtered in the next call").visible_to(account, now=now)

    def unscoped(self, *, reason: str) -> CaseRows:
        """Return all cases, for the sweeper, the log's check and the like; the reason can be grepped."""
        if not reason:
            raise Unscoped("an unscoped read gives its reason")
        return CaseRows(self.model, using=self._db)


def visible(account: Account | None, now: datetime, prefix: str = "") -> Q:
    """Return the predicate over case rows; `prefix` leads to the case from another table (`case__`)."""
    who = standing(account, now)
    if account is None or who.reach.is_nobody:
        return Q(**{f"{prefix}pk__in": []})
    keys = keys_of(who)
    rows = Q(**{f"{prefix}sight_keys__overlap": keys}) | Q(**{f"{prefix}reporter": account.pk})
    for path in who.reach.area_paths:
        rows |= Q(**{f"{prefix}area_path__startswith": path})
    return rows & not_about(keys, prefix)


def not_about(keys: Iterable[str], prefix: str = "") -> Q:
    """Return the predicate that leaves out cases about any of these desks."""
    return ~Q(**{f"{prefix}about_keys__overlap": list(keys)})


def keys_of(who: Standing) -> list[str]:
    """Return the keys of the desks that somebody acts for."""
    return [desk.key for desk in who.desks]


def can_see(account: Account | None, case: "Case", now: datetime) -> bool:
    """Say whether the account sees this case, by the very predicate that the lists use."""
    return type(case).objects.visible_to(account, now=now).filter(pk=case.pk).exists()


def works_on(account: Account | None, case: "Case", now: datetime) -> bool:
    """Say whether somebody who sees the case does so as an office, not only as the one who reported it."""
    who = standing(account, now)
    if set(keys_of(who)) & set(case.about_keys):
        return False
    return who.reach.sees_area(case.area_path) or bool(set(keys_of(who)) & set(case.sight_keys))


def took_in(account: Account, case: "Case") -> bool:
    """Say whether somebody took this case in: the sender's own key stands beside the sender."""
    return case.client_key.startswith(f"{account_id(account)}:")


def may(account: Account | None, right: str, case: "Case", now: datetime) -> bool:
    """Say whether a right counts for this case: where it lies, or in a department that has to do with it."""
    departments = [key.removeprefix("department:") for key in case.sight_keys if key.startswith("department:")]
    return standing(account, now).reach.holds(right, path=case.area_path, departments=departments)


def may_see_contact(account: Account | None, case: "Case", holders: Iterable[str], now: datetime) -> bool:
    """Say whether the account may be shown the contact details: with the right, or holding the case (who must call)."""
    if not works_on(account, case, now):
        return False
    return may(account, SEE_CONTACT, case, now) or bool(set(keys_of(standing(account, now))) & set(holders))


def views_of(account: Account | None, now: datetime) -> Q:
    """Return the predicate over saved views: one's own, and those of the desks that one acts for now.

    Who has a view may also change it; who no longer acts for a desk has none of its views.
    """
    who = standing(account, now)
    if account is None or who.reach.is_nobody:
        return Q(pk__in=[])
    offices = [desk.key for desk in who.desks if desk.kind != "person"]
    return Q(desk_key="", account=account.pk) | Q(desk_key__in=offices)


def account_id(actor: Account | None) -> str:
    """Return the opaque id under which the log names an account; empty for the system and for who has none."""
    return str(actor.pk) if actor is not None else ""


def as_uuid(actor: str) -> UUID | None:
    """Return the account's id that the log names, or None."""
    try:
        return UUID(actor)
    except ValueError:
        return None
