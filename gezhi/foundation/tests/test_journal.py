import threading
from datetime import UTC, datetime

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from gezhi.foundation import journal
from gezhi.foundation.models import JournalEntry, JournalHead

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
BODIES = st.lists(st.binary(max_size=40), min_size=1, max_size=12)


def linked(bodies: list[bytes]) -> list[tuple[bytes, bytes]]:
    entries, prev = [], journal.GENESIS
    for body in bodies:
        prev = journal.chain(prev, body)
        entries.append((body, prev))
    return entries


@given(BODIES)
def test_an_honest_chain_holds(bodies: list[bytes]) -> None:
    assert journal.first_break(linked(bodies)) is None


@given(BODIES, st.data())
def test_a_changed_body_is_found_where_it_was_changed(bodies: list[bytes], data: st.DataObject) -> None:
    entries = linked(bodies)
    place = data.draw(st.integers(0, len(entries) - 1))
    other = data.draw(st.binary(max_size=40).filter(lambda body: body != entries[place][0]))
    entries[place] = (other, entries[place][1])
    assert journal.first_break(entries) == place


@given(st.lists(st.binary(max_size=40), min_size=2, max_size=12), st.data())
def test_a_removed_or_swapped_entry_is_found(bodies: list[bytes], data: st.DataObject) -> None:
    entries = linked(bodies)
    place = data.draw(st.integers(0, len(entries) - 2))
    assert journal.first_break(entries[:place] + entries[place + 1 :]) == place
    entries[place], entries[place + 1] = entries[place + 1], entries[place]
    assert journal.first_break(entries) == place


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5) | st.none()))
def test_the_byte_form_does_not_depend_on_the_order_of_keys(body: dict[str, object]) -> None:
    assert journal.canonical(body) == journal.canonical(dict(reversed(body.items())))


def test_a_link_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        journal.chain(b"", b"x")


@pytest.mark.django_db
def test_books_are_whole_until_somebody_edits_them() -> None:
    for number in range(3):
        journal.record("people", "appoint", actor="a1", now=NOW, subject=f"p{number}", body={"n": number, "字": "格"})
    journal.record("territory", "split", actor="a1", now=NOW)
    assert list(JournalEntry.objects.filter(book="people").order_by("seq").values_list("seq", flat=True)) == [1, 2, 3]
    assert journal.broken_entry("people") is None
    assert journal.broken_entry("territory") is None
    JournalEntry.objects.filter(book="people", seq=2).update(body={"n": 9})
    assert journal.broken_entry("people") == 2


@pytest.mark.django_db
@pytest.mark.parametrize(("gone", "noticed"), [(2, 2), (3, 3)])
def test_a_deleted_entry_is_noticed_also_at_the_end(gone: int, noticed: int) -> None:
    for number in range(3):
        journal.record("people", "appoint", actor="a1", now=NOW, subject=f"p{number}")
    JournalEntry.objects.filter(book="people", seq=gone).delete()
    assert journal.broken_entry("people") == noticed


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_stand_in_line() -> None:
    def write() -> None:
        try:
            for _ in range(5):
                journal.record("people", "appoint", actor="a1", now=NOW)
        finally:
            connection.close()

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert JournalHead.objects.get(book="people").seq == 20
    assert journal.broken_entry("people") is None


def test_a_check_goes_on_from_a_mark_and_notices_what_changed_at_it_or_after_it(db: None) -> None:
    for number in range(5):
        journal.record("people", "appoint", actor="", now=NOW, subject=str(number))
    broken, mark = journal.check("people")
    assert (broken, mark.seq) == (None, 5)
    journal.record("people", "appoint", actor="", now=NOW, subject="5")
    assert journal.check("people", mark)[0] is None
    JournalEntry.objects.filter(seq=6).update(subject="other")
    assert journal.check("people", mark)[0] == 6
    JournalEntry.objects.filter(seq=5).update(link=bytes(32))
    assert journal.check("people", mark)[0] == 5
    assert journal.broken_entry("people") == 5
