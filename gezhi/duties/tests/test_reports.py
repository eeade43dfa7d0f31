"""Reports: handed in they stay as they were; received by the post that the plan names, never by who wrote them."""

from datetime import timedelta
from typing import Any

import pytest

from gezhi.duties import operations, queries
from gezhi.duties.errors import BadInput, Forbidden, NotFound
from gezhi.duties.models import Report
from gezhi.duties.operations import Found
from gezhi.duties.tests.conftest import District
from gezhi.people import operations as people
from gezhi.registers.models import EntryChange


def hand_in(district: District, **given: Any) -> Report:
    done = district.record(duty="rounds.tell", remarks="一切如常", **given)
    return Report.objects.get(pk=done.activity.pk)


def test_a_report_freezes_what_was_done_since_the_one_before(district: District) -> None:
    district.record(began=district.now, ended=district.now)
    done = district.record(findings=(Found("路口垃圾", "env.litter"),))
    district.later(hours=1)
    report = hand_in(district)
    # Monday's round is open until Thursday, and the one before it was due on the 28th
    assert (report.first.isoformat(), report.last.isoformat()) == ("2026-05-29", "2026-06-03")
    lines = queries.lines_of(report, reader=district.cast.worker, now=district.now)
    assert sum(one.did == "网格巡查" for one in lines) == 2
    assert any(done.cases[0] in one.note for one in lines)
    assert any(one.case == done.cases[0] for one in lines)
    assert report.figures["patrols"] == 2
    assert report.figures["findings"] == 1
    late = district.record(remarks="补录", began=district.now - timedelta(hours=5), ended=district.now)
    report.refresh_from_db()
    assert queries.lines_of(report, reader=district.cast.worker, now=district.now) == lines
    district.later(days=1)
    after = queries.lines_of(hand_in(district), reader=district.cast.worker, now=district.now)
    assert [(one.did, one.activity) for one in after] == [("网格巡查", late.activity.pk)]


def test_a_report_is_received_by_the_post_above_and_once(district: District) -> None:
    report = hand_in(district)
    cast = district.cast
    assert [one.pk for one in queries.to_receive(account=cast.head, now=district.now)] == [report.pk]
    for who, error in (
        (cast.worker, Forbidden), (cast.leader, Forbidden), (cast.other_head, NotFound), (cast.other_worker, NotFound),
        (cast.outsider, NotFound), (cast.resident, NotFound),
    ):  # fmt: skip
        assert queries.to_receive(account=who, now=district.now) == []
        with pytest.raises(error):
            operations.receive(actor=who, report=report.pk, now=district.now)
    operations.receive(actor=cast.head, report=report.pk, answer="知悉", now=district.now)
    again = operations.receive(actor=cast.head, report=report.pk, answer="知悉", now=district.later(hours=1))
    assert (again.answer, again.received_by_id) == ("知悉", cast.head.pk)
    assert queries.to_receive(account=cast.head, now=district.now) == []


def test_a_report_that_was_taken_back_is_not_received(district: District) -> None:
    report = hand_in(district)
    operations.withdraw(actor=district.cast.worker, activity=report.pk, reason="写错了", now=district.now)
    assert queries.to_receive(account=district.cast.head, now=district.now) == []
    with pytest.raises(NotFound):
        operations.receive(actor=district.cast.head, report=report.pk, now=district.now)


def test_an_erased_entry_is_nameless_in_reports_too(district: District) -> None:
    home = district.home(7)
    district.record(duty="rounds.call_3", entry=home.pk)
    report = hand_in(district)
    assert "住户7" in str(report.lines)
    operations.forget_entry(entry=home.pk, now=district.now)
    report.refresh_from_db()
    assert "住户7" not in str(report.lines)
    assert any(one["did"] == "三类户走访" for one in report.lines)


def test_a_report_names_no_entry_that_its_reader_may_not_see(district: District) -> None:
    cast = district.cast
    people.appoint(
        actor=None, account=cast.worker, post="grid_worker", area=cast.grids[2], since=district.now - timedelta(days=9),
        now=district.now,
    )  # fmt: skip
    near, far = district.home(7), district.home(8, cast.grids[2])
    for home in (near, far):
        district.record(duty="rounds.call_3", entry=home.pk)
        EntryChange.objects.create(
            entry=home, version=1, kind="open", side="grid_worker", actor=str(cast.worker.pk), at=district.now,
        )  # fmt: skip
    report = hand_in(district)

    def named(lines: list[queries.Line]) -> set[str]:
        return {one.what for one in lines if one.entry}

    assert named(queries.lines_of(report, reader=cast.worker, now=district.now)) == {near.name, far.name}
    assert named(queries.lines_of(report, reader=cast.head, now=district.now)) == {near.name}
    today = district.now.date()
    diary = queries.lines(account=cast.worker, now=district.now, first=today, last=today, reader=cast.head)
    assert named(diary) == {near.name}


def test_another_answer_to_a_received_report_is_refused_and_not_lost_unsaid(district: District) -> None:
    report, head = hand_in(district), district.cast.head
    operations.receive(actor=head, report=report.pk, answer="知悉", now=district.now)
    operations.receive(actor=head, report=report.pk, answer="知悉", now=district.now)
    operations.receive(actor=head, report=report.pk, now=district.now)
    with pytest.raises(BadInput):
        operations.receive(actor=head, report=report.pk, answer="另一句", now=district.now)
    report.refresh_from_db()
    assert report.answer == "知悉"
