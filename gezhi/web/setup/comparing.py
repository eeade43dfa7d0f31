"""Any two versions side by side: what is new, gone or other, in an official's words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, pgettext

from gezhi.enactment import queries as enactment
from gezhi.people.models import Account
from gezhi.schemes.compare import Change
from gezhi.web.setup import plans
from gezhi.web.setup.pages import for_setup, shown
from gezhi.web.setup.plans import Plan


@dataclass(frozen=True, slots=True)
class Group:
    """Changes that belong together."""

    title: str
    changes: tuple[Change, ...]


@for_setup
def compare(request: HttpRequest, account: Account, now: datetime) -> HttpResponse:
    """Show what changes from one plan to another; without a choice, from what is in force to the newest draft."""
    rows: list[Any] = [*enactment.drafts(), *enactment.versions()]
    new = _chosen(request.GET.get("new", ""), account, now) or _first(rows, account, now)
    old = _chosen(request.GET.get("old", ""), account, now) or (plans.before(new, now) if new else None)
    words: dict[str, Any] = {
        "offers": [(row.pk, f"{plans_title(row)} {row.version}", not hasattr(row, "in_force_from")) for row in rows],
        "old": old,
        "new": new,
        "unread": [one for one in (old, new) if one is not None and one.scheme is None],
    }
    if new is not None:
        found = plans.differences(old, new)
        words |= {"groups": grouped(found), "total": len(found)}
    return shown(request, account, now, "setup/compare.html", words)


def plans_title(row: Any) -> str:
    """Return what a version or a draft is called in a list."""
    return str(row.title or row.scheme)


def grouped(found: Sequence[Change]) -> list[Group]:
    """Return changes in groups, limits first: they are what most changes are about."""
    titles = {
        "limit": gettext("Limits"),
        "step": gettext("Steps and actions"),
        "post": pgettext("plan", "Posts"),
        "item": gettext("Catalogue"),
        "department": gettext("Departments"),
        "duty": gettext("Duties"),
        "form": gettext("Registers and forms"),
        "other": gettext("Everything else"),
    }
    groups = ((title, tuple(one for one in found if one.about == about)) for about, title in titles.items())
    return [Group(title, changes) for title, changes in groups if changes]


def _chosen(written: str, account: Account, now: datetime) -> Plan | None:
    try:
        return plans.find(UUID(written), account, now) if written else None
    except ValueError:
        return None


def _first(rows: Sequence[Any], account: Account, now: datetime) -> Plan | None:
    return plans.find(rows[0].pk, account, now) if rows else None
