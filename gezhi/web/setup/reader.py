"""A plan to read, part by part beside its contents, or whole as a document to print and sign."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from gezhi.cases import queries as cases
from gezhi.enactment import queries as enactment
from gezhi.people import access
from gezhi.people import queries as people
from gezhi.people.models import Account
from gezhi.schemes import clocks, explain
from gezhi.schemes.model import Level, Scheme
from gezhi.web import wording
from gezhi.web.setup import duty_parts, notices, plans, tree
from gezhi.web.setup.clauses import by_clause
from gezhi.web.setup.pages import for_readers, shown
from gezhi.web.setup.picture import draw
from gezhi.web.setup.plans import Plan
from gezhi.web.setup.year import year_asked, year_view

PARTS = (
    "overview", "flow", "limits", "items", "duties", "registers", "forms", "calendar", "notices", "clauses", "check",
)  # fmt: skip


@for_readers
def scheme(request: HttpRequest, account: Account, now: datetime, version: UUID) -> HttpResponse:
    """Show one part of a plan beside the contents of the whole."""
    plan = plans.find(version, account, now)
    wanted = request.GET.get("part", "")
    if plan.scheme is None:
        part = "check"
    else:
        part = wanted if wanted in PARTS else ("flow" if request.GET.get("flow") else "overview")
    words = frame_words(plan, account, now) | {"part": part}
    if plan.scheme is not None:
        words |= _PARTS[part](request, plan, plan.scheme, now)
    return shown(request, account, now, "setup/scheme.html", words)


@for_readers
def document(request: HttpRequest, account: Account, now: datetime, version: UUID) -> HttpResponse:
    """Show the whole plan as one document with a place for the signature."""
    plan = plans.find(version, account, now)
    words = frame_words(plan, account, now) | {"part": "document", "may_change": False}
    if plan.scheme is not None:
        scheme = plan.scheme
        words |= _overview(request, plan, scheme, now) | _items(request, plan, scheme, now)
        words |= _notices(request, plan, scheme, now)
        words |= duty_parts.duties(request, plan, scheme, now) | duty_parts.registers(request, plan, scheme, now)
        words |= _calendar(request, plan, scheme, now) | _clauses(request, plan, scheme, now)
        words["described"] = [_described(scheme, one, ()) for one in explain.flows(scheme)]
    return shown(request, account, now, "setup/document.html", words)


def frame_words(plan: Plan, account: Account, now: datetime) -> dict[str, Any]:
    """Return what stands around every page of a plan: its contents, its state, what may be done with it."""
    findings = plans.findings(plan, now)
    errors = sum(one.severity == "error" for one in findings)
    return {
        "plan": plan,
        "row": plan.row,
        "scheme": plan.scheme,
        "state": plan.state,
        "title": plan.title,
        "flows": list(plan.scheme.procedures.values()) if plan.scheme else [],
        "errors": errors,
        "reminders": len(findings) - errors,
        "may_setup": access.holds(account, access.SETUP, now),
        "may_change": access.holds(account, access.SETUP, now) and plan.state not in ("done", "cancelled"),
        "may_enact": access.holds(account, "enact", now),
        "running": 0 if plan.draft else cases.open_by_version().get(plan.pk, 0),
    }


# ── the parts ──


def _overview(_request: HttpRequest, plan: Plan, scheme: Scheme, now: datetime) -> dict[str, Any]:
    filled = people.filled(now)
    history = [row for row in enactment.versions(plan.row.scheme) if row.pk != plan.pk] if plan.row.scheme else []
    return {
        "levels": [(level, _posts_at(scheme, level.id, filled)) for level in scheme.levels.values()],
        "office_posts": _posts_at(scheme, "department", filled),
        "offices": _offices(scheme),
        "history": history,
        "level_count": len(scheme.levels),
    }


def _posts_at(scheme: Scheme, level: str, filled: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "post": post,
            "superior": wording.say(scheme.posts[post.superior].title) if post.superior in scheme.posts else "",
            "rights": [access.title_of(right) for right in post.rights],
            "people": filled.get(post.id, 0),
        }
        for post in scheme.posts.values()
        if post.at == level
    ]


def _offices(scheme: Scheme) -> list[dict[str, Any]]:
    counts: dict[str, int] = {}
    for item in scheme.items.values():
        if item.procedure:
            counts[item.department] = counts.get(item.department, 0) + 1
    return [
        {
            "office": office,
            "level": _level(scheme.levels.get(office.level)),
            "items": counts.get(office.id, 0),
            "superior": wording.say(scheme.posts[office.superior].title) if office.superior in scheme.posts else "",
        }
        for office in scheme.departments.values()
    ]


def _level(level: Level | None) -> str:
    return wording.say(level.title) if level else ""


def _flow(request: HttpRequest, plan: Plan, scheme: Scheme, now: datetime) -> dict[str, Any]:
    chosen = scheme.procedures.get(request.GET.get("flow", ""), next(iter(scheme.procedures.values()), None))
    if chosen is None:
        return {"flow": None}
    described = _described(scheme, explain.flow(scheme, chosen), _changed_steps(plan, chosen.id, now))
    places = list(scheme.procedures)
    at = places.index(chosen.id)
    return described | {
        "previous": scheme.procedures[places[at - 1]] if at else None,
        "next": scheme.procedures[places[at + 1]] if at + 1 < len(places) else None,
    }


def _changed_steps(plan: Plan, procedure: str, now: datetime) -> frozenset[str]:
    """Return the steps of a draft that are other than in what it would replace."""
    if plan.draft is None:
        return frozenset()
    head = f"procedures.{procedure}.steps."
    found = plans.differences(plans.before(plan, now), plan)
    return frozenset(one.path.removeprefix(head).split(".")[0] for one in found if one.path.startswith(head))


def _described(scheme: Scheme, flow: explain.Flow, changed: Sequence[str] | frozenset[str]) -> dict[str, Any]:
    ways: dict[str, list[tuple[str, str]]] = {}
    titles = {node.id: wording.say(node.title) for node in flow.nodes}
    for link in flow.links:
        ways.setdefault(link.source, []).append((wording.say(link.title), titles.get(link.target, link.target)))
    return {
        "flow": flow,
        "picture": draw(scheme, flow, changed),
        "changed": changed,
        "twin": [(node, _together(ways.get(node.id, ()))) for node in flow.nodes],
        "items_here": len(flow.items),
    }


def _together(ways: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return each action once with everywhere it may lead."""
    found: dict[str, list[str]] = {}
    for title, target in ways:
        if target not in found.setdefault(title, []):
            found[title].append(target)
    return [(title, " / ".join(targets)) for title, targets in found.items()]


