"""Files that an office sends: kept, checked as often as it likes, taken over in one transaction or not at all."""

import base64
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gezhi.people import access, staff_table, uploads
from gezhi.people.models import Account, Upload
from gezhi.people.operations.passwords import Slip
from gezhi.people.operations.staff_import import StaffReport, import_staff
from gezhi.people.staff_table import Fault
from gezhi.territory import drafts, tables
from gezhi.territory import operations as territory
from gezhi.territory.findings import Finding
from gezhi.territory.operations import Imported

KEPT = timedelta(days=7)
# Up to here a page waits for the check itself; a larger file is the worker's.
AT_ONCE_BYTES = 1_500_000
_MOST_FINDINGS = 2_000


class UploadRefused(Exception):
    """The file can't be taken over as it is."""


def keep_upload(
    *, actor: Account, purpose: Upload.Purpose, name: str, data: bytes, options: Mapping[str, Any], now: datetime
) -> Upload:
    """Keep a file that somebody sent, and check it: at once, or by the worker when it is large."""
    access.require(actor, access.SETUP, now)
    uploads.judge(name, data, uploads.AREAS if purpose == Upload.Purpose.AREAS else uploads.STAFF)
    row = Upload.objects.create(
        account=actor, purpose=purpose, name=name[-120:], size=len(data), options=dict(options), created_at=now,
        content=base64.b64encode(data).decode("ascii"),
    )  # fmt: skip
    _set_going(row, now)
    return row


def put_aside(*, actor: Account, name: str, data: bytes, now: datetime) -> Upload:
    """Keep a table of entries between the look at what it would do and its taking over; for its sender only."""
    uploads.judge(name, data, uploads.STAFF)
    return Upload.objects.create(
        account=actor, purpose=Upload.Purpose.TABLE, name=name[-120:], size=len(data), created_at=now,
        content=base64.b64encode(data).decode("ascii"), state=Upload.State.CHECKED,
    )  # fmt: skip


def take_aside(*, actor: Account, upload: UUID) -> tuple[str, bytes] | None:
    """Return name and bytes of a table that was put aside; another's is as if there were none."""
    row = Upload.objects.filter(pk=upload, account=actor, purpose=Upload.Purpose.TABLE).first()
    return (row.name, base64.b64decode(row.content)) if row and row.content else None


def drop_aside(*, actor: Account, upload: UUID) -> None:
    """Forget a table that was put aside."""
    Upload.objects.filter(pk=upload, account=actor, purpose=Upload.Purpose.TABLE).delete()


def check_again(*, actor: Account, upload: Upload, options: Mapping[str, Any], now: datetime) -> Upload:
    """Check a kept file anew with other columns, another level, coordinate system or day."""
    access.require(actor, access.SETUP, now)
    if upload.state not in {Upload.State.CHECKED, Upload.State.FAILED}:
        raise ValidationError(_("This file is being worked on, or was taken over already."))
    upload.options = dict(options)
    upload.state = Upload.State.CHECKING
    upload.save(update_fields=["options", "state"])
    _set_going(upload, now)
    return upload


def drop_upload(*, actor: Account, upload: Upload, now: datetime) -> None:
    """Forget a file that was not taken over."""
    access.require(actor, access.SETUP, now)
    upload.delete()


def forget_uploads(*, now: datetime) -> int:
    """Forget files that nobody has looked at for a week."""
    return Upload.objects.filter(created_at__lt=now - KEPT).delete()[0]


def take_over_areas(*, actor: Account, upload: Upload, keep_good: bool, now: datetime) -> Upload:
    """Take areas over, all of them or none; with `keep_good` the rows without an error."""
    access.require_set_up(actor, now)
    with transaction.atomic():
        row = Upload.objects.select_for_update().get(pk=upload.pk)
        if row.state != Upload.State.CHECKED:
            raise UploadRefused(_("This file is being worked on, or was taken over already."))
        row.state = Upload.State.TAKING
        row.options = {**row.options, "keep_good": keep_good}
        row.save(update_fields=["state", "options"])
    _set_going(row, now)
    return row


def take_over_staff(*, actor: Account, upload: Upload, now: datetime) -> tuple[StaffReport, list[Slip]]:
    """Take staff over, all of them or nobody; the slips are returned this once and kept nowhere."""
    slips: list[Slip] = []
    with transaction.atomic():
        row = Upload.objects.select_for_update().get(pk=upload.pk)
        if row.state != Upload.State.CHECKED:
            raise UploadRefused(_("This file is being worked on, or was taken over already."))
        report = import_staff(actor=actor, table=read_staff(row), dry_run=False, now=now, hand_out=slips.extend)
        row.result = staff_result(report, [])
        if not report.faults:
            row.state, row.content = Upload.State.TAKEN, ""
        row.save(update_fields=["state", "content", "result"])
    return report, slips


