"""Splitting and merging areas: drawn or picked from a list, foreseen, then carried out from a day on."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import shapely
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext

from gezhi.cases.queries.ground import open_cases_at
from gezhi.people import access, operations
from gezhi.people import queries as people
from gezhi.people.models import Account, Appointment
from gezhi.people.operations import Following, GroundBusy
from gezhi.people.operations.ground import busy_words
from gezhi.territory import atlas, cutting
from gezhi.territory import queries as territory
from gezhi.territory.models import NAME_LENGTH, Area
from gezhi.territory.operations import ChangeRefusedError, Part
from gezhi.web import wording
from gezhi.web.setup import fields
from gezhi.web.setup.areas import level_titles
from gezhi.web.setup.fields import Form
from gezhi.web.setup.ground_map import feature
from gezhi.web.setup.pages import form_for_setup, shown

_MOST_CODE = 40


@dataclass(slots=True)
class Foreseen:
    """A part as it would be: its ground, what is proposed, the open cases that would follow their points to it."""

    place: int
    shape: Any
    hectares: float
    share: int
    code: str
    name: str
    households: str
    people: str
    cases: int


@dataclass(slots=True)
class Mover:
    """Somebody who serves at an area that ends, and the parts that the office ticked."""

    held: Appointment
    title: str
    takes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Deed:
    """An area about to be changed, with the form that says how."""

    area: Area
    form: Form
    chain: Sequence[Area]
    today: date
    now: datetime


def begin(
    request: HttpRequest, account: Account, now: datetime, code: str, *, ahead: timedelta = timedelta(days=1)
) -> Deed:
    """Return the open area of a code with its form; refuses who may not set up there.

    The day that is proposed lies `ahead`: what changes ground from tomorrow on can still be taken back today.
    """
    today = timezone.localdate(now)
    chain = territory.chain(code)
    if not chain or chain[-1].until is not None:
        raise Http404
    access.require_set_up(account, now, path=chain[-1].path)
    form = fields.read(request)
    form.said.setdefault("on", max(today + ahead, chain[-1].state_since).isoformat())
    form.said.setdefault("seen", atlas.newest_change([chain[-1]]))
    return Deed(chain[-1], form, chain, today, now)


@form_for_setup
def split(request: HttpRequest, account: Account, now: datetime, code: str) -> HttpResponse:
    """Split an area by a line: draw it, give its points, or say a direction and a share; then see what would change."""
    deed = begin(request, account, now, code)
    form, parts, movers = deed.form, [], []
    ground = atlas.shapes([deed.area], deed.today).get(deed.area.pk)
    form.said.setdefault("share", "50")
    if request.method == "POST" and ground is not None:
        shapes = _cut(form, ground)
        if shapes:
            parts = _parts(deed, shapes)
            movers = _movers(deed, [deed.area], request, [part.code for part in parts])
        if shapes and "take" in form.said and _split(account, deed, parts, movers):
            messages.success(request, _done_words(deed, gettext("The area is split.")))
            return redirect("web:setup_area", code=deed.area.parent.code if deed.area.parent else deed.area.code)
    words = around(deed) | {
        "parts": parts,
        "movers": movers,
        "no_outline": ground is None,
        "preview": _preview(parts) if parts else "",
    }
    return shown(request, account, now, "setup/ground/split.html", words, status=422 if form.errors else 200)


def _cut(form: Form, ground: Any) -> list[Any]:
    """Return the parts that the form's line makes; a direction with a share makes the line."""
    direction = form.said.get("direction", "")
    if direction in {cutting.WEST_EAST, cutting.SOUTH_NORTH} and "take" not in form.said:
        share = form.whole("share", 95)
        if share is None or share < 5:
            form.errors["share"] = gettext("Between 5 and 95 percent.")
            return []
        line = cutting.divide(ground, direction, share / 100)
        form.said["points"] = "\n".join(f"{lon:.7f}, {lat:.7f}" for lon, lat in line)
    points = form.points("points")
    if "points" in form.errors:
        return []
    try:
        return cutting.cut(ground, points)
    except ChangeRefusedError as error:
        form.errors["points"] = error.say(get_language() or "zh-hans")
        return []


