"""Open cases like one that is about to be reported: near, recent, and only what the plan publishes of them."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from gezhi.cases.access import CaseRows
from gezhi.cases.models import Case, Follow
from gezhi.enactment import queries as enactment
from gezhi.schemes.disclosure import Disclosure, disclosure
from gezhi.schemes.model import Scheme
from gezhi.schemes.state import Light

NEAR_M = 200
RECENT = timedelta(days=90)
# So many rows at the most are looked at, however many lie near.
_LOOKED_AT = 200
_METRES_PER_DEGREE = 111_320.0
# Two texts are alike when so many pairs of letters of the shorter one stand in the longer one, too. Few pairs never
# are: with a name alone one could ask whether somebody wrote it.
_ALIKE, _FEWEST_PAIRS = 0.35, 5
_FILLED = re.compile(r"(?<=[\u3400-\u9fff])q(?=[\u3400-\u9fff])")
_LETTERS = re.compile(r"[\W_\d]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where to look: a point, or an area by its path where there is none."""

    lon: float | None = None
    lat: float | None = None
    area_path: str = ""


@dataclass(frozen=True, slots=True)
class Similar:
    """An open case as everybody may know it. `metres` is rounded, so that it points at no door."""

    number: str
    item: str
    area: str
    metres: int | None
    opened_at: datetime
    step: str
    light: Light = Light.GREEN
    followers: int = 0


def similar(
    *, item: str, text: str, place: Place, scheme: Scheme, now: datetime, language: str = "zh-hans", most: int = 4
) -> tuple[Similar, ...]:
    """Return open cases of the same item, or of its heading and in like words: two queries, the likeliest first."""
    wanted = _items(scheme, item)
    rows = _near(place, now) if wanted else None
    if rows is None:
        return ()
    rows = rows.filter(scheme=scheme.id, item__in=wanted, closed_at=None, merged_into=None, about_keys=[])
    rows = rows.select_related("area", "words").only(
        "number", "item", "scheme_version_id", "procedure", "step", "lon", "lat", "opened_at", "closed_at", "paused",
        "case_due", "case_warn", "step_due", "step_warn", "area__name", "words__words",
    )  # fmt: skip
    ranked = []
    for case in rows[:_LOOKED_AT]:
        far = _metres(place, case)
        same = case.item == item
        if disclosure(enactment.scheme(case.scheme_version_id), case.item) is Disclosure.NOTHING:
            continue
        if (far is None or far <= NEAR_M) and (same or _alike(text, case.words.words)):
            ranked.append((not same, far or 0.0, case, far))
    ranked.sort(key=lambda one: one[:2])
    found = [(case, far) for *_, case, far in ranked[:most]]
    many = followers(case.pk for case, _ in found)
    return tuple(
        replace(_shown(case, far, scheme, language), light=light_of(case, now), followers=many.get(case.pk, 0))
        for case, far in found
    )


def followers(cases: Iterable[UUID]) -> dict[UUID, int]:
    """Return how many follow each of the cases, those that anybody follows: one query."""
    wanted = list(cases)
    if not wanted:
        return {}
    rows = Follow.objects.filter(case__in=wanted).order_by().values_list("case").annotate(many=Count("pk"))
    return dict(rows)


def with_followers(rows: CaseRows) -> CaseRows:
    """Return the rows with `follower_count`, where one query has to do for both."""
    each = Follow.objects.filter(case=OuterRef("pk")).order_by().values("case").annotate(many=Count("pk"))
    return rows.annotate(follower_count=Coalesce(Subquery(each.values("many")), 0))


def light_of(case: Case, now: datetime) -> Light:
    """Return the light of a case's columns: of the whole case, or of the step where nothing limits the whole."""
    if case.closed_at is not None:
        return Light.DONE
    if case.paused:
        return Light.PAUSED
    due, warn = (case.case_due, case.case_warn) if case.case_due else (case.step_due, case.step_warn)
    if due is not None and due < now:
        return Light.RED
    return Light.YELLOW if warn is not None and warn <= now else Light.GREEN


def _items(scheme: Scheme, item: str) -> list[str]:
    """Return the items under the same top heading of which something is published; none for what is kept back."""
    if disclosure(scheme, item) is Disclosure.NOTHING:
        return []
    top = scheme.lineage(item)[-1]
    return [
        one
        for one in scheme.items
        if scheme.lineage(one)[-1] == top and disclosure(scheme, one) is not Disclosure.NOTHING
    ]


def _near(place: Place, now: datetime) -> CaseRows | None:
    rows = Case.objects.unscoped(reason="what the plan publishes of an open case, and nothing else")
    since = Q(opened_at__gte=now - RECENT)
    if place.lon is not None and place.lat is not None:
        up = NEAR_M / _METRES_PER_DEGREE
        side = up / max(0.1, math.cos(math.radians(place.lat)))
        return rows.filter(
            since,
            lat__range=(place.lat - up, place.lat + up),
            lon__range=(place.lon - side, place.lon + side),
        )
    return rows.filter(since, area_path=place.area_path).order_by("-pk") if place.area_path else None


def _metres(place: Place, case: Case) -> float | None:
    if None in (place.lon, place.lat, case.lon, case.lat):
        return None
    lon, lat, here_lon, here_lat = (float(one or 0) for one in (case.lon, case.lat, place.lon, place.lat))
    east = (lon - here_lon) * math.cos(math.radians(lat))
    return math.hypot(east, lat - here_lat) * _METRES_PER_DEGREE


def _alike(text: str, words: str) -> bool:
    ours, theirs = _pairs(text), _pairs(_FILLED.sub("", words))
    shared = len(ours & theirs)
    return shared >= _FEWEST_PAIRS and shared >= _ALIKE * min(len(ours), len(theirs))


def _pairs(text: str) -> set[str]:
    plain = _LETTERS.sub("", text.lower())[:2000]
    return {plain[at : at + 2] for at in range(len(plain) - 1)}


def _shown(case: Case, far: float | None, scheme: Scheme, language: str) -> Similar:
    procedure = scheme.procedures.get(case.procedure)
    step = procedure.steps.get(case.step) if procedure else None
    return Similar(
        number=case.number,
        item=scheme.items[case.item].title.say(language),
        area=case.area.name if case.area else "",
        metres=max(50, round(far / 50) * 50) if far is not None else None,
        opened_at=case.opened_at,
        step=step.title.say(language) if step else "",
    )
