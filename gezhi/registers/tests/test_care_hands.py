"""Care cases whose people leave: who is told and who sees no more; every opening of one is on record."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gezhi.foundation.ids import uuid7
from gezhi.notices.models import Message
from gezhi.people import operations as people
from gezhi.people.models import Account, Appointment
from gezhi.registers import access, operations, queries
from gezhi.registers.errors import NotFound, Refused
from gezhi.registers.models import Entry, Look
from gezhi.registers.tests.conftest import Books

CASE = {"called": "张婆婆", "full_name": "张三", "phone": "13900005678", "need": "助餐"}


def care(books: Books, **more: str) -> Entry:
    return books.save(books.cast.worker, CASE | more, "care").entry


def end_posts(books: Books, account: Account) -> None:
    for one in Appointment.objects.filter(account=account):
        people.end_appointment(actor=None, appointment=one, until=books.now, now=books.now)
    books.later(minutes=1)


def told(books: Books) -> dict[str, str]:
    """Return username → subject of what was told."""
    operations.tell_of_left(now=books.later(minutes=5))
    return {
        one.account.username: one.subject + one.body + one.link
        for one in Message.objects.filter(topic="care.left").select_related("account")
        if one.account
    }


def test_opening_a_care_case_is_on_record_once_a_day_for_each_reader(books: Books) -> None:
    cast, case, home = books.cast, care(books), books.home()
    for who in (cast.worker, cast.worker, cast.head):
        operations.note_opening(actor=who, now=books.later(minutes=1), entry=case)
    operations.note_opening(actor=cast.worker, now=books.now, entry=home)
    assert [(one.account, one.opened_on) for one in Look.objects.order_by("at")] == [
        (cast.worker, books.now.date()), (cast.head, books.now.date()),
    ]  # fmt: skip
    operations.note_opening(actor=cast.worker, now=books.later(days=1), entry=case)
    assert Look.objects.filter(entry=case).count() == 3
    for stranger in (cast.other_worker, cast.dispatcher, cast.outsider):
        with pytest.raises(NotFound):
            operations.note_opening(actor=stranger, now=books.now, entry=case)
    assert list(queries.looks(reader=cast.head.pk, words=case.code)) == [Look.objects.get(account=cast.head)]
    assert not queries.may_show(account=cast.worker, entry=case, field="phone", now=books.now)


def test_the_person_learns_who_opened_the_case(books: Books) -> None:
    cast, case = books.cast, care(books)
    operations.note_opening(actor=cast.head, now=books.later(minutes=1), entry=case)
    (held,) = operations.subject_access(
        actor=cast.dispatcher, now=books.later(minutes=1), name="张三", phone="13900005678", purpose="本人到窗口"
    )
    assert [(one.account, one.opened_on) for one in held.looks] == [(cast.head, books.now.date())]


def test_nobody_works_on_a_care_case_and_supervises_it(books: Books) -> None:
    cast, case = books.cast, care(books)
    for role, who in (("worker", cast.head), ("supervisor", cast.worker)):
        with pytest.raises(Refused) as refused:
            operations.assign_care(actor=cast.head, now=books.now, entry=case, account=who, role=role, reason="轮岗")
        assert (refused.value.field, who.name in refused.value.text.en) == ("to", True)
    with pytest.raises(Refused):
        operations.hand_over_care(
            actor=cast.head, now=books.now, held_by=cast.worker, role="worker", to=cast.head, reason="离岗"
        )
    assert {(one.account, one.role) for one in case.assignments.filter(until=None)} == {
        (cast.worker, "worker"), (cast.head, "supervisor"),
    }  # fmt: skip


def test_the_supervisor_hears_once_that_nobody_works_on_them(books: Books) -> None:
    cast, cases = books.cast, [care(books), care(books, called="李婆婆")]
    assert told(books) == {}
    end_posts(books, cast.worker)
    assert not access.can_see(cast.worker, cases[0], books.now)
    assert set(told(books)) == {cast.head.username}
    words = told(books)[cast.head.username]
    assert "2 个帮扶对象没有人承办" in words
    assert "/desk/care" in words
    assert not any(one in words for one in ("张", "李婆婆", cases[0].code))
    assert Message.objects.filter(topic="care.left").count() == 1
    page = queries.entry_page(account=cast.head, now=books.now, register="care", code=cases[0].code)
    assert (page.works, page.supervised, page.left) == (False, True, frozenset({cast.worker.pk}))


def test_where_the_supervisor_left_too_the_station_and_the_office_hear_of_it(books: Books) -> None:
    cast = books.cast
    care(books)
    end_posts(books, cast.worker)
    people.deactivate(actor=None, account=cast.head, now=books.now)
    words = told(books)
    assert set(words) == {cast.dispatcher.username}
    assert "/desk/care" in words[cast.dispatcher.username]
    people.appoint(
        actor=None, account=cast.outsider, post="station_head", area=cast.villages[0], since=books.now, now=books.now
    )
    station = told(books)[cast.outsider.username]
    assert "请联系设置本地的办公室" in station
    assert "/desk/care" not in station


def test_many_cases_of_one_who_left_ask_no_more_than_few(books: Books) -> None:
    cases = [care(books, called=f"第{n}位") for n in range(2)]
    end_posts(books, books.cast.worker)
    people.deactivate(actor=None, account=books.cast.head, now=books.now)
    books.later(minutes=5)
    asked = []
    for more in (4, 0):
        operations.tell_of_left(now=books.now)
        with CaptureQueriesContext(connection) as seen:
            operations.tell_of_left(now=books.now)
        asked.append(len(seen))
        for n in range(more):
            case = Entry.objects.unscoped(reason="test").get(pk=cases[0].pk)
            case.pk, case.code = uuid7(), f"{case.code}-{n}"
            case.save(force_insert=True)
            for one in cases[0].assignments.filter(until=None):
                case.assignments.create(account=one.account, role=one.role, since=one.since)
    # four more cases: none asks anything for itself. What the process keeps for a while may run out in between
    assert asked[1] <= asked[0] + 1


def test_an_ended_case_needs_nobody(books: Books) -> None:
    case = care(books)
    operations.end(actor=books.cast.worker, now=books.later(minutes=1), entry=case, reason="搬走")
    end_posts(books, books.cast.worker)
    assert told(books) == {}


def test_a_version_that_the_entry_never_had_is_refused(books: Books) -> None:
    entry = books.home()
    with pytest.raises(Refused) as refused:
        books.save(books.cast.worker, {"people": 6}, entry=entry, base=99)
    assert refused.value.field == "version"
    assert (books.entry(entry).version, books.entry(entry).data["people"]) == (1, 4)


def test_what_was_written_on_an_entry_that_was_merged_meanwhile_stands_beside_it(books: Books) -> None:
    kept, gone = books.home(), books.home(head="王家望")
    for people_count in (5, 6, 7):
        books.save(books.cast.worker, {"people": people_count}, entry=gone)
    operations.merge(actor=books.cast.head, now=books.later(minutes=1), keep=kept, drop=gone)
    for base in (1, 4, 9):
        saved = books.save(books.cast.worker, {"address": f"清溪路 {base} 号"}, entry=gone.pk, base=base)
        assert (saved.outcome, saved.entry) == ("conflict", kept)
    assert books.entry(kept).address == "清溪路 24 号"


def test_an_answer_to_a_person_holds_the_ground_of_the_office_that_answers(books: Books) -> None:
    cast = books.cast
    home, away = books.home(), books.save(cast.other_head, {"head": "王家旺", "address": "双河 1 号",
        "phone": "138 0000 1234"}, area=cast.grids[2]).entry  # fmt: skip
    rule = people.PostRule("station_head", "站长", "Station head", "village", None, ("setup",))
    people.learn_posts(scheme="offices", since=books.now.date() - timedelta(days=900), posts=(rule,), departments=())
    asked = {"now": books.later(minutes=1), "name": "王家旺", "phone": "13800001234", "purpose": "本人到窗口"}
    found = {
        who.username: {one.entry for one in operations.subject_access(actor=who, **asked)}  # type: ignore[arg-type]
        for who in (cast.head, cast.other_head, cast.dispatcher)
    }
    assert found == {"head": {home}, "other_head": {away}, "dispatcher": {home, away}}
    assert [operations.answers_for_all(who, books.now) for who in (cast.head, cast.dispatcher)] == [False, True]
