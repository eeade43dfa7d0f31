import io
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from gezhi.foundation import files
from gezhi.foundation.files import look
from gezhi.foundation.models import StoredFile

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def photo(kind: str = "JPEG", size: tuple[int, int] = (60, 40), *, gps: bool = False, turned: bool = False) -> bytes:
    picture = Image.new("RGB", size, (200, 30, 30))
    exif = Image.Exif()
    if turned:
        exif[ExifTags.Base.Orientation] = 6
    if gps:
        exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (29.0, 24.0, 36.0), 3: "E", 4: (103.0, 33.0, 0.0)})
        exif.get_ifd(ExifTags.IFD.Exif).update(
            {ExifTags.Base.DateTimeOriginal: "2026:03:01 08:30:00", ExifTags.Base.OffsetTimeOriginal: "+08:00"}
        )
    out = io.BytesIO()
    picture.save(out, kind, exif=exif)
    return out.getvalue()


def office(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def store(content: bytes, name: str = "现场.jpg") -> StoredFile:
    return files.store(SimpleUploadedFile(name, content), actor="a1", now=NOW)


def test_place_and_time_are_read_and_then_gone_from_the_picture() -> None:
    row = store(photo(gps=True))
    assert row.lon == pytest.approx(103.55)
    assert row.lat == pytest.approx(29.41)
    assert row.taken_at == datetime(2026, 3, 1, 8, 30, tzinfo=timezone(timedelta(hours=8)))
    for variant in ("full", "thumb"):
        kept = Image.open(files.path_of(row, variant))
        assert dict(kept.getexif()) == {}
        assert not kept.getexif().get_ifd(ExifTags.IFD.GPSInfo)


def test_a_photo_without_a_place_has_none() -> None:
    row = store(photo())
    assert (row.lon, row.lat, row.taken_at) == (None, None, None)


@pytest.mark.parametrize(("kind", "kept"), [("JPEG", "image/jpeg"), ("PNG", "image/jpeg"), ("WEBP", "image/jpeg")])
def test_photos_are_known_by_their_bytes_not_their_name(kind: str, kept: str) -> None:
    row = store(photo(kind), "笔记.txt")
    assert (row.kind, row.media_type) == ("photo", kept)


def test_see_through_pictures_stay_so() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    assert store(out.getvalue()).media_type == "image/png"


def test_a_turned_photo_is_kept_upright_and_a_large_one_smaller() -> None:
    row = store(photo(size=(4000, 100), turned=True))
    assert (row.width, row.height) == (64, 2560)
    assert max(Image.open(files.path_of(row, "thumb")).size) == 480


def test_documents_are_kept_as_they_came_and_only_downloaded() -> None:
    content = b"%PDF-1.7\n..."
    row = store(content, "申请表.pdf")
    response = files.respond(row)
    assert b"".join(response) == content
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"


def test_photos_show_in_the_page() -> None:
    response = files.respond(store(photo()), "thumb")
    assert response["Content-Type"] == "image/jpeg"
    assert "attachment" not in response["Content-Disposition"]


def test_office_documents_are_known_by_their_parts() -> None:
    row = store(office("[Content_Types].xml", "xl/workbook.xml"), "台账.xlsx")
    assert row.media_type.endswith("spreadsheetml.sheet")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00" + bytes(100), "wrong_type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "wrong_type"),
        (office("a.txt"), "wrong_type"),
        (office("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "macros"),
        (b"PK\x03\x04 not a zip", "damaged"),
        (photo()[:200], "damaged"),
        (bytes(4) + b"ftypheic" + bytes(20), "heic"),
    ],
)
def test_what_is_not_taken_says_why_and_keeps_nothing(settings: Settings, content: bytes, code: str) -> None:
    with pytest.raises(files.FileRefused) as caught:
        store(content, "附件.jpg")
    assert caught.value.code == code
    assert "附件.jpg" in caught.value.message
    assert not StoredFile.objects.exists()
    assert not list(Path(settings.MEDIA_ROOT).rglob("*"))


def test_a_50_mb_photo_is_refused_with_both_sizes() -> None:
    with pytest.raises(files.FileRefused) as caught:
        store(photo() + bytes(50_000_000))
    assert caught.value.code == "too_big"
    assert "50" in caught.value.message
    assert "20" in caught.value.message


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    content = photo()
    monkeypatch.setattr(look, "MAX_PIXELS", 1000)
    monkeypatch.setattr(Image.Image, "load", lambda _self: pytest.fail("was decoded"))
    with pytest.raises(files.FileRefused) as caught:
        store(content)
    assert caught.value.code == "too_many_pixels"


@pytest.mark.parametrize(
    ("given", "kept"),
    [("../../etc/passwd", "passwd"), ("C:\\a\\b.jpg", "b.jpg"), ("a\u202egpj.exe", "agpj.exe"), ("\n", "file")],
)
def test_names_lose_paths_and_tricks(given: str, kept: str) -> None:
    upload = SimpleUploadedFile("x", photo())
    upload._name = given  # type: ignore[attr-defined]  # past Django's own cleaning, as another caller could
    assert files.store(upload, actor="a1", now=NOW).name == kept


def test_forgetting_removes_the_row_and_once_that_is_for_good_the_bytes(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    row = store(photo())
    with django_capture_on_commit_callbacks(execute=True):
        files.forget(row.pk)
        files.forget(row.pk)
        assert files.path_of(row).exists()
    assert not StoredFile.objects.exists()
    assert not files.path_of(row).exists()
    assert not files.path_of(row, "thumb").exists()
