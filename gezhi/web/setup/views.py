"""The plan as people read it: schemes and their versions, areas with what is in them, people and their posts."""

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any, Concatenate
from uuid import UUID

from django.core.cache import cache
from django.core.paginator import Paginator
from django.db.models import Count, F, Func, Q, TextField, Value
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gezhi.enactment import queries as enactment
from gezhi.enactment.models import SchemeVersion
from gezhi.foundation import clock
from gezhi.people import access
from gezhi.people import queries as people
from gezhi.people.models import Account
from gezhi.schemes import check, explain, source
from gezhi.schemes.model import Finding, Scheme
from gezhi.territory import queries as territory
from gezhi.territory.models import Area
from gezhi.web import wording
from gezhi.web.components import pages
from gezhi.web.desk.frame import frame
from gezhi.web.setup.picture import draw
from gezhi.web.staff import for_staff

PEOPLE_A_PAGE = 50
_CHECKED_SECONDS = 24 * 3600
TABS = ("flows", "items", "posts", "findings")


def for_setup[**P](
    page: Callable[Concatenate[HttpRequest, Account, datetime, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Give a page to who has the right `setup`; others are refused with the words of the right that is missing."""

    @never_cache
    @require_GET
    @for_staff
    @wraps(page)
    def view(request: HttpRequest, account: Account, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        now = clock.now()
        access.require(account, access.SETUP, now)
        return page(request, account, now, *args, **kwargs)

    return view


@for_setup
def schemes(request: HttpRequest, account: Account, now: datetime) -> HttpResponse:
    """Show every scheme with its versions: which is in force, which is to come, which was."""
    today = timezone.localdate(now)
    current = {row.pk for row, _ in enactment.all_in_force(today)}
    rows = [(row, _state(row, current, now)) for row in enactment.versions()]
    return _page(request, account, now, "setup/schemes.html", {"rows": rows})


@for_setup
def scheme(request: HttpRequest, account: Account, now: datetime, version: UUID) -> HttpResponse:
    """Show one version as a plan: a flow as a picture and a table, the catalogue, the posts, what the check says."""
    row = enactment.versions().filter(pk=version).first()
    if row is None:
        raise Http404
    plan = enactment.scheme(row.pk)
    current = {one.pk for one, _ in enactment.all_in_force(timezone.localdate(now))}
    tab = request.GET.get("tab", "flows")
    chosen = plan.procedures.get(request.GET.get("flow", ""), next(iter(plan.procedures.values()), None))
    shown: dict[str, Any] = {
        "row": row,
        "plan": plan,
        "state": _state(row, current, now),
        "tab": tab if tab in TABS else "flows",
        "flows": list(plan.procedures.values()),
        "findings": _findings(row),
        "title": row.say(get_language() or "zh-hans"),
    }
    if shown["tab"] == "flows" and chosen is not None:
        flow = explain.flow(plan, chosen)
        shown |= {"flow": flow, "picture": draw(plan, flow)}
    elif shown["tab"] == "items":
        shown["items"] = _catalogue(plan)
    elif shown["tab"] == "posts":
        shown["filled"] = _posts(plan, people.filled(now))
    return _page(request, account, now, "setup/scheme.html", shown)


@for_setup
def areas(request: HttpRequest, account: Account, now: datetime) -> HttpResponse:
    """Show the tree of areas, a level at a time, with how much lies below each."""
    on = timezone.localdate(now)
    chain = territory.chain(request.GET.get("under", ""), on) if request.GET.get("under") else []
    below = list(territory.children(chain[-1] if chain else None, on).order_by("code"))
    counted = _below(below, on)
    shown = {
        "chain": chain,
        "rows": [(area, *counted.get(area.code, (0, 0))) for area in below],
        "levels": _levels(on),
        "people": people.at_area(chain[-1].path, now).filter(area=chain[-1]) if chain else [],
        "titles": people.post_titles(now, get_language() or "zh-hans"),
        "households": sum(area.households or 0 for area in below),
        "residents": sum(area.people or 0 for area in below),
    }
    return _page(request, account, now, "setup/areas.html", shown)


@for_setup
def persons(request: HttpRequest, account: Account, now: datetime) -> HttpResponse:
    """Show the staff with the posts that they hold now."""
    words = request.GET.get("q", "").strip()[:60]
    sheet = Paginator(people.staff(now, words=words), PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    titles = people.post_titles(now, get_language() or "zh-hans")
    rows = [(one, [(held, titles.get(held.post, held.post)) for held in one.held]) for one in sheet.object_list]  # type: ignore[attr-defined]
    shown = {
        "rows": rows,
        "words": words,
        "total": sheet.paginator.count,
        "page": pages(sheet.number, sheet.paginator.num_pages),
    }
    return _page(request, account, now, "setup/people.html", shown)


def _page(request: HttpRequest, account: Account, now: datetime, template: str, shown: dict[str, Any]) -> HttpResponse:
    return render(request, template, {"now": now, "frame": frame(account, now)} | shown)


def _state(row: SchemeVersion, current: set[UUID], now: datetime) -> str:
    if row.pk in current:
        return "in_force"
    return "coming" if row.in_force_from > timezone.localdate(now) else "past"


def _findings(row: SchemeVersion) -> list[Finding]:
    """Return what the check says of a version; a version never changes, so it is checked once."""
    kept = f"setup.findings:{row.pk}"
    found: list[Finding] | None = cache.get(kept)
    if found is None:
        text = SchemeVersion.objects.values_list("source", flat=True).get(pk=row.pk)
        found = check.check(source.Source(text["main"], text["files"]))
        cache.set(kept, found, _CHECKED_SECONDS)
    return found


def _catalogue(plan: Scheme) -> list[tuple[str, list[dict[str, str]]]]:
    """Return the items under their headings."""
    groups: dict[str, list[dict[str, str]]] = {}
    for item in plan.items.values():
        if not item.procedure:
            continue
        top = plan.items[plan.lineage(item.id)[-1]]
        department = plan.departments.get(item.department)
        groups.setdefault(wording.say(top.title), []).append({
            "title": wording.say(item.title),
            "procedure": wording.say(plan.procedures[item.procedure].title),
            "department": wording.say(department.title) if department else "",
            "limit": wording.say_limit(item.limit) if item.limit else "",
            "clause": item.clause,
        })  # fmt: skip
    return list(groups.items())


def _levels(on: date) -> list[tuple[str, int]]:
    """Return how many areas each level has, by the schemes' own words for the levels."""
    titles: dict[str, str] = {}
    for _, plan in enactment.all_in_force(on):
        titles |= {level.id: wording.say(level.title) for level in plan.levels.values()}
    return [(titles.get(level, level), count) for level, count in territory.levels(on).items()]


def _posts(plan: Scheme, filled: dict[str, int]) -> list[tuple[Any, str, str, int]]:
    """Return each post with the level that it is at, its superior, and how many people hold it now."""
    return [
        (
            post,
            wording.say(plan.levels[post.at].title) if post.at in plan.levels else "",
            wording.say(plan.posts[post.superior].title) if post.superior in plan.posts else "",
            filled.get(post.id, 0),
        )
        for post in plan.posts.values()
    ]


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
