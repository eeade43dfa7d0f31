"""Tables into a register and out of it: looked at first, row by row, taken over under a number, taken back whole."""

import io
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from openpyxl import Workbook
from openpyxl.writer.excel import save_workbook

from gezhi.foundation import clock
from gezhi.people import operations as people
from gezhi.people import uploads
from gezhi.people.models import Account
from gezhi.registers import access, operations, queries
from gezhi.registers.errors import Refused
from gezhi.registers.ledgers import Ledger
from gezhi.registers.operations import ImportReport
from gezhi.registers.queries import Wanted
from gezhi.registers.values import fields_of
from gezhi.territory import queries as territory
from gezhi.web import wording
from gezhi.web.desk.entry_forms import areas
from gezhi.web.desk.frame import frame
from gezhi.web.desk.ledgers import find
from gezhi.web.staff import for_staff

MOST_SHOWN = 200
# Up to here a page waits for it; what is larger is the background worker's.
AT_ONCE_BYTES = 150_000
AT_ONCE_ROWS = 2_000


@never_cache
@require_http_methods(["GET", "POST"])
@for_staff
def bring(request: HttpRequest, account: Account, register: str) -> HttpResponse:
    """Take a table: first only look at what it would do, then take it over."""
    now = clock.now()
    ledger = find(register, now)
    if ledger.register.care or not access.writes_somewhere(account, ledger, now):
        raise PermissionDenied(gettext("Tables are taken into a register by the posts and departments that write it."))
    error, report, token, name = "", None, "", ""
    if request.method == "POST":
        try:
            name, data, token = _file(request, account)
            if len(data) > AT_ONCE_BYTES:
                going = operations.begin_import(
                    actor=account, now=now, register=ledger.id, upload=UUID(token), name=name,
                    area=request.POST.get("area", "")[:40], language=get_language() or "",
                )  # fmt: skip
                return redirect("web:desk_register_run", register=register, run=going.pk)
            report = _read(request, account, ledger, (name, data), now)
        except (Refused, ValidationError) as refused:
            error = " ".join(refused.messages) if isinstance(refused, ValidationError) else str(refused)
        if report is not None and report.batch:
            people.drop_aside(actor=account, upload=UUID(token))
            done = gettext("Import %(n)d: %(made)d new, %(changed)d changed, %(proposed)d proposed.")
            counts = {"n": report.batch, "made": report.made, "changed": report.changed, "proposed": report.proposed}
            messages.success(request, done % counts)
            return redirect("web:desk_register_import", register=register)
    shown = {
        "now": now, "frame": frame(account, now), "ledger": ledger, "error": error, "report": report, "token": token,
        "name": name, "faults": lines_of(report), "most": MOST_SHOWN, "imports": queries.imports(ledger.id),
        "areas": areas(account, now), "area": request.POST.get("area", ""), "size": uploads.MOST_BYTES // 2**20,
        "errors": {"file": error} if error else {},
        "runs": queries.runs(account=account, register=ledger.id, kind="import", now=now),
    }  # fmt: skip
    return render(request, "desk/registers/import.html", shown, status=422 if error else 200)


def _read(
    request: HttpRequest, account: Account, ledger: Ledger, file: tuple[str, bytes], now: datetime
) -> ImportReport:
    sent = request.POST
    name, data = file
    return operations.import_table(
        actor=account, now=now, register=ledger.id, name=name, data=data, area=sent.get("area", "")[:40],
        dry_run="take" not in sent and "take_good" not in sent, keep_good="take_good" in sent,
    )  # fmt: skip


def _file(request: HttpRequest, account: Account) -> tuple[str, bytes, str]:
    """Return the file that was sent now, or that was looked at before, and the id by which it is kept."""
    file = request.FILES.get("file")
    if isinstance(file, UploadedFile) and file.name:
        data = file.read(uploads.MOST_BYTES + 1)
        return file.name, data, str(people.put_aside(actor=account, name=file.name, data=data, now=clock.now()).pk)
    token = request.POST.get("token", "")
    kept = people.take_aside(actor=account, upload=UUID(token)) if _is_id(token) else None
    if kept is None:
        raise Refused("请选择表格文件。", "Please choose a file.", field="file")
    return *kept, token


