"""Giving a case a place, moving it over a border, or giving it another item: the way is decided anew from the plan.

Neither keeps the old assignee by habit: the engine opens the case again at the new place or with the new item, under
the version that the case began under. What was is kept: the time the case came in and its whole-case clock count
from the first day, and every hold of the past stays in the look-back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from gezhi.cases.access import account_id, works_on
from gezhi.cases.errors import BadInput, Forbidden, Impossible
from gezhi.cases.models import Bounce, Case
from gezhi.cases.operations.attaching import attach_to, named_at_opening
from gezhi.cases.operations.door import Acted, Open, acted, begin, check_text, open_locked, own_desks, write
from gezhi.cases.operations.interest import unnamed
from gezhi.cases.operations.placing import Spot, spot_of
from gezhi.cases.operations.report import plain, plain_answers
from gezhi.people.models import Account
from gezhi.schemes import engine
from gezhi.schemes.clocks import calendar_of, taken_over
from gezhi.schemes.model import CLOSED
from gezhi.schemes.state import CaseState, Clock, Desk, Hold, Opening, Outcome
from gezhi.territory import queries as territory
from gezhi.territory.models import Area

REASON_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class _Way:
    """What is to hold from now on."""

    action: str
    item: str
    levels: dict[str, str]
    facts: Mapping[str, Any] = field(default_factory=dict)


def place(
    *, actor: Account | None, number: str, area: str, reason: str = "", version: int | None = None, now: datetime
) -> Acted:
    """Give a case its area, or move it over a border to another; the move is noted as a bounce.

    Allowed to whoever works on the case where it is now. Its step begins anew at the new area's own desk.
    """
    with transaction.atomic():
        opened = open_locked(actor=actor, number=number, version=version, now=now)
        _check(opened, actor)
        before = opened.case.area.code if opened.case.area else ""
        spot = _spot(area, opened.now)
        if spot.code == before:
            raise Impossible(_("The case lies in this area already."))
        if before:
            reason = check_text(plain(reason), most=REASON_LENGTH, name="reason")
        _move(opened, actor, spot, before=before, reason=reason)
        write(opened)
        return acted(opened)


def change_item(
    *,
    actor: Account | None,
    number: str,
    item: str,
    reason: str,
    facts: Mapping[str, Any] | None = None,
    version: int | None = None,
    now: datetime,
) -> Acted:
    """Give a case another item of the catalogue: procedure, limits and holder follow from it anew.

    `facts` answer what the new item's opening asks and the case doesn't say yet.
    """
    with transaction.atomic():
        opened = open_locked(actor=actor, number=number, version=version, now=now)
        _check(opened, actor)
        reason = check_text(plain(reason), most=REASON_LENGTH, name="reason")
        if item == opened.state.item:
            raise Impossible(_("The case has this item already."))
        if opened.case.area_id is None:
            raise Impossible(_("This case has no place yet. Give it one first; then it goes its way."))
        said = plain_answers(facts or {})
        by = _acting_desk(opened, actor).key
        _begin_again(opened, actor, _Way("change_item", item, dict(opened.state.areas), said), reason)
        for question, ids in named_at_opening(opened.scheme, item, said).items():
            attach_to(opened, ids, role=question, public=False, by=by, who=account_id(actor))
        write(opened)
        return acted(opened)


def follow_territory(*, now: datetime, limit: int = 500) -> int:
    """Let open cases follow the territory after grids were split, merged or moved; return how many went to a new desk.

    Run once a day, after midnight, when changes come into force. A case of a closed area goes to the area that now has
    its point, or to the only one that took its area's place; where neither is clear, the case says so (`trouble`) and
    stays in sight of the offices above.
    """
    today = timezone.localdate(now)
    moved = _carry_along(now)
    orphans = Case.objects.unscoped(reason="the territory changed under them").filter(
        closed_at=None, area__until__lte=today
    )
    for pk in list(orphans.filter(trouble="").values_list("pk", flat=True)[:limit]):
        with transaction.atomic():
            moved += _follow_one(_locked(pk), now)
    return moved


def _carry_along(now: datetime) -> int:
    """Take cases along whose area was moved under another one: their posts above are others, the copies of the path.

    Returns how many went to a new desk.
    """
    rows = Case.objects.unscoped(reason="the path is a copy").filter(area__isnull=False)
    stale = rows.exclude(area_path=F("area__path"))
    path = Area.objects.filter(pk=OuterRef("area")).values("path")[:1]
    stale.exclude(closed_at=None).update(area_path=Subquery(path))
    moved = 0
    for pk in list(stale.filter(closed_at=None).values_list("pk", flat=True)):
        with transaction.atomic():
            case = _locked(pk)
            spot = spot_of(case.area.code, timezone.localdate(now)) if case.area else None
            opened = begin(case, now)
            opened.settle_expired()
            moved += _carry(opened, spot) if spot else _only_path(opened)
            write(opened)
    return moved


def _locked(pk: UUID) -> Case:
    rows = Case.objects.unscoped(reason="locked to follow its ground").select_related("area")
    return rows.select_for_update(of=("self",)).get(pk=pk)


def _carry(opened: Open, spot: Spot) -> bool:
    """Let a case go on as it is, at the same posts of its new areas."""
    before = opened.state.desk
    opened.extra |= {"area_id": spot.area_id, "area_path": spot.path}
    if opened.state.step != CLOSED:
        opened.accept(engine.carried(opened.scheme, opened.state, dict(spot.levels), opened.now))
    return opened.state.desk != before


def _only_path(opened: Open) -> bool:
    """Copy the path of an area that has come to its end; where its cases go is decided after this."""
    if opened.case.area is not None:
        opened.extra["area_path"] = opened.case.area.path
    return False


def _follow_one(case: Case, now: datetime) -> bool:
    opened = begin(case, now)
    opened.settle_expired()
    spot, gone = _successor(case, opened.now), case.area.code if case.area else ""
    reason = str(_("The area was divided or merged."))
    if spot is None:
        closed = opened.state.step == CLOSED
        opened.extra["trouble"] = "" if closed else str(_("Its area no longer exists: give it a place."))
        moved = False
    elif opened.state.doer_desk is not None or opened.state.paused or opened.state.step == CLOSED:
        # What was done or waits for papers is not begun anew because a border was drawn elsewhere.
        moved = _carry(opened, spot)
        _note_bounce(opened, None, spot, before=gone, reason=reason)
    else:
        _move(opened, None, spot, before=gone, reason=reason)
        moved = True
    write(opened)
    return moved


def _successor(case: Case, now: datetime) -> Spot | None:
    today = timezone.localdate(now)
    if case.lon is not None and case.lat is not None:
        code = territory.router(today).route(case.lon, case.lat).area
        return spot_of(code, today) if code else None
    after = territory.successors(case.area.code, today) if case.area else []
    return spot_of(after[0].code, today) if len(after) == 1 else None


def _move(opened: Open, actor: Account | None, spot: Spot, *, before: str, reason: str) -> None:
    _note_bounce(opened, actor, spot, before=before, reason=reason)
    opened.extra |= {"area_id": spot.area_id, "area_path": spot.path}
    _begin_again(opened, actor, _Way("place", opened.state.item, dict(spot.levels)), reason)


def _note_bounce(opened: Open, actor: Account | None, spot: Spot, *, before: str, reason: str) -> None:
    Bounce.objects.create(
        case=opened.case, before=before, after=spot.code, border_m=opened.case.border_m, at=opened.now,
        actor=account_id(actor), reason=reason,
    )  # fmt: skip


def _check(opened: Open, actor: Account | None) -> None:
    opened.settle_expired()
    if opened.state.step == CLOSED:
        raise Impossible(_("This case is closed. If the matter is back, report it again; the two will be linked."))
    if opened.state.doer_desk is not None:
        raise Impossible(_("The work on this case has been done, so it is not moved any more. Send it back first."))
    if opened.state.paused:
        raise Impossible(_("The clocks of this case are paused. Resume it first."))
    if opened.case.merged_into_id is not None:
        raise Impossible(_("This case was merged into another one and follows it."))
    if actor is not None and not works_on(actor, opened.case, opened.now):
        raise Forbidden(_("Only an office that works on this case can move it."))


def _spot(code: str, now: datetime) -> Spot:
    spot = spot_of(code, timezone.localdate(now))
    if spot is None:
        raise BadInput(_("There is no area with the code “%(code)s” today.") % {"code": code[:40]}, field="area")
    return spot


def _begin_again(opened: Open, actor: Account | None, way: _Way, reason: str) -> None:
    old = opened.state
    opening = Opening(
        item=way.item, channel=old.channel, at=opened.now, areas=way.levels, facts={**old.facts, **way.facts},
        received_by=old.received_by, about=old.about,
    )  # fmt: skip
    if not old.about:
        concerned = unnamed(opened.scheme, opening, opened.now)
        opening = msgspec.structs.replace(opening, about=concerned.skipped)
        opened.extra |= {"about_keys": list(concerned.blind)} if concerned.blind else {}
    fresh = engine.open_case(opened.scheme, opening)
    # The whole-case clock as if it had been so from the first day: an office's mistake costs the resident nothing.
    first = engine.open_case(opened.scheme, _at(opening, old.opened_at)).state
    state = msgspec.structs.replace(
        fresh.state, opened_at=old.opened_at, counts=old.counts, answers={**old.answers}, events=old.events + 1,
        holds=_joined(engine.left(opened.scheme, old, opened.now), fresh.state),
        clocks=_clocks(opened, fresh.state, first),
    )  # fmt: skip
    by = _acting_desk(opened, actor)
    answers: dict[str, Any] = {"reason": reason, "item": way.item, "areas": way.levels}
    event = msgspec.structs.replace(
        fresh.event, action=way.action, by=by, actor=account_id(actor), answers=answers, then=msgspec.to_builtins(state)
    )
    opened.accept(Outcome(event, engine.fold(None, event), fresh.notices, fresh.starts))


def _at(opening: Opening, at: datetime) -> Opening:
    """Return the opening as if it had been at another time."""
    return msgspec.structs.replace(opening, at=at)


def _joined(old: CaseState, new: CaseState) -> tuple[Hold, ...]:
    """Return the past holds, then the new ones, numbered on."""
    last = max((hold.seq for hold in old.holds), default=0)
    return (*old.holds, *(msgspec.structs.replace(hold, seq=last + hold.seq) for hold in new.holds))


def _clocks(opened: Open, fresh: CaseState, first: CaseState) -> tuple[Clock, ...]:
    """Return the whole-case clock counted from the first day and the new step's clocks counted from now."""
    calendar, old = calendar_of(opened.scheme), opened.state.clock("case")
    whole = tuple(taken_over(calendar, clock, old, opened.now) for clock in first.clocks if clock.id == "case")
    return (*whole, *(clock for clock in fresh.clocks if clock.id != "case"))


def _acting_desk(opened: Open, actor: Account | None) -> Desk:
    desks = own_desks(opened, actor, "")
    holders = {hold.desk for hold in opened.state.holds if hold.until is None}
    return next((desk for desk in desks if desk in holders), desks[0] if desks else Desk("system"))


__all__ = ["change_item", "place"]
