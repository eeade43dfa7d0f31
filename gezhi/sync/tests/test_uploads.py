"""Photos in pieces: they go on where they stopped, and are nothing until they are whole."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gezhi.cases.models import CaseFile, Proposal
from gezhi.foundation import files
from gezhi.foundation.files import uses
from gezhi.foundation.models import StoredFile
from gezhi.foundation.tasks import sweep_files
from gezhi.sync import operations
from gezhi.sync.errors import UploadRefused
from gezhi.sync.models import Upload
from gezhi.sync.operations.uploads import path_of
from gezhi.sync.shapes import Uploaded
from gezhi.sync.tests.conftest import District, Phone, jpeg


def _send(phone: Phone, content: bytes, start: int, end: int) -> Uploaded:
    return operations.receive(
        actor=phone.account, key="p-1", name="a.jpg", start=start, size=len(content), piece=content[start:end],
        now=phone.district.now,
    )  # fmt: skip


def test_a_broken_way_goes_on_where_it_stopped(phone: Phone) -> None:
    content = jpeg()
    assert _send(phone, content, 0, 1000).received == 1000
    assert StoredFile.objects.count() == 0
    # the same piece again, and one that overlaps, change nothing
    assert _send(phone, content, 0, 1000).received == 1000
    assert _send(phone, content, 500, 3000).received == 3000
    state = operations.state_of(actor=phone.account, key="p-1")
    assert state is not None
    assert (state.received, state.done) == (3000, False)
    assert _send(phone, content, 3000, len(content)).done
    row = StoredFile.objects.get()
    assert (row.kind, row.size) == ("photo", len(content))
    assert not path_of(Upload.objects.get()).exists()
    # sent again after a lost reply
    assert _send(phone, content, 3000, len(content)).done
    assert StoredFile.objects.count() == 1


def test_a_gap_says_where_to_go_on(phone: Phone) -> None:
    content = jpeg()
    _send(phone, content, 0, 1000)
    with pytest.raises(UploadRefused) as refused:
        _send(phone, content, 2000, 3000)
    assert (refused.value.status, refused.value.received) == (409, 1000)


def test_what_is_no_photo_is_forgotten(phone: Phone) -> None:
    with pytest.raises(UploadRefused, match="not a photo"):
        phone.photo("p-1", b"MZ this is a program" * 40)
    assert Upload.objects.count() == 0
    assert StoredFile.objects.count() == 0


def test_nobody_sees_anothers_pieces(phone: Phone, district: District) -> None:
    phone.photo("p-1")
    assert operations.state_of(actor=district.cast.other_worker, key="p-1") is None
    (refused,) = Phone(district, district.cast.other_worker).send(phone.report(photos=["p-1"]))
    assert refused.code == "photos_missing"


def test_half_photos_of_long_ago_are_forgotten(phone: Phone, district: District) -> None:
    _send(phone, jpeg(), 0, 1000)
    path = path_of(Upload.objects.get())
    assert operations.forget_old(now=district.now + timedelta(days=30)) == 0
    assert path.exists()
    assert operations.forget_old(now=district.now + timedelta(days=60)) == 1
    assert not path.exists()


def test_a_photo_that_nothing_took_goes_after_a_week_and_is_sent_anew(
    phone: Phone, district: District, django_capture_on_commit_callbacks: Any
) -> None:
    attached = phone.report(photos=[phone.photo("p-attached")])
    assert phone.send(attached)[0].outcome == "accepted"
    phone.photo("p-loose")
    row = StoredFile.objects.exclude(pk__in=CaseFile.objects.values("file")).get()
    paths = [files.path_of(row, "full"), files.path_of(row, "thumb")]
    kept = timedelta(days=7)
    assert files.sweep(now=district.now + timedelta(days=6), kept=kept) == 0
    assert all(path.exists() for path in paths)
    with django_capture_on_commit_callbacks(execute=True):
        assert files.sweep(now=district.now + timedelta(days=8), kept=kept) == 1
    assert files.sweep(now=district.now + timedelta(days=8), kept=kept) == 0
    assert not any(path.exists() for path in paths)
    assert StoredFile.objects.get().pk == CaseFile.objects.get().file_id
    # the phone believes it to be here: it hears that it is not, by its key, and nothing else is lost
    named = phone.report(photos=["p-loose"])
    (refused,) = phone.send(named)
    assert (refused.outcome, refused.code, refused.missing) == ("refused", "photos_missing", ("p-loose",))
    assert operations.state_of(actor=phone.account, key="p-loose") is None
    phone.photo("p-loose")
    assert phone.send(named)[0].outcome == "accepted"
    assert CaseFile.objects.count() == 2


def test_a_photo_that_is_taken_while_the_sweep_looks_stays_and_the_others_go(
    phone: Phone, district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert phone.send(phone.report(photos=[phone.photo("p-taken")]))[0].outcome == "accepted"
    taken = CaseFile.objects.get().file_id
    phone.photo("p-loose")
    monkeypatch.setattr(uses, "in_use", lambda _ids: set())
    assert files.forget_unused(StoredFile.objects.values_list("pk", flat=True)) == 1
    row = StoredFile.objects.get()
    assert row.pk == taken
    assert files.path_of(row, "full").exists()


def test_many_loose_files_go_with_as_few_statements_as_one(phone: Phone, district: District) -> None:
    later, counts = district.now + timedelta(days=8), []
    for some in (("p-1",), ("p-2", "p-3", "p-4", "p-5")):
        for key in some:
            phone.photo(key)
        with CaptureQueriesContext(connection) as asked:
            assert files.sweep(now=later, kept=timedelta(days=7)) == len(some)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert not StoredFile.objects.exists()


def test_what_a_proposal_names_is_not_swept_before_it_is_decided(phone: Phone, district: District) -> None:
    phone.photo("p-named")
    row = StoredFile.objects.get()
    opened = district.open()
    waits = Proposal.objects.create(
        case_id=opened.case_id, action="x", answers={"photos_after": [str(row.pk)]}, by_key="k", approver_key="a",
        entered_at=district.now, at=district.now,
    )  # fmt: skip
    later = district.now + timedelta(days=30)
    assert files.sweep(now=later, kept=timedelta(days=7)) == 0
    Proposal.objects.filter(pk=waits.pk).update(state=Proposal.State.LAPSED)
    assert files.sweep(now=later, kept=timedelta(days=7)) == 1


def test_the_nightly_task_sweeps_by_the_setting(phone: Phone, settings: LazySettings) -> None:
    phone.photo("p-loose")
    at = StoredFile.objects.get().at
    settings.LOOSE_FILES_DAYS = 3
    for days, left in ((2, 1), (4, 0)):
        with time_machine.travel(at + timedelta(days=days), tick=False):
            sweep_files(0)
        assert StoredFile.objects.count() == left
