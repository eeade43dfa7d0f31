"""Remarks on leaves of the books that write themselves, and closing them. Every wording of a remark is kept."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from gezhi.cases.access import account_id
from gezhi.cases.operations.report import plain
from gezhi.duties.errors import BadInput, Forbidden
from gezhi.duties.leaves import Which
from gezhi.duties.models import Leaf, Remark
from gezhi.foundation import journal
from gezhi.people.access import reach
from gezhi.people.models import Account

BOOK = "duties"
LENGTH = 8000


def may_write(actor: Account, which: Which, now: datetime) -> bool:
    """Say whether somebody writes on a leaf: the own ones, and those of the areas that one answers for."""
    if which.account is not None:
        return which.account == actor.pk
    return which.area is not None and reach(actor, now).sees_area(which.area.path)


def remark(*, actor: Account, now: datetime, which: Which, text: str) -> Leaf:
    """Write the remark of a leaf; the earlier wording stays to be read. A closed leaf takes none."""
    with transaction.atomic():
        leaf = _locked(actor, which, now)
        if leaf.closed_at is not None or _year_closed(which):
            raise BadInput(_("This leaf is closed. Open it again to write on it."), field="remark")
        words = plain(text)[:LENGTH]
        if words != leaf.remark:
            Remark.objects.create(leaf=leaf, text=words, by=actor, at=now)
            leaf.remark, leaf.changed_at = words, now
            leaf.save(update_fields=["remark", "changed_at"])
    return leaf


def close(*, actor: Account, now: datetime, which: Which) -> Leaf:
    """Close a leaf: what is recorded later shows as added after the close."""
    with transaction.atomic():
        leaf = _locked(actor, which, now)
        if leaf.closed_at is None:
            leaf.closed_at, leaf.closed_by, leaf.changed_at = now, actor, now
            leaf.save(update_fields=["closed_at", "closed_by", "changed_at"])
            journal.record(BOOK, "close", actor=account_id(actor), now=now, subject=str(leaf.pk))
    return leaf


def reopen(*, actor: Account, now: datetime, which: Which) -> Leaf:
    """Open a closed leaf again; the journal keeps that it was closed."""
    with transaction.atomic():
        leaf = _locked(actor, which, now)
        if leaf.closed_at is not None:
            leaf.closed_at, leaf.closed_by, leaf.changed_at = None, None, now
            leaf.save(update_fields=["closed_at", "closed_by", "changed_at"])
            journal.record(BOOK, "reopen", actor=account_id(actor), now=now, subject=str(leaf.pk))
    return leaf


def _year_closed(which: Which) -> bool:
    """Say whether the whole year of a handbook was closed, which its pages could not be by themselves once."""
    rows = Leaf.objects.filter(book=which.book, account=which.account, first=which.first, last=which.last, page="")
    return bool(which.page) and rows.filter(area=which.area, closed_at__isnull=False).exists()


def _locked(actor: Account, which: Which, now: datetime) -> Leaf:
    if not may_write(actor, which, now):
        raise Forbidden(_("Only whose book it is writes in it."))
    found = {
        "book": which.book, "account_id": which.account, "area": which.area, "first": which.first, "last": which.last,
        "page": which.page,
    }  # fmt: skip
    Leaf.objects.bulk_create([Leaf(**found, changed_at=now)], ignore_conflicts=True)
    return Leaf.objects.select_for_update().get(**found)
