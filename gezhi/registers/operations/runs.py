"""Large tables in the background: asked for on a page, worked on by the worker, looked at when one likes.

The table stays with its owner: what was sent lies where uploads lie, what comes out lies encrypted in a file of the
run's own, and both go after `KEPT`. How far it is is told on a connection of its own, since all of a table is taken
over in one transaction; on the same way whoever asked for it calls it off, and then nothing was taken over.
"""

import base64
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import batched
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import translation

from gezhi.foundation import crypto
from gezhi.people import operations as people
from gezhi.people.access import standing
from gezhi.people.models import Account
from gezhi.registers.errors import Forbidden, NotFound, Refused
from gezhi.registers.models import Import, TableRun
from gezhi.registers.operations import exporting
from gezhi.registers.operations.importing import ImportReport, import_table
from gezhi.registers.queries.lists import Wanted
from gezhi.registers.tables import Remark
from gezhi.schemes.text import Text

KEPT = timedelta(days=7)
# So long without a word, and the worker that had it is gone.
SILENCE = timedelta(minutes=3)
MOST_REMARKS = 500
# So many of one person may be waiting or under way: the rest of the district waits behind them.
MOST_AT_ONCE = 5
_BEAT_SECONDS = 1.0
_LINES = 2_000
_PIECE = 1 << 20

type Told = Callable[[int, int], None]


class CalledOff(Exception):
    """Whoever asked for the run called it off."""


def begin_import(
    *, actor: Account, now: datetime, register: str, upload: UUID, name: str, area: str = "", language: str = "",
    dry_run: bool = True, keep_good: bool = False,
) -> TableRun:  # fmt: skip
    """Ask the worker to look at a table that was put aside, or to take it over."""
    _require_turn(actor)
    options = {"upload": str(upload), "area": area, "keep_good": keep_good, "language": language}
    return TableRun.objects.create(
        account=actor, kind=TableRun.Kind.IMPORT, register=register, name=name[-120:], dry_run=dry_run,
        options=options, at=now,
    )  # fmt: skip


def begin_export(
    *, actor: Account, now: datetime, wanted: Wanted, kind: str, unmask: bool = False, reason: str = "",
    language: str = "",
) -> TableRun:  # fmt: skip
    """Ask the worker to write a register as a table. Who may not is refused at once."""
    exporting.check(actor=actor, now=now, wanted=wanted, unmask=unmask, reason=reason)
    _require_turn(actor)
    reach = standing(actor, now).reach
    options = {
        "area": wanted.area, "kind": kind, "unmask": unmask, "reason": reason, "language": language,
        "paths": reach.area_paths, "departments": reach.departments,
    }  # fmt: skip
    return TableRun.objects.create(
        account=actor, kind=TableRun.Kind.EXPORT, register=wanted.register, name=f"{wanted.register}.{kind}",
        options=options, at=now,
    )  # fmt: skip


def _require_turn(actor: Account) -> None:
    under_way = TableRun.objects.filter(account=actor, state__in=(TableRun.State.WAITING, TableRun.State.RUNNING))
    if under_way.count() >= MOST_AT_ONCE:
        raise Refused(
            f"您已有 {MOST_AT_ONCE} 个表在后台处理。请等其中一个完成，或停止一个。",
            f"{MOST_AT_ONCE} of your tables are under way. Wait until one of them is done, or call one off.",
        )


def call_off(*, actor: Account, now: datetime, run: UUID) -> TableRun:
    """Stop a run of one's own. What has not been done is not done; a table is taken over whole or not at all."""
    with transaction.atomic():
        row = TableRun.objects.select_for_update().filter(pk=run, account=actor).first()
        if row is None:
            raise NotFound("没有这次导入或导出。", "There is no such import or export.")
        if row.state == TableRun.State.WAITING:
            row.state, row.done_at = TableRun.State.CALLED_OFF, now
        elif row.state == TableRun.State.RUNNING:
            row.stop = True
        row.save(update_fields=["state", "done_at", "stop"])
    return row


def work_on_next(*, now: datetime) -> bool:
    """Work on the run that has waited longest; return whether there was one."""
    with transaction.atomic():
        waiting = TableRun.objects.filter(state=TableRun.State.WAITING).order_by("at", "id")
        row = waiting.select_for_update(skip_locked=True).first()
        if row is None:
            return False
        row.state, row.began_at, row.heard_at = TableRun.State.RUNNING, now, now
        row.save(update_fields=["state", "began_at", "heard_at"])
    _carry_out(row, now)
    return True


