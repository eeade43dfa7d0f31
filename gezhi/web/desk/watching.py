"""What superiors watch and whom somebody called: supervised cases with their limits, departments called to the site."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gezhi.cases import queries
from gezhi.cases.queries import Called, Watched
from gezhi.enactment import queries as enactment
from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.schemes.state import Desk, Light
from gezhi.web import wording
from gezhi.web.desk.frame import frame
from gezhi.web.desk.rows import Row, case_row
from gezhi.web.desks import called, parse
from gezhi.web.staff import for_staff


@dataclass(frozen=True, slots=True)
class WatchRow:
    """A supervised case: who watches and why, by when an answer is wanted, whether there is one."""

    row: Row
    desk: str
    reason: str
    since: datetime
    limit: str
    late: bool
    answered: bool
    mine: bool


@dataclass(frozen=True, slots=True)
class CallRow:
    """A department that was called: whether it answered in time, and what came of it."""

    number: str
    title: str
    place: str
    department: str
    caller: str
    task: str
    since: datetime
    light: Light
    answer: str
    state: str
    rating: str


@never_cache
@require_GET
@for_staff
def supervised(request: HttpRequest, account: Account) -> HttpResponse:
    """Show what is under supervision: by my desks, by others, or all."""
    now, which = clock.now(), request.GET.get("by", "")
    mine = {"me": True, "others": False}.get(which)
    found = queries.watched(account=account, now=now, mine=mine)
    names = _watch_names(found, now)
    shown = {
        "now": now,
        "frame": frame(account, now),
        "which": which if mine is not None else "",
        "rows": [_watch_row(one, names, now) for one in found],
        "late": sum(one.limit_at is not None and one.limit_at < now and not one.answered for one in found),
    }
    return render(request, "desk/supervised.html", shown)


@never_cache
@require_GET
@for_staff
def whistles(request: HttpRequest, account: Account) -> HttpResponse:
    """Show the departments that my desks called, and the calls that wait for mine."""
    now = clock.now()
    mine = request.GET.get("calls") != "tome"
    found = queries.called_departments(account=account, now=now, mine=mine)
    names = _call_names(found, now)
    shown = {
        "now": now,
        "frame": frame(account, now),
        "mine": mine,
        "rows": [_call_row(one, names, now) for one in found],
    }
    return render(request, "desk/whistles.html", shown)


def _watch_row(one: Watched, names: Mapping[str, str], now: datetime) -> WatchRow:
    return WatchRow(
        row=case_row(one.case, now), desk=names.get(one.desk_key, one.desk_key), reason=one.reason, since=one.since,
        limit=wording.say_moment(one.limit_at, now) if one.limit_at else "",
        late=one.limit_at is not None and one.limit_at < now and not one.answered,
        answered=one.answered, mine=one.mine,
    )  # fmt: skip


def _watch_names(found: Iterable[Watched], now: datetime) -> dict[str, str]:
    by_scheme: dict[UUID, list[Desk]] = {}
    for one in found:
        by_scheme.setdefault(one.case.scheme_version_id, []).append(parse(one.desk_key))
    return _said(by_scheme, now)


def _call_names(found: Iterable[Called], now: datetime) -> dict[str, str]:
    by_scheme: dict[UUID, list[Desk]] = {}
    for one in found:
        desks = [one.part.desk, *([one.state.caller] if one.state.caller else [])]
        by_scheme.setdefault(one.case.scheme_version_id, []).extend(desks)
    return _said(by_scheme, now)


def _said(by_scheme: Mapping[UUID, list[Desk]], now: datetime) -> dict[str, str]:
    names: dict[str, str] = {}
    for version, desks in by_scheme.items():
        names |= {key: one.name for key, one in called(desks, enactment.scheme(version), now).items()}
    return names


def _call_row(one: Called, names: Mapping[str, str], now: datetime) -> CallRow:
    light, answer = _answer(one, now)
    scheme = enactment.scheme(one.case.scheme_version_id)
    rated = next(
        (
            wording.say(option.title)
            for question in scheme.questions.values()
            for option in question.choices
            if one.part.rating and option.id == one.part.rating
        ),
        one.part.rating,
    )
    caller = one.state.caller
    row = case_row(one.case, now)
    return CallRow(
        number=row.number, title=row.title, place=row.place, department=names.get(one.part.desk.key, ""),
        caller=names.get(caller.key, "") if caller else "", task=one.part.task, since=one.since, light=light,
        answer=answer, state=_STATES[one.part.state](), rating=rated,
    )  # fmt: skip


def _answer(one: Called, now: datetime) -> tuple[Light, str]:
    """Return whether the call was answered within its limit."""
    limit, met = one.response, one.response.met_at
    if met is not None:
        late = limit.due is not None and met > limit.due
        words = gettext("answered %(moment)s, too late") if late else gettext("answered %(moment)s")
        return (Light.RED if late else Light.DONE), words % {"moment": wording.say_past(met, now)}
    if limit.due is None:
        return Light.PAUSED, gettext("the clock stands still")
    if limit.due < now:
        span = wording.say_span(int((now - limit.due).total_seconds()))
        return Light.RED, gettext("no answer, overdue by %(span)s") % {"span": span}
    span = wording.say_span(int((limit.due - now).total_seconds()))
    return Light.YELLOW, gettext("must answer within %(span)s") % {"span": span}


_STATES = {
    "open": lambda: gettext("at work"),
    "finished": lambda: gettext("its part is done"),
    "returned": lambda: gettext("returned"),
    "cancelled": lambda: gettext("called off"),
}
