"""Rows of short lists of cases: light, title, what is left, how far."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import asin, cos, radians, sin, sqrt

from gezhi.cases.models import Case
from gezhi.enactment import queries as enactment
from gezhi.schemes.clocks import calendar_of
from gezhi.schemes.state import Light
from gezhi.territory import queries as territory
from gezhi.web import wording
from gezhi.web.clocks import row_words

_EARTH_M = 6_371_000
_URGENT_FIRST = {Light.RED: 0, Light.YELLOW: 1, Light.GREEN: 2, Light.PAUSED: 3, Light.DONE: 4}


@dataclass(frozen=True, slots=True)
class Row:
    """A case as a line of a phone's list."""

    number: str
    title: str
    light: Light
    left: str
    due: str
    step: str
    place: str
    metres: float | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a list knows of a case: the step that is shown, its due time and light."""

    case: Case
    step: str
    due: datetime | None
    light: Light


def row_of(waiting: Waiting, now: datetime, at: tuple[float, float] | None = None) -> Row:
    """Make a row; `at` is where the worker stands (lon, lat), if that is known."""
    case, step, due, light = waiting.case, waiting.step, waiting.due, waiting.light
    scheme = enactment.scheme(case.scheme_version_id)
    left, said = row_words(due, light, calendar_of(scheme), now)
    steps = scheme.procedures[case.procedure].steps
    return Row(
        number=case.number,
        title=case.title,
        light=light,
        left=left,
        due=said,
        step=wording.say(steps[step].title) if step in steps else "",
        place=" ".join(
            part for part in (territory.short_name(case.area.name) if case.area else "", case.address) if part
        ),
        metres=_metres(at, case),
    )


def light_of(case: Case, now: datetime) -> Light:
    """Return the light of the whole case from its columns."""
    if case.closed_at is not None:
        return Light.DONE
    if case.paused:
        return Light.PAUSED
    if case.case_due is not None and now > case.case_due:
        return Light.RED
    return Light.YELLOW if case.case_warn is not None and now >= case.case_warn else Light.GREEN


def by_urgency_then_distance(rows: Iterable[Row]) -> list[Row]:
    """Sort: overdue first, then due soon; among equals what is near. The order of the due times is kept otherwise."""
    return sorted(rows, key=lambda row: (_URGENT_FIRST[row.light], row.metres if row.metres is not None else 0.0))


def _metres(at: tuple[float, float] | None, case: Case) -> float | None:
    if at is None or case.lon is None or case.lat is None:
        return None
    lon, lat, lon2, lat2 = (radians(degrees) for degrees in (*at, case.lon, case.lat))
    half = sin((lat2 - lat) / 2) ** 2 + cos(lat) * cos(lat2) * sin((lon2 - lon) / 2) ** 2
    return 2 * _EARTH_M * asin(sqrt(half))