def give_up_silent(*, now: datetime) -> int:
    """Say of runs whose worker was killed what came of them: all, where the table was taken over, or nothing."""
    words = Text("后台任务中断，什么都没有做完。请重新开始。", "The work was cut off, nothing was done. Begin again.")
    silent = list(TableRun.objects.filter(state=TableRun.State.RUNNING, heard_at__lt=now - SILENCE))
    for row in silent:
        taken = Import.objects.filter(actor=str(row.account_id), register=row.register)
        batch = taken.filter(at=row.began_at).first() if row.began_at else None
        row.state, row.done_at, row.batch = TableRun.State.FAILED, now, batch
        row.result = _said(words)
        _draft_of(row).unlink(missing_ok=True)
        if batch is not None:
            people.drop_aside(actor=row.account, upload=UUID(row.options["upload"]))
            row.state = TableRun.State.DONE
            row.result = _reported(ImportReport(batch.pk, batch.made, batch.changed, batch.proposed, batch.same))
        row.save(update_fields=["state", "done_at", "batch", "result"])
    return len(silent)


def forget_runs(*, now: datetime) -> int:
    """Forget runs and their files when their time is over."""
    old = TableRun.objects.filter(at__lt=now - KEPT).exclude(state=TableRun.State.RUNNING)
    for row in old:
        path_of(row).unlink(missing_ok=True)
        _draft_of(row).unlink(missing_ok=True)
    return old.delete()[0]


def path_of(row: TableRun) -> Path:
    """Return where what came out lies, encrypted."""
    return Path(settings.MEDIA_ROOT) / "tables" / row.pk.hex


def _draft_of(row: TableRun) -> Path:
    """Return where it lies while it is written; a worker that is killed leaves it there."""
    return path_of(row).with_suffix(".part")


def content_of(row: TableRun, *, now: datetime) -> Iterator[bytes]:
    """Return what came out, piece by piece, for its owner, who still sees all that was seen when it was asked for."""
    options, reach = row.options, standing(row.account, now).reach
    wanted = Wanted(register=row.register, area=options["area"])
    exporting.check(actor=row.account, now=now, wanted=wanted, unmask=options["unmask"], reason=options["reason"])
    gone = [path for path in options.get("paths", ()) if not reach.sees_area(path)]
    if gone or not set(options.get("departments", ())) <= set(reach.departments):
        raise Forbidden(
            "导出之后您的岗位有变动，这个表不再提供；请按现在的范围重新导出。",
            "Your posts changed since, and this table is not handed out any more. Export again what you see now.",
        )
    return _pieces_in(path_of(row))


def _pieces_in(path: Path) -> Iterator[bytes]:
    with path.open("rb") as kept:
        for line in kept:
            yield base64.b64decode(crypto.decrypt(base64.b64decode(line)))


def report_of(row: TableRun) -> ImportReport:
    """Return what came of an import, or of the look at one."""
    told = msgspec.json.decode(row.result) if row.result else {}

    def remarks(name: str) -> list[Remark]:
        return [Remark(cell, Text(zh, en), number) for cell, zh, en, number in told.get(name, ())]

    return ImportReport(
        batch=row.batch_id or 0, made=told.get("made", 0), changed=told.get("changed", 0),
        proposed=told.get("proposed", 0), same=told.get("same", 0), faults=remarks("faults"), notes=remarks("notes"),
        left_out=told.get("left_out", []), more_faults=told.get("more_faults", 0),
    )  # fmt: skip


def trouble_of(row: TableRun) -> Text | None:
    """Return why a run failed."""
    told = msgspec.json.decode(row.result) if row.state == TableRun.State.FAILED and row.result else {}
    return Text(told.get("zh", ""), told.get("en", "")) if told else None


def _carry_out(row: TableRun, now: datetime) -> None:
    row.state, row.done_at = TableRun.State.DONE, now
    try:
        with translation.override(row.options.get("language") or "zh-hans"), _telling(row) as told:
            if row.kind == TableRun.Kind.IMPORT:
                _import(row, now, told)
            else:
                _export(row, now, told)
    except CalledOff:
        row.state, row.batch_id, row.result = TableRun.State.CALLED_OFF, None, ""
        path_of(row).unlink(missing_ok=True)
    except Refused as refused:
        row.state, row.result = TableRun.State.FAILED, _said(refused.text)
    except Exception:
        row.state = TableRun.State.FAILED
        row.result = _said(Text("没有做成，什么都没有改动。", "It could not be done. Nothing was changed."))
        raise
    finally:
        row.stop = False
        row.save(update_fields=["state", "done_at", "result", "batch", "size", "stop", "done", "total"])


