"""Duplicates: a matter reported twice is handled once; the duplicate is closed as merged and follows its main case"""

from datetime import datetime

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from gezhi.cases import number as numbers
from gezhi.cases.access import MERGE, account_id, may, works_on
from gezhi.cases.errors import CaseError, Forbidden, Impossible, NotFound
from gezhi.cases.models import Case, CaseEvent, MergeLink
from gezhi.cases.operations.door import Acted, Open, acted, open_locked, own_desks, write
from gezhi.cases.operations.log import RECORD, replayed
from gezhi.cases.operations.report import plain
from gezhi.people.models import Account
from gezhi.schemes import engine
from gezhi.schemes.model import CLOSED
from gezhi.schemes.state import CaseState, Desk, Event, Hold, Outcome

MERGED = "merged"


def merge(*, actor: Account | None, duplicate: str, main: str, reason: str = "", now: datetime) -> Acted:
    """Close a duplicate as merged into its main case. Its reporter goes on to see the main case's progress.

    It needs the right `merge` at both. Complaints about an official are merged only with one about the same: else
    whoever must not see the one would see the other.
    """
    with transaction.atomic():
        duplicate, main = _tidy(duplicate), _tidy(main)
        if duplicate == main:
            raise Impossible(_("A case can't be merged into itself."))
        opened = {one: open_locked(actor=actor, number=one, now=now) for one in sorted((duplicate, main))}
        dup, into = opened[duplicate], opened[main]
        _check(dup, into, actor)
        MergeLink.objects.create(
            duplicate=dup.case, main=into.case, at=dup.now, actor=account_id(actor), reason=plain(reason)[:2000]
        )
        dup.extra["merged_into_id"] = into.case.pk
        by = _desk(dup, actor)
        held = sorted({hold.desk.key for hold in dup.state.holds if hold.until is None})
        dup.accept(_ended(dup, by, account_id(actor), into.case.number))
        dup.tell("case.merged", by=account_id(actor), holders=held)
        into.note("merged_in", by=by.key, actor=account_id(actor), duplicate=dup.case.number)
        write(dup)
        write(into)
        return acted(dup)


def unmerge(*, actor: Account | None, duplicate: str, now: datetime) -> Acted:
    """Take a merge back: the case is again where it was, held by the same desk, with its own clocks as they ran on."""
    with transaction.atomic():
        dup = open_locked(actor=actor, number=duplicate, now=now)
        link = MergeLink.objects.select_for_update().filter(duplicate=dup.case, undone_at=None).first()
        if link is None:
            raise Impossible(_("This case is not merged into another one."))
        if actor is not None and not _may_merge(dup.case, actor, dup.now):
            raise Forbidden(_("Taking a merge back needs the right to merge there; a post has it by the scheme."))
        link.undone_at, link.undone_actor = dup.now, account_id(actor)
        link.save(update_fields=["undone_at", "undone_actor"])
        dup.extra["merged_into_id"] = None
        dup.accept(_back(dup, _desk(dup, actor), account_id(actor)))
        write(dup)
        return acted(dup)


def link_to_parent(*, actor: Account | None, number: str, parent: str, now: datetime) -> None:
    """Note that a case came out of another one (a part of a bigger matter, the same matter come back)."""
    with transaction.atomic():
        opened = open_locked(actor=actor, number=number, now=now)
        tidied = numbers.tidy(parent)
        above = Case.objects.visible_to(actor, now=now).filter(number=tidied).first() if actor else None
        if above is None:
            raise NotFound
        if not works_on(actor, opened.case, opened.now) or not works_on(actor, above, opened.now):
            raise Forbidden(_("Only an office that works on both cases can link them."))
        if above.pk == opened.case.pk or _is_below(above, opened.case):
            raise Impossible(_("A case can't come out of itself, nor out of one that came out of it."))
        opened.extra["parent_id"] = above.pk
        opened.note("link", by=_desk(opened, actor).key, actor=account_id(actor), parent=above.number)
        write(opened)


