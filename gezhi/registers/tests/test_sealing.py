"""A field that a later plan makes sensitive lies open nowhere any more, and everything that was there stays."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from gezhi.enactment import operations as enactment
from gezhi.foundation.models import JournalEntry
from gezhi.registers import ledgers, operations, queries
from gezhi.registers.models import EntryChange, Proposal, Sealing
from gezhi.registers.operations.writing import opened, values_of
from gezhi.registers.queries import Wanted
from gezhi.registers.tests.conftest import SCHEME, Books


def make_sensitive(books: Books, version: str = "2") -> None:
    """Put a version into force in which the head of a household and the landlord are sensitive."""
    files = {one.name: one.read_text("utf-8") for one in Path(SCHEME).iterdir() if one.is_file()}
    scheme = files["scheme.toml"].replace('version = "1"', f'version = "{version}"')
    for field in ('head = {kind = "text",', 'landlord = {kind = "text",'):
        assert field in scheme
        scheme = scheme.replace(field, f"{field} sensitive = true,")
    files["scheme.toml"] = scheme.replace('name = "head"', 'name = "address"')
    put_into_force(books, files)


def make_plain_again(books: Books) -> None:
    """Put a version into force in which they are not."""
    files = {one.name: one.read_text("utf-8") for one in Path(SCHEME).iterdir() if one.is_file()}
    files["scheme.toml"] = files["scheme.toml"].replace('version = "1"', 'version = "3"')
    put_into_force(books, files)


def put_into_force(books: Books, files: dict[str, str]) -> None:
    """Put a scheme into force on the next day, and go on to the day after."""
    named = {f"ledgers/{name}": text for name, text in files.items()}
    tomorrow = books.now.date() + timedelta(days=1)
    enactment.enact(files=named, actor=None, on=tomorrow, now=books.now)
    ledgers._forget()
    books.later(days=2)


def open_anywhere(word: str) -> int:
    """Return in how many rows of this room a word lies open."""
    found = 0
    with connection.cursor() as cursor:
        for table in ("entry", "entrychange", "entrywords", "proposal"):
            cursor.execute(f"select count(*) from registers_{table} t where t::text ~ %s", [word])  # noqa: S608
            found += cursor.fetchone()[0]
    return found


@pytest.mark.parametrize("limit", [1, 500])
def test_what_became_sensitive_is_sealed_in_entries_their_story_and_proposals(books: Books, limit: int) -> None:
    cast, entry = books.cast, books.home(rented=True, landlord="李房东")
    books.save(cast.worker, {"landlord": "赵房东"}, entry=entry)
    books.save(cast.clerk, {"head": "王二旺"}, entry=entry)
    other = books.home(head="钱多多")
    make_sensitive(books)
    left = operations.remaining(books.now)
    assert left["households"] == 7  # two entries, four changes, a proposal
    looked = 0
    while done := operations.seal_sensitive(now=books.now, limit=limit):
        looked += done
    assert looked == left["households"]
    assert operations.remaining(books.now) == {}
    for word in ("王家旺", "王二旺", "李房东", "赵房东", "钱多多", "王q家"):
        assert open_anywhere(word) == 0, word
    row = books.entry(entry)
    assert (values_of(row)["head"], values_of(row)["landlord"], row.name) == ("王家旺", "赵房东", "清溪路 24 号")
    assert row.version == 2
    first = EntryChange.objects.filter(entry=entry).earliest("version")
    assert opened(first.sealed)["landlord"] == [None, "李房东"]
    assert opened(Proposal.objects.get().sealed) == {"head": ["王家旺", "王二旺"]}
    proof = JournalEntry.objects.get(book="registers", action="seal", subject="households")
    assert (proof.body["entries"], proof.body["proposals"]) == (2, 1)
    assert "王" not in str(proof.body)
    by_name = queries.entries(account=cast.worker, now=books.now, wanted=Wanted(words="王家旺"))
    assert by_name.rows == ()
    assert books.entry(other).name == "清溪路 24 号"


def test_once_done_nothing_is_looked_at_until_asked(books: Books) -> None:
    books.home()
    make_sensitive(books)
    while operations.seal_sensitive(now=books.now):
        continue
    assert Sealing.objects.get(register="households").done_at is not None
    assert operations.seal_sensitive(now=books.now) == 0
    operations.look_again(now=books.now)
    assert operations.seal_sensitive(now=books.now) == 0
    assert JournalEntry.objects.filter(action="seal").count() == 1


def test_a_proposal_that_was_sealed_can_still_be_decided(books: Books) -> None:
    cast, entry = books.cast, books.home()
    books.save(cast.clerk, {"head": "王二旺"}, entry=entry)
    make_sensitive(books)
    while operations.seal_sensitive(now=books.now):
        continue
    operations.decide(actor=cast.head, now=books.now, proposal=Proposal.objects.get().pk, accept=True)
    assert values_of(books.entry(entry))["head"] == "王二旺"


def test_a_field_that_was_plain_for_a_while_is_sealed_again(books: Books) -> None:
    make_sensitive(books)
    while operations.seal_sensitive(now=books.now):
        continue
    make_plain_again(books)
    assert operations.seal_sensitive(now=books.now) == 0
    books.home(head="王家旺")
    make_sensitive(books, "4")
    assert operations.remaining(books.now)
    while operations.seal_sensitive(now=books.now):
        continue
    assert operations.remaining(books.now) == {}
    assert open_anywhere("王家旺") == 0
