"""The doors for telephones: by token, by session with CSRF, for those who work for the district only."""

from typing import Any

import pytest
from django.test import Client

from gezhi.cases.models import Case

from .conftest import District, MakeCaller


def _push(district: District, *, key: str = "phone-key-1") -> dict[str, Any]:
    lon, lat = district.cast.point(1)
    data = {"item": "env.litter", "lon": lon, "lat": lat}
    record = {"key": key, "kind": "report", "at": "2026-06-03T10:00:00+08:00", "data": data}
    return {"now": "2026-06-03T10:00:05+08:00", "records": [record]}


def test_a_program_syncs_with_a_token_of_the_scope(district: District, caller: MakeCaller) -> None:
    worker = caller(district.cast.worker, "field:sync")
    got = worker.get("/sync")
    assert got.status_code == 200
    assert got.json()["full"]
    assert int(got["Gezhi-Bytes"]) == got.json()["bytes"]
    assert worker.get("/sync", since=got.json()["cursor"], only="size").json()["count"] == 0
    sent = worker.post("/sync", _push(district))
    assert [one["outcome"] for one in sent.json()["results"]] == ["accepted"]
    assert caller(district.cast.worker, "cases:read").get("/sync").status_code == 403


def test_a_session_needs_its_csrf_token_to_write(district: District) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(district.cast.worker)
    assert client.get("/api/v1/sync").status_code == 200
    bare = client.post("/api/v1/sync", _push(district), content_type="application/json")
    assert (bare.status_code, bare.json()["error"]["code"]) == (403, "csrf")
    token = client.get("/account/session").json()["csrf"]
    sent = client.post("/api/v1/sync", _push(district), content_type="application/json", headers={"X-CSRFToken": token})
    assert sent.status_code == 200, sent.content
    assert Case.objects.unscoped(reason="a test looks").count() == 1


@pytest.mark.parametrize(("who", "status"), [("", 401), ("resident", 403), ("outsider", 200), ("worker", 200)])
def test_who_may_take_along(district: District, client: Client, who: str, status: int) -> None:
    if who:
        client.force_login(getattr(district.cast, who))
    answered = client.get("/api/v1/sync")
    assert (answered.status_code, answered["Cache-Control"]) == (status, "no-store")


def test_a_download_is_packed_where_that_is_understood(district: District, client: Client) -> None:
    client.force_login(district.cast.worker)
    plain = client.get("/api/v1/sync")
    packed = client.get("/api/v1/sync", headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert len(packed.content) < len(plain.content) / 2


def test_a_photo_comes_in_pieces(district: District, client: Client, settings: Any, tmp_path: Any) -> None:
    from gezhi.sync.tests.conftest import jpeg

    settings.MEDIA_ROOT = tmp_path
    client.force_login(district.cast.worker)
    content = jpeg()

    def put(start: int, end: int) -> Any:
        return client.put(
            "/api/v1/sync/photos/p-1", content[start:end], content_type="application/octet-stream",
            headers={"Content-Range": f"bytes {start}-{end - 1}/{len(content)}"},
        )  # fmt: skip

    assert client.get("/api/v1/sync/photos/p-1").json() == {"key": "p-1", "size": 0, "received": 0, "done": False}
    assert put(0, 500).json()["received"] == 500
    gap = put(900, 1000)
    assert (gap.status_code, gap.json()["received"]) == (409, 500)
    assert put(500, len(content)).status_code == 201
    assert client.get("/api/v1/sync/photos/p-1").json()["done"]
    wrong = client.put("/api/v1/sync/photos/p-2", content, content_type="application/octet-stream")
    assert wrong.status_code == 422


def test_nonsense_names_its_place(district: District, client: Client) -> None:
    client.force_login(district.cast.worker)
    answer = client.post("/api/v1/sync", {"records": [{}]}, content_type="application/json")
    assert answer.status_code == 422
    assert "now" in answer.json()["error"]["message"]
