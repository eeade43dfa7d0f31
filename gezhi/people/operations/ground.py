"""Changes of the territory as an office makes them: authorised by place, told who was faster, staff follow.

The territory's own operations know neither rights nor posts, since both stand above it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from gezhi.foundation.models import JournalEntry
from gezhi.people import access, spans
from gezhi.people.models import Account, Appointment
from gezhi.people.operations import _journal, posts
from gezhi.territory import atlas
from gezhi.territory import operations as territory
from gezhi.territory.models import Area, AreaChange
from gezhi.territory.operations import Part


class GroundBusy(Exception):
    """Somebody else changed the same areas since the page was opened; nothing was changed. `changes` says what."""

    def __init__(self, changes: Sequence[AreaChange]) -> None:
        super().__init__("the areas were changed meanwhile")
        self.changes = tuple(changes)


@dataclass(frozen=True, slots=True)
class Following:
    """Who goes where when an area ends: appointment → codes of the new areas; one that is left out ends with it."""

    places: Mapping[Any, Sequence[str]]


def split_area(
    *,
    actor: Account | None,
    area: Area,
    parts: Sequence[Part],
    on: date,
    seen: str = "",
    following: Following | None = None,
    text: str = "",
    now: datetime,
) -> list[Area]:
    """Put several areas in the place of one from a date on; its staff take over the parts that the office says."""
    with transaction.atomic():
        _begin(actor, [area], seen, now)
        made = territory.split(area=area, parts=parts, actor=_id(actor), now=now, on=on, text=text)
        _follow(actor, [area], {new.code: new for new in made}, following=following, on=on, now=now)
    return made


def merge_areas(
    *,
    actor: Account | None,
    areas: Sequence[Area],
    into: Part,
    on: date,
    seen: str = "",
    following: Following | None = None,
    text: str = "",
    now: datetime,
) -> Area:
    """Put one area in the place of several from a date on; the staff of those that end take over as the office says."""
    with transaction.atomic():
        _begin(actor, areas, seen, now)
        made = territory.merge(areas=areas, into=into, actor=_id(actor), now=now, on=on, text=text)
        ended = [area for area in areas if area.pk != made.pk]
        _follow(actor, ended, {made.code: made}, following=following, on=on, now=now)
    return made


def redraw_areas(
    *, actor: Account | None, shapes: Mapping[Area, Any], on: date, seen: str = "", text: str = "", now: datetime
) -> AreaChange:
    """Give areas other borders from a date on."""
    with transaction.atomic():
        _begin(actor, list(shapes), seen, now)
        return territory.redraw(shapes=shapes, actor=_id(actor), now=now, on=on, text=text)


def change_details(
    *,
    actor: Account | None,
    area: Area,
    name: str,
    households: int | None,
    people: int | None,
    parent: Area | None,
    on: date,
    seen: str = "",
    now: datetime,
) -> int:
    """Change an area's name, counts and upper area where they differ; return how many of the three were changed."""
    done = 0
    with transaction.atomic():
        _begin(actor, [area], seen, now)
        if parent is not None:
            access.require_set_up(actor, now, path=parent.path)
        by = _id(actor)
        if name.strip() != area.name:
            territory.rename(area=area, name=name, actor=by, now=now, on=on)
            done += 1
        if (households, people) != (area.households, area.people):
            territory.set_counts(area=area, households=households, people=people, actor=by, now=now, on=on)
            done += 1
        if (parent.pk if parent else None) != area.parent_id:
            territory.move(area=area, parent=parent, actor=by, now=now, on=on)
            done += 1
    return done


def close_area(
    *, actor: Account | None, area: Area, on: date, seen: str = "", text: str = "", now: datetime
) -> AreaChange:
    """End an area on a date with nothing in its place; the posts there end with it."""
    with transaction.atomic():
        _begin(actor, [area], seen, now)
        change = territory.close(area=area, actor=_id(actor), now=now, on=on, text=text)
        _follow(actor, [area], {}, following=None, on=on, now=now)
    return change


