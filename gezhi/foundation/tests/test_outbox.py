from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from gezhi.foundation import outbox
from gezhi.foundation.models import JournalHead, Outbox

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_subscribers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "_subscribers", {})


def test_each_subscriber_is_called_once() -> None:
    heard: list[tuple[str, Any]] = []
    outbox.subscribe("case.closed", "notices", lambda body, _now: heard.append(("notices", body["number"])))
    outbox.subscribe("case.closed", "insight", lambda body, _now: heard.append(("insight", body["number"])))
    outbox.tell("case.closed", {"number": "A1"}, NOW)
    outbox.tell("nobody.listens", {}, NOW)
    assert outbox.relay(NOW) == 2
    assert outbox.relay(NOW + timedelta(days=1)) == 0
    assert heard == [("notices", "A1"), ("insight", "A1")]


def test_what_is_rolled_back_is_never_told() -> None:
    with transaction.atomic():
        outbox.tell("case.closed", {}, NOW)
        transaction.set_rollback(True)
    assert not Outbox.objects.exists()


def test_a_failing_subscriber_is_retried_alone_and_leaves_nothing_behind() -> None:
    heard: list[str] = []
    broken = [True]

    def half(_body: dict[str, Any], _now: datetime) -> None:
        JournalHead.objects.create(book="left-behind", link=b"")
        if broken[0]:
            raise ValueError("mail server is away")

    outbox.subscribe("t", "steady", lambda _body, _now: heard.append("steady"))
    outbox.subscribe("t", "half", half)
    outbox.tell("t", {}, NOW)
    assert outbox.relay(NOW) == 0
    row = Outbox.objects.get()
    assert "mail server is away" in row.error
    assert row.done_at is None
    assert not JournalHead.objects.filter(book="left-behind").exists()
    assert outbox.relay(NOW) == 0, "it waits before it is tried again"
    broken[0] = False
    assert outbox.relay(row.next_try) == 1
    assert heard == ["steady"]
    assert JournalHead.objects.filter(book="left-behind").count() == 1


def test_the_wait_grows_to_an_hour_and_no_further() -> None:
    def refuse(_body: dict[str, Any], _now: datetime) -> None:
        raise ValueError

    outbox.subscribe("t", "refuse", refuse)
    outbox.tell("t", {}, NOW)
    waits, now = [], NOW
    for _ in range(14):
        outbox.relay(now)
        later = Outbox.objects.get().next_try
        waits.append(later - now)
        now = later
    assert waits[:3] == [timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20)]
    assert waits[-1] == timedelta(hours=1)


def test_a_batch_has_a_limit_and_takes_the_oldest_first() -> None:
    heard: list[int] = []
    outbox.subscribe("t", "hear", lambda body, _now: heard.append(body["n"]))
    for number in (2, 1, 0):
        outbox.tell("t", {"n": number}, NOW - timedelta(minutes=number))
    assert outbox.relay(NOW, limit=2) == 2
    assert heard == [2, 1]
