"""The worker's cases: in hand, what became of those passed on, closed this month, all; search over numbers and words.

Filters are links, and a page goes on by key.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gezhi.cases import queries
from gezhi.cases.errors import BadInput
from gezhi.cases.models import Case
from gezhi.cases.queries import Page
from gezhi.enactment import queries as enactment
from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.schemes.state import Desk
from gezhi.web.desks import called, parse
from gezhi.web.field.rows import Task, tasks_of
from gezhi.web.lists import Row, Waiting, light_of, row_of
from gezhi.web.staff import for_staff

SIZE = 30


@dataclass(frozen=True, slots=True)
class Line:
    """A case that is with somebody else or closed: who has it."""

    row: Row
    due: datetime | None
    holder: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What a view of the list shows: tasks in hand, or lines; the cursor of the next page."""

    tasks: tuple[Task, ...] = ()
    lines: tuple[Line, ...] = ()
    next: str = ""


@never_cache
@require_GET
@for_staff
def page(request: HttpRequest, account: Account) -> HttpResponse:
    """List what a view holds, or what a search finds."""
    now = clock.now()
    views = _views()
    view = request.GET.get("show", "hand")
    view = view if view in views else "hand"
    words = request.GET.get("q", "").strip()[:80]
    if words:
        found = Shown(lines=_lines(queries.search(account=account, query=words, now=now, size=SIZE), now))
    else:
        read = _READ[view]
        try:
            found = read(account, now, request.GET.get("after", ""))
        except BadInput:
            found = read(account, now, "")
    shown = {"now": now, "found": found, "view": view, "views": views, "words": words, "empty": _empty(view, words)}
    return render(request, "field/cases.html", shown)


def _views() -> dict[str, str]:
    return {
        "hand": gettext("In hand"),
        "passed": gettext("Passed on"),
        "closed": gettext("Closed this month"),
        "all": gettext("All here"),
    }


def _empty(view: str, words: str) -> tuple[str, str]:
    if words:
        return gettext("Nothing found"), gettext("Try fewer words, a street, or the number as it stands on the slip.")
    return {
        "hand": (gettext("Nothing in hand"), gettext("What is sent to you appears here by itself.")),
        "passed": (
            gettext("Nothing is on its way"),
            gettext("Here you see who has what you reported up."),
        ),
        "closed": (
            gettext("Nothing closed this month"),
            gettext("Cases that you worked on stand here once they end."),
        ),
        "all": (gettext("No cases here yet"), gettext("Everything in your area will stand here.")),
    }[view]


def _hand(account: Account, now: datetime, cursor: str) -> Shown:
    found = queries.queue(account=account, now=now, cursor=cursor, size=SIZE)
    return Shown(tasks=tuple(tasks_of(found.rows, now)), next=found.next)


def _passed(account: Account, now: datetime, cursor: str) -> Shown:
    return _of(queries.passed_on(account=account, now=now, state="passed_on", cursor=cursor, size=SIZE), now)


def _closed(account: Account, now: datetime, cursor: str) -> Shown:
    begin = timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    find = partial(queries.passed_on, account=account, now=now, state="closed", since=begin)
    return _of(find(cursor=cursor, size=SIZE), now)


def _all(account: Account, now: datetime, cursor: str) -> Shown:
    return _of(queries.cases(account=account, now=now, cursor=cursor, size=SIZE), now)


_READ: dict[str, Callable[[Account, datetime, str], Shown]] = {
    "hand": _hand, "passed": _passed, "closed": _closed, "all": _all,
}  # fmt: skip


def _of(found: Page[Case], now: datetime) -> Shown:
    return Shown(lines=_lines(found.rows, now), next=found.next)


def _lines(cases: Iterable[Case], now: datetime) -> tuple[Line, ...]:
    """Return cases with who has them; desks of one plan are named at once."""
    rows = list(cases)
    wanted: dict[UUID, dict[str, Desk]] = {}
    for case in rows:
        if case.desk_key and case.closed_at is None:
            wanted.setdefault(case.scheme_version_id, {})[case.desk_key] = parse(case.desk_key)
    names = {
        (version, key): one.name
        for version, desks in wanted.items()
        for key, one in called(desks.values(), enactment.scheme(version), now).items()
    }
    return tuple(
        Line(
            row=row_of(Waiting(case, case.step, case.case_due, light_of(case, now)), now),
            due=case.case_due,
            holder=names.get((case.scheme_version_id, case.desk_key), ""),
        )
        for case in rows
    )
