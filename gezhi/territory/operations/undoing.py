"""Taking back a change of the territory while its date is not reached."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import ProtectedError, Q

from gezhi.territory import queries
from gezhi.territory.models import Area, AreaChange, Former, Succession
from gezhi.territory.operations.states import STATE, lock, move_on, refuse, write_down
from gezhi.territory.pinyin import keys

# An import may have made areas that no line of its change names.
_WITHOUT_UNDO = frozenset({AreaChange.Kind.IMPORT})


def undo(*, change: AreaChange, actor: UUID | None, now: datetime, today: date) -> None:
    """Take a change back as if it had not been entered; the book of the territory keeps that it was.

    Refused once its date is reached, after a later change of the same areas, and where something hangs on new areas.
    """
    with transaction.atomic():
        lock()
        change = AreaChange.objects.get(pk=change.pk)
        lines = list(Succession.objects.filter(change=change).select_related("before", "after"))
        _refuse(change, lines, today)
        before = {line.before_id: line.before for line in lines}
        after = {line.after_id: line.after for line in lines}
        codes = sorted(area.code for area in {**before, **after}.values())
        new = [area for pk, area in after.items() if pk not in before]
        _restore(_touched([*before.values(), *after.values()], change.on), change.on, {area.pk for area in new})
        Area.objects.filter(pk__in=before, until=change.on).update(until=None)
        change.delete()
        _forget(new)
        write_down("undo", now=now, actor=actor, on=change.on, codes=codes, kind=change.kind)
        move_on()


def can_undo(change: AreaChange, today: date) -> bool:
    """Say whether a change is of a kind that can be taken back, and its date not reached."""
    return change.on > today and change.kind not in _WITHOUT_UNDO


def _refuse(change: AreaChange, lines: Sequence[Succession], today: date) -> None:
    if not can_undo(change, today):
        raise refuse("undo_late", on=str(change.on))
    touched = {line.before_id for line in lines} | {line.after_id for line in lines}
    other = Succession.objects.filter(change__on__gte=change.on).exclude(change=change)
    other = other.filter(Q(before__in=touched) | Q(after__in=touched)).select_related("change", "after")
    first = other.first()
    if first is not None:
        raise refuse("undo_followed", first.after.code, code=first.after.code, on=str(first.change.on))


def _touched(areas: Sequence[Area], on: date) -> list[Area]:
    """Return the areas, and those below them, whose present state begins with the change."""
    below = Q(pk__in=[area.pk for area in areas])
    for area in areas:
        below |= Q(path__startswith=area.path)
    return list(Area.objects.filter(below, state_since=on))


def _restore(areas: Sequence[Area], on: date, new: set[UUID]) -> None:
    """Give areas the state back that they had up to the day, upper ones first, and forget that it had ended."""
    former = {row.area_id: row for row in Former.objects.filter(area__in=areas, until=on)}
    for area in sorted(areas, key=lambda one: former[one.pk].path if one.pk in former else one.path):
        kept = former.get(area.pk)
        if kept is None:
            if area.pk not in new and area.since != on:
                raise refuse("undo_followed", area.code, code=area.code, on=str(on))
            continue
        for field in STATE:
            setattr(area, field, getattr(kept, field))
        above = kept.path.split("/")[:-2]
        area.parent = queries.areas(None, area.net).filter(code=above[-1]).first() if above else None
        if above and area.parent is None:
            # its upper area ends with the change that is taken back
            area.parent = Area.objects.filter(net=area.net, code=above[-1]).order_by("-since").first()
        area.pinyin = keys(area.name)
        area.state_since = kept.since
        area.save()
        kept.delete()


def _forget(new: Sequence[Area]) -> None:
    try:
        with transaction.atomic():
            for area in new:
                area.delete()
    except ProtectedError:
        raise refuse("undo_used", new[0].code, code=", ".join(area.code for area in new)) from None
