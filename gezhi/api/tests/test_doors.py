"""Who may knock, and what is said to those who may not."""

import pytest
from django.test import Client

from gezhi.api import openapi
from gezhi.people.operations import revoke_token

from .conftest import ISSUED, District, MakeCaller

ADDRESSES = ("/cases", "/cases/260603-0014", "/catalogue", "/entries", "/entries/Q001")


@pytest.mark.parametrize("path", ADDRESSES)
def test_without_a_token_nothing_is_told(client: Client, db: None, path: str) -> None:
    answer = client.get(f"/api/v1{path}", headers={"Accept-Language": "en"})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.json()["error"]["code"] == "no_token"


@pytest.mark.parametrize("header", ["Bearer gz_wrong", "Basic abc", "Bearer"])
def test_a_wrong_token_is_refused(client: Client, db: None, header: str) -> None:
    assert client.get("/api/v1/cases", headers={"Authorization": header}).status_code == 401


def test_a_revoked_token_is_refused_at_once(district: District, caller: MakeCaller) -> None:
    hotline = caller(district.cast.dispatcher)
    assert hotline.get("/catalogue").status_code == 200
    token = district.cast.dispatcher.tokens.get()
    revoke_token(actor=None, token=token, now=ISSUED)
    assert hotline.get("/catalogue").status_code == 401


def test_a_token_does_only_what_its_scopes_say(district: District, caller: MakeCaller) -> None:
    reader = caller(district.cast.dispatcher, "cases:read")
    answer = reader.post("/cases", {"client_key": "k", "item": "env.litter"})
    assert answer.status_code == 403
    assert "cases:write" in answer.json()["error"]["message"]


def test_the_session_of_a_page_opens_no_door(district: District, client: Client) -> None:
    client.force_login(district.cast.dispatcher)
    assert client.get("/api/v1/cases").status_code == 401


def test_an_unknown_door_and_a_wrong_method_say_so(client: Client, db: None) -> None:
    assert client.get("/api/v1/nothing").json()["error"]["code"] == "not_found"
    wrong = client.delete("/api/v1/cases")
    assert wrong.status_code == 405
    assert wrong["Allow"] == "POST, GET"


def test_the_document_names_every_door_and_every_shape(client: Client) -> None:
    document = client.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {
        "/cases", "/cases/batch", "/cases/{number}", "/cases/{number}/actions/{action}", "/catalogue", "/files",
        "/entries", "/entries/{code}", "/sync", "/sync/photos/{key}",
    }  # fmt: skip
    named = {shape["$ref"].rsplit("/", 1)[1] for shape in _refs(document)}
    assert named <= set(document["components"]["schemas"])
    assert openapi.document() is openapi.document()


def _refs(node: object) -> list[dict[str, str]]:
    if isinstance(node, dict):
        own = [node] if "$ref" in node else []
        return own + [ref for value in node.values() for ref in _refs(value)]
    return [ref for value in node for ref in _refs(value)] if isinstance(node, list) else []
