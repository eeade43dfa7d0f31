"""The published OpenAPI document, made from the very shapes that decode and encode."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse

from gezhi import __version__
from gezhi.api import shapes
from gezhi.api.faults import answer
from gezhi.sync import shapes as sync

_FAULTS = {
    "401": "No token, or one that is unknown, expired or revoked",
    "403": "The token lacks the scope, or its account may not do this",
    "422": "Something sent can't be accepted: `error.field` names it, nothing was kept",
}
_NUMBER = {"name": "number", "in": "path", "required": True, "schema": {"type": "string"}, "example": "260421-0137"}
_LIST = (
    ("status", "open or closed"),
    ("item", "an item of the catalogue"),
    ("step", "the step in which the case is"),
    ("channel", "how it came in"),
    ("area", "an area's code: that area and everything below it"),
    ("updated_since", "an instant with offset: changed since then"),
    ("limit", "1 to 100, default 100"),
    ("after", "`next` of the page before"),
)
_ENTRIES = (
    ("register", "a register's id"),
    ("q", "words of the name or address, how they sound, a code, a whole telephone number"),
    ("area", "an area's code: that area and everything below it"),
    ("state", "active (default) or ended"),
    ("limit", "1 to 100, default 100"),
    ("after", "`next` of the page before"),
)


def get_document(_request: HttpRequest) -> HttpResponse:
    """Answer the OpenAPI 3.1 document."""
    return answer(document())


@cache
def document() -> dict[str, Any]:
    """Return the document."""
    bodies = (
        shapes.NewCase, shapes.NewCases, shapes.Opened, shapes.BatchAnswer, shapes.DoAction, shapes.Acted,
        shapes.CaseWhole, shapes.CasePage, shapes.Catalogue, shapes.Stored, shapes.Faulty,
        shapes.EntryPage, shapes.EntryWhole, shapes.SaveEntry, shapes.EntrySaved,
        sync.Record, sync.Push, sync.Pushed, sync.Download, sync.Uploaded,
    )  # fmt: skip
    _refs, components = msgspec.json.schema_components(bodies, ref_template="#/components/schemas/{name}")
    return {
        "openapi": "3.1.0",
        "info": {"title": "Gezhi 格治", "version": __version__, "description": "Cases of a grid-governed district."},
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": _paths(),
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "gz_… from the office"}},
        },
    }


def _paths() -> dict[str, Any]:
    listed = [
        {"name": name, "in": "query", "description": words, "schema": {"type": "string"}} for name, words in _LIST
    ]
    action = {"name": "action", "in": "path", "required": True, "schema": {"type": "string"}, "example": "settle"}
    created = {"201": ("Taken in", "Opened"), "200": ("This client key had made it before", "Opened")}
    acted = {"200": ("Done", "Acted"), "202": ("Waits for an approver", "Acted")}
    acted |= {"404": ("No such case, or not to be seen", "Faulty"), "409": ("Somebody else acted first", "Faulty")}
    whole = {"200": ("The case", "CaseWhole"), "404": ("No such case, or not to be seen", "Faulty")}
    return {
        "/cases": {
            "post": _door("Take in a case", "cases:write", created, body="NewCase"),
            "get": _door("List cases", "cases:read", {"200": ("A page, newest first", "CasePage")}, listed),
        },
        "/cases/batch": {
            "post": _door("Take in several", "cases:batch", {"200": ("A result each", "BatchAnswer")}, body="NewCases")
        },
        "/cases/{number}": {"get": _door("Read a case", "cases:read", whole, [_NUMBER])},
        "/cases/{number}/actions/{action}": {
            "post": _door("Do an action", "cases:write", acted, [_NUMBER, action], body="DoAction")
        },
        "/catalogue": {"get": _door("What can be reported", "cases:read", {"200": ("Today's items", "Catalogue")})},
        "/files": {"post": _upload()},
        **_registers(),
        **_telephones(),
    }


def _registers() -> dict[str, Any]:
    """Return the doors to entries of registers."""
    listed = [
        {"name": name, "in": "query", "description": words, "schema": {"type": "string"}} for name, words in _ENTRIES
    ]
    code = {"name": "code", "in": "path", "required": True, "schema": {"type": "string"}}
    saved = {
        "201": ("Written down anew", "EntrySaved"),
        "200": ("Written, or this client key had written it before", "EntrySaved"),
        "202": ("Kept, and waits for a decision: another side's word stands, or it changed meanwhile", "EntrySaved"),
        "404": ("No such register or entry, or not to be seen", "Faulty"),
    }
    whole = {"200": ("The entry", "EntryWhole"), "404": ("No such entry, or not to be seen", "Faulty")}
    return {
        "/entries": {
            "get": _door("List entries", "entries:read", {"200": ("A page, newest first", "EntryPage")}, listed),
            "post": _door("Write an entry", "entries:write", saved, body="SaveEntry"),
        },
        "/entries/{code}": {"get": _door("Read an entry", "entries:read", whole, [code, listed[0]])},
    }


def _telephones() -> dict[str, Any]:
    """Return the doors for telephones; programs come with a token, the field pages with their session."""
    since = {
        "name": "since",
        "in": "query",
        "description": "the cursor of the last download",
        "schema": {"type": "string"},
    }
    only = {"name": "only", "in": "query", "description": "size: only say how much it is", "schema": {"enum": ["size"]}}
    key = {"name": "key", "in": "path", "required": True, "schema": {"type": "string"}, "example": "p-3f0c…"}
    place = {"name": "Content-Range", "in": "header", "required": True, "schema": {"type": "string"}}
    piece = _door(
        "Send a piece of a photo", "field:sync",
        {"200": ("Kept; more is to come", "Uploaded"), "201": ("The photo is whole", "Uploaded"),
         "409": ("The piece does not join on: go on at `received`", "Faulty")},
        [key, place],
    )  # fmt: skip
    binary = {"schema": {"type": "string", "format": "binary"}}
    piece["requestBody"] = {"required": True, "content": {"application/octet-stream": binary}}
    pushed = _door("Bring records", "field:sync", {"200": ("A result each, in order", "Pushed")}, body="Push")
    pushed["description"] += " Each of `records` is a `Record`; one that is wrong harms no other."
    return {
        "/sync": {
            "get": _door("Take along", "field:sync", {"200": ("What is new", "Download")}, [since, only]),
            "post": pushed,
        },
        "/sync/photos/{key}": {
            "get": _door("How much of a photo is here", "field:sync", {"200": ("So much", "Uploaded")}, [key]),
            "put": piece,
        },
    }


def _door(
    summary: str, scope: str, answers: dict[str, tuple[str, str]],
    parameters: Sequence[dict[str, Any]] = (), *, body: str = "",
) -> dict[str, Any]:  # fmt: skip
    told: dict[str, Any] = {status: _answer(words, shape) for status, (words, shape) in answers.items()}
    told |= {status: _answer(words, "Faulty") for status, words in _FAULTS.items()}
    operation: dict[str, Any] = {"summary": summary, "description": f"Needs the scope `{scope}`.", "responses": told}
    if parameters:
        operation["parameters"] = list(parameters)
    if body:
        operation["requestBody"] = {"required": True, "content": _json(body)}
    return operation


def _upload() -> dict[str, Any]:
    operation = _door("Send a photo or document", "cases:write", {"201": ("Stored", "Stored")})
    binary = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}, "required": ["file"]}
    operation["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": binary}}}
    return operation


def _answer(words: str, shape: str) -> dict[str, Any]:
    return {"description": words, "content": _json(shape)}


def _json(shape: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{shape}"}}}
