"""Photos that forms ask for: the writer's own and unused, held by their entry, and off the disk when that is erased."""

import io
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks

from gezhi.foundation import files
from gezhi.foundation.models import StoredFile
from gezhi.people.models import Account
from gezhi.registers import operations, queries
from gezhi.registers.errors import BadAnswers
from gezhi.registers.models import EntryFile
from gezhi.registers.tests.conftest import Books


def photo(books: Books, who: Account, colour: int = 0) -> StoredFile:
    """Return a photo that somebody put up."""
    out = io.BytesIO()
    Image.new("RGB", (30, 20), (colour, 90, 30)).save(out, "JPEG")
    return files.store(SimpleUploadedFile("门面.jpg", out.getvalue()), actor=str(who.pk), now=books.now)


def on_disk() -> set[Path]:
    """Return every file of the store."""
    return {one for one in Path(settings.MEDIA_ROOT).rglob("*") if one.is_file()}


def test_an_erased_entry_takes_its_photos_off_the_disk(
    books: Books, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    cast, before = books.cast, on_disk()
    first, later, added = (photo(books, cast.worker, shade) for shade in (1, 2, 3))
    entry = books.save(cast.worker, {"name": "老王饭店", "front": [str(first.pk)]}, "firms").entry
    operations.attach(actor=cast.worker, now=books.now, entry=entry, files=[added.pk])
    books.save(cast.worker, {"front": [str(later.pk)]}, "firms", entry=entry)
    page = queries.entry_page(account=cast.worker, now=books.now, register="firms", code=entry.code)
    assert [one.file_id for one in page.files] == [added.pk, later.pk]
    assert len(on_disk() - before) == 6
    with django_capture_on_commit_callbacks(execute=True):
        operations.erase(actor=cast.head, now=books.later(minutes=1), entry=entry, reason="本人要求")
    assert on_disk() == before
    assert not StoredFile.objects.filter(pk__in=[first.pk, later.pk, added.pk]).exists()
    assert not EntryFile.objects.filter(entry=entry).exists()


def test_only_own_unused_photos_are_taken(books: Books) -> None:
    cast = books.cast
    mine, others = photo(books, cast.worker, 1), photo(books, cast.other_worker, 2)
    entry = books.save(cast.worker, {"name": "甲店", "front": [str(mine.pk)]}, "firms").entry
    for bad in (str(mine.pk), str(others.pk), "00000000-0000-7000-8000-000000000000", "no id"):
        with pytest.raises(BadAnswers) as refused:
            books.save(cast.worker, {"name": "乙店", "front": [bad]}, "firms")
        assert [one.path for one in refused.value.faults] == ["front"]
    with pytest.raises(BadAnswers):
        books.save(cast.worker, {"front": [str(mine.pk), str(others.pk)]}, "firms", entry=entry)
    assert books.save(cast.worker, {"front": [str(mine.pk)]}, "firms", entry=entry).outcome == operations.ACCEPTED
    assert books.entry(entry).data["front"] == [str(mine.pk)]


def test_a_photo_of_another_side_waits_out_of_sight_until_it_is_accepted(books: Books) -> None:
    cast = books.cast
    mine, theirs = photo(books, cast.worker, 1), photo(books, cast.clerk, 2)
    entry = books.save(cast.worker, {"name": "甲店", "front": [str(mine.pk)]}, "firms").entry
    said = books.save(cast.clerk, {"front": [str(theirs.pk)]}, "firms", entry=entry)
    assert said.outcome == operations.PROPOSED_ONLY
    page = queries.entry_page(account=cast.head, now=books.now, register="firms", code=entry.code)
    assert [one.file_id for one in page.files] == [mine.pk]
    operations.decide(actor=cast.head, now=books.later(minutes=1), proposal=page.proposals[0].pk, accept=True)
    page = queries.entry_page(account=cast.head, now=books.now, register="firms", code=entry.code)
    assert [one.file_id for one in page.files] == [theirs.pk]


def test_a_photo_of_a_sensitive_field_is_handed_out_only_to_whom_it_was_shown_for_a_reason(books: Books) -> None:
    cast, paper = books.cast, photo(books, books.cast.worker)
    case = {"called": "张婆婆", "papers": [str(paper.pk)]}
    entry = books.save(cast.worker, case, "care").entry
    assert not queries.may_show(account=cast.worker, entry=entry, field="papers", now=books.now)
    operations.unmask(actor=cast.worker, now=books.now, entry=entry, purpose="核对材料")
    assert queries.may_show(account=cast.worker, entry=entry, field="papers", now=books.now)
    assert not queries.may_show(account=cast.head, entry=entry, field="papers", now=books.now)
    assert not queries.may_show(account=cast.worker, entry=entry, field="papers", now=books.later(hours=2))


def test_an_id_in_capitals_names_the_same_photo(books: Books) -> None:
    cast = books.cast
    mine = photo(books, cast.worker, 1)
    entry = books.save(cast.worker, {"name": "甲店", "front": [str(mine.pk).upper()]}, "firms").entry
    assert [one.file_id for one in EntryFile.objects.filter(entry=entry, withdrawn_at=None)] == [mine.pk]
    books.save(cast.worker, {"staff": 3}, "firms", entry=entry)
    assert EntryFile.objects.filter(entry=entry, withdrawn_at=None).count() == 1


def test_photos_of_an_import_that_is_taken_back_go_too(
    books: Books, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    cast, before = books.cast, on_disk()
    mine = photo(books, cast.worker, 1)
    report = operations.import_table(
        actor=cast.worker, now=books.later(minutes=1), register="firms", name="企业.csv",
        data=f"名称,门面\n老王饭店,{mine.pk}\n".encode(), area=cast.grids[0].code,
    )  # fmt: skip
    assert (report.faults, report.made) == ([], 1)
    assert EntryFile.objects.filter(file=mine).exists()
    with django_capture_on_commit_callbacks(execute=True):
        operations.undo_import(actor=cast.worker, now=books.later(minutes=1), number=report.batch)
    assert on_disk() == before


def test_a_photo_of_an_entry_that_a_sensitive_field_names_too_stays_out_of_sight(books: Books) -> None:
    cast, paper = books.cast, photo(books, books.cast.worker)
    entry = books.save(cast.worker, {"called": "张婆婆"}, "care").entry
    operations.attach(actor=cast.worker, now=books.now, entry=entry, files=[paper.pk])
    books.save(cast.worker, {"papers": [str(paper.pk)]}, "care", entry=entry)
    (kept,) = EntryFile.objects.filter(entry=entry)
    assert not queries.may_show(account=cast.worker, entry=entry, field=kept.field, now=books.now)
