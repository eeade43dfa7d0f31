"""Public pages are read at a person's pace: who asks for all of them is told so, in the reader's language."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.web import pace
from gezhi.web.tests.conftest import District

type Browser = Callable[[Account | None], Client]


@pytest.mark.parametrize("address", ["/results", "/grid", "/grid/{grid}", "/grid/{grid}/card", "/matter/none"])
def test_who_reads_too_much_is_asked_to_wait(
    district: District, browser_of: Browser, settings: Settings, address: str
) -> None:
    settings.PUBLIC_PAGES = 3
    page = address.format(grid=district.cast.grids[0].code)
    stranger = browser_of(None)
    assert [stranger.get(page).status_code for _time in range(3)] != [429] * 3
    refused = stranger.get(page)
    assert refused.status_code == 429
    assert refused["Retry-After"] == "600"
    assert "请等 10 分钟" in refused.content.decode()
    english = stranger.get(page, headers={"Accept-Language": "en"}).content.decode()
    assert "Please wait 10 minutes" in english
    # all public pages count together, and only for that network address
    assert stranger.get("/results").status_code == 429
    assert stranger.get("/results", REMOTE_ADDR="198.51.100.7").status_code == 200
    # whoever works here reads on; a resident's account is no way around it
    assert browser_of(district.cast.worker).get("/results").status_code == 200
    assert browser_of(district.cast.resident).get("/results").status_code == 429


def test_after_ten_minutes_one_reads_on(
    district: District, browser_of: Browser, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PUBLIC_PAGES = 1
    stranger, now = browser_of(None), clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    assert [stranger.get("/results").status_code for _time in range(2)] == [200, 429]
    monkeypatch.setattr(clock, "now", lambda: now + pace.WINDOW + timedelta(seconds=1))
    assert stranger.get("/results").status_code == 200


def test_signing_has_its_pace_and_what_was_written_is_kept(
    district: District, browser_of: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "MOST_IN_WINDOW", 1)
    monkeypatch.setattr(pace, "too_fast", lambda _request, purpose, _now, most=1: purpose == "sign")
    opened = district.open(contact="10000000009")
    district.act(district.cast.worker, opened.number, "settle", answers={"result": "好了"})
    district.act(district.cast.head, opened.number, "confirm")
    stranger = browser_of(None)
    stranger.get(f"/t/{opened.number}/{opened.secret}")
    answer = stranger.post(f"/matter/{opened.number}/do/dissatisfied", {"reason": "还是老样子"})
    assert answer.status_code == 409
    assert "还是老样子" in answer.content.decode()
    assert "请过十分钟再试" in answer.content.decode()
