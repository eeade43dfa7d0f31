"""Who covers what: places and posts on a board, with what is empty, ends soon, or is too much for one person."""

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext

from gezhi.people import coverage
from gezhi.people.models import Account
from gezhi.people.operations.posts import IN_DEPARTMENTS
from gezhi.territory import queries as territory
from gezhi.web.components import pages
from gezhi.web.setup.areas import level_titles
from gezhi.web.setup.days import when
from gezhi.web.setup.pages import for_setup, shown

PLACES_A_PAGE = 50
_KINDS = (coverage.EMPTY, coverage.ENDING, coverage.CROWDED, coverage.MANY)


@for_setup
def board(request: HttpRequest, account: Account, now: datetime) -> HttpResponse:
    """Show who covers what on a day: a board of one level, or a list of what to look at."""
    day = when(request, now)
    chain = territory.chain(request.GET.get("under", ""), day.on) if request.GET.get("under") else []
    found = coverage.board(day.at, get_language() or "zh-hans", chain[-1].path if chain else "")
    shown_kind = request.GET.get("show", "")
    shown_kind = shown_kind if shown_kind in _KINDS else ""
    titles = level_titles(day.on) | {IN_DEPARTMENTS: gettext("Departments")}
    counted = {kind: len(found.gaps(kind)) for kind in _KINDS[:3]} | {coverage.MANY: len(found.loaded)}
    levels = list(dict.fromkeys(place.level for place in found.places))
    level = request.GET.get("level", "")
    # the lowest level of areas is what an office asks for first
    lowest = [one for one in levels if one != IN_DEPARTMENTS]
    level = level if level in levels else lowest[-1] if lowest else ""
    places = found.of_level(level)
    words: dict[str, Any] = {
        "day": day,
        "chain": chain,
        "show": shown_kind,
        "kinds": [(kind, title, counted[kind]) for kind, title in _kind_titles()],
        "levels": [(one, titles.get(one, one), len(found.of_level(one))) for one in levels],
        "level": level,
        "nothing": not found.places,
    }
    rows: list[Any] = list(places)
    if shown_kind:
        rows = list(found.loaded) if shown_kind == coverage.MANY else list(found.gaps(shown_kind))
    sheet = Paginator(rows, PLACES_A_PAGE).get_page(request.GET.get("page"))
    words |= {
        "rows": list(sheet.object_list),
        "posts": [seat.title for seat in places[0].seats] if places else [],
        "page": pages(sheet.number, sheet.paginator.num_pages),
        "titles": titles,
    }
    return shown(request, account, now, "setup/staff/coverage.html", words)


def _kind_titles() -> tuple[tuple[str, str], ...]:
    return (
        (coverage.EMPTY, gettext("Empty posts")),
        (coverage.ENDING, gettext("Empty within 30 days")),
        (coverage.CROWDED, gettext("More people than seats")),
        (coverage.MANY, gettext("Three seats or more at one person")),
    )
