"""A district in which the shipped reference scheme is in force, and a browser's client for each of the cast."""

import pytest
from django.core.cache import cache

from gezhi.cases.tests.conftest import District, _look_again, asking, district

__all__ = ["District", "_look_again", "asking", "district"]


@pytest.fixture(autouse=True)
def _at_the_districts_time(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every page read the clock that the tests move."""
    cache.clear()
    monkeypatch.setattr("gezhi.foundation.clock.now", lambda: district.now)
