"""The list at hand as a file: as far as its reader sees it, capped, without contacts, and written down."""

import csv
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO, StringIO

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext, override, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.writer.excel import save_workbook

from gezhi.cases import operations, queries
from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.web import wording
from gezhi.web.desk import wishes
from gezhi.web.desk.rows import Row, case_row, queue_row
from gezhi.web.desk.views import kept_of
from gezhi.web.desk.wishes import Wish
from gezhi.web.staff import for_staff

MOST_ROWS = 2_000
_AT_ONCE = 200
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@never_cache
@require_GET
@for_staff
def page(request: HttpRequest, account: Account) -> HttpResponseBase:
    """Hand out the queue, or the list of all cases, as CSV or as XLSX."""
    now, wish = clock.now(), wishes.read(request.GET)
    what = "cases" if request.GET.get("list") == "cases" else "queue"
    form = "xlsx" if request.GET.get("as") == "xlsx" else "csv"
    operations.note_export(actor=account, what=what, query=kept_of(request.GET), form=form, now=now)
    name = f"gezhi-{what}-{timezone.localtime(now):%Y%m%d-%H%M}.{form}"
    lines = _lines(account, wish, what, now)
    answer: HttpResponseBase
    if form == "xlsx":
        answer = HttpResponse(_workbook(lines), content_type=_XLSX)
    else:
        answer = StreamingHttpResponse(_csv(lines, request.LANGUAGE_CODE), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _lines(account: Account, wish: Wish, what: str, now: datetime) -> Iterator[list[str]]:
    yield [
        gettext("Number"), gettext("Title"), pgettext("of a case", "Light"), gettext("Left"), gettext("Due"),
        gettext("Step"), gettext("Place"), gettext("Came in by"), gettext("Marks"),
    ]  # fmt: skip
    for row in _rows(account, wish, what, now):
        yield [
            row.number, _harmless(row.title), str(wording.LIGHT_WORDS[row.light]), row.left, row.due, row.step,
            row.place, row.channel, "、".join(row.tags),
        ]  # fmt: skip


def _rows(account: Account, wish: Wish, what: str, now: datetime) -> Iterator[Row]:
    schemes, cursor = wishes.schemes_in_force(now), ""
    queue, cases = wishes.queue_filter(wish, schemes, now), wishes.case_filter(wish, schemes, now)
    for _ in range(MOST_ROWS // _AT_ONCE):
        if what == "queue":
            found = queries.queue(
                account=account, now=now, wanted=queue, desk_key=wish.desk, sort=wish.sort, cursor=cursor, size=_AT_ONCE
            )
            yield from (queue_row(one, now) for one in found.rows)
            cursor = found.next
        else:
            listed = queries.cases(account=account, now=now, wanted=cases, cursor=cursor, size=_AT_ONCE)
            yield from (case_row(one, now) for one in listed.rows)
            cursor = listed.next
        if not cursor:
            return


def _csv(lines: Iterator[list[str]], language: str) -> Iterator[str]:
    kept = StringIO()
    writer = csv.writer(kept)
    kept.write("\ufeff")
    with override(language):
        for line in lines:
            writer.writerow(line)
            yield kept.getvalue()
            kept.seek(0)
            kept.truncate()


def _workbook(lines: Iterator[list[str]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Gezhi")
    for line in lines:
        cells = []
        for value in line:
            cell = WriteOnlyCell(sheet, value=value)
            cell.data_type = "s"  # never a formula
            cells.append(cell)
        sheet.append(cells)
    kept = BytesIO()
    save_workbook(book, kept)
    return kept.getvalue()


def _harmless(words: str) -> str:
    """Return words that a spreadsheet does not take for a formula."""
    return f"'{words}" if words[:1] in ("=", "+", "-", "@", "\t", "\r") else words