def _is_id(said: str) -> bool:
    try:
        UUID(said)
    except ValueError:
        return False
    return True


def lines_of(report: ImportReport | None) -> list[tuple[str, str, bool]]:
    """Return the cells with what is wrong or to be known, and whether it is wrong."""
    if report is None:
        return []
    faults = [(one.cell, wording.say(one.text), True) for one in report.faults[:MOST_SHOWN]]
    return faults + [(one.cell, wording.say(one.text), False) for one in report.notes[:MOST_SHOWN]]


@never_cache
@require_POST
@for_staff
def undo(request: HttpRequest, account: Account, register: str, number: int) -> HttpResponse:
    """Take an import back whole."""
    try:
        operations.undo_import(actor=account, now=clock.now(), number=number)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, gettext("Import %(n)d was taken back.") % {"n": number})
    return redirect("web:desk_register_import", register=register)


@require_GET
@for_staff
def template(request: HttpRequest, account: Account, register: str) -> HttpResponse:  # noqa: ARG001
    """Answer with the table to fill in: the form's titles as headings."""
    ledger = find(register, clock.now())
    language = get_language() or "zh-hans"
    heads = ["编号", "网格"] if not language.startswith("en") else ["code", "area"]
    if ledger.register.part_of:
        heads.append("所属编号" if not language.startswith("en") else "part of")
    wanted = [one for one in fields_of(ledger.form).values() if one.kind not in ("photos", "repeat")]
    book = Workbook()
    sheet = book.active
    for place, word in enumerate([*heads, *(wording.say(one.title) for one in wanted)], 1):
        sheet.cell(1, place, word)  # type: ignore[union-attr]
    out = io.BytesIO()
    save_workbook(book, out)
    return _sent(out.getvalue(), f"{ledger.id}.xlsx")


@never_cache
@require_http_methods(["GET", "POST"])
@for_staff
def export(request: HttpRequest, account: Account, register: str) -> HttpResponseBase:
    """Write the register as a table, masked; whole only with the right and a reason. It is on record."""
    now = clock.now()
    ledger = find(register, now)
    error = ""
    if request.method == "POST":
        sent = request.POST
        code = sent.get("area", "")[:40]
        area = territory.by_code(code, timezone.localdate(now)) if code else None
        wanted = Wanted(register=ledger.id, area=area.path if area else "")
        try:
            if code and area is None:  # never everything in place of what was asked for
                raise Refused(
                    "没有这个区域，什么都没有导出。请从列表中重新选择。",
                    "There is no such area (any more), and nothing was taken out. Choose one from the list again.",
                )
            asked: dict[str, Any] = {
                "actor": account, "now": now, "wanted": wanted, "unmask": sent.get("unmask") == "yes",
                "reason": sent.get("reason", ""),
            }  # fmt: skip
            if queries.more_than(AT_ONCE_ROWS, account=account, now=now, wanted=wanted):
                kind = "xlsx" if sent.get("kind") == "xlsx" else "csv"
                going = operations.begin_export(kind=kind, language=get_language() or "", **asked)
                return redirect("web:desk_register_run", register=register, run=going.pk)
            rows = operations.export(**asked)
        except Refused as refused:
            error = str(refused)
        else:
            if sent.get("kind") == "xlsx":
                return _sent(operations.as_xlsx(rows), f"{ledger.id}.xlsx")
            answer = StreamingHttpResponse(operations.as_csv(rows), content_type="text/csv; charset=utf-8")
            answer["Content-Disposition"] = f'attachment; filename="{ledger.id}.csv"'
            return answer
    shown = {
        "now": now, "frame": frame(account, now), "ledger": ledger, "errors": {"reason": error} if error else {},
        "areas": areas(account, now), "runs": queries.runs(account=account, register=ledger.id, kind="export", now=now),
    }  # fmt: skip
    return render(request, "desk/registers/export.html", shown, status=422 if error else 200)


def _sent(body: bytes, name: str) -> HttpResponse:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    answer = HttpResponse(body, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
