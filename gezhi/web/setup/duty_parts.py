"""The parts of a plan that say what is done again and again: duties with their year, registers, forms as filled in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from gezhi.schemes import clocks
from gezhi.schemes.duties import Duty
from gezhi.schemes.explain_duties import DutyRow, duty_rows, form_rows, register_rows
from gezhi.schemes.model import Scheme
from gezhi.schemes.rounds import Round
from gezhi.schemes.yearly import YEARS, rounds_in
from gezhi.web import forms
from gezhi.web.setup.plans import Plan
from gezhi.web.setup.year import month_name, year_asked, year_view

# a month with more due days than these says how many they are
MOST_DAYS = 3


@dataclass(frozen=True, slots=True)
class MonthCell:
    """What falls due of a duty in a month: the days, or how many rounds when they are many."""

    days: tuple[int, ...]
    count: int


@dataclass(frozen=True, slots=True)
class YearRow:
    """A duty's year, month by month; none for what events start."""

    duty: DutyRow
    months: tuple[MonthCell, ...]
    total: int


def duties(request: HttpRequest, _plan: Plan, scheme: Scheme, now: datetime) -> dict[str, Any]:
    """Return the table of duties, the year of each month by month, and the year of one on the calendar."""
    today = timezone.localdate(now)
    year = year_asked(request.GET.get("year", ""), today)
    year = year if year in YEARS else today.year
    rows = duty_rows(scheme)
    found = {one.id: rounds_in(scheme, one.id, year) for one in scheme.duties.values()}
    years = [YearRow(row, _months(found[row.id]), len(found[row.id])) for row in rows if found[row.id]]
    chosen = _chosen(scheme, request.GET.get("duty", ""), [row.duty.id for row in years])
    days = frozenset(one.due for one in found[chosen.id]) if chosen else frozenset[date]()
    return {
        "phases": list(scheme.phases.values()),
        "duties": rows,
        "years": years,
        "by_events": [row for row in rows if not found[row.id]],
        "month_names": [month_name(month) for month in range(1, 13)],
        "chosen": chosen,
        "due_days": len(days),
        "year": year_view(clocks.calendar_of(scheme), year, today, due=days),
    }


def _chosen(scheme: Scheme, asked: str, with_rounds: Sequence[str]) -> Duty | None:
    """Return the duty that the address asks for, else the first that a rule dates, else the first with rounds."""
    by_rule = [one for one in with_rounds if scheme.duties[one].on]
    name = asked if asked in with_rounds else next(iter((*by_rule, *with_rounds)), "")
    return scheme.duties.get(name)


def _months(found: Sequence[Round]) -> tuple[MonthCell, ...]:
    cells = []
    for month in range(1, 13):
        days = [one.due.day for one in found if one.due.month == month]
        cells.append(MonthCell(tuple(days) if len(days) <= MOST_DAYS else (), len(days)))
    return tuple(cells)


def registers(_request: HttpRequest, _plan: Plan, scheme: Scheme, _now: datetime) -> dict[str, Any]:
    """Return the table of registers."""
    return {"registers": register_rows(scheme)}


def filled_forms(request: HttpRequest, _plan: Plan, scheme: Scheme, _now: datetime) -> dict[str, Any]:
    """Return the forms, and one as it is filled in."""
    rows = form_rows(scheme)
    asked = request.GET.get("form", "")
    shown = next((row for row in rows if row.id == asked), rows[0] if rows else None)
    if shown is None:
        return {"forms": (), "shown": None}
    places = [row.id for row in rows]
    at = places.index(shown.id)
    return {
        "forms": rows,
        "shown": shown,
        "drawn": forms.draw(scheme.forms[shown.id]),
        "previous_form": rows[at - 1] if at else None,
        "next_form": rows[at + 1] if at + 1 < len(rows) else None,
    }
