"""Messages: once per key, channel and recipient; sent, retried, recorded; a webhook never dies unseen."""

import hashlib
import hmac
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from unittest import mock

import httpx
import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries, Settings

from gezhi.foundation import clock
from gezhi.notices import guard, operations, queries
from gezhi.notices.models import Delivery, Endpoint, Message
from gezhi.notices.senders import Attempt
from gezhi.people import access
from gezhi.people import operations as people
from gezhi.people.tests.cast import Cast

NOW = datetime(2026, 5, 9, 2, 20, tzinfo=UTC)
State = Message.State


@pytest.fixture
def anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every name lead to one public address, without asking the network."""
    found = [(2, 1, 6, "", ("93.184.216.34", 443))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_args, **_more: found)


def _endpoint(topics: tuple[str, ...] = ("*",), url: str = "https://hooks.example/in") -> tuple[Endpoint, str]:
    return operations.add_endpoint(actor=None, title="市平台", url=url, topics=topics, now=NOW)


def _announce(key: str = "case/1/1", topic: str = "case.closed") -> None:
    operations.send(
        to=[], key=key, subject="办结", body="", channels=["webhook"], topic=topic, payload={"number": "A1"}, now=NOW
    )


def _answer(status: int, seen: list[httpx.Request] | None = None) -> httpx.MockTransport:
    def handle(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        return httpx.Response(status, text="收到")

    return httpx.MockTransport(handle)


def test_a_message_reaches_the_inbox_once(cast: Cast) -> None:
    for _time in range(2):
        operations.send(to=[cast.worker, cast.head], key="case/1/4/assigned", subject="新\n工单", body="", now=NOW)
    assert [row.subject for row in queries.inbox(cast.worker)] == ["新 工单"]
    assert queries.unread_count(cast.head) == 1
    assert operations.mark_read(account=cast.head, now=NOW) == 1
    assert queries.unread_count(cast.head) == 0
    assert queries.unread_count(cast.worker) == 1


def test_sending_is_two_statements_however_many_are_told(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        operations.send(to=[cast.worker, cast.head, cast.clerk], key="k", subject="s", body="", now=NOW)


def test_what_is_rolled_back_tells_nobody(cast: Cast) -> None:
    with transaction.atomic():
        operations.send(to=[cast.worker], key="k", subject="s", body="", channels=["inbox", "mail"], now=NOW)
        transaction.set_rollback(True)
    assert not Message.objects.exists()


def test_mail_goes_to_who_has_an_address_with_a_link(cast: Cast, settings: Settings) -> None:
    settings.PUBLIC_ADDRESS = "https://grid.example"
    people.change_profile(actor=None, account=cast.head, name="王站长", phone="", email="head@example.org", now=NOW)
    operations.send(
        to=[cast.head, cast.worker, "who@example.org"],
        key="k",
        subject="办结",
        body="正文",
        channels=["mail"],
        link="/track/1",
        now=NOW,
    )
    assert operations.deliver_due(now=NOW) == 2
    assert sorted(letter.to[0] for letter in mail.outbox) == ["head@example.org", "who@example.org"]
    assert "https://grid.example/track/1" in mail.outbox[0].body
    assert operations.deliver_due(now=NOW) == 0
    assert b"who@example.org" not in _raw_addresses()


def _raw_addresses() -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM notices_message WHERE channel = 'mail'")
        return b"".join(bytes(row[0]) for row in cursor.fetchall())


def test_a_mail_server_that_refuses_is_tried_again_and_one_that_falls_silent_is_not(cast: Cast) -> None:
    def failing(error: Exception) -> AbstractContextManager[object]:
        return mock.patch("django.core.mail.backends.locmem.EmailBackend.send_messages", side_effect=error)

    operations.send(to="a@example.org", key="k", subject="s", body="", channels=["mail"], now=NOW)
    with failing(ConnectionRefusedError("no")):
        operations.deliver_due(now=NOW)
    row = Message.objects.get()
    assert (row.state, row.next_attempt_at) == (State.WAITING, NOW + operations.WAITS[0])
    with failing(TimeoutError("silence")):
        operations.deliver_due(now=NOW + timedelta(minutes=1))
    row.refresh_from_db()
    assert row.state == State.UNSURE
    assert operations.deliver_due(now=NOW + timedelta(days=9)) == 0
    operations.send_again(actor=None, message=row, now=NOW + timedelta(days=9))
    assert operations.deliver_due(now=NOW + timedelta(days=9)) == 1
    assert len(mail.outbox) == 1


def test_a_webhook_is_signed_so_that_the_receiver_can_check(anywhere: None, db: None) -> None:
    _made, secret = _endpoint()
    _announce()
    seen: list[httpx.Request] = []
    assert operations.deliver_due(now=NOW, transport=_answer(204, seen)) == 1
    [request] = seen
    assert request.url.host == "93.184.216.34", "the judged address is the one connected to"
    assert request.headers["Host"] == "hooks.example"
    assert request.extensions["sni_hostname"] == "hooks.example"
    stamp, given = (part.split("=")[1] for part in request.headers["Gezhi-Signature"].split(","))
    assert int(stamp) == int(NOW.timestamp())
    assert given == hmac.new(secret.encode(), f"{stamp}.".encode() + request.content, hashlib.sha256).hexdigest()
    message = Message.objects.get()
    assert json.loads(request.content)["data"] == {"number": "A1"}
    assert request.headers["Gezhi-Message"] == str(message.pk)
    assert message.state == State.SENT
    assert message.deliveries.get().status == 204
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM notices_endpoint")
        assert secret.encode() not in bytes(cursor.fetchone()[0])


def test_a_webhook_hears_only_its_topics(anywhere: None, db: None) -> None:
    _endpoint(("case.closed",))
    _announce("1", "case.closed")
    _announce("2", "case.opened")
    assert [row.key for row in Message.objects.all()] == ["1"]


def test_a_failing_webhook_is_repeated_later_and_later_then_given_up(anywhere: None, db: None) -> None:
    _endpoint()
    _announce()
    at = NOW
    for wait in operations.WAITS:
        assert operations.deliver_due(now=at, transport=_answer(500)) == 1
        assert operations.deliver_due(now=at + wait - timedelta(seconds=1), transport=_answer(200)) == 0
        at += wait
    operations.deliver_due(now=at, transport=_answer(500))
    row = Message.objects.get()
    assert row.state == State.FAILED
    assert "收到" in row.error
    assert Delivery.objects.count() == len(operations.WAITS) + 1


def test_a_webhook_is_switched_off_in_plain_sight_and_loses_nothing(
    anywhere: None, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "DISABLE_AFTER", 3)
    endpoint, _secret = _endpoint()
    for number in range(5):
        _announce(f"case/{number}")
    for minute in range(3):
        operations.deliver_due(now=NOW + timedelta(minutes=6 * minute), transport=_answer(503))
    endpoint.refresh_from_db()
    assert not endpoint.enabled
    assert "503" in endpoint.disabled_reason or "收到" in endpoint.disabled_reason
    assert set(Message.objects.filter(channel="webhook").values_list("state", flat=True)) == {State.HELD}
    told = set(Message.objects.filter(channel="inbox").values_list("account__username", flat=True))
    assert told == {"dispatcher", "steward"}, "who has the right to set up is told"
    _announce("case/while-off")
    assert operations.deliver_due(now=NOW + timedelta(hours=1), transport=_answer(200)) == 0
    operations.enable_endpoint(actor=cast.dispatcher, endpoint=endpoint, now=NOW + timedelta(hours=1))
    assert operations.deliver_due(now=NOW + timedelta(hours=1), transport=_answer(200)) == 6


def test_a_dead_endpoint_costs_one_attempt_a_run_and_holds_up_nobody_else(anywhere: None, db: None) -> None:
    _endpoint(url="https://dead.example/")
    _endpoint(url="https://alive.example/")
    for number in range(3):
        _announce(f"case/{number}")

    def handle(request: httpx.Request) -> httpx.Response:
        if request.headers["Host"] == "dead.example":
            raise httpx.ConnectTimeout("no answer")
        return httpx.Response(200)

    operations.deliver_due(now=NOW, transport=httpx.MockTransport(handle))
    assert Message.objects.filter(state=State.SENT).count() == 3
    assert Delivery.objects.filter(ok=False).count() == 1
    assert max(Message.objects.values_list("attempts", flat=True)) == 1


def test_an_endpoint_that_is_gone_is_switched_off_at_once(anywhere: None, cast: Cast) -> None:
    endpoint, _secret = _endpoint()
    _announce()
    operations.deliver_due(now=NOW, transport=_answer(410))
    endpoint.refresh_from_db()
    assert not endpoint.enabled


def test_a_lost_attempt_is_repeated_for_a_webhook_and_asked_about_for_mail(anywhere: None, db: None) -> None:
    _endpoint()
    _announce()
    operations.send(to="a@example.org", key="k", subject="s", body="", channels=["mail"], now=NOW)
    operations._claim(NOW, 10)  # a worker that dies right after taking them
    assert operations.deliver_due(now=NOW + timedelta(minutes=4), transport=_answer(200)) == 0
    assert operations.deliver_due(now=NOW + timedelta(minutes=6), transport=_answer(200)) == 1
    assert {row.channel: row.state for row in Message.objects.all()} == {"webhook": State.SENT, "mail": State.UNSURE}
    assert not mail.outbox


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://10.1.2.3/", "http://192.168.0.1/x", "http://169.254.169.254/latest", "http://[::1]/",
        "http://[::ffff:127.0.0.1]/", "http://[fd00::1]/", "http://0.0.0.0/", "http://100.64.0.1/", "ftp://example.org/",
        "file:///etc/passwd", "https://", "https://name:word@example.org/", "https://example.org:99999/",
    ],
)  # fmt: skip
def test_no_webhook_leads_into_the_house(url: str) -> None:
    with pytest.raises(guard.NotAllowed):
        guard.judge(url)


def test_one_private_address_among_public_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(2, 1, 6, "", ("93.184.216.34", 80)), (2, 1, 6, "", ("10.0.0.7", 80))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_args, **_more: found)
    with pytest.raises(guard.NotAllowed, match=r"10\.0\.0\.7"):
        guard.judge("http://rebind.example/")


def test_an_installation_may_allow_its_own_network(settings: Settings) -> None:
    settings.WEBHOOK_PRIVATE_ADDRESSES = True
    assert guard.judge("http://127.0.0.1:9000/x").address == "127.0.0.1"


@pytest.mark.parametrize("role", ["resident", "worker", "head", "clerk", "leader", "outsider"])
def test_only_who_sets_up_touches_webhooks(cast: Cast, role: str) -> None:
    with pytest.raises(access.Denied):
        operations.add_endpoint(actor=cast.role(role), title="x", url="https://x.example", topics=["*"], now=NOW)
    endpoint, secret = operations.add_endpoint(
        actor=cast.steward, title="x", url="https://x.example", topics=["*"], now=NOW
    )
    with pytest.raises(access.Denied):
        operations.renew_secret(actor=cast.role(role), endpoint=endpoint, now=NOW)
    assert operations.renew_secret(actor=cast.steward, endpoint=endpoint, now=NOW) != secret


def test_one_address_makes_one_webhook(db: None) -> None:
    _endpoint()
    with pytest.raises(ValidationError):
        _endpoint()
    with pytest.raises(ValidationError):
        _endpoint(url="gopher://x")


@pytest.mark.django_db(transaction=True)
def test_several_workers_send_each_message_once(settings: Settings) -> None:
    for number in range(12):
        operations.send(to=f"{number}@example.org", key="k", subject="s", body="", channels=["mail"], now=clock.now())
    sent: list[str] = []
    lock = threading.Lock()

    def hand_over(letter: EmailMessage) -> Attempt:
        with lock:
            sent.extend(letter.to)
        return Attempt(ok=True, milliseconds=0)

    def work(_number: int) -> None:
        try:
            while operations.deliver_due(now=clock.now(), limit=3):
                pass
        finally:
            connection.close()

    with (
        mock.patch("gezhi.notices.senders._hand_over", side_effect=hand_over),
        ThreadPoolExecutor(4) as pool,
    ):
        list(pool.map(work, range(4)))
    assert sorted(sent) == sorted(f"{number}@example.org" for number in range(12))