def undo_change(*, actor: Account | None, change: AreaChange, now: datetime) -> None:
    """Take a change back while its date is not reached, with what it did to posts."""
    with transaction.atomic():
        territory.lock()
        lines = list(change.successions.select_related("before", "after"))
        for path in {line.before.path for line in lines} or {""}:
            access.require_set_up(actor, now, path=path)
        before = {line.before_id for line in lines}
        new = {line.after_id: line.after for line in lines if line.after_id not in before}
        _call_back(actor, lines, new, on=change.on, now=now)
        territory.undo(change=change, actor=_id(actor), now=now, today=spans.day_of(now))


def _begin(actor: Account | None, areas: Sequence[Area], seen: str, now: datetime) -> None:
    for area in areas:
        access.require_set_up(actor, now, path=area.path)
    territory.lock()
    if seen and seen != atlas.newest_change(areas):
        raise GroundBusy(atlas.changes(areas=areas, most=3))
    for area in areas:
        area.refresh_from_db()


def _follow(
    actor: Account | None,
    ended: Sequence[Area],
    made: Mapping[str, Area],
    *,
    following: Following | None,
    on: date,
    now: datetime,
) -> None:
    """End the posts at areas that end, and begin those at the areas that take their places."""
    at = spans.begin_of(on)
    rows = Appointment.objects.filter(Q(until=None) | Q(until__gt=at), area__in=ended).select_related("account")
    for row in list(rows.order_by("since", "pk")):
        until = row.until
        posts.end_with_area(actor=actor, appointment=row, at=at, now=now)
        for code in following.places.get(row.pk, ()) if following else ():
            new = made.get(code)
            if new is None:
                continue
            if posts.holds_already(row, new, max(at, row.since), until):
                continue
            posts.appoint(
                actor=actor, account=row.account, post=row.post, area=new, since=max(at, row.since), until=until,
                stand_in=row.stand_in, now=now,
            )  # fmt: skip


def _call_back(
    actor: Account | None, lines: Sequence[Any], new: Mapping[Any, Area], *, on: date, now: datetime
) -> None:
    """Take back what a change did to posts: those begun with it at new areas go, those ended with it go on."""
    at = spans.begin_of(on)
    for row in Appointment.objects.filter(area__in=new, since__gte=at).select_related("account"):
        _journal.write("withdraw_appointment", actor=actor, subject=row.account, now=now, appointment=str(row.pk))
        row.delete()
    ended = Appointment.objects.filter(Q(until=at) | Q(until=F("since"), since__gte=at), area__until=on)
    rows = list(ended.filter(area__in=[line.before_id for line in lines]).select_related("account"))
    before = _until_before(rows)
    for row in rows:
        if row.pk not in before:
            continue
        row.until = before[row.pk]
        row.save(update_fields=["until"])
        access.forget(row.account)
        _journal.write("continue_appointment", actor=actor, subject=row.account, now=now, appointment=str(row.pk))


def _until_before(rows: Sequence[Appointment]) -> dict[UUID, datetime | None]:
    """Return until when appointments were to be held before their area's end ended them; left out is what others ended.

    The journal knows it: the last word on an appointment is either that, with what was before, or somebody's own.
    """
    words = JournalEntry.objects.filter(
        book=_journal.BOOK, action="end_appointment", subject__in={str(row.account_id) for row in rows},
        body__appointment__in=[str(row.pk) for row in rows],
    )  # fmt: skip
    last = {UUID(one.body["appointment"]): one.body for one in words.order_by("seq")}
    return {
        pk: datetime.fromisoformat(body["was"]) if body["was"] else None for pk, body in last.items() if "was" in body
    }


def _id(actor: Account | None) -> Any:
    return actor.pk if actor else None


def busy_words(changes: Sequence[AreaChange], names: Mapping[str, str]) -> str:
    """Say who did what meanwhile."""
    return _("; ").join(
        _("%(who)s: %(what)s from %(day)s on")
        % {
            "who": names.get(str(change.by), _("somebody")),
            "what": AreaChange.Kind(change.kind).label,
            "day": change.on.isoformat(),
        }
        for change in changes[:1]
    )
