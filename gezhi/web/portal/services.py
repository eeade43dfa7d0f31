"""The service guide: what can be applied for, what papers it needs, how long it takes, and which clause says so."""

import re
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from gezhi.enactment import queries as enactment
from gezhi.foundation import clock
from gezhi.schemes.model import Action, Item, Procedure, Scheme
from gezhi.schemes.state import REPORTER
from gezhi.web import wording
from gezhi.web.portal import catalogue

_BETWEEN_PAPERS = re.compile(r"[、；;。\n]|\band\b")


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the way, as the guide says it."""

    title: str
    limit: str
    clause: str


@require_GET
def guide(request: HttpRequest) -> HttpResponse:
    """List what can be applied for: the items that say which papers they need."""
    on = timezone.localdate(clock.now())
    groups = catalogue.groups(on)
    for group in groups:
        group.entries = [entry for entry in group.entries if entry.note and entry.applied_for]
    return render(request, "portal/services.html", {"groups": [group for group in groups if group.entries]})


@require_GET
def one(request: HttpRequest, scheme: str, item: str) -> HttpResponse:
    """Show one service: papers, times, what happens when a paper is missing, what to do against a refusal."""
    on = timezone.localdate(clock.now())
    entry = catalogue.find(item, on, scheme)
    if entry is None:
        raise Http404(gettext("There is no such service now."))
    _, plan = enactment.in_force(scheme, on)
    procedure = plan.procedures[plan.items[item].procedure]
    shown = {
        "entry": entry,
        "papers": [paper.strip() for paper in _BETWEEN_PAPERS.split(entry.note) if paper.strip()],
        "stages": [_stage(plan, procedure, step_id, plan.items[item]) for step_id in procedure.steps],
        "rights": [wording.say(action.title) for action in procedure.actions.values() if _by_reporter(action)],
        "clause": plan.items[item].clause or procedure.clause,
    }
    return render(request, "portal/service.html", shown)


def _stage(plan: Scheme, procedure: Procedure, step_id: str, item: Item) -> Stage:
    step = procedure.steps[step_id]
    words = step.clock.limit[0].value if step.clock and step.clock.limit else ""
    limit = {
        "item": item.limit,
        "urgency": plan.urgencies[item.urgency].limit if item.urgency in plan.urgencies else "",
    }
    return Stage(
        title=wording.say(step.title),
        limit=wording.say_limit(limit.get(words, words)) if not words.startswith("answer.") else gettext("as promised"),
        clause=step.clause or procedure.clause,
    )


def _by_reporter(action: Action) -> bool:
    return REPORTER.key in action.by
