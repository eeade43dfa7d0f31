"""Hazards listed for supervised rectification: a page with filters as links, for the printer and as a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gezhi.cases.operations import note_export
from gezhi.duties import queries
from gezhi.duties.queries import Listed
from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.registers.models import Entry
from gezhi.schemes.state import Desk, Light
from gezhi.territory.models import Area
from gezhi.web import papers, wording
from gezhi.web.desk.frame import frame
from gezhi.web.desk.menus import areas_below
from gezhi.web.desk.rows import place_of
from gezhi.web.desks import Called, called
from gezhi.web.papers import Paper
from gezhi.web.staff import for_staff

_LIGHTS = (Light.RED, Light.YELLOW, Light.GREEN)


@dataclass(frozen=True, slots=True)
class Row:
    """A listed hazard in words; `object` is where it was found, `href` that object's page where it has one."""

    one: Listed
    light: Light
    object: str
    href: str
    place: str
    due: str
    by: str
    at: str
    step: str


@never_cache
@require_GET
@for_staff
def page(request: HttpRequest, account: Account) -> HttpResponse:
    """Show the list; hand it out as a file."""
    now, given = clock.now(), request.GET
    code = given.get("area", "")[:40]
    area = queries.ground(account, code, now) if code else None
    if code and area is None:
        raise Http404
    state = given.get("state", "")
    state = state if state in ("rectify", "again", "closed") else ""
    found = queries.hazards(account=account, now=now, closed=state == "closed", path=area.path if area else "")
    more = len(found) >= queries.MOST_HAZARDS
    found = [one for one in found if state in ("", "closed") or one.again == (state == "again")]
    light = next((one for one in _LIGHTS if one.value == given.get("light")), None)
    rows = [one for one in rows_of(account, found, now) if light is None or one.light is light]
    kind = given.get("as", "")
    if kind in papers.KINDS:
        note_export(actor=account, what="hazards", query=request.GET.urlencode()[:500], form=kind, now=now)
        return papers.respond(_paper(rows, area, now, more=more), kind)
    shown = {
        "now": now, "frame": frame(account, now), "rows": rows, "state": state, "light": light, "area": area,
        "lights": _LIGHTS, "areas": areas_below(account, now),
        "late": sum(one.light is Light.RED for one in rows), "more": more,
    }  # fmt: skip
    return render(request, "desk/hazards.html", shown)


def rows_of(account: Account, found: list[Listed], now: datetime) -> list[Row]:
    """Return listed hazards in words: a handful of statements, however many there are."""
    ids = [one.entry[0] for one in found if one.entry]
    known = Entry.objects.visible_to(account, now=now).filter(pk__in=ids).values_list("pk", "register", "code")
    pages = {pk: reverse("web:desk_entry", args=[register, code]) for pk, register, code in known}
    names: dict[str, Called] = {}
    for scheme in {one.scheme.id: one.scheme for one in found}.values():
        desks = [desk for one in found if one.scheme.id == scheme.id for desk in (one.by, one.at) if desk]
        names |= called(desks, scheme, now)
    return [_row(one, pages.get(one.entry[0], "") if one.entry else "", names, now) for one in found]


def _row(one: Listed, href: str, names: Mapping[str, Called], now: datetime) -> Row:
    step = one.scheme.procedures[one.case.procedure].steps.get(one.case.step)
    due = wording.say_moment(one.due, now) if one.due else ""
    # a department that has the case may not see whose household it was found at
    named = one.entry[1] if one.entry and href else ""
    return Row(
        one=one, light=one.light, object=named or one.case.address or place_of(one.case),
        href=href, place=place_of(one.case), due=due, by=_name(one.by, names), at=_name(one.at, names),
        step=wording.say(step.title) if step else gettext("Closed"),
    )  # fmt: skip


def _name(desk: Desk | None, names: Mapping[str, Called]) -> str:
    return names[desk.key].name if desk and desk.key in names else ""


def _paper(rows: list[Row], area: Area | None, now: datetime, *, more: bool) -> Paper:
    lines = tuple(
        (
            str(n), row.object, row.one.case.title, row.one.case.number, _day(row.one.since), _day(row.one.due),
            row.one.interim, row.by, row.step, str(wording.LIGHT_WORDS[row.light]),
        )
        for n, row in enumerate(rows, 1)
    )  # fmt: skip
    return Paper(
        title=gettext("Hazards under supervised rectification"), unit=area.name if area else gettext("all own areas"),
        dates=timezone.localdate(now).isoformat(),
        columns=(
            gettext("No."), gettext("Object"), gettext("Hazard"), gettext("Case"), gettext("Listed on"),
            gettext("To be rectified by"), gettext("Until then"), gettext("Supervised by"), gettext("Stands at"),
            pgettext("of a case", "Light"),
        ),
        rows=lines or ((gettext("none"), *[""] * 9),), name=f"hazards-{timezone.localdate(now).isoformat()}",
        widths=(4, 14, 16, 10, 9, 9, 18, 12, 10, 6), wide=True,
        note=gettext("There are more than stand here; choose an area.") if more else "",
    )  # fmt: skip


def _day(at: datetime | None) -> str:
    return timezone.localdate(at).isoformat() if at else ""
