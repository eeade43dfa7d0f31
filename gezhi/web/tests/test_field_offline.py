"""What a phone keeps of the field: whole, of one build, in both languages, and nothing of anybody."""

import os
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from gezhi.people.tests.cast import Cast
from gezhi.web.field import offline

FOLDER = Path(offline.__file__).parent
SCRIPTS = sorted((FOLDER / "static/field/offline").glob("*.js"))
PIECES = sorted((FOLDER / "templates/field/offline").glob("*.html"))
# Words that scripts put together.
BUILT = ("hour-", "say-", "side-", "sent")


def _templates() -> str:
    return "\n".join(path.read_text() for path in PIECES)


def test_every_word_and_piece_that_scripts_ask_for_is_there_and_none_too_many() -> None:
    code = "\n".join(path.read_text() for path in SCRIPTS)
    known = set(re.findall(r'data-word="([^"]+)"', _templates()))
    assert {name for name in re.findall(r'word\("([^"$]+)"[,)]', code) if name not in known} == set()
    quoted = set(re.findall(r'"([a-z][a-z0-9-]*)"', code))
    assert {name for name in known if name not in quoted and not name.startswith(BUILT) and f"{name}:" not in code} == {
        "green", "done", "paused", "red", "yellow",
    } - quoted  # fmt: skip
    pieces = set(re.findall(r'<template id="t-([^"]+)"', _templates()))
    asked = set(re.findall(r'piece\("([^"]+)"', code)) | {"field", "set"}
    assert asked - pieces == set()


def test_scripts_import_only_what_the_phone_keeps(client: Client) -> None:
    kept = offline._addresses()
    for path in SCRIPTS:
        for name in re.findall(r'(?:from|import\() ?"(\.[^"]+)"', path.read_text()):
            found = os.path.normpath(f"field/offline/{name}")
            assert finders.find(found), f"{path.name} imports {name}"
            address = settings.STATIC_URL + found
            assert address in kept, f"{path.name} imports {name}, which the phone does not keep"


@pytest.mark.django_db
def test_the_kept_page_is_the_same_for_everybody(cast: Cast, client: Client) -> None:
    address = reverse("web:field_shell", args=["zh-hans"])
    strangers = client.get(address).content
    client.force_login(cast.worker)
    assert client.get(address).content == strangers
    assert cast.worker.name.encode() not in client.get("/field/outbox").content
    assert client.get(reverse("web:field_shell", args=["xx"])).status_code == 404


@pytest.mark.django_db
def test_the_worker_names_its_build_and_everything_is_there(client: Client) -> None:
    answer = client.get("/field/sw.js")
    assert answer["Service-Worker-Allowed"] == "/field/"
    assert answer["Cache-Control"] == "no-cache"
    script = answer.content.decode()
    assert re.search(r'"build": "[0-9a-f]{16}"', script)
    assert client.get("/field/sw.js").content == answer.content
    told = client.get("/field/manifest.webmanifest")
    assert told["Content-Type"] == "application/manifest+json"
    assert told.json()["scope"] == told.json()["start_url"] == "/field/"
    assert {icon["sizes"] for icon in told.json()["icons"]} == {"192x192", "512x512"}


def test_no_script_of_it_is_long() -> None:
    assert {path.name: n for path in SCRIPTS if (n := path.read_text().count("\n")) >= 300} == {}
