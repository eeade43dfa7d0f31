"""Large tables in the background: worked on once, told how far they are, called off, kept for their owner alone."""

import csv
import io
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from gezhi.people import operations as people
from gezhi.people.models import Account, Appointment
from gezhi.registers import operations, queries
from gezhi.registers.errors import Forbidden, NotFound, Refused
from gezhi.registers.models import Entry, Import, TableRun
from gezhi.registers.operations import bulk, runs
from gezhi.registers.queries import Wanted
from gezhi.registers.tests.conftest import Books

HEAD = "户主,住址,电话"


def sent(books: Books, *lines: str, who: Account | None = None) -> TableRun:
    """Ask for a look at a table."""
    actor = who or books.cast.worker
    data = "\n".join([HEAD, *lines]).encode()
    kept = people.put_aside(actor=actor, name="户.csv", data=data, now=books.now)
    return operations.begin_import(
        actor=actor, now=books.now, register="households", upload=kept.pk, name="户.csv",
        area=books.cast.grids[0].code,
    )  # fmt: skip


def again(books: Books, run: TableRun, **more: Any) -> TableRun:
    """Ask for its taking over."""
    upload, area = run.options["upload"], run.options["area"]
    return operations.begin_import(
        actor=books.cast.worker, now=books.now, register="households", upload=upload, name="户.csv", area=area,
        dry_run=False, **more,
    )  # fmt: skip


def worked_on(books: Books, run: TableRun) -> TableRun:
    """Let the worker do what waits."""
    while operations.work_on_next(now=books.later(minutes=1)):
        continue
    return queries.run(account=run.account, run=run.pk)


def entries() -> int:
    """Return how many entries there are."""
    return Entry.objects.unscoped(reason="a test counts").count()


def test_a_table_is_looked_at_then_taken_over_and_can_be_taken_back(books: Books) -> None:
    looked = worked_on(books, sent(books, "王一,1 号,13800001234", "王二,2 号,13800001235"))
    report = operations.report_of(looked)
    assert (looked.state, report.made, report.batch, looked.total) == (TableRun.State.DONE, 2, 0, 2)
    assert entries() == 0
    taken = worked_on(books, again(books, looked))
    assert (operations.report_of(taken).made, entries()) == (2, 2)
    assert taken.batch_id is not None
    operations.undo_import(actor=books.cast.worker, now=books.now, number=taken.batch_id)
    gone = worked_on(books, again(books, looked))  # what was taken over is not kept any longer
    assert gone.state == TableRun.State.FAILED
    assert "重新上传" in str(operations.trouble_of(gone))


def test_faults_are_kept_by_cell_and_the_good_rows_can_be_taken(books: Books) -> None:
    looked = worked_on(books, sent(books, "王一,1 号,13800001234", "王二,2 号,many"))
    (fault,) = operations.report_of(looked).faults
    assert (fault.cell, fault.row) == ("C3", 3)
    assert operations.report_of(worked_on(books, again(books, looked))).batch == 0
    assert entries() == 0
    assert operations.report_of(worked_on(books, again(books, looked, keep_good=True))).made == 1


def test_what_comes_out_is_its_owner_s_alone_encrypted_and_gone_in_time(books: Books) -> None:
    cast = books.cast
    for n in range(3):
        books.home(head=f"户{n}")
    for kind in ("csv", "xlsx"):
        asked = operations.begin_export(
            actor=cast.worker, now=books.now, wanted=Wanted(register="households"), kind=kind
        )
        run = worked_on(books, asked)
        assert "户1".encode() not in runs.path_of(run).read_bytes()
        content = b"".join(operations.content_of(run, now=books.now))
        assert run.size == len(content)
        if kind == "csv":
            rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
            assert [row[3] for row in rows[1:]] == ["户2", "户1", "户0"]
            assert "138****1234" in content.decode()
        else:
            assert content.startswith(b"PK")
        with pytest.raises(NotFound):
            queries.run(account=cast.head, run=run.pk)
        with pytest.raises(NotFound):
            operations.call_off(actor=cast.head, now=books.now, run=run.pk)
    assert operations.forget_runs(now=books.now + timedelta(days=6)) == 0
    assert operations.forget_runs(now=books.now + timedelta(days=8)) == 2
    assert not runs.path_of(run).exists()
    with pytest.raises(Forbidden):
        operations.begin_export(
            actor=cast.leader, now=books.now, wanted=Wanted(register="households"), kind="csv", unmask=True,
            reason="看看",
        )  # fmt: skip


def test_one_that_waits_is_called_off_and_not_done(books: Books) -> None:
    run = sent(books, "王一,1 号,13800001234")
    operations.call_off(actor=books.cast.worker, now=books.now, run=run.pk)
    assert not operations.work_on_next(now=books.now)
    assert queries.run(account=books.cast.worker, run=run.pk).state == TableRun.State.CALLED_OFF