def _parts(deed: Deed, shapes: Sequence[Any]) -> list[Foreseen]:
    """Return the parts with what the form says of them, else what the numbering rule and the ground propose."""
    sizes = [atlas.square_metres(shape) for shape in shapes]
    codes = atlas.next_codes(deed.area, len(shapes))
    points = {point for point in open_cases_at([deed.area.pk]).get(deed.area.pk, ()) if point}
    parts = []
    for place, shape in enumerate(shapes):
        share = sizes[place] / sum(sizes)
        inside = {point for point in points if shapely.intersects(shape, shapely.Point(point))}
        points -= inside
        said = deed.form.said
        parts.append(
            Foreseen(
                place=place,
                shape=shape,
                hectares=round(sizes[place] / 10_000, 1),
                share=round(100 * share),
                code=said.get(f"code_{place}", codes[place]).strip(),
                name=said.get(f"name_{place}", f"{deed.area.name}{'ABCDEF'[place]}"),
                households=said.get(f"households_{place}", _of(deed.area.households, share)),
                people=said.get(f"people_{place}", _of(deed.area.people, share)),
                cases=len(inside),
            )
        )
    return parts


def _of(count: int | None, share: float) -> str:
    return "" if count is None else str(round(count * share))


def _movers(deed: Deed, areas: Sequence[Area], request: HttpRequest, codes: Sequence[str]) -> list[Mover]:
    """Return who serves at areas that end; the first of the new ones is proposed for each."""
    titles = people.post_titles(deed.now, get_language() or "zh-hans")
    sent = "take" in deed.form.said
    movers = []
    for held in people.serving(areas, deed.now):
        ticked = [codes[int(word)] for word in request.POST.getlist(f"stay_{held.pk}") if word in _places(codes)]
        movers.append(Mover(held, titles.get(held.post, held.post), ticked if sent else list(codes[:1])))
    return movers


def _places(codes: Sequence[str]) -> set[str]:
    return {str(place) for place in range(len(codes))}


def _split(account: Account, deed: Deed, parts: Sequence[Foreseen], movers: Sequence[Mover]) -> bool:
    form = deed.form
    on, text = form.day("on"), form.text("text", 500)
    made = []
    for part in parts:
        name = form.text(f"name_{part.place}", NAME_LENGTH, required=True)
        counts = form.whole(f"households_{part.place}"), form.whole(f"people_{part.place}")
        code = form.text(f"code_{part.place}", _MOST_CODE, required=True)
        made.append(Part(code, name, part.shape, *counts))
    if on is None or form.errors:
        return False
    return tried(
        form,
        lambda: operations.split_area(
            actor=account, area=deed.area, parts=made, on=on, seen=form.said["seen"], text=text, now=deed.now,
            following=Following({mover.held.pk: mover.takes for mover in movers}),
        ),
    )  # fmt: skip


@form_for_setup
def merge(request: HttpRequest, account: Account, now: datetime, code: str) -> HttpResponse:
    """Merge an area with neighbours, ticked in a list or on the map; then see what would change."""
    deed = begin(request, account, now, code)
    form = deed.form
    beside = [one.area for one in atlas.neighbours(deed.area, deed.today)]
    ticked = set(request.POST.getlist("with"))
    others = [one for one in beside if one.code in ticked]
    together = [deed.area, *others]
    form.said.setdefault("code", deed.area.code)
    form.said.setdefault("name", deed.area.name)
    if request.method == "POST" and not others:
        form.errors["with"] = gettext("Tick at least one neighbour.")
    if others and "look" in form.said:
        form.said["seen"] = atlas.newest_change(together)
    result = _merged(deed, together) if others else None
    movers = _merge_movers(deed, together, request) if others else []
    if others and "take" in form.said and _merge(account, deed, together, movers):
        messages.success(request, _done_words(deed, gettext("The areas are merged.")))
        return redirect("web:setup_area", code=deed.area.parent.code if deed.area.parent else form.said["code"])
    words = around(deed) | {
        "beside": beside,
        "ticked": ticked,
        "together": together,
        "result": result,
        "movers": movers,
    }
    return shown(request, account, now, "setup/ground/merge.html", words, status=422 if form.errors else 200)


