"""A district in which the shipped reference scheme is in force, its clock, and browsers for the cast."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from gezhi.cases.tests.conftest import District, _look_again, asking, district
from gezhi.people.models import Account

__all__ = ["District", "_look_again", "asking", "district"]


@pytest.fixture(autouse=True)
def _forget() -> None:
    """Let no test find what another one's pages kept in memory."""
    cache.clear()


@pytest.fixture
def at_the_districts_time(district: District, monkeypatch: pytest.MonkeyPatch) -> District:
    """Let every page read the clock that the tests move."""
    monkeypatch.setattr("gezhi.foundation.clock.now", lambda: district.now)
    return district


@pytest.fixture
def browser_of() -> Callable[[Account | None], Client]:
    """Return a way to open a browser as somebody of the cast."""

    def open_browser(account: Account | None) -> Client:
        client = Client()
        if account is not None:
            client.force_login(account)
        return client

    return open_browser
