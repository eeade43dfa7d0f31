"""The handbook of an area, page by page: filled from registers, activities and cases; remarks, close, print, files."""

from dataclasses import replace
from datetime import date, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gezhi.cases.operations import note_export
from gezhi.duties import operations, queries
from gezhi.duties.models import Leaf
from gezhi.duties.operations import Which
from gezhi.duties.queries import Filled, Sheet
from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.territory import queries as territory
from gezhi.territory.models import Area
from gezhi.web import papers, wording
from gezhi.web.desk import leaves
from gezhi.web.desk.frame import frame
from gezhi.web.papers import Paper
from gezhi.web.staff import for_staff

CASES = "cases"
_FIRST_YEAR = 2000


@never_cache
@require_http_methods(["GET", "POST"])
@for_staff
def page(request: HttpRequest, account: Account) -> HttpResponse:
    """Show a page of the handbook; keep its remark of the year, close it, open it again; hand it out as a file."""
    now = clock.now()
    code = request.GET.get("area", "")
    area = queries.ground(account, code, now)
    if area is None and code:
        raise Http404
    shown: dict[str, object] = {"now": now, "frame": frame(account, now), "area": area}
    if area is None:
        return render(request, "desk/handbook.html", shown)
    first, last = _year(request.GET.get("year", ""), now)
    pages = queries.sheets(timezone.localdate(now))
    wanted = request.GET.get("page", pages[0].key if pages else CASES)
    sheet = next((one for one in pages if one.key == wanted), None)
    if sheet is None and wanted != CASES:
        raise Http404
    whole = Which(Leaf.Book.HANDBOOK, first, last, None, area)
    which = replace(whole, page=wanted)
    if request.method == "POST":
        leaves.write(request, account, whole if "year" in request.POST else which, now)
        return redirect(request.get_full_path())
    if sheet is None:
        filled = queries.cases_of(account=account, now=now, area=area, first=first, last=last)
    else:
        filled = queries.sheet(account=account, now=now, sheet=sheet, area=area, first=first, last=last)
    leaf, year = queries.leaf_of(which), queries.leaf_of(whole)
    kind = request.GET.get("as", "")
    if kind in papers.KINDS:
        if sheet is not None and sheet.care:
            raise Http404
        note_export(actor=account, what="handbook", query=request.GET.urlencode()[:500], form=kind, now=now)
        return papers.respond(_paper(area, sheet, filled, which, (leaf, year), now=now), kind)
    shown |= _shown(pages, sheet, wanted) | {
        "filled": filled, "year": first.year, "before": first.year - 1,
        "after": first.year + 1 if last < timezone.localdate(now) else None, "leaf": leaf,
        "whole": year,
        "below": territory.children(area, timezone.localdate(now)).defer("boundary"),
        "own": queries.grounds(account, now), "may_write": operations.may_write(account, which, now),
        "remarks": [
            said for one in (leaf, year) if one for said in one.remarks.select_related("by").order_by("-at")[1:]
        ],
    }  # fmt: skip
    return render(request, "desk/handbook.html", shown)


def _shown(pages: list[Sheet], sheet: Sheet | None, wanted: str) -> dict[str, object]:
    return {
        "pages": [
            *((one.key, wording.say(one.form.title), n) for n, one in enumerate(pages, 1)),
            (CASES, gettext("Cases"), len(pages) + 1),
        ],
        "wanted": wanted, "title": _title(sheet), "care": sheet is not None and sheet.care,
        "clause": sheet.form.clause if sheet else "", "of_entries": bool(sheet and sheet.registers),
    }  # fmt: skip


def _title(sheet: Sheet | None) -> str:
    return wording.say(sheet.form.title) if sheet else gettext("Cases")


def _year(words: str, now: datetime) -> tuple[date, date]:
    this = timezone.localdate(now).year
    year = int(words) if words.isascii() and words.isdecimal() and len(words) == len(str(this)) else this
    year = min(max(year, _FIRST_YEAR), this)
    return date(year, 1, 1), date(year, 12, 31)


def _paper(
    area: Area, sheet: Sheet | None, filled: Filled, which: Which, written: tuple[Leaf | None, ...], *, now: datetime
) -> Paper:  # fmt: skip
    # of a register it has what stands there today, whatever the year
    of_today = sheet is not None and bool(sheet.registers)
    dates = f"{which.first.isoformat()} – {which.last.isoformat()}"
    blank = (gettext("nothing recorded"), *[""] * (len(filled.columns) - 1))
    return Paper(
        title=_title(sheet), unit=area.name, dates=timezone.localdate(now).isoformat() if of_today else dates,
        columns=filled.columns, rows=tuple(one.cells for one in filled.rows) or (blank,),
        remark="\n".join(one.remark for one in written if one and one.remark),
        name=f"handbook-{area.code}-{which.first.year}", wide=True,
        note=gettext("There are more lines than a page of a handbook shows; take the register out as a table.")
        if filled.more
        else "",
    )  # fmt: skip
