"""A photo that nothing holds yet, taken by a form at the moment at which the nightly sweep clears it away."""

import io
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from unittest import mock
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from PIL import Image

from gezhi.cases import operations
from gezhi.cases.errors import BadInput
from gezhi.cases.models import Case, CaseFile
from gezhi.cases.operations import statements
from gezhi.cases.tests.conftest import District
from gezhi.foundation import files
from gezhi.foundation.files import uses
from gezhi.foundation.models import StoredFile

pytestmark = pytest.mark.django_db(transaction=True)
WEEK = timedelta(days=7)
_SOON = 20


@pytest.fixture
def loose(district: District) -> StoredFile:
    """Return a photo that was put up eight days ago and that nothing holds."""
    picture = io.BytesIO()
    Image.new("RGB", (40, 30)).save(picture, "JPEG")
    upload = SimpleUploadedFile("lamp.jpg", picture.getvalue(), "image/jpeg")
    return files.store(upload, actor="", now=district.now - timedelta(days=8))


@pytest.fixture
def elsewhere() -> Iterator[Callable[..., Future[Any]]]:
    """Run something in another connection."""

    def run(work: Callable[..., Any], /, *args: Any, **more: Any) -> Future[Any]:
        def closed() -> Any:
            try:
                return work(*args, **more)
            finally:
                connection.close()

        return pool.submit(closed)

    with ThreadPoolExecutor(2) as pool:
        yield run


def _sweep(district: District) -> int:
    return files.sweep(now=district.now, kept=WEEK)


def test_what_somebody_is_about_to_hold_is_not_swept_nor_waited_for(
    district: District, loose: StoredFile, elsewhere: Callable[..., Future[Any]]
) -> None:
    number = district.open().number
    with transaction.atomic():
        assert list(files.take([loose.pk])) == [loose.pk]
        assert elsewhere(_sweep, district).result(_SOON) == 0
        _add(district, number, loose.pk)
    assert elsewhere(_sweep, district).result(_SOON) == 0
    assert files.path_of(StoredFile.objects.get()).exists()


def test_a_note_that_comes_while_the_sweep_is_at_its_photo_waits_and_hears_that_it_is_gone(
    district: District, loose: StoredFile, elsewhere: Callable[..., Future[Any]]
) -> None:
    number, swept, go_on = district.open().number, threading.Event(), threading.Event()

    def slowly(ids: Any) -> int:
        gone = files.forget_unused(ids)
        swept.set()
        assert go_on.wait(_SOON)
        return gone

    with mock.patch.object(uses, "forget_unused", side_effect=slowly):
        sweep = elsewhere(_sweep, district)
        assert swept.wait(_SOON)
        note = elsewhere(_add, district, number, loose.pk)
        while not note.done() and not _waits():
            threading.Event().wait(0.05)
        go_on.set()
        assert sweep.result(_SOON) == 1
        with pytest.raises(BadInput, match="不在"):
            note.result(_SOON)
    assert not CaseFile.objects.exists()


@pytest.mark.parametrize("many", [1, 2])
def test_a_report_whose_photo_goes_between_the_look_and_the_statement_hears_it(
    district: District, loose: StoredFile, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    insert, looked = statements.insert, []

    def swept_before(rows: Any) -> Any:
        looked.append(1)
        if len(looked) == 1:
            assert _sweep(district) == 1
        return insert(rows)

    monkeypatch.setattr(statements, "insert", swept_before)
    reports = [district.report(files=(loose.pk,)), district.report()][:many]
    if many == 1:
        with pytest.raises(BadInput) as refused:
            operations.open_case(actor=None, report=reports[0], now=district.now)
        assert refused.value.field == "files"
    else:
        bad, good = operations.open_batch(actor=None, reports=reports, now=district.now)
        assert isinstance(bad, BadInput)
        assert isinstance(good, operations.Opened), "another's report is not lost with it"
    assert Case.objects.unscoped(reason="a test").count() == many - 1


def _add(district: District, number: str, file: UUID) -> None:
    operations.comment(
        actor=district.cast.worker, number=number, text="补一张", public=False, files=[file], now=district.now
    )


def _waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])
