"""Own cases on a telephone: what waits at the sender's desks, with what may be done and what that asks.

With what happened so far, as the case's page tells it to those who work on it. Never a contact, never a rating.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import get_language

from gezhi.cases import queries
from gezhi.cases.access import took_in
from gezhi.cases.models import Case
from gezhi.cases.queries import QueueRow, Standing, Told
from gezhi.people.access import desks_of
from gezhi.people.models import Account
from gezhi.schemes.model import CLOSED, Action
from gezhi.schemes.state import Choice
from gezhi.schemes.text import Text
from gezhi.schemes.ways import Course, courses
from gezhi.sync.queries.asking import Offers, fields_of, offers_for, print_of, say
from gezhi.sync.queries.ground import Grid
from gezhi.territory import queries as territory

MOST = 100
# So much of what happened comes along, the newest first; what is older is read where there is a network.
MOST_LINES = 40
_LETTERS = 1_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits, by part name, with the mark by which a change of it is seen."""

    rows: Mapping[str, QueueRow]
    marks: Mapping[str, str]


def waiting(account: Account, now: datetime) -> Waiting:
    """Return the sender's queue, the most pressing first."""
    found = queries.queue(account=account, now=now, size=MOST).rows
    rows = {f"case/{row.case.number}": row for row in found}
    at = ",".join(desk.key for desk in desks_of(account, now))
    marks = {
        name: f"{row.case.version}.{row.case.log_seq} {row.part} {row.due} {row.warn} {row.paused} {row.desk_key} {at}"
        for name, row in rows.items()
    }
    return Waiting(rows, marks)


def parts(
    account: Account, now: datetime, seen: Waiting, wanted: Sequence[str], grids: Sequence[Grid]
) -> dict[str, Any]:
    """Return the wanted parts `case/NUMBER`."""
    numbers = [seen.rows[name].case.number for name in wanted]
    standing = {one.case.number: one for one in queries.standings(account=account, numbers_given=numbers, now=now)}
    back = queries.came_back([seen.rows[name] for name in wanted])
    told = queries.stories(account=account, numbers=numbers, now=now, language=get_language() or "zh-hans")
    texts = dict(Case.objects.visible_to(account, now=now).filter(number__in=numbers).values_list("number", "text"))
    return {
        name: _case(account, standing[row.case.number], row, back=back, texts=texts, grids=grids, now=now)
        | _happened(told.get(row.case.number, ()))
        for name, row in ((name, seen.rows[name]) for name in wanted)
        if row.case.number in standing
    }


def _case(
    account: Account, one: Standing, row: QueueRow, *, back: Mapping[UUID, str], texts: Mapping[str, str],
    grids: Sequence[Grid], now: datetime,
) -> dict[str, Any]:  # fmt: skip
    case, scheme, state = one.case, one.scheme, one.state
    step = scheme.procedures[state.procedure].steps.get(row.step)
    whole = state.clock("case")
    told: dict[str, Any] = {
        "number": case.number, "version": case.version, "title": case.title,
        "text": _text(case, texts.get(case.number, "")),
        "item": say(scheme.items[state.item].title) if state.item in scheme.items else "",
        "place": territory.short_name(case.area.name) if case.area else "", "address": case.address,
        "lon": case.lon, "lat": case.lat, "step": say(step.title) if step else "",
        "checks": bool(step and step.not_doer),
        "opened": case.opened_at, "due": row.due, "warn": row.warn, "paused": row.paused,
        "case_due": whole.due if whole else None, "back": back.get(case.pk), "part": row.part,
        "correctable": took_in(account, case) and state.step != CLOSED and state.doer_desk is None,
        "hindered": one.hindered, "doings": _doings(one, row.step, grids, now),
    }  # fmt: skip
    return {name: value for name, value in told.items() if value not in ("", None, False, 0)}


def _happened(told: Sequence[Told]) -> dict[str, Any]:
    """Return what happened in words: when, what, who, what was said and answered, how many photos belong to it."""
    lines = [_line(one) for one in told[:MOST_LINES]]
    return {"story": lines} | ({"earlier": len(told) - MOST_LINES} if len(told) > MOST_LINES else {})


def _line(one: Told) -> dict[str, Any]:
    entry = one.entry
    told = {
        "at": entry.at, "title": one.title, "who": " · ".join(part for part in (entry.office, entry.person) if part),
        "say": entry.text[:_LETTERS], "facts": [[name, words[:_LETTERS]] for name, words in entry.words.items()],
        "photos": len(entry.files),
    }  # fmt: skip
    return {name: value for name, value in told.items() if value not in ("", [], 0)}


def _text(case: Case, words: str) -> str:
    """Return what the reporter wrote, where it says more than the title."""
    return "" if words.strip("。") == case.title else words


def _doings(standing: Standing, step: str, grids: Sequence[Grid], now: datetime) -> list[dict[str, Any]]:
    """Return what may be done, the usual first, each action once; what is blocked last with its reason."""
    procedure = standing.scheme.procedures[standing.state.procedure]
    first: dict[tuple[str, int], Choice] = {}
    for choice in standing.choices:
        kept = first.get((choice.action, choice.part))
        if kept is None or (kept.blocked and not choice.blocked):
            first[choice.action, choice.part] = choice
    known = courses(procedure, standing.state.step or step, [choice.action for choice in first.values()])
    ranked = sorted(first.values(), key=lambda choice: (bool(choice.blocked), known[choice.action]))
    asked = [question for choice in ranked for question in procedure.actions[choice.action].asks]
    offers = offers_for(standing.scheme, asked, standing.case.area_path, grids, now)
    usual = ranked[0] if ranked and not ranked[0].blocked and known[ranked[0].action].usual else None
    actions = procedure.actions
    return [
        _doing(actions[one.action], one, known[one.action], offers=offers, now=now, usual=one is usual)
        for one in ranked
    ]


def _doing(
    action: Action, choice: Choice, course: Course, *, offers: Offers, now: datetime, usual: bool
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "key": f"{choice.action}-{choice.part}" if choice.part else choice.action, "action": choice.action,
        "desk": choice.by.key, "part": choice.part, "title": say(action.title), "usual": usual,
        "course": course.name.lower(),
        "blocked": (say(Text(choice.zh, choice.en)) or choice.blocked) if choice.blocked else "",
        "clause": choice.clause or action.clause, "proposal": choice.proposal, "print": print_of(action.asks),
        "fields": fields_of(action.asks, offers, now),
    }  # fmt: skip
    return {name: value for name, value in told.items() if value not in ("", None, False, 0)}
