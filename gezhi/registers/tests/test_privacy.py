"""Who sees what; what is masked is read on record; care cases are the assigned people's; what is over is gone."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from gezhi.foundation import journal
from gezhi.foundation.models import JournalEntry
from gezhi.people import operations as people
from gezhi.people.models import Account, Appointment
from gezhi.registers import access, operations, queries
from gezhi.registers.access import Unscoped
from gezhi.registers.errors import Forbidden, Impossible, NotFound, Refused
from gezhi.registers.models import Entry, EntryChange, EntryWords, Look, State
from gezhi.registers.queries import Wanted, lists, searching
from gezhi.registers.tests.conftest import Books

PEOPLE = ("worker", "other_worker", "head", "other_head", "centre", "dispatcher", "leader", "clerk", "other_clerk",
          "resident", "outsider", "steward")  # fmt: skip
CASE = {"called": "张婆婆", "full_name": "张三", "phone": "13900005678", "need": "助餐"}


def sees(books: Books, who: Account, entry: Entry) -> bool:
    """Say whether somebody sees an entry, and hold every way of reading to the same answer."""
    row = books.entry(entry)
    listed = queries.entries(account=who, now=books.now, wanted=Wanted(register=row.register)).rows
    found = queries.entries(account=who, now=books.now, wanted=Wanted(words=row.code)).rows
    try:
        queries.entry_page(account=who, now=books.now, register=row.register, code=row.code)
        opened = True
    except NotFound:
        opened = False
    assert opened == (row in listed) == (row in found) == access.can_see(who, row, books.now)
    return opened


def who_sees(books: Books, entry: Entry) -> set[str]:
    return {role for role in PEOPLE if sees(books, getattr(books.cast, role), entry)}


def test_the_line_of_areas_and_the_department_that_collects_see_an_entry(books: Books) -> None:
    assert who_sees(books, books.home()) == {"worker", "head", "centre", "dispatcher", "leader", "clerk"}


def test_entries_are_never_read_without_a_reader(books: Books) -> None:
    with pytest.raises(Unscoped):
        Entry.objects.all()
    with pytest.raises(Unscoped):
        Entry.objects.filter(register="households")


def test_a_care_case_is_seen_by_its_worker_and_supervisor_and_nobody_above(books: Books) -> None:
    entry = books.save(books.cast.worker, CASE, "care").entry
    assert who_sees(books, entry) == {"worker", "head"}
    assert (entry.purpose, entry.basis, entry.name) == ("帮扶", "本人同意", "张婆婆")
    operations.assign_care(
        actor=books.cast.head, now=books.later(minutes=1), entry=entry, account=books.cast.other_worker, role="worker",
        reason="轮岗",
    )  # fmt: skip
    assert who_sees(books, entry) == {"other_worker", "head"}
    with pytest.raises(NotFound):
        operations.unmask(actor=books.cast.dispatcher, now=books.now, entry=entry, purpose="看看")
    with pytest.raises(Forbidden):
        operations.assign_care(
            actor=books.cast.other_worker, now=books.now, entry=entry, account=books.cast.leader, role="supervisor",
            reason="x",
        )  # fmt: skip


def test_what_is_masked_is_shown_for_a_purpose_and_on_record(books: Books) -> None:
    cast, entry = books.cast, books.home()
    page = queries.entry_page(account=cast.worker, now=books.now, register="households", code=entry.code)
    assert page.masked == {"phone": "138****1234"}
    assert "13800001234" not in str(page.plain)
    shown = operations.unmask(actor=cast.worker, now=books.now, entry=entry, purpose="约时间上门")
    assert shown == {"phone": "13800001234"}
    with pytest.raises(Refused):
        operations.unmask(actor=cast.worker, now=books.now, entry=entry, purpose=" ")
    with pytest.raises(Forbidden):
        operations.unmask(actor=cast.leader, now=books.now, entry=entry, purpose="看看")
    with pytest.raises(NotFound):
        operations.unmask(actor=cast.other_worker, now=books.now, entry=entry, purpose="看看")
    assert operations.unmask(actor=cast.dispatcher, now=books.now, entry=entry, purpose="防汛通知")
    assert [(one.account, one.purpose, one.fields) for one in Look.objects.order_by("at", "id")] == [
        (cast.worker, "约时间上门", ["phone"]), (cast.dispatcher, "防汛通知", ["phone"]),
    ]  # fmt: skip


def test_search_finds_by_words_sounds_code_and_a_whole_telephone(books: Books) -> None:
    entry = books.home()
    for words in ("王家", "清溪路", "wangjiawang", "wjw", "qxl", entry.code.lower(), "138 0000 1234", "王家 清溪"):
        assert queries.entries(account=books.cast.worker, now=books.now, wanted=Wanted(words=words)).rows == (entry,)
    for words in ("李家", "1380000", "00001234", "13800001235"):
        assert not queries.entries(account=books.cast.worker, now=books.now, wanted=Wanted(words=words)).rows


def test_lists_are_paged_by_key_and_filtered_by_facets(books: Books, django_assert_max_num_queries: object) -> None:
    made = [books.home(head=f"户{n}", **{"class": str(n % 3 + 1)}) for n in range(7)]
    first = queries.entries(account=books.cast.worker, now=books.now, wanted=Wanted(register="households"), size=3)
    rest = queries.entries(
        account=books.cast.worker, now=books.now, wanted=Wanted(register="households"), after=first.next, size=10
    )
    assert [one.pk for one in (*first.rows, *rest.rows)] == [one.pk for one in reversed(made)]
    ones = queries.entries(account=books.cast.worker, now=books.now, wanted=Wanted(facets={"class": "1"})).rows
    assert {one.facets["class"] for one in ones} == {"1"}


def test_what_is_over_is_erased_and_the_tombstone_proves_it(books: Books) -> None:
    entry = books.home()
    operations.end(actor=books.cast.worker, now=books.later(minutes=1), entry=entry, reason="迁出")
    assert operations.erase_due(now=books.now + timedelta(days=365)) == 0
    later = books.now + timedelta(days=750)
    assert operations.erase_due(now=later) == 1
    row = books.entry(entry)
    assert (row.state, row.name, row.address, row.data, row.sealed) == (State.ERASED, "", "", {}, "")
    with connection.cursor() as cursor:
        for table in ("entry", "entrychange", "entrywords", "entrykey", "proposal"):
            cursor.execute(f"select count(*) from registers_{table} t where t::text ~ '王家旺|清溪路'")  # noqa: S608
            assert cursor.fetchone() == (0,)
    assert EntryChange.objects.filter(entry=entry).count() == 3
    proof = JournalEntry.objects.get(book="registers", action="erase")
    assert len(proof.body["digest"]) == 64
    assert "王家旺" not in str(proof.body)
    assert journal.broken_entry("registers") is None
    with pytest.raises(Impossible):
        books.save(books.cast.worker, {"people": 1}, entry=entry)


def test_a_care_case_ends_with_its_period(books: Books) -> None:
    entry = books.save(books.cast.worker, CASE, "care").entry
    assert operations.erase_due(now=books.now + timedelta(days=360)) == 0
    assert operations.erase_due(now=books.now + timedelta(days=370)) == 1
    assert books.entry(entry).purpose == "-"


def test_only_who_decides_erases_on_request(books: Books) -> None:
    entry = books.home()
    with pytest.raises(Refused):
        operations.erase(actor=books.cast.worker, now=books.now, entry=entry, reason="本人要求")
    operations.erase(actor=books.cast.head, now=books.now, entry=entry, reason="本人要求")
    assert books.entry(entry).state == State.ERASED


def test_a_page_of_found_ones_goes_on_where_the_page_before_ended(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "_BATCHES", (2, 3))
    made = [books.home(head="王家旺", **{"class": str(n % 2 + 1)}) for n in range(9)]
    books.save(books.cast.other_worker, {"head": "王家旺", "address": "别处 1 号"}, area=books.cast.grids[1])

    def pages(**given: Any) -> list[Entry]:
        found, after = list[Entry](), ""
        while True:
            page = queries.entries(
                account=books.cast.worker, now=books.now, after=after, size=2,
                wanted=Wanted(register="households", **given),
            )  # fmt: skip
            found += page.rows
            after = page.next
            if not after:
                return found

    assert pages(words="王家旺") == made[::-1]
    assert pages(words="wjw") == made[::-1]
    # more are passed over than two batches hold: the list is walked instead
    assert pages(words="王家旺", facets={"class": "1"}) == made[::-1][::2]


def test_words_follow_an_entry_that_moves(books: Books) -> None:
    cast, entry = books.cast, books.home()
    operations.move(actor=cast.head, now=books.later(minutes=1), entry=entry, area=cast.grids[1])
    assert EntryWords.objects.get(entry=entry).areas[-1] == cast.grids[1].code
    here = queries.entries(account=cast.head, now=books.now, wanted=Wanted(words="王家旺", area=cast.grids[1].path))
    gone = queries.entries(account=cast.head, now=books.now, wanted=Wanted(words="王家旺", area=cast.grids[0].path))
    assert (here.rows, gone.rows) == ((entry,), ())


def test_care_cases_of_somebody_who_leaves_go_to_a_successor_together(books: Books) -> None:
    cast = books.cast
    cases = [books.save(cast.worker, CASE | {"called": f"婆婆{n}"}, "care").entry for n in range(3)]
    assert [(one.account, one.cases, one.gone) for one in queries.care_holders(account=cast.head, now=books.now)] == [
        (cast.worker, 3, False), (cast.head, 3, False),
    ]  # fmt: skip
    assert queries.care_holders(account=cast.dispatcher, now=books.now) == []
    given: dict[str, Any] = {"now": books.now, "held_by": cast.worker, "role": "worker", "reason": "离岗"}
    for who in (cast.dispatcher, cast.worker, cast.other_head):
        with pytest.raises(Forbidden):
            operations.hand_over_care(actor=who, to=cast.other_worker, **given)
    for nobody in (cast.resident, cast.outsider):  # who holds no post has left, or never came
        with pytest.raises(Refused):
            operations.hand_over_care(actor=cast.head, to=nobody, **given)
    assert operations.hand_over_care(actor=cast.head, to=cast.other_worker, **given) == 3
    assert all(who_sees(books, one) == {"other_worker", "head"} for one in cases)
    assert JournalEntry.objects.filter(book="registers", action="assign_care").count() == 3


def test_the_district_s_office_hands_over_what_people_who_left_had_and_sees_none_of_it(books: Books) -> None:
    cast, case = books.cast, books.save(books.cast.worker, CASE, "care").entry
    people.deactivate(actor=None, account=cast.head, now=books.later(minutes=1))
    (holder,) = queries.care_holders(account=cast.dispatcher, now=books.now)
    assert (holder.account, holder.role, holder.cases, holder.gone) == (cast.head, "supervisor", 1, True)
    operations.hand_over_care(
        actor=cast.dispatcher, now=books.now, held_by=cast.head, role="supervisor", to=cast.centre, reason="站长离岗"
    )
    assert who_sees(books, case) == {"worker", "centre"}


def test_the_office_hands_care_cases_of_who_left_to_others_never_to_itself(books: Books) -> None:
    cast, case = books.cast, books.save(books.cast.worker, CASE, "care").entry
    people.deactivate(actor=None, account=cast.worker, now=books.later(minutes=1))
    given: dict[str, Any] = {"now": books.now, "held_by": cast.worker, "role": "worker", "reason": "离岗"}
    with pytest.raises(Refused) as refused:
        operations.hand_over_care(actor=cast.dispatcher, to=cast.dispatcher, **given)
    assert refused.value.field == "to"
    assert who_sees(books, case) == {"head"}
    # nor does who supervises them take the work over as well
    with pytest.raises(Refused) as both:
        operations.hand_over_care(actor=cast.head, to=cast.head, **given)
    assert cast.head.name in both.value.text.zh
    assert who_sees(books, case) == {"head"}
    assert operations.hand_over_care(actor=cast.head, to=cast.other_worker, **given) == 1


def test_an_office_hands_over_care_cases_of_the_places_that_it_sets_up(books: Books) -> None:
    cast = books.cast
    books.save(cast.worker, CASE, "care")
    _set_up_at(cast, cast.other_head)
    _set_up_at(cast, cast.centre)
    people.deactivate(actor=None, account=cast.worker, now=books.later(minutes=1))
    assert queries.care_holders(account=cast.other_head, now=books.now) == []
    with pytest.raises(Forbidden):
        operations.hand_over_care(
            actor=cast.other_head,
            now=books.now,
            held_by=cast.worker,
            role="worker",
            to=cast.other_worker,
            reason="离岗",
        )
    assert [one.account for one in queries.care_holders(account=cast.centre, now=books.now)] == [cast.worker]


def _set_up_at(cast: Any, account: Any) -> None:
    """Let somebody's post set up its place by another scheme."""
    (post,) = Appointment.objects.filter(account=account).values_list("post", flat=True)
    rule = people.PostRule(post, "办公室", "Office", "village", None, ("setup",))
    people.learn_posts(
        scheme=f"office_{post}_{account.username}", since=date(2020, 1, 1), posts=(rule,), departments=()
    )


def test_the_list_of_registers_counts_nothing_where_nothing_may_be_seen(books: Books) -> None:
    books.home()
    every = Entry.objects.unscoped(reason="a test counts")
    assert lists._counts([every.filter(pk__in=[]), every]) == [0, 1]