def _import(row: TableRun, now: datetime, told: Told) -> None:
    options = row.options
    kept = people.take_aside(actor=row.account, upload=UUID(options["upload"]))
    if kept is None:
        raise Refused("这个表已经不在了，请重新上传。", "This table is not here any more; send it again.", field="file")
    report = import_table(
        actor=row.account, now=now, register=row.register, name=kept[0], data=kept[1], area=options["area"],
        dry_run=row.dry_run, keep_good=options["keep_good"], progress=told,
        settle=lambda report: _settle(row, report, now),
    )  # fmt: skip
    row.batch_id = report.batch or None
    row.result = _reported(report)
    if report.batch:
        people.drop_aside(actor=row.account, upload=UUID(options["upload"]))


def _settle(row: TableRun, report: ImportReport, now: datetime) -> None:
    """Write down that a table was taken over, in the transaction that does it; whoever called it off was first.

    The row is locked until then: it is either called off and nothing was taken over, or done and not to be called off.
    """
    kept = TableRun.objects.select_for_update().get(pk=row.pk)
    if kept.stop:
        raise CalledOff
    kept.state, kept.done_at, kept.batch_id, kept.result = TableRun.State.DONE, now, report.batch, _reported(report)
    kept.save(update_fields=["state", "done_at", "batch", "result"])


def _export(row: TableRun, now: datetime, told: Told) -> None:
    options = row.options
    rows = exporting.export(
        actor=row.account, now=now, wanted=Wanted(register=row.register, area=options["area"]),
        unmask=options["unmask"], reason=options["reason"], progress=lambda done: told(done, 0),
    )  # fmt: skip
    pieces = _lines(rows) if options["kind"] == "csv" else _sheet(rows)
    path = path_of(row)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    draft = _draft_of(row)
    try:
        with draft.open("wb") as out:
            for piece in pieces:
                row.size += len(piece)
                out.write(base64.b64encode(crypto.encrypt(base64.b64encode(piece).decode())) + b"\n")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _lines(rows: Iterator[list[str]]) -> Iterator[bytes]:
    for some in batched(exporting.as_csv(rows), _LINES):
        yield b"".join(some)


def _sheet(rows: Iterator[list[str]]) -> Iterator[bytes]:
    whole = exporting.as_xlsx(rows)
    for start in range(0, len(whole), _PIECE):
        yield whole[start : start + _PIECE]


def _reported(report: ImportReport) -> str:
    def listed(remarks: list[Remark]) -> list[tuple[str, str, str, int]]:
        return [(one.cell, one.text.zh, one.text.en, one.row) for one in remarks[:MOST_REMARKS]]

    told: dict[str, Any] = {
        "made": report.made, "changed": report.changed, "proposed": report.proposed, "same": report.same,
        "faults": listed(report.faults), "notes": listed(report.notes), "left_out": report.left_out,
        "more_faults": max(0, len(report.faults) - MOST_REMARKS),
    }  # fmt: skip
    return msgspec.json.encode(told).decode()


def _said(words: Text) -> str:
    return msgspec.json.encode({"zh": words.zh, "en": words.en}).decode()


@contextmanager
def _telling(row: TableRun) -> Iterator[Told]:
    """Give what tells how far it is: kept in memory, written every second by a thread with a connection of its own."""
    stop, over = threading.Event(), threading.Event()

    def told(done: int, total: int) -> None:
        row.done, row.total = done, total
        if stop.is_set():
            raise CalledOff

    def write() -> None:
        try:
            while not over.wait(_BEAT_SECONDS):
                kept = TableRun.objects.filter(pk=row.pk)
                kept.update(done=row.done, total=row.total, heard_at=Now())
                if kept.filter(stop=True).exists():
                    stop.set()
        finally:
            connection.close()

    teller = threading.Thread(target=write, name="registers.telling", daemon=True)
    teller.start()
    try:
        yield told
    finally:
        over.set()
        teller.join()
