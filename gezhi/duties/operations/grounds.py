"""What an activity is about: an area or an entry, as it stands there today, and what is odd about that."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from gezhi.duties import marks
from gezhi.duties.errors import BadInput
from gezhi.duties.places import Place, metres_between, metres_to_area
from gezhi.duties.plans import Planned
from gezhi.people.models import Account
from gezhi.registers.models import Entry, State
from gezhi.territory import queries as territory
from gezhi.territory.models import BASE_NET, Area


@dataclass(frozen=True, slots=True)
class Ground:
    """The area, the entry in it where it was about one, and marks of what is odd."""

    area: Area
    entry_id: UUID | None = None
    name: str = ""
    point: tuple[float, float] | None = None
    guarded: bool = False
    marks: tuple[str, ...] = ()

    def metres_from(self, place: Place) -> float | None:
        """Return how far a check-in lies from it; None where nobody knows."""
        if self.point is not None:
            return metres_between(place.lon, place.lat, *self.point)
        return metres_to_area(place, self.area)


def ground_of(
    planned: Planned, actor: Account, *, area: Area | str | None, entry: UUID | str | None, place: Place | None,
    at: datetime, now: datetime,
) -> Ground:  # fmt: skip
    """Return what an activity is about; raise BadInput when it names nothing that the duty is about."""
    if entry:
        found = _of_entry(planned, actor, entry, area, now)
        return found if planned.of_entries else replace(found, area=_at_level(planned, found.area))
    if planned.of_entries:
        raise BadInput(_("Choose for whom this was: an entry of the register."), field="entry")
    if not area:
        raise BadInput(_("Choose the area."), field="area")
    found = _of_area(area, place, timezone.localdate(at))
    return replace(found, area=_at_level(planned, found.area))


def _at_level(planned: Planned, area: Area) -> Area:
    """Return the area of the level that the duty's rounds are of, so that what is done counts there.

    A record of a part counts for what it lies in; one of a whole with a single such part, for that part.
    """
    level = planned.duty.of.of
    if planned.duty.starts_on or area.level == level:
        return area
    above = next((one for one in territory.chain(area.code) if one.level == level), None)
    if above is not None:
        return Area.objects.get(pk=above.pk)
    below = list(Area.objects.filter(path__startswith=area.path, level=level, net=BASE_NET, until=None)[:2])
    if len(below) > 1:
        words = _("This is done for each part of %(area)s: choose which, so that it counts there.")
        raise BadInput(words % {"area": area.name}, field="area")
    return below[0] if below else area


def _of_entry(planned: Planned, actor: Account, entry: UUID | str, area: Area | str | None, now: datetime) -> Ground:
    try:
        wanted = entry if isinstance(entry, UUID) else UUID(entry)
    except ValueError as error:
        raise BadInput(_("This is not an entry's id."), field="entry") from error
    row = Entry.objects.visible_to(actor, now=now).filter(pk=wanted).first()
    odd: list[str] = []
    if row is not None and row.merged_into_id is not None:
        row = Entry.objects.visible_to(actor, now=now).filter(pk=row.merged_into_id).first()
    if row is None:
        raise BadInput(_("There is no such entry that you may see. It may have moved to another area."), field="entry")
    if planned.of_entries and row.register != planned.duty.of.of:
        raise BadInput(_("This entry is of another register than the duty is about."), field="entry")
    code = area.code if isinstance(area, Area) else area
    if code and code not in row.area_path.split("/"):
        odd.append(marks.MOVED)
    if row.state != State.ACTIVE:
        odd.append(marks.ENTRY_ENDED)
    return Ground(
        area=Area.objects.get(pk=row.area_id), entry_id=row.pk, name=row.name, guarded=row.care,
        point=(row.lon, row.lat) if row.lon is not None and row.lat is not None else None, marks=tuple(odd),
    )  # fmt: skip


def _of_area(area: Area | str, place: Place | None, on: date) -> Ground:
    code = area.code if isinstance(area, Area) else area
    here = territory.by_code(code, on)
    if here is not None:
        return _as_it_stands(here, place)
    today = territory.by_code(code)
    if today is not None:
        return Ground(today, marks=(marks.BEFORE_AREA,) if today.since > on else ())
    after = territory.successors(code)
    if not after:
        raise BadInput(_("There is no area with the code “%(code)s”.") % {"code": code[:60]}, field="area")
    return Ground(_under(after, place), marks=(marks.AREA_ENDED,))


def _as_it_stands(area: Area, place: Place | None) -> Ground:
    """Return an area; one that was split or merged meanwhile as what stands there now."""
    if area.until is None:
        return Ground(area)
    after = territory.successors(area.code)
    return Ground(_under(after, place) if after else area, marks=(marks.AREA_ENDED,))


def _under(areas: list[Area], place: Place | None) -> Area:
    """Return the one of several areas that a place lies in or nearest to; the first where nobody knows."""
    if place is None:
        return areas[0]
    whole = list(Area.objects.filter(pk__in=[one.pk for one in areas]).order_by("path"))
    return min(whole, key=lambda one: metres_to_area(place, one) or 0.0)
