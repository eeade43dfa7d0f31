"""Trying a plan before it is in force: what would be due when, or a whole scenario, through the real engine."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from gezhi.people.models import Account
from gezhi.schemes import clocks, engine, plays
from gezhi.schemes.documents import decoded
from gezhi.schemes.durations import BadDuration, Duration
from gezhi.schemes.explain import desk_word
from gezhi.schemes.model import CLOSED, Item, Procedure, Rule, Scheme, SchemeError
from gezhi.schemes.state import Clock, Light, Refused
from gezhi.web import wording
from gezhi.web.clocks import clock_view
from gezhi.web.components import ClockView
from gezhi.web.setup import plans
from gezhi.web.setup.pages import form_for_setup, shown

MOST_BYTES = 512 * 1024
MOST_ROWS = 500
# A calendar counts from day to day: what lies far off would take long and mean nothing.
_FIRST_YEAR, _LAST_YEAR = 2005, 2098


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A limit with when it would end, if it began at the moment that was asked for."""

    title: str
    holder: str
    clock: ClockView


@form_for_setup
def trial(request: HttpRequest, account: Account, now: datetime, plan: UUID) -> HttpResponse:
    """Foresee the due dates of a case of some item, or play a scenario."""
    found = plans.find(plan, account, now)
    if found.scheme is None:
        raise Http404
    words: dict[str, Any] = {
        "plan": found,
        "title": found.title,
        "items": [(one.id, _full(found.scheme, one)) for one in found.scheme.items.values() if one.procedure],
        "item": request.GET.get("item", ""),
        "at": request.GET.get("at", timezone.localtime(now).strftime("%Y-%m-%dT%H:%M")),
    }
    if request.method == "POST":
        words |= _play(request, found.scheme)
    elif request.GET.get("item"):
        words |= _foresee(found.scheme, words["item"], words["at"])
    return shown(request, account, now, "setup/try.html", words, status=422 if words.get("wrong") else 200)


def _full(scheme: Scheme, item: Item) -> str:
    line = [scheme.items[one] for one in reversed(scheme.lineage(item.id))]
    return " › ".join(wording.say(one.title) for one in line)


def _foresee(scheme: Scheme, item_id: str, written: str) -> dict[str, Any]:
    item = scheme.items.get(item_id)
    try:
        at = plays.when(scheme, written)
    except ValueError:
        at = None
    if at is None or not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        return {"wrong": gettext("Write the time as a day and a time.")}
    if item is None or not item.procedure:
        return {"wrong": gettext("Choose an item of the catalogue.")}
    procedure = scheme.procedures[item.procedure]
    return {"foreseen": _limits(scheme, procedure, item, at), "procedure": wording.say(procedure.title), "began": at}


def _limits(scheme: Scheme, procedure: Procedure, item: Item, at: datetime) -> list[Foreseen]:
    found = [_clock(scheme, procedure.clock, item, at, title=gettext("whole matter"))] if procedure.clock else []
    for step in procedure.steps.values():
        holder = wording.say(desk_word(scheme, step.holder[0].value)) if step.holder else ""
        if step.clock:
            found.append(
                _clock(
                    scheme,
                    step.clock,
                    item,
                    at,
                    title=wording.say(step.title),
                    holder=holder,
                    clause=step.clause or procedure.clause,
                )
            )
    return [one for one in found if one is not None]


def _clock(
    scheme: Scheme, rule: Rule, item: Item, at: datetime, *, title: str, holder: str = "", clause: str = ""
) -> Foreseen | None:
    limit = _limit(scheme, rule, item)
    if limit is None:
        return None
    calendar = clocks.calendar_of(scheme)
    due = calendar.due(at, limit, rule.counting or None)
    clock = Clock(
        id=rule.id, limit=str(limit), started=at, due=due.at, clause=rule.clause or clause, provisional=due.provisional
    )
    return Foreseen(title, holder, clock_view(clock, Light.GREEN, calendar, at))


def _limit(scheme: Scheme, rule: Rule, item: Item) -> Duration | None:
    """Return the first limit that is a duration for this item; what only an answer gives can't be foreseen."""
    urgency = scheme.urgencies.get(item.urgency)
    for one in rule.limit:
        written = {"item": item.limit, "urgency": urgency.limit if urgency else ""}.get(one.value, one.value)
        try:
            if written and not one.when:
                return Duration.parse(written)
        except BadDuration:
            continue
    return None


# ── a scenario ──


def _play(request: HttpRequest, scheme: Scheme) -> dict[str, Any]:
    sent = request.FILES.get("file")
    if sent is None:
        return {"wrong": gettext("Choose a file first.")}
    if (sent.size or 0) > MOST_BYTES:
        return {"wrong": gettext("The table is too large: %(n)d rows are the most.") % {"n": MOST_ROWS}}
    try:
        rows = plays.read_rows(decoded(sent.read(MOST_BYTES), sent.name or ""))
        if len(rows) > MOST_ROWS:
            return {"wrong": gettext("The table is too large: %(n)d rows are the most.") % {"n": MOST_ROWS}}
        played = plays.play(scheme, rows)
    except SchemeError as bad:
        return {"wrong": " ".join(wording.say(one.text) for one in bad.findings)}
    except (plays.PlayError, Refused, LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as bad:
        return {"wrong": gettext("The table can't be played: %(why)s") % {"why": str(bad)[:200]}}
    procedure = scheme.procedures[played.state.procedure] if played.state else None
    return {
        "played": [_row(procedure, row) for row in played.rows],
        "differing": plays.differences(played.rows)[:20],
        "ended": played.state is not None and played.state.step == CLOSED,
    }


def _row(procedure: Procedure | None, row: Mapping[str, str]) -> dict[str, Any]:
    known = procedure.actions.get(row["action"]) if procedure else None
    step = procedure.steps.get(row["step"]) if procedure else None
    return {
        "at": row["at"][:16].replace("T", " "),
        "by": row["by"],
        "action": wording.say(known.title) if known else _word(row["action"]),
        "ok": row["ok"] == "yes",
        "reason": row["reason"].partition(": ")[2],
        "step": wording.say(step.title) if step else (gettext("closed") if row["step"] == CLOSED else row["step"]),
        "step_due": row["step_due"][:16].replace("T", " "),
        "case_due": row["case_due"][:16].replace("T", " "),
        "light": row["step_light"] or row["case_light"],
    }


def _word(action: str) -> str:
    return {engine.OPEN: gettext("comes in"), "look": gettext("look")}.get(action, action)
