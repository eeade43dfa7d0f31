"""The district of the cases' tests, and telephones in it."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import translation
from PIL import Image

from gezhi.cases.tests.conftest import District, asking, district
from gezhi.people.models import Account
from gezhi.sync import operations, queries
from gezhi.sync.shapes import Download, Result
from gezhi.territory import queries as territory

__all__ = ["District", "asking", "district"]
_keys = count(1)


@pytest.fixture(autouse=True)
def _look_again(settings: LazySettings, tmp_path: Any) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    territory.look_again()
    with translation.override("en"):
        yield
    territory.look_again()


def jpeg(width: int = 640) -> bytes:
    """Return a photo's bytes."""
    kept = io.BytesIO()
    Image.effect_noise((width, 480), 80).convert("RGB").save(kept, "JPEG")
    return kept.getvalue()


@dataclass
class Phone:
    """Somebody's telephone: what it holds, and its clock, which may be off."""

    district: District
    account: Account
    off_seconds: int = 0
    cursor: str = ""
    parts: dict[str, Any] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """What its clock says."""
        from datetime import timedelta

        return self.district.now + timedelta(seconds=self.off_seconds)

    def record(self, kind: str, data: dict[str, Any], **given: Any) -> dict[str, Any]:
        """Make a record as the telephone keeps it."""
        plain = {"key": f"phone-key-{next(_keys):06}", "kind": kind, "at": self.now.isoformat(), "data": data}
        return plain | given

    def report(self, **given: Any) -> dict[str, Any]:
        """Make a report from the middle of grid 1."""
        lon, lat = self.district.cast.point(1)
        key = {"key": given.pop("key")} if "key" in given else {}
        at = {"at": given.pop("at")} if "at" in given else {}
        plain = {"item": "env.litter", "text": "路口的垃圾堆了三天。", "lon": lon, "lat": lat}
        return self.record("report", plain | given) | key | at

    def send(self, *records: dict[str, Any]) -> list[Result]:
        """Send records."""
        pushed = operations.take(actor=self.account, now=self.district.now, said_now=self.now, records=records)
        return list(pushed.results)

    def refresh(self) -> Download:
        """Download what is new and keep it, as the telephone does."""
        got = queries.download(account=self.account, now=self.district.now, since=self.cursor)
        if got.full:
            self.parts = {}
        for name in got.gone:
            del self.parts[name]
        self.parts |= got.parts
        self.cursor = got.cursor
        return got

    def photo(self, key: str, content: bytes | None = None, piece: int = 200_000) -> str:
        """Send a photo in pieces; return its key."""
        content = content or jpeg()
        for start in range(0, len(content), piece):
            operations.receive(
                actor=self.account, key=key, name="a.jpg", start=start, size=len(content),
                piece=content[start : start + piece], now=self.district.now,
            )  # fmt: skip
        return key


type MakePhone = Callable[..., Phone]


@pytest.fixture
def phone(district: District) -> Phone:
    """Return the telephone of the worker of grid 1."""
    return Phone(district, district.cast.worker)
