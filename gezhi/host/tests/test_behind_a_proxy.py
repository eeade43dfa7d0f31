"""Behind an HTTPS proxy, as an installation is set: what the settings make of the environment and what is sent."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

_ASK = """
import json
from gezhi.config import settings as s
print(json.dumps({name: getattr(s, name) for name in (
    "CSRF_TRUSTED_ORIGINS", "SECURE_PROXY_SSL_HEADER", "SECURE_HSTS_SECONDS", "CSRF_COOKIE_SECURE")}))
"""
OWN = "https://grid.example.cn"
PROXIED = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.5"}


def _settings(home: Path, **given: str) -> dict[str, Any]:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("GEZHI_")}
    asked = subprocess.run(
        [sys.executable, "-c", _ASK], env=bare | {"GEZHI_HOME": str(home)} | given,
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return dict(json.loads(asked.stdout))


def test_https_and_a_proxy_are_enough_for_forms_and_hsts(tmp_path: Path) -> None:
    found = _settings(tmp_path, GEZHI_HTTPS="yes", GEZHI_PROXIES="1", GEZHI_PUBLIC_ADDRESS=f"{OWN}/")
    assert found["CSRF_TRUSTED_ORIGINS"] == [OWN]
    assert found["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]
    assert found["SECURE_HSTS_SECONDS"] > 0
    more = _settings(tmp_path, GEZHI_ORIGINS="https://other.example.cn", GEZHI_PUBLIC_ADDRESS=OWN)
    assert more["CSRF_TRUSTED_ORIGINS"] == ["https://other.example.cn", OWN]


@pytest.mark.parametrize("given", [{}, {"GEZHI_PROXIES": "1"}, {"GEZHI_HTTPS": "yes"}])
def test_without_both_nobody_is_believed_about_https(tmp_path: Path, given: dict[str, str]) -> None:
    assert _settings(tmp_path, **given)["SECURE_PROXY_SSL_HEADER"] is None


@pytest.mark.django_db
def test_visitors_by_https_get_hsts_and_their_forms_are_taken(settings: Settings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.ALLOWED_HOSTS = ["grid.example.cn"]
    settings.CSRF_TRUSTED_ORIGINS = [OWN]
    client = Client(enforce_csrf_checks=True, headers={"host": "grid.example.cn"})
    page = client.get("/track", headers=PROXIED)
    assert page["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in client.get("/track")
    sent = {"number": "260509-0137", "secret": "x", "csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    assert client.post("/track", sent, headers=PROXIED | {"Origin": OWN}).status_code == 422
    assert client.post("/track", sent, headers=PROXIED | {"Origin": "https://evil.example"}).status_code == 403
