"""The areas of the district, level by level, with what and who is in each."""

from datetime import date, datetime

from django.db.models import Count, F, Func, Q, TextField, Value
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language

from gezhi.enactment import queries as enactment
from gezhi.people import queries as people
from gezhi.people.models import Account
from gezhi.territory import queries as territory
from gezhi.territory.models import Area
from gezhi.web import wording
from gezhi.web.setup.pages import for_setup, shown


@for_setup
def areas(request: HttpRequest, account: Account, now: datetime) -> HttpResponse:
    """Show the tree of areas, a level at a time, with how much lies below each."""
    on = timezone.localdate(now)
    chain = territory.chain(request.GET.get("under", ""), on) if request.GET.get("under") else []
    below = list(territory.children(chain[-1] if chain else None, on).order_by("code"))
    counted = _below(below, on)
    words = {
        "chain": chain,
        "rows": [(area, *counted.get(area.code, (0, 0))) for area in below],
        "levels": _levels(on),
        "people": people.at_area(chain[-1].path, now).filter(area=chain[-1]) if chain else [],
        "titles": people.post_titles(now, get_language() or "zh-hans"),
        "households": sum(area.households or 0 for area in below),
        "residents": sum(area.people or 0 for area in below),
    }
    return shown(request, account, now, "setup/areas.html", words)


def _levels(on: date) -> list[tuple[str, int]]:
    """Return how many areas each level has, by the schemes' own words for the levels."""
    titles: dict[str, str] = {}
    for _, plan in enactment.all_in_force(on):
        titles |= {level.id: wording.say(level.title) for level in plan.levels.values()}
    return [(titles.get(level, level), count) for level, count in territory.levels(on).items()]


def _below(below: list[Area], on: date) -> dict[str, tuple[int, int]]:
    """Return for each of some neighbouring areas how many lie directly below it, and how many in all: one query."""
    if not below:
        return {}
    depth = below[0].path.count("/")
    inside = territory.areas(on).filter(parent__isnull=False)
    if below[0].parent_id:
        inside = inside.filter(path__startswith=below[0].path[: -len(below[0].code) - 1])
    part = Func(F("path"), Value("/"), Value(depth), function="split_part", output_field=TextField())
    direct = Count("pk", filter=Q(parent__in=[area.pk for area in below]))
    counted = inside.order_by().annotate(head=part).values("head").annotate(direct=direct, every=Count("pk"))
    own = 1 if below[0].parent_id else 0
    return {row["head"]: (row["direct"], row["every"] - own) for row in counted}
