"""Entries through the doors: seen and written as the token's account would on pages, what is sensitive masked."""

from typing import Any

import pytest
from time_machine import travel

from gezhi.people.operations import issue_token
from gezhi.registers import operations
from gezhi.registers.models import Entry, Proposal
from gezhi.registers.tests.conftest import MORNING, Books, books

from .conftest import ISSUED, Caller

__all__ = ["books"]
SCOPES = ("entries:read", "entries:write")


@pytest.fixture(autouse=True)
def _noon() -> Any:
    with travel(MORNING.replace(hour=12), tick=False):
        yield


def caller(account: Any, *scopes: str) -> Caller:
    _row, token = issue_token(actor=None, account=account, name="a system", scopes=scopes or SCOPES, now=ISSUED)
    return Caller(token, "en")


def sent(books: Books, **more: Any) -> dict[str, Any]:
    grid = books.cast.grids[0].code
    answers = {"head": "王家旺", "address": "清溪路 24 号", "phone": "13800001234", "class": "3"}
    return {"client_key": "k1", "register": "households", "answers": answers, "area": grid} | more


def test_an_entry_is_written_once_read_masked_and_found(books: Books) -> None:
    worker = caller(books.cast.worker)
    made = worker.post("/entries", sent(books))
    assert made.status_code == 201
    code = made.json()["code"]
    again = worker.post("/entries", sent(books))
    assert (again.status_code, again.json()["outcome"], again.json()["code"]) == (200, "duplicate", code)
    whole = worker.get(f"/entries/{code}")
    assert whole.json()["masked"] == {"phone": "138****1234"}
    assert whole.json()["values"]["head"] == "王家旺"
    assert "13800001234" not in whole.content.decode()
    for words in ("wjw", "清溪路", code, "13800001234"):
        page = worker.get("/entries", register="households", q=words)
        assert [one["code"] for one in page.json()["entries"]] == [code]
        assert "13800001234" not in page.content.decode()
    assert worker.get("/entries", q="别处").json() == {"entries": [], "next": ""}


def test_pages_go_on_and_bad_filters_are_named(books: Books) -> None:
    made = [books.home(head=f"户{n}").code for n in range(3)]
    reader = caller(books.cast.worker, "entries:read")
    first = reader.get("/entries", limit="2").json()
    rest = reader.get("/entries", limit="2", after=first["next"]).json()
    assert [one["code"] for one in (*first["entries"], *rest["entries"])] == made[::-1]
    for query in ({"x": "1"}, {"state": "gone"}, {"area": "no"}, {"limit": "0"}, {"after": "x"}):
        refused = reader.get("/entries", **query)
        assert (refused.status_code, refused.json()["error"]["field"]) == (422, next(iter(query)))
    assert reader.get("/entries", register="nothing").status_code == 404


def test_others_see_nothing_and_write_nothing(books: Books) -> None:
    entry = books.home()
    for who in (books.cast.other_worker, books.cast.outsider):
        there = caller(who)
        assert there.get(f"/entries/{entry.code}").status_code == 404
        assert there.get("/entries").json()["entries"] == []
        assert there.post("/entries", sent(books, entry=entry.code)).status_code == 404
        assert there.post("/entries", sent(books)).status_code == 403
    reader = caller(books.cast.worker, "entries:read")
    assert reader.post("/entries", sent(books)).status_code == 403
    assert caller(books.cast.worker, "cases:read").get("/entries").status_code == 403
    assert Entry.objects.unscoped(reason="a test counts").count() == 1


def test_another_side_s_word_is_proposed_and_a_belated_one_is_a_conflict(books: Books) -> None:
    entry = books.home()
    change = {"entry": entry.code, "answers": {"address": "别处 1 号", "phone": "13900000000"}}
    proposed = caller(books.cast.clerk).post("/entries", sent(books, client_key="k2", **change))
    assert (proposed.status_code, proposed.json()["outcome"]) == (202, "proposed")
    told = {one["field"]: (one["mine"], one["theirs"]) for one in proposed.json()["differences"]}
    assert told == {"address": ("别处 1 号", "清溪路 24 号"), "phone": ("139****0000", "138****1234")}
    worker = caller(books.cast.worker)
    written = worker.post("/entries", sent(books, client_key="k3", entry=entry.code, answers={"people": 5}, version=1))
    assert (written.status_code, written.json()["version"]) == (200, 2)
    late = worker.post("/entries", sent(books, client_key="k4", entry=entry.code, answers={"people": 6}, version=1))
    assert (late.status_code, late.json()["outcome"]) == (202, "conflict")
    assert Proposal.objects.filter(entry=entry, decision="open").count() == 3


def test_every_wrong_answer_is_named(books: Books) -> None:
    bad = caller(books.cast.worker).post("/entries", sent(books, answers={"people": "many", "class": "9"}))
    assert bad.status_code == 422
    assert {one["field"] for one in bad.json()["error"]["answers"]} == {"head", "address", "people", "class"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", "2026-06-03T09:00:00"),
        ("at", "0001-01-01T00:00:00+14:00"),
        ("client_key", "k\x00"),
    ],
)
def test_a_time_or_key_that_can_t_be_kept_is_named_and_nothing_is_written(books: Books, field: str, value: str) -> None:
    refused = caller(books.cast.worker).post("/entries", sent(books, **{field: value}))
    assert (refused.status_code, refused.json()["error"]["field"]) == (422, field)
    assert not Entry.objects.unscoped(reason="a test counts").exists()


def test_signs_that_no_database_keeps_are_left_out_and_find_nothing(books: Books) -> None:
    worker = caller(books.cast.worker)
    assert worker.post("/entries", sent(books, note="a\x00b")).status_code == 201
    for more in ({"entry": "H\x00"}, {"part_of": "H\x00"}, {"area": "5\x00"}):
        assert worker.post("/entries", sent(books, client_key="k2", **more)).status_code in (404, 422)
    assert worker.get("/entries/H%00").status_code == 404
    assert worker.get("/entries/H%00", register="households").status_code == 404


def test_one_that_was_merged_is_the_one_it_was_merged_into_and_one_erased_is_gone(books: Books) -> None:
    kept, gone = books.home(), books.home(head="王家望")
    operations.merge(actor=books.cast.head, now=books.later(minutes=1), keep=kept, drop=gone)
    reader = caller(books.cast.worker, "entries:read")
    for query in ({}, {"register": "households"}):
        assert reader.get(f"/entries/{gone.code}", **query).json()["entry"]["code"] == kept.code
    operations.erase(actor=books.cast.head, now=books.later(minutes=1), entry=kept, reason="本人要求")
    for query in ({}, {"register": "households"}):
        assert reader.get(f"/entries/{kept.code}", **query).status_code == 404
