"""Where two sides differ, whoever settles it is told, and nobody else."""

from gezhi.foundation import outbox
from gezhi.notices.models import Message
from gezhi.registers import operations
from gezhi.registers.models import Proposal
from gezhi.registers.tests.conftest import Books


def test_the_station_hears_that_two_sides_differ_once_and_without_a_name(books: Books) -> None:
    cast, entry = books.cast, books.home()
    books.save(cast.clerk, {"people": 6}, entry=entry)
    while outbox.relay(books.later(minutes=1)):
        pass
    told = Message.objects.filter(topic="entry.proposed")
    assert {one.account for one in told} == {cast.head}
    assert entry.code in told.get().body
    assert entry.name not in told.get().body + told.get().subject
    assert told.get().link.endswith(entry.code)


def test_what_was_settled_before_anybody_was_told_is_told_to_nobody(books: Books) -> None:
    entry = books.home()
    books.save(books.cast.clerk, {"people": 6}, entry=entry)
    proposal = Proposal.objects.get(entry=entry)
    operations.decide(actor=books.cast.head, now=books.later(minutes=1), proposal=proposal.pk, accept=True)
    while outbox.relay(books.later(minutes=1)):
        pass
    assert not Message.objects.filter(topic="entry.proposed").exists()
