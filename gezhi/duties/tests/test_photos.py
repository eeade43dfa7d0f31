"""Photos of visits: the doer's own, held by the activity, and off the disk when the household is erased."""

import io
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks

from gezhi.duties import operations, queries
from gezhi.duties.errors import BadInput
from gezhi.duties.models import ActivityFile
from gezhi.duties.operations import Found
from gezhi.duties.tests.conftest import District
from gezhi.foundation import files
from gezhi.foundation.models import StoredFile
from gezhi.people.models import Account


def photo(district: District, who: Account, colour: int = 0) -> StoredFile:
    """Return a photo that somebody put up."""
    out = io.BytesIO()
    Image.new("RGB", (30, 20), (colour, 90, 30)).save(out, "JPEG")
    return files.store(SimpleUploadedFile("门前.jpg", out.getvalue()), actor=str(who.pk), now=district.now)


def on_disk() -> set[Path]:
    """Return every file of the store."""
    return {one for one in Path(settings.MEDIA_ROOT).rglob("*") if one.is_file()}


def test_photos_of_visits_go_with_the_household(
    district: District, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    worker, home = district.cast.worker, district.home(1)
    door, paper, record, broken = (photo(district, worker, shade) for shade in range(4))
    found = Found(item="", text="楼道灯坏了", photos_before=(broken.pk,))
    done = district.record(
        duty="rounds.first_call", entry=home.pk, answers={"door": [str(door.pk)], "papers": [str(paper.pk)]},
        photos=(record.pk,), findings=(found,),
    )  # fmt: skip
    page = queries.activity_page(account=worker, pk=done.activity.pk, now=district.now)
    assert page is not None
    assert {(one.file_id, one.role) for one in page.files} == {(door.pk, "answer"), (record.pk, "record")}
    assert len(on_disk()) == 8
    with django_capture_on_commit_callbacks(execute=True):
        operations.forget_entry(entry=home.pk, now=district.later(minutes=1))
    assert not on_disk()
    assert not ActivityFile.objects.exists()


def test_what_became_a_case_keeps_its_photo(district: District) -> None:
    worker, home = district.cast.worker, district.home(1)
    broken = photo(district, worker)
    found = Found(item="env.litter", text="路口一堆垃圾", photos_before=(broken.pk,))
    done = district.record(duty="rounds.first_call", entry=home.pk, findings=(found,))
    operations.forget_entry(entry=home.pk, now=district.later(minutes=1))
    assert done.cases
    assert StoredFile.objects.filter(pk=broken.pk).exists()


@pytest.mark.parametrize("field", ["door", "papers"])
def test_answers_name_only_own_unused_photos(district: District, field: str) -> None:
    worker, home = district.cast.worker, district.home(1)
    mine, others = photo(district, worker), photo(district, district.cast.other_worker)
    for bad in (str(others.pk), "00000000-0000-7000-8000-000000000000", "no id"):
        with pytest.raises(BadInput):
            district.record(duty="rounds.first_call", entry=home.pk, answers={field: [bad]})
    done = district.record(duty="rounds.first_call", entry=home.pk, answers={field: [str(mine.pk)]})
    with pytest.raises(BadInput):
        district.record(duty="rounds.first_call", entry=home.pk, answers={field: [str(mine.pk)]})
    operations.correct(actor=worker, now=district.now, activity=done.activity.pk, answers={field: [str(mine.pk)]})