def _limits(_request: HttpRequest, _plan: Plan, scheme: Scheme, _now: datetime) -> dict[str, Any]:
    return {"tables": explain.flows(scheme)}


def _items(_request: HttpRequest, plan: Plan, scheme: Scheme, _now: datetime) -> dict[str, Any]:
    counts = {} if plan.draft else {item: n for (of, item), n in cases.open_by_item().items() if of == scheme.id}
    return {"branches": tree.branches(scheme, counts), "counted": not plan.draft}


def _calendar(request: HttpRequest, _plan: Plan, scheme: Scheme, now: datetime) -> dict[str, Any]:
    calendar, today = clocks.calendar_of(scheme), timezone.localdate(now)
    year = year_asked(request.GET.get("year", ""), today)
    return {"calendar": calendar, "year": year_view(calendar, year, today), "rule": scheme.calendar}


def _notices(_request: HttpRequest, _plan: Plan, scheme: Scheme, now: datetime) -> dict[str, Any]:
    return {"letters": notices.letters(scheme, now)}


def _clauses(_request: HttpRequest, _plan: Plan, scheme: Scheme, _now: datetime) -> dict[str, Any]:
    clauses, without = by_clause(scheme)
    return {"clauses": clauses, "without": without}


def _check(_request: HttpRequest, plan: Plan, _scheme: Scheme, now: datetime) -> dict[str, Any]:
    return check_words(plan, now)


def check_words(plan: Plan, now: datetime) -> dict[str, Any]:
    """Return what the check says with where it stands, and the reasons for living with reminders."""
    reasons = _reasons(plan)
    rows = [
        {
            "finding": one,
            "place": plans.place_of(plan, one),
            "name": f"{one.code} {one.path}",
            "reason": reasons.get(f"{one.code} {one.path}", ""),
        }
        for one in plans.findings(plan, now)
    ]
    return {
        "wrong": [row for row in rows if row["finding"].severity == "error"],  # type: ignore[attr-defined]
        "reminded": [row for row in rows if row["finding"].severity != "error"],  # type: ignore[attr-defined]
    }


def _reasons(plan: Plan) -> dict[str, str]:
    if plan.draft is not None:
        return {one["name"]: one["reason"] for one in plan.draft.accepted}
    return {f"{one['code']} {one['path']}": one["reason"] for one in plan.row.accepted}


_PARTS: Mapping[str, Callable[[HttpRequest, Plan, Scheme, datetime], dict[str, Any]]] = {
    "overview": _overview,
    "flow": _flow,
    "limits": _limits,
    "items": _items,
    "duties": duty_parts.duties,
    "registers": duty_parts.registers,
    "forms": duty_parts.filled_forms,
    "calendar": _calendar,
    "notices": _notices,
    "clauses": _clauses,
    "check": _check,
}
