"""The books that write themselves: somebody's day, week or month, an area's month; remarks, close, print, export."""

import calendar as months
from datetime import date, datetime, timedelta
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gezhi.cases.operations import note_export
from gezhi.duties import operations, queries
from gezhi.duties.models import Leaf
from gezhi.duties.operations import Which
from gezhi.duties.queries import Figures, Line
from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.territory import queries as territory
from gezhi.territory.models import Area
from gezhi.web import papers
from gezhi.web.desk import leaves
from gezhi.web.desk.frame import frame
from gezhi.web.field.rounds import as_id
from gezhi.web.papers import Paper
from gezhi.web.staff import for_staff

_BOOKS = (Leaf.Book.DAY, Leaf.Book.WEEK, Leaf.Book.MONTH, Leaf.Book.NOTICE)


@never_cache
@require_http_methods(["GET", "POST"])
@for_staff
def page(request: HttpRequest, account: Account) -> HttpResponse:
    """Show a leaf; keep its remark, close it, open it again; hand it out as a file."""
    now = clock.now()
    book = request.GET.get("book", Leaf.Book.WEEK)
    if book not in _BOOKS:
        raise Http404
    first, last = _span(book, _day(request.GET.get("on", ""), now))
    whose = _person(request, account, now)
    area = _area(request, account, now) if book == Leaf.Book.NOTICE else None
    which = Which(book, first, last, None if book == Leaf.Book.NOTICE else whose.pk, area)
    if request.method == "POST":
        leaves.write(request, account, which, now)
        return redirect(request.get_full_path())
    leaf = queries.leaf_of(which)
    lines: list[Line] = []
    figures: tuple[Figures | None, list[Figures]] = (None, [])
    if book == Leaf.Book.NOTICE:
        figures = queries.figures(area=area, first=first, last=last) if area else figures
    else:
        closed = leaf.closed_at if leaf else None
        lines = queries.lines(account=whose, now=now, first=first, last=last, closed=closed, reader=account)
    kind = request.GET.get("as", "")
    if kind in papers.KINDS:
        paper = _notice(area, figures, which, leaf) if area else _diary(whose, lines, which, leaf)
        note_export(actor=account, what="books", query=request.GET.urlencode()[:500], form=kind, now=now)
        return papers.respond(paper, kind)
    today = timezone.localdate(now)
    shown = {
        "now": now, "frame": frame(account, now), "book": book, "books": [(one.value, one.label) for one in _BOOKS],
        "first": first, "last": last, "before": (first - timedelta(days=1)).isoformat(),
        "after": (last + timedelta(days=1)).isoformat() if last < today else "", "leaf": leaf, "lines": lines,
        "whole": figures[0], "parts": figures[1], "area": area, "whose": whose, "mine": whose.pk == account.pk,
        "may_write": operations.may_write(account, which, now), "title": Leaf.Book(book).label,
        "people": operations.colleagues_below(account, now)[:200],
        "remarks": list(leaf.remarks.select_related("by").order_by("-at")[1:]) if leaf else [],
    }  # fmt: skip
    return render(request, "desk/books.html", shown)


def _person(request: HttpRequest, account: Account, now: datetime) -> Account:
    """Return whose diary is read: one's own, or that of somebody of an office below."""
    pk: UUID | None = as_id(request.GET.get("person", ""))
    if pk is None or pk == account.pk:
        return account
    found = next((one for one in operations.colleagues_below(account, now) if one.pk == pk), None)
    if found is None:
        raise Http404
    return found


def _area(request: HttpRequest, account: Account, now: datetime) -> Area | None:
    code = request.GET.get("area", "")
    area = queries.ground(account, code, now)
    if area is None and code:
        raise Http404
    return area


def _span(book: str, on: date) -> tuple[date, date]:
    if book == Leaf.Book.DAY:
        return on, on
    if book == Leaf.Book.WEEK:
        first = on - timedelta(days=on.weekday())
        return first, first + timedelta(days=6)
    return on.replace(day=1), on.replace(day=months.monthrange(on.year, on.month)[1])


def _day(words: str, now: datetime) -> date:
    try:
        return min(max(date(2000, 1, 1), date.fromisoformat(words)), timezone.localdate(now) + timedelta(days=366))
    except ValueError:
        return timezone.localdate(now)


def _dates(which: Which) -> str:
    return (
        which.first.isoformat()
        if which.first == which.last
        else f"{which.first.isoformat()} – {which.last.isoformat()}"
    )


def _diary(whose: Account, lines: list[Line], which: Which, leaf: Leaf | None) -> Paper:
    rows = tuple(
        (
            timezone.localtime(one.at).strftime("%m-%d %H:%M"), one.did, one.what, one.place, one.note, one.case,
            gettext("added after the close") if one.added else "",
        )
        for one in lines
    )  # fmt: skip
    return Paper(
        title=f"{whose.name} {Leaf.Book(which.book).label}", unit=whose.name, dates=_dates(which),
        columns=(
            gettext("Time"), pgettext("in a diary", "Done"), gettext("On what"), gettext("Place"),
            gettext("Process and result"), gettext("Case"), gettext("Mark"),
        ),
        rows=rows or ((gettext("nothing recorded"), *[""] * 6),), remark=leaf.remark if leaf else "",
        name=f"{which.book}-{which.first.isoformat()}", widths=(9, 12, 16, 12, 28, 12, 7), wide=True,
    )  # fmt: skip


def _notice(area: Area, figures: tuple[Figures | None, list[Figures]], which: Which, leaf: Leaf | None) -> Paper:
    whole, parts = figures
    rows = tuple(
        (
            territory.short_name(one.area.name), *(str(n) for n in (
                one.patrols, one.visits, one.inspections, one.findings, one.on_the_spot, one.taken_in, one.closed,
                one.changes,
            )),
        )
        for one in [*parts, *([whole] if whole else [])]
    )  # fmt: skip
    return Paper(
        title=gettext("Monthly notice of %(area)s") % {"area": territory.short_name(area.name)}, unit=area.name,
        dates=_dates(which),
        columns=(
            gettext("Area"), gettext("Patrols"), gettext("Visits"), gettext("Inspections"), gettext("Findings"),
            gettext("Put right on the spot"), gettext("Cases taken in"), gettext("Cases closed"),
            gettext("Register changes"),
        ),
        rows=rows, remark=leaf.remark if leaf else "", name=f"notice-{area.code}-{which.first.isoformat()}",
        widths=(14, 8, 8, 8, 8, 9, 9, 9, 9), wide=True,
        note=gettext("The last line is the sum. Counted are things done, not people."),
    )  # fmt: skip