def why_not_merge(*, actor: Account | None, duplicate: Case, main: Case, now: datetime) -> CaseError | None:
    """Return why a case can't be merged into another one by this account, or None where it can."""
    if duplicate.pk == main.pk:
        return Impossible(_("A case can't be merged into itself."))
    if actor is not None and not all(_may_merge(one, actor, now) for one in (duplicate, main)):
        return Forbidden(_("Merging needs the right to it where both cases lie; a post has it by the scheme."))
    told = (
        (duplicate.step == CLOSED, _("A closed case is not merged any more; link the two instead.")),
        (
            main.merged_into_id is not None,
            _("The main case was itself merged into another one; choose that one."),
        ),
        (
            main.step == CLOSED,
            _("The main case is closed, so nobody would deal with this one any more; link the two instead."),
        ),
        (
            set(duplicate.about_keys) != set(main.about_keys),
            _("A complaint about an official is only merged with one about the same."),
        ),
    )
    found = next((words for holds, words in told if holds), "")
    if not found and Case.objects.unscoped(reason="whether there are any").filter(merged_into=duplicate).exists():
        found = _("Other cases were merged into this one and follow it. Merge the other way round.")
    return Impossible(found) if found else None


def _check(dup: Open, into: Open, actor: Account | None) -> None:
    refused = why_not_merge(actor=actor, duplicate=dup.case, main=into.case, now=dup.now)
    if refused is not None:
        raise refused


def _tidy(number: str) -> str:
    """Return a number in its one written form, so that the same case is not taken for two."""
    tidied = numbers.tidy(number)
    if tidied is None:
        raise NotFound
    return tidied


def _may_merge(case: Case, actor: Account, now: datetime) -> bool:
    return works_on(actor, case, now) and may(actor, MERGE, case, now)


def _ended(dup: Open, by: Desk, actor: str, main: str) -> Outcome:
    state, left = dup.state, engine.left(dup.scheme, dup.state, dup.now)
    then = {
        "step": CLOSED,
        "desk": None,
        "entered_at": dup.now,
        "changed_at": dup.now,
        "closed_at": dup.now,
        "outcome": MERGED,
        "paused": False,
        "holds": left.holds,
        "clocks": [
            clock if clock.met_at else msgspec.structs.replace(clock, met_at=dup.now, wake=()) for clock in state.clocks
        ],
        "parts": left.parts,
        "events": state.events + 1,
    }
    event = Event("act", "merge", by, dup.now, {"main": main}, actor, then=msgspec.to_builtins(then))
    return Outcome(event, engine.fold(state, event))


def _back(dup: Open, by: Desk, actor: str) -> Outcome:
    """Return the state before the merge, its last holds begun anew at this moment."""
    entries = CaseEvent.objects.filter(case_id=dup.case.pk).exclude(kind=RECORD).order_by("seq")
    last_merge = max(entry.seq for entry in entries if entry.action == "merge")
    before = replayed(entry for entry in entries if entry.seq < last_merge)
    state = msgspec.structs.replace(before, holds=_again(before, dup), changed_at=dup.now, events=dup.state.events + 1)
    event = Event("open", "unmerge", by, dup.now, {}, actor, then=msgspec.to_builtins(state))
    return Outcome(event, engine.fold(None, event))


def _again(before: CaseState, dup: Open) -> tuple[Hold, ...]:
    ended = {hold.seq: hold for hold in dup.state.holds}
    last = max(ended, default=0)
    open_then = [hold for hold in before.holds if hold.until is None]
    begun = [msgspec.structs.replace(hold, seq=last + n, since=dup.now) for n, hold in enumerate(open_then, start=1)]
    return (*(ended[seq] for seq in sorted(ended)), *begun)


def _desk(opened: Open, actor: Account | None) -> Desk:
    desks = own_desks(opened, actor, "")
    return desks[0] if desks else Desk("system")


def _is_below(case: Case, ancestor: Case) -> bool:
    """Say whether a case comes, over any number of steps, out of another."""
    seen = set()
    while case.parent_id is not None and case.pk not in seen:
        seen.add(case.pk)
        if case.parent_id == ancestor.pk:
            return True
        case = Case.objects.unscoped(reason="the line of parents is walked, nothing of it is shown").get(
            pk=case.parent_id
        )
    return False
