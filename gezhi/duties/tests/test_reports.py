"""Reports: handed in they stay as they were; received by the post that the plan names, never by who wrote them."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from gezhi.duties import operations, queries
from gezhi.duties.errors import BadInput, Forbidden, NotFound
from gezhi.duties.models import Report
from gezhi.duties.operations import Found
from gezhi.duties.queries import Line, books, handed
from gezhi.duties.tests.conftest import District
from gezhi.foundation import outbox
from gezhi.notices.models import Message
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


def told(district: District) -> dict[str, Message]:
    """Return username → the message about a report, once everything waiting was carried out."""
    while outbox.relay(district.later(minutes=1)):
        pass
    rows = Message.objects.filter(topic="duties.report").select_related("account")
    return {one.account.username: one for one in rows if one.account}


def test_who_receives_a_report_hears_of_it_and_who_wrote_it_of_the_answer(district: District) -> None:
    cast = district.cast
    report = hand_in(district)
    heard = told(district)
    assert set(heard) == {cast.head.username}
    assert cast.worker.name in heard["head"].subject
    assert heard["head"].link == f"/desk/reports/{report.pk}"
    assert "一切如常" not in heard["head"].subject + heard["head"].body
    operations.receive(actor=cast.head, report=report.pk, answer="知悉", now=district.later(minutes=1))
    operations.receive(actor=cast.head, report=report.pk, now=district.later(minutes=1))
    heard = told(district)
    assert set(heard) == {"head", "worker"}
    assert (heard["worker"].link, "知悉" in heard["worker"].subject) == (f"/field/activity/{report.pk}", False)
    assert cast.head.name in heard["worker"].subject
    assert Message.objects.filter(topic="duties.report").count() == 2


def test_nobody_hears_of_a_report_that_was_taken_back_or_of_the_own_one(district: District) -> None:
    cast = district.cast
    people.appoint(
        actor=None, account=cast.worker, post="station_head", area=cast.villages[0], stand_in=True,
        since=district.now - timedelta(days=1), now=district.now,
    )  # fmt: skip
    district.later(minutes=1)
    report = hand_in(district)
    operations.withdraw(actor=cast.worker, activity=report.pk, reason="写错了", now=district.now)
    assert told(district) == {}
    hand_in(district)
    assert set(told(district)) == {cast.head.username}


def test_a_second_report_of_a_day_says_so_and_tells_only_what_came_since(district: District) -> None:
    district.record(began=district.now, ended=district.now)
    first = hand_in(district)
    assert queries.told_before(first) is None
    district.later(hours=1)
    walked = district.record(began=district.now, ended=district.now)
    second = hand_in(district)
    assert queries.told_before(second) == first
    assert (second.first, second.last) == (first.last, first.last)
    lines = queries.lines_of(second, reader=district.cast.worker, now=district.now)
    assert [one.activity for one in lines] == [walked.activity.pk]
    operations.withdraw(actor=district.cast.worker, activity=first.pk, reason="写错了", now=district.now)
    assert queries.told_before(second) is None


def test_labels_of_a_report_are_in_the_reader_s_language_and_words_as_they_were_written(district: District) -> None:
    home = district.home(7)
    district.record(duty="rounds.call_3", entry=home.pk, remarks="家里没人", nil=False)
    cast = district.cast
    helped = district.helped(cast.worker, cast.head)
    district.record(duty="rounds.look_after", entry=helped.pk)
    district.later(minutes=1)
    with translation.override("en"):
        report = hand_in(district)
        written = queries.lines_of(report, reader=cast.worker, now=district.now)
    read = queries.lines_of(report, reader=cast.worker, now=district.now)
    assert [one.what for one in written] == ["住户7", "Help for people"]
    assert [one.what for one in read] == ["住户7", "帮扶对象"]
    assert written[0].note == read[0].note == "家里没人"
    operations.forget_entry(entry=home.pk, now=district.now)
    report.refresh_from_db()
    assert not any(word in str(report.lines) for word in ("住户7", "家里没人"))
    # a report in the other language says none of it again
    district.later(hours=1)
    assert queries.lines_of(hand_in(district), reader=cast.worker, now=district.now) == []


def test_labels_stay_with_their_lines_though_something_is_recorded_while_a_report_is_handed_in(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = district.home(7)
    walked = district.record(duty="rounds.walk").activity
    district.later(minutes=1)
    visited = district.record(duty="rounds.call_3", entry=home.pk).activity
    district.later(minutes=1)
    seen: list[list[Line]] = []

    def meanwhile(**given: Any) -> list[Line]:
        found = books.lines(**given)
        seen.append(found)
        # the first reading came before the patrol was committed, the last after the visit was taken back
        away = {1: walked.pk, 3: visited.pk}.get(len(seen))
        return [one for one in found if one.activity != away]

    monkeypatch.setattr(handed, "lines", meanwhile)
    report = hand_in(district)
    assert len(seen) == 3
    for language in ("en", "zh-hans"):
        with translation.override(language):
            said = queries.lines_of(report, reader=district.cast.worker, now=district.now)
        assert [(one.activity, one.what) for one in said] == [(visited.pk, "住户7")]