def work_on(*, upload: UUID, now: datetime) -> None:
    """Do what a file waits for: its check, or its taking over. Anything unforeseen is said, never left hanging."""
    row = Upload.objects.select_related("account").filter(pk=upload).first()
    if row is None or row.state not in {Upload.State.CHECKING, Upload.State.TAKING}:
        return
    try:
        _carry_out(row, now)
    except (tables.UnreadableError, ValidationError) as error:
        words = error.finding.say(get_language() or "zh-hans") if isinstance(error, tables.UnreadableError) else ""
        row.state = Upload.State.FAILED
        row.result = {"words": words or " ".join(getattr(error, "messages", ()))}
        row.save(update_fields=["state", "result"])
    except Exception:
        row.state = Upload.State.FAILED
        row.result = {"words": _("The file could not be worked on. Nothing was taken over.")}
        row.save(update_fields=["state", "result"])
        raise


def _carry_out(row: Upload, now: datetime) -> None:
    if row.purpose == Upload.Purpose.STAFF:
        table = read_staff(row)
        report = import_staff(actor=row.account, table=table, dry_run=True, now=now)
        row.state, row.result = Upload.State.CHECKED, staff_result(report, table.left_out)
        row.save(update_fields=["state", "result"])
        return
    taking = row.state == Upload.State.TAKING
    sheet, drafted = read_areas(row)
    on = date.fromisoformat(row.options["on"])
    with transaction.atomic():
        result = territory.import_areas(
            drafted=drafted, actor=row.account_id, now=now, on=on, crs=row.options.get("crs", "wgs84"),
            keep_good=bool(row.options.get("keep_good")), dry_run=not taking,
        )  # fmt: skip
        row.result = areas_result(result, sheet)
        row.state = Upload.State.TAKEN if result.written else Upload.State.CHECKED
        if result.written:
            row.content = ""
        row.save(update_fields=["state", "result", "content"])


def _set_going(row: Upload, now: datetime) -> None:
    from gezhi.people import tasks  # noqa: PLC0415  tasks import the operations

    if row.size <= AT_ONCE_BYTES:
        work_on(upload=row.pk, now=now)
        row.refresh_from_db()
    else:
        transaction.on_commit(lambda: tasks.work_on_upload.defer(upload=str(row.pk)))


# ---- reading what is kept


def read_areas(row: Upload) -> tuple[tables.Sheet, drafts.Drafted]:
    """Return the table and the drafts of a kept file of areas, by its options."""
    with uploads.laid_down(row.name, base64.b64decode(row.content)) as path:
        sheet = tables.read(path)
    options = row.options
    columns = {name: word for name, word in options.get("columns", {}).items() if word}
    return sheet, drafts.draft(
        sheet, level=options.get("level", ""), columns=columns, crs=options.get("crs", "wgs84"),
        levels=dict(options.get("levels", ())),
    )  # fmt: skip


def read_staff(row: Upload) -> staff_table.StaffTable:
    """Return the rows of a kept table of staff."""
    with uploads.laid_down(row.name, base64.b64decode(row.content)) as path:
        return staff_table.read(path)


def areas_result(result: Imported, sheet: tables.Sheet) -> dict[str, Any]:
    """Return what a check or an import of areas says, as it is kept."""
    return {
        "new": result.new,
        "changed": result.changed,
        "unchanged": result.unchanged,
        "left_out": result.left_out,
        "wrong": len(result.wrong),
        "columns": sheet.columns,
        "rows": len(sheet.rows),
        "findings": [_as_json(finding) for finding in result.findings[:_MOST_FINDINGS]],
        "more": max(0, len(result.findings) - _MOST_FINDINGS),
    }


def _as_json(finding: Finding) -> dict[str, Any]:
    return {
        "row": finding.row,
        "field": finding.field,
        "key": finding.key,
        "values": finding.values,
        "suggestion": finding.suggestion,
        "area": finding.area,
    }


def findings_of(row: Upload) -> list[Finding]:
    """Return the findings of a checked file of areas."""
    return [Finding(**one) for one in row.result.get("findings", ())]


def staff_result(report: StaffReport, left_out: Sequence[str]) -> dict[str, Any]:
    """Return what a check or an import of staff says, as it is kept."""

    def listed(faults: Sequence[Fault]) -> list[list[Any]]:
        return [[fault.row, fault.column, fault.message] for fault in faults[:_MOST_FINDINGS]]

    return {
        "accounts": report.accounts,
        "appointments": report.appointments,
        "faults": listed(report.faults),
        "warnings": listed(report.warnings),
        "left_out": list(left_out),
    }
