"""Saved views: a list with its filters under a name, somebody's own or shared with a desk."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from gezhi.cases.access import views_of
from gezhi.cases.errors import BadInput, Forbidden, Impossible, ViewGone
from gezhi.cases.models import SavedView
from gezhi.cases.operations.report import plain
from gezhi.foundation import journal
from gezhi.people.access import desks_of
from gezhi.people.models import Account

BOOK = "views"
NAME_LENGTH = 40
MOST_VIEWS = 30
PAGES = ("queue", "cases")
QUERY_LENGTH = 600


def save_view(
    *, actor: Account, name: str, page: str, query: dict[str, str], desk_key: str = "", now: datetime
) -> SavedView:
    """Keep filters under a name: for oneself, or (`desk_key`) for everybody who acts for one of one's desks."""
    if page not in PAGES:
        raise BadInput(_("Only the queue and the list of all cases can be kept."), field="page")
    kept = urlencode(sorted((key, value) for key, value in query.items() if value))
    if len(kept) > QUERY_LENGTH:
        raise BadInput(_("These filters are too long to be kept; take one away."), field="name")
    with transaction.atomic():
        _share(actor, desk_key, now)
        own = list(_beside(actor, desk_key).select_for_update())
        if len(own) >= MOST_VIEWS:
            raise Impossible(_("There are %(most)s views already. Delete one that nobody uses.") % {"most": MOST_VIEWS})
        view = SavedView.objects.create(
            name=_name(name, own), page=page, query=kept, account=actor, desk_key=desk_key,
            place=max((one.place for one in own), default=0) + 1, created_at=now, changed_at=now,
        )  # fmt: skip
        _note("save", actor, view, now)
    return view


def change_view(
    *, actor: Account, view: UUID, name: str, desk_key: str = "", now: datetime
) -> SavedView:  # fmt: skip
    """Rename a view, or hand it over: to a desk of one's own, or from the desk back to oneself."""
    with transaction.atomic():
        found = _locked(actor, view, now)
        if desk_key != found.desk_key:
            _share(actor, desk_key, now)
        beside = [one for one in _beside(actor, desk_key).select_for_update() if one.pk != found.pk]
        before = {"name": found.name, "desk": found.desk_key}
        found.name, found.changed_at = _name(name, beside), now
        if desk_key != found.desk_key:
            found.desk_key, found.account = desk_key, actor
            found.place = max((one.place for one in beside), default=0) + 1
        found.save()
        _note("change", actor, found, now, before=before)
    return found


def move_view(*, actor: Account, view: UUID, up: bool, now: datetime) -> None:
    """Move a view one place up or down among those beside it."""
    with transaction.atomic():
        found = _locked(actor, view, now)
        rows = list(_beside(found.account, found.desk_key).select_for_update())
        at = next(index for index, one in enumerate(rows) if one.pk == found.pk)
        to = max(0, min(len(rows) - 1, at + (-1 if up else 1)))
        rows.insert(to, rows.pop(at))
        for place, one in enumerate(rows, start=1):
            one.place = place
        SavedView.objects.bulk_update(rows, ["place"])
        _note("move", actor, found, now, place=to + 1)


def delete_view(*, actor: Account, view: UUID, now: datetime) -> None:
    """Delete a view: it is gone for everybody who had it."""
    with transaction.atomic():
        found = _locked(actor, view, now)
        _note("delete", actor, found, now)
        found.delete()


def _locked(actor: Account, view: UUID, now: datetime) -> SavedView:
    """Return a view that the actor has (who has it may change it), locked."""
    found = SavedView.objects.filter(views_of(actor, now), pk=view).select_for_update().first()
    if found is None:
        raise ViewGone
    return found


def _share(actor: Account, desk_key: str, now: datetime) -> None:
    if desk_key and desk_key not in {desk.key for desk in desks_of(actor, now) if desk.kind != "person"}:
        raise Forbidden(_("You can share a view with a desk that you act for now."), field="desk")


def _beside(account: Account, desk_key: str) -> QuerySet[SavedView]:
    """Return the views that stand together: those of a desk, or somebody's own."""
    same = {"desk_key": desk_key} if desk_key else {"desk_key": "", "account": account}
    return SavedView.objects.filter(**same).order_by("place", "pk")


def _name(name: str, beside: Sequence[SavedView]) -> str:
    tidied = " ".join(plain(name).split())
    if not tidied:
        raise BadInput(_("Give the view a name."), field="name")
    if len(tidied) > NAME_LENGTH:
        raise BadInput(_("At most %(most)s characters, please.") % {"most": NAME_LENGTH}, field="name")
    if any(one.name == tidied for one in beside):
        raise BadInput(_("There is a view of this name already. Choose another name."), field="name")
    return tidied


def _note(action: str, actor: Account, view: SavedView, now: datetime, **body: Any) -> None:
    """Write into the journal who did what to a view; not what it looks for, which may be somebody's name."""
    about = {"name": view.name, "desk": view.desk_key, **body}
    journal.record(BOOK, action, actor=str(actor.pk), subject=str(view.pk), now=now, body=about)
