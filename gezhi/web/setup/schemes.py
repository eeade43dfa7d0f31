"""The plan as people read it: schemes and their versions, each with its flows, catalogue, posts and findings."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language

from gezhi.enactment import queries as enactment
from gezhi.enactment.models import SchemeVersion
from gezhi.people import queries as people
from gezhi.people.models import Account
from gezhi.schemes import check, explain, source
from gezhi.schemes.model import Finding, Scheme
from gezhi.web import wording
from gezhi.web.setup.pages import for_setup, shown
from gezhi.web.setup.picture import draw

_CHECKED_SECONDS = 24 * 3600
TABS = ("flows", "items", "posts", "findings")


@for_setup
def schemes(request: HttpRequest, account: Account, now: datetime) -> HttpResponse:
    """Show every scheme with its versions: which is in force, which is to come, which was."""
    today = timezone.localdate(now)
    current = {row.pk for row, _ in enactment.all_in_force(today)}
    rows = [(row, _state(row, current, now)) for row in enactment.versions()]
    return shown(request, account, now, "setup/schemes.html", {"rows": rows})


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
    words: dict[str, Any] = {
        "row": row,
        "plan": plan,
        "state": _state(row, current, now),
        "tab": tab if tab in TABS else "flows",
        "flows": list(plan.procedures.values()),
        "findings": _findings(row),
        "title": row.say(get_language() or "zh-hans"),
    }
    if words["tab"] == "flows" and chosen is not None:
        flow = explain.flow(plan, chosen)
        words |= {"flow": flow, "picture": draw(plan, flow)}
    elif words["tab"] == "items":
        words["items"] = _catalogue(plan)
    elif words["tab"] == "posts":
        words["filled"] = _posts(plan, people.filled(now))
    return shown(request, account, now, "setup/scheme.html", words)


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