@pytest.mark.django_db(transaction=True)
def test_one_under_way_tells_how_far_it_is_and_stops_when_called_off(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = sent(books, "王一,1 号,13800001234")
    monkeypatch.setattr(runs, "_BEAT_SECONDS", 0.02)
    seen: list[tuple[int, int]] = []

    def slow(*, progress: Any, **_given: Any) -> None:
        until = time.monotonic() + 10
        while time.monotonic() < until:
            progress(50, 200)
            time.sleep(0.01)
            row = TableRun.objects.get(pk=run.pk)
            if row.done and not seen:
                seen.append((row.done, row.total))
                operations.call_off(actor=books.cast.worker, now=books.now, run=run.pk)
        pytest.fail("it was not stopped")

    monkeypatch.setattr(runs, "import_table", slow)
    assert worked_on(books, run).state == TableRun.State.CALLED_OFF
    assert seen == [(50, 200)]


def test_a_run_whose_worker_was_killed_is_said_to_be_cut_off_or_done(books: Books) -> None:
    cast = books.cast
    lost, done = sent(books), sent(books)
    for row in (lost, done):
        row.state, row.began_at, row.heard_at = TableRun.State.RUNNING, books.later(minutes=1), books.now
        row.save()
    part = runs.path_of(lost).with_suffix(".part")
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_bytes(b"half a table")
    batch = Import.objects.create(
        register="households", name="户.csv", actor=str(cast.worker.pk), at=done.began_at or books.now, made=7
    )
    assert operations.give_up_silent(now=books.now) == 0
    assert operations.give_up_silent(now=books.later(minutes=10)) == 2
    lost, done = (queries.run(account=cast.worker, run=one.pk) for one in (lost, done))
    assert (lost.state, done.state, done.batch) == (TableRun.State.FAILED, TableRun.State.DONE, batch)
    assert operations.report_of(done).made == 7
    assert not part.exists()
    assert people.take_aside(actor=cast.worker, upload=UUID(done.options["upload"])) is None  # not taken over twice


def test_what_came_out_is_not_handed_out_to_who_left_the_post(books: Books) -> None:
    cast = books.cast
    books.home()
    for who, unmask in ((cast.worker, False), (cast.dispatcher, True), (cast.clerk, False)):
        run = worked_on(
            books,
            operations.begin_export(
                actor=who, now=books.now, wanted=Wanted(register="households"), kind="csv", unmask=unmask, reason="防汛"
            ),
        )
        assert b"".join(operations.content_of(run, now=books.now))
        (held,) = Appointment.objects.filter(account=who)
        people.end_appointment(actor=None, appointment=held, until=books.later(minutes=1), now=books.now)
        with pytest.raises(Forbidden):
            operations.content_of(queries.run(account=who, run=run.pk), now=books.later(minutes=1))


def test_one_person_s_tables_do_not_hold_up_the_whole_district(books: Books) -> None:
    waiting = [sent(books, "王一,1 号,13800001234") for _ in range(runs.MOST_AT_ONCE)]
    with pytest.raises(Refused):
        sent(books, "王二,2 号,13800001234")
    with pytest.raises(Refused):
        operations.begin_export(
            actor=books.cast.worker, now=books.now, wanted=Wanted(register="households"), kind="csv"
        )
    assert sent(books, "王三,3 号,13800001234", who=books.cast.other_worker).state == TableRun.State.WAITING
    operations.call_off(actor=books.cast.worker, now=books.now, run=waiting[0].pk)
    assert sent(books, "王二,2 号,13800001234").state == TableRun.State.WAITING


def test_a_table_that_is_called_off_while_its_last_rows_are_written_is_not_taken_over(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = worked_on(books, sent(books, "王一,1 号,13800001234"))
    write = bulk.open_many

    def slow(**given: Any) -> Any:
        made = write(**given)
        # as another request does, after the last row was told of
        operations.call_off(actor=books.cast.worker, now=books.now, run=TableRun.objects.get(state="running").pk)
        return made

    monkeypatch.setattr("gezhi.registers.operations.importing.open_many", slow)
    taken = worked_on(books, again(books, looked))
    assert (taken.state, taken.batch_id, entries()) == (TableRun.State.CALLED_OFF, None, 0)
    assert not Import.objects.exists()
    monkeypatch.undo()
    # what is done can't be called off any more, and is not undone by trying
    taken = worked_on(books, again(books, looked))
    operations.call_off(actor=books.cast.worker, now=books.now, run=taken.pk)
    taken.refresh_from_db()
    assert (taken.state, taken.stop, entries(), operations.report_of(taken).made) == (TableRun.State.DONE, False, 1, 1)
