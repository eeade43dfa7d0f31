"""Of much ground a board keeps its sums: of what runs for a minute, of what is over for ten; of little ground, none."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gezhi.duties import queries
from gezhi.duties.queries import coverage
from gezhi.duties.tests.conftest import District


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Return name → seconds of what is kept."""
    found: dict[str, int] = {}
    cache.clear()
    plain = cache.set

    def keep(name: str, value: object, seconds: int) -> None:
        found[name] = seconds
        plain(name, value, seconds)

    monkeypatch.setattr(cache, "set", keep)
    return found


def _asked(district: District) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert queries.board(district.cast.villages[0], district.now)
    return len(seen)


def test_what_is_reckoned_quickly_is_never_kept(district: District, kept: dict[str, int]) -> None:
    assert _asked(district)
    assert kept == {}


def test_what_is_over_is_kept_longer_than_what_runs(
    district: District, kept: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coverage, "_SLOW_SECONDS", -1)
    _asked(district)
    seconds = {":over:" in name: each for name, each in kept.items()}
    assert seconds == {False: 60, True: 600}
    nothing = _asked(district)
    # a minute later only what runs is asked for
    cache.delete(next(name for name in kept if ":over:" not in name))
    assert _asked(district) == nothing + 1
    cache.clear()
    assert _asked(district) == nothing + 2
