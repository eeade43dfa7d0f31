"""What every change of the territory is made of: a lock, the earlier state kept, a note, the version counted up."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import shapely
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

from gezhi.foundation import journal
from gezhi.territory import queries
from gezhi.territory.findings import Finding
from gezhi.territory.models import Area, AreaChange, Former, Succession, TerritoryVersion

BOOK = "territory"
_NAMED = 200
STATE = ("name", "path", "kind", "households", "people", "boundary", "west", "south", "east", "north", "source_crs")


class ChangeRefusedError(Exception):
    """A change of the territory can't be made; nothing was changed. `findings` say why and what to do."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(finding.say("en") for finding in findings))
        self.findings = tuple(findings)

    def say(self, language: str) -> str:
        """Return the reasons in a language."""
        return "\n".join(finding.say(language) for finding in self.findings)


def refuse(key: str, area: str = "", **values: str) -> ChangeRefusedError:
    """Return the refusal with one reason."""
    return ChangeRefusedError([Finding(0, "", key, values, area=area)])


def lock() -> None:
    """Wait for other changes of the territory and keep them out until the transaction ends."""
    TerritoryVersion.objects.get_or_create(id=1)
    TerritoryVersion.objects.select_for_update().get(id=1)


def move_on() -> None:
    """Count the change, so that every process loads its router again: at once here, within a second elsewhere."""
    TerritoryVersion.objects.filter(id=1).update(number=F("number") + 1)
    queries.look_again()
    transaction.on_commit(queries.look_again)


def note(
    kind: AreaChange.Kind, *, on: date, now: datetime, actor: UUID | None, text: str, links: Iterable[tuple[Area, Area]]
) -> AreaChange:
    """Write the change down with its lines, each an area and what follows it."""
    pairs = list(links)
    touched = len({area.id for pair in pairs for area in pair})
    change = AreaChange.objects.create(kind=kind, on=on, at=now, by=actor, note=text, areas=touched)
    Succession.objects.bulk_create(Succession(change=change, before=old, after=new) for old, new in pairs)
    codes = sorted({area.code for pair in pairs for area in pair})
    write_down(kind.value, now=now, actor=actor, on=on, codes=codes)
    return change


def write_down(action: str, *, now: datetime, actor: UUID | None, on: date, codes: Sequence[str], **more: str) -> None:
    """Write into the book of the territory who did what from when on; of very many areas the count alone."""
    body = {"on": on.isoformat(), "areas": list(codes[:_NAMED]), "count": len(codes), **more}
    journal.record(
        BOOK, action, actor=str(actor or ""), now=now, subject=codes[0] if len(codes) == 1 else "", body=body
    )


def require_alive(areas: Iterable[Area], on: date) -> None:
    """Refuse a change of an area that does not exist on the date, or whose later state is settled already."""
    found = []
    for area in areas:
        if not queries.exists(area, on) or area.until is not None:
            span = {"since": str(area.since), "until": str(area.until or "…")}
            found.append(Finding(0, "on", "closed_already", {"code": area.code, "on": str(on), **span}))
        elif on < area.state_since:
            found.append(Finding(0, "on", "date_early", {"code": area.code, "since": str(area.state_since)}))
    if found:
        raise ChangeRefusedError(found)


def former_of(area: Area, on: date) -> Former:
    """Return an area's present state as an earlier one that ends on a date."""
    state = {field: getattr(area, field) for field in STATE}
    return Former(area=area, since=area.state_since, until=on, **state)


def restate(area: Area, on: date, **values: Any) -> None:
    """Give an area another state from a date on and keep the one before; on that one's first day it is a correction."""
    if on > area.state_since:
        former_of(area, on).save(force_insert=True)
    for field, value in values.items():
        setattr(area, field, value)
    area.state_since = on
    area.save(update_fields=[*values, "state_since"])


def end(area: Area, on: date) -> None:
    """Close an area on a date; one that began that day never held and can't be closed then."""
    if on <= area.since:
        raise refuse("date_early", area.code, code=area.code, since=str(area.since))
    area.until = on
    area.save(update_fields=["until"])


def replant(area: Area, path: str, on: date) -> None:
    """Put an area's descendants under its new path from a date on; call it before the area's own path changes."""
    old = area.path
    below = list(Area.objects.filter(path__startswith=old, until=None).exclude(id=area.id))
    late = [one for one in below if one.state_since > on]
    if late:
        raise refuse("date_early", late[0].code, code=late[0].code, since=str(late[0].state_since))
    Former.objects.bulk_create(former_of(one, on) for one in below if one.state_since < on)
    moved = Area.objects.filter(id__in=[one.id for one in below])
    moved.update(path=Concat(Value(path), Substr("path", len(old) + 1)), state_since=on)


def outline(shape: Any) -> dict[str, Any]:
    """Return the columns of a boundary given as a WGS-84 shape."""
    if shape is None:
        return {"boundary": None, "west": None, "south": None, "east": None, "north": None}
    west, south, east, north = (float(edge) for edge in shapely.bounds(shape))
    return {"boundary": shapely.to_wkb(shape), "west": west, "south": south, "east": east, "north": north}


def shape_of(area: Area) -> Any:
    """Return an area's boundary as a shape, or None."""
    return None if area.boundary is None else shapely.from_wkb(bytes(area.boundary))
