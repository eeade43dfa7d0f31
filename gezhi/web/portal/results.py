"""Results published: what was closed, how long it took against its limit, how it ended; the district in numbers.

What of a case stands here is the plan's decision, item by item; nobody's name and nobody's words ever do.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.core.cache import cache
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET

from gezhi.cases import queries
from gezhi.cases.errors import BadInput
from gezhi.cases.queries import Numbers, Result
from gezhi.enactment import queries as enactment
from gezhi.foundation import clock, files
from gezhi.schemes.clocks import calendar_of
from gezhi.schemes.disclosure import Disclosure, disclosure
from gezhi.schemes.durations import BadDuration, Duration, Unit
from gezhi.schemes.model import Scheme
from gezhi.schemes.state import Light
from gezhi.territory import queries as territory
from gezhi.territory.models import Area
from gezhi.web import areas, pace, wording
from gezhi.web.clocks import workday_seconds

_NUMBERS_KEPT_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Row:
    """A result in words."""

    item: str
    place: str
    reported: str
    closed: str
    light: Light
    took: str
    limit: str
    ended: str
    photos: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A filter: its words, its address, and whether it is the one in use."""

    title: str
    address: str
    here: bool


@require_GET
@pace.gently()
def page(request: HttpRequest) -> HttpResponse:
    """Show closed cases that the plan publishes, by area and kind, with the numbers that can't be gamed."""
    now = clock.now()
    on = timezone.localdate(now)
    schemes = [scheme for _, scheme in enactment.all_in_force(on)]
    chain = territory.chain(request.GET.get("area", "")[:40], on)
    area = chain[-1] if chain else areas.district(on)
    kind = request.GET.get("kind", "")[:64]
    language = get_language() or "zh-hans"
    try:
        found = queries.results(
            schemes=schemes, area=area.path if area else "", items=_below(schemes, kind),
            cursor=request.GET.get("after", ""), language=language,
        )  # fmt: skip
    except BadInput:
        return redirect("web:portal_results")
    below = areas.children(area, on) if area else []
    asked = {"area": area.code if chain and area else "", "kind": kind}
    shown = {
        "rows": [_row(one, now) for one in found.rows],
        "next": _address(asked, after=found.next) if found.next else "",
        "is_first": "after" not in request.GET,
        "numbers": numbers(area if chain else None, now),
        "area": area,
        "above": [(one, _address(asked, area=one.code)) for one in chain[:-1]],
        "whole": not chain,
        "areas": [Link(territory.short_name(one.name), _address(asked, area=one.code), here=False) for one in below],
        "kinds": _kinds(schemes, asked),
        "here": _address(asked),
    }
    return render(request, "portal/results.html", shown)


@require_GET
@pace.gently("pictures", pace.PICTURES)
def photo(_request: HttpRequest, file: UUID) -> FileResponse:
    """Hand out a photo that the plan publishes with a result."""
    row = queries.published_photo(file)
    if row is None:
        raise Http404
    return files.respond(row.file, "thumb")


def numbers(area: Area | None, now: datetime) -> Numbers:
    """Return the numbers of an area (None: everything), counted afresh every five minutes."""
    key = f"portal.numbers.{area.code if area else ''}"
    kept: Numbers | None = cache.get(key)
    if kept is None:
        kept = queries.numbers_now(now=now, area=area.path if area else "")
        cache.set(key, kept, _NUMBERS_KEPT_SECONDS)
    return kept


def _address(asked: dict[str, str], **changes: str) -> str:
    given = {name: value for name, value in {**asked, **changes}.items() if value}
    return reverse("web:portal_results") + (f"?{urlencode(given)}" if given else "")


def _below(schemes: list[Scheme], kind: str) -> list[str]:
    """Return the items of a heading; none for no heading."""
    return [one for scheme in schemes for one in scheme.items if kind and kind in scheme.lineage(one)]


def _kinds(schemes: list[Scheme], asked: dict[str, str]) -> list[Link]:
    """Return the headings of which something is published."""
    tops = {
        scheme.lineage(one)[-1]: scheme
        for scheme in schemes
        for one, item in scheme.items.items()
        if not item.heading and disclosure(scheme, one) is not Disclosure.NOTHING
    }
    kinds = [
        Link(wording.say(scheme.items[top].title), _address(asked, kind=top), here=top == asked["kind"])
        for top, scheme in tops.items()
    ]
    return [Link(gettext("All kinds"), _address(asked, kind=""), here=not asked["kind"]), *kinds]


def _row(one: Result, now: datetime) -> Row:
    today = timezone.localdate(now)
    return Row(
        item=one.item,
        place=one.area,
        reported=wording.say_short_day(timezone.localdate(one.opened_at), today),
        closed=wording.say_short_day(timezone.localdate(one.closed_at), today),
        light=Light.DONE,
        took=_took(one),
        limit=wording.say_limit(one.clock.limit) if one.clock else "",
        ended=_ended(one),
        photos=tuple(reverse("web:portal_result_photo", kwargs={"file": photo.pk}) for photo in one.photos),
    )


def _took(one: Result) -> str:
    """Say how long the offices had it, in the unit of its limit as far as that is workdays."""
    day = workday_seconds(calendar_of(one.scheme))
    try:
        unit = Duration.parse(one.clock.limit).unit if one.clock else Unit.WORKDAYS
    except BadDuration:
        unit = Unit.WORKDAYS
    if unit in (Unit.WORKDAYS, Unit.DAYS, Unit.MONTHS) and one.work_seconds >= day:
        return wording.say_limit(f"{round(one.work_seconds / day)} workdays")
    return wording.say_span(one.work_seconds)


def _ended(one: Result) -> str:
    if not one.worked:
        return gettext("ended without being handled: %(how)s") % {"how": one.outcome or gettext("withdrawn")}
    if one.again:
        return gettext("handled a second time, then closed")
    return gettext("handled, and closed")
