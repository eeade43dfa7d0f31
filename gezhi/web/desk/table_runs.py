"""Large tables on their way: how far each is, what came of it, its file; to be left and come back to, or called off."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.registers import operations, queries
from gezhi.registers.errors import NotFound, Refused
from gezhi.registers.models import TableRun
from gezhi.registers.operations.runs import KEPT
from gezhi.web import wording
from gezhi.web.desk.entry_tables import MOST_SHOWN, lines_of
from gezhi.web.desk.frame import frame
from gezhi.web.desk.ledgers import find
from gezhi.web.staff import for_staff

_KINDS = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@never_cache
@require_http_methods(["GET", "POST"])
@for_staff
def page(request: HttpRequest, account: Account, register: str, run: UUID) -> HttpResponse:
    """Show how far it is; call it off, or take over what was looked at."""
    now = clock.now()
    ledger, row = find(register, now), _own(account, register, run)
    if request.method == "POST":
        return _do(request, account, row)
    done = row.state == TableRun.State.DONE
    report = operations.report_of(row) if done and row.kind == TableRun.Kind.IMPORT else None
    trouble = operations.trouble_of(row)
    shown = {
        "now": now, "frame": frame(account, now), "ledger": ledger, "run": row, "report": report,
        "going": row.state in (TableRun.State.WAITING, TableRun.State.RUNNING),
        "share": 100 * row.done // row.total if row.total else None, "faults": lines_of(report), "most": MOST_SHOWN,
        "trouble": wording.say(trouble) if trouble else "", "until": row.at + KEPT,
    }  # fmt: skip
    return render(request, "desk/registers/run.html", shown)


@never_cache
@require_GET
@for_staff
def file(request: HttpRequest, account: Account, register: str, run: UUID) -> HttpResponseBase:  # noqa: ARG001
    """Hand out what an export came to, to whoever asked for it."""
    row = _own(account, register, run)
    if row.kind != TableRun.Kind.EXPORT or row.state != TableRun.State.DONE:
        raise Http404
    try:
        content = operations.content_of(row, now=clock.now())
    except Refused as refused:
        raise PermissionDenied(str(refused)) from refused
    answer = StreamingHttpResponse(content, content_type=_KINDS[row.options["kind"]])
    answer["Content-Disposition"] = f'attachment; filename="{row.name}"'
    return answer


def _do(request: HttpRequest, account: Account, row: TableRun) -> HttpResponse:
    now, sent = clock.now(), request.POST
    if "stop" in sent:
        operations.call_off(actor=account, now=now, run=row.pk)
        messages.success(request, gettext("It stops; nothing of it is taken over."))
        return redirect("web:desk_register_run", register=row.register, run=row.pk)
    looked_at = row.kind == TableRun.Kind.IMPORT and row.state == TableRun.State.DONE and row.dry_run
    if not looked_at or not {"take", "take_good"} & set(sent):
        raise Http404
    try:
        again = operations.begin_import(
            actor=account, now=now, register=row.register, upload=UUID(row.options["upload"]), name=row.name,
            area=row.options["area"], language=get_language() or "", dry_run=False, keep_good="take_good" in sent,
        )  # fmt: skip
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("web:desk_register_run", register=row.register, run=row.pk)
    return redirect("web:desk_register_run", register=row.register, run=again.pk)


def _own(account: Account, register: str, run: UUID) -> TableRun:
    try:
        row = queries.run(account=account, run=run)
    except NotFound as missing:
        raise Http404(str(missing)) from missing
    if row.register != register:
        raise Http404
    return row
