from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from gezhi.foundation import crypto
from gezhi.host import checklist
from gezhi.host.checklist import Finding, Mark

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
FIT = {
    "SECRET_KEY": "x" * 50,
    "DEBUG": False,
    "ALLOWED_HOSTS": ["gezhi.example"],
    "SESSION_COOKIE_SECURE": True,
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "PUBLIC_ADDRESS": "https://gezhi.example",
    "TIME_ZONE": "Asia/Shanghai",
}


def wrong(found: list[Finding]) -> int:
    return sum(finding.mark is Mark.WRONG for finding in found)


def plain() -> list[Finding]:
    return [point() for point in checklist._PLAIN]


@pytest.fixture(autouse=True)
def _fit(settings: Settings, tmp_path: Path) -> None:
    for name, value in FIT.items():
        setattr(settings, name, value)
    settings.HOME = tmp_path


def test_a_fit_installation_has_nothing_wrong() -> None:
    assert wrong(plain()) == 0


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("SECRET_KEY", "development-only-key-that-doctor-refuses-in-production"),
        ("SECRET_KEY", "short"),
        ("DEBUG", True),
        ("ALLOWED_HOSTS", ["localhost"]),
        ("ALLOWED_HOSTS", ["*"]),
        ("SESSION_COOKIE_SECURE", False),
        ("PUBLIC_ADDRESS", "http://gezhi.example"),
        ("PUBLIC_ADDRESS", "https://other.example"),
        ("SECURE_PROXY_SSL_HEADER", None),
        ("DATA_KEYS", "short"),
    ],
)
def test_each_fault_is_found_alone_and_says_what_to_do(settings: Settings, setting: str, value: object) -> None:
    setattr(settings, setting, value)
    found = plain()
    assert wrong(found) == 1
    assert all(finding.do for finding in found if finding.mark is not Mark.GOOD)


def test_keys_that_others_can_read_are_wrong(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_KEYS = ""
    settings.DATA_KEYS_FILE = tmp_path / "data-keys"
    crypto.make_keys_file(settings.DATA_KEYS_FILE)
    assert wrong(plain()) == 0
    settings.DATA_KEYS_FILE.chmod(0o644)
    assert wrong(plain()) == 1


@pytest.mark.django_db
def test_the_database_is_looked_at_too() -> None:
    found = list(checklist.findings(NOW))
    says = {finding.what: finding.mark for finding in found}
    assert any("PostgreSQL" in what and mark is Mark.GOOD for what, mark in says.items())
    assert found[-1].mark is Mark.WRONG, "no worker runs in a test"


@pytest.mark.django_db
def test_what_lies_open_though_it_is_sensitive_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checklist._sealed(NOW).mark is Mark.GOOD
    monkeypatch.setattr("gezhi.registers.operations.remaining", lambda _now: {"households": 3})
    found = checklist._sealed(NOW)
    assert found.mark is Mark.WRONG
    assert "households (3)" in found.do