def _merged(deed: Deed, together: Sequence[Area]) -> dict[str, Any]:
    """Return what the merged area would be: its ground, counts, cases, and the codes that may stay."""
    grounds = list(atlas.shapes(together, deed.today).values())
    cases = open_cases_at([area.pk for area in together])
    whole = shapely.union_all(grounds)
    return {
        "households": sum(area.households or 0 for area in together),
        "people": sum(area.people or 0 for area in together),
        "hectares": round(atlas.square_metres(whole) / 10_000, 1),
        "cases": sum(len(found) for found in cases.values()),
        "fresh": atlas.next_codes(deed.area, 1)[0],
        "apart": whole.geom_type == "MultiPolygon",
        "shapes": json.dumps({
            "type": "FeatureCollection",
            "features": [feature(whole, code="whole", name=deed.form.said["name"], mark="new")],
        }),
    }  # fmt: skip


def _merge_movers(deed: Deed, together: Sequence[Area], request: HttpRequest) -> list[Mover]:
    code = deed.form.said["code"]
    ending = [area for area in together if area.code != code]
    return _movers(deed, ending, request, [code])


def _merge(account: Account, deed: Deed, together: Sequence[Area], movers: Sequence[Mover]) -> bool:
    form = deed.form
    on, text = form.day("on"), form.text("text", 500)
    name = form.text("name", NAME_LENGTH, required=True)
    code = form.text("code", _MOST_CODE, required=True)
    if on is None or form.errors:
        return False
    return tried(
        form,
        lambda: operations.merge_areas(
            actor=account, areas=together, into=Part(code, name), on=on, seen=form.said["seen"], text=text,
            now=deed.now, following=Following({mover.held.pk: mover.takes for mover in movers}),
        ),
    )  # fmt: skip


# ---- what the forms of the ground have in common


def tried(form: Form, deed: Any) -> bool:
    """Do it; note what was refused, or who was faster. Nothing that was typed is lost."""
    language = get_language() or "zh-hans"
    try:
        deed()
    except ChangeRefusedError as error:
        form.errors["on"] = error.say(language)
    except ValidationError as error:
        form.refused(error, "on")
    except GroundBusy as busy:
        names = people.names([change.by for change in busy.changes if change.by])
        form.errors["on"] = gettext(
            "Somebody changed this ground while the page was open (%(what)s). Nothing was changed by you. "
            "Look at it again from the start."
        ) % {"what": busy_words(busy.changes, names)}
        form.said["busy"] = "yes"
    else:
        return True
    return False


def around(deed: Deed) -> dict[str, Any]:
    """Return what every form of the ground shows."""
    titles = level_titles(deed.today)
    return {
        "area": deed.area,
        "chain": deed.chain,
        "form": deed.form,
        "level": titles.get(deed.area.level, deed.area.level),
        "open_cases": len(open_cases_at([deed.area.pk]).get(deed.area.pk, ())),
        "src": f"{reverse('web:setup_ground')}?under={deed.area.code}&beside&itself",
    }


def _preview(parts: Sequence[Foreseen]) -> str:
    drawn = [feature(part.shape, code=part.code, name=part.name, mark="new") for part in parts]
    return json.dumps({"type": "FeatureCollection", "features": drawn})


def _done_words(deed: Deed, what: str) -> str:
    on = date.fromisoformat(deed.form.said["on"])
    day: Mapping[str, str] = {"what": what, "day": wording.say_day(on, deed.today)}
    if on > deed.today:
        return gettext("%(what)s It holds from %(day)s on; until then it can be undone.") % day
    return gettext("%(what)s It holds from %(day)s on.") % day
