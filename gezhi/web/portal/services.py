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
from gezhi.schemes.flow import edges
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
    """List what can be applied for, by kind; `q` searches titles and papers, in pinyin too."""
    words = request.GET.get("q", "").strip()[:60]
    groups = catalogue.groups(timezone.localdate(clock.now()))
    for group in groups:
        group.entries = [entry for entry in group.entries if entry.applied_for and _fits(entry, words)]
    shown = {"groups": [group for group in groups if group.entries], "words": words}
    return render(request, "portal/services.html", shown)


@require_GET
def one(request: HttpRequest, scheme: str, item: str) -> HttpResponse:
    """Show one service: papers, times, who does it and where, what happens when a paper is missing."""
    on = timezone.localdate(clock.now())
    entry = catalogue.find(item, on, scheme)
    if entry is None:
        raise Http404(gettext("There is no such service now."))
    _, plan = enactment.in_force(scheme, on)
    procedure = plan.procedures[plan.items[item].procedure]
    shown = {
        "entry": entry,
        "papers": [paper.strip() for paper in _BETWEEN_PAPERS.split(entry.note) if paper.strip()],
        "first": _first_holder(plan, procedure),
        "stages": [_stage(plan, procedure, step_id, plan.items[item]) for step_id in _in_order(procedure)],
        "rights": [wording.say(action.title) for action in procedure.actions.values() if _by_reporter(action)],
        "clause": plan.items[item].clause or procedure.clause,
    }
    return render(request, "portal/service.html", shown)


def _fits(entry: catalogue.Entry, words: str) -> bool:
    told = f"{entry.words} {entry.note}".lower()
    return all(word in told for word in words.lower().split())


def _first_holder(plan: Scheme, procedure: Procedure) -> str:
    """Return the post that takes it in first, in words; the first of several that a place may have."""
    step = procedure.steps.get(procedure.first[0].value) if procedure.first else None
    post = next((plan.posts[one.value] for one in step.holder if one.value in plan.posts), None) if step else None
    return wording.say(post.title) if post else ""


def _in_order(procedure: Procedure) -> list[str]:
    """Return the steps in the order in which a matter comes to them."""
    onward = [one for one in edges(procedure) if not one.back]
    found, layer = dict[str, None](), [one.value for one in procedure.first]
    while layer:
        found |= dict.fromkeys(layer)
        layer = [one.target for one in onward if one.source in layer and one.target not in found]
    reached = [step for step in found if step in procedure.steps]
    # the reporter's own step comes at the end of every way, however soon one may lead there
    signs = [step for step in reached if any(one.value == REPORTER.key for one in procedure.steps[step].holder)]
    rest = [step for step in procedure.steps if step not in found]
    return [*(step for step in reached if step not in signs), *rest, *signs]


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
