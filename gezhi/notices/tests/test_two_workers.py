"""Two workers at once and a slow mail server: no row is locked while a letter is on its way, none waits in a ring."""

import socketserver
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from unittest import mock

import httpx
import pytest
from django.db import connection, transaction
from pytest_django import Settings

from gezhi.notices import endpoint_operations, operations
from gezhi.notices.models import Delivery, Endpoint, Message

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 9, 2, 20, tzinfo=UTC)
State = Message.State
_SOON = 20


class _SlowServer(socketserver.ThreadingTCPServer):
    """A mail server that has heard a letter but does not say that it has taken it until it may."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.heard = threading.Semaphore(0)
        self.may_answer = threading.Semaphore(0)
        self.letters: list[str] = []


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        """Speak as much of the protocol as a letter needs."""
        server = self.server
        assert isinstance(server, _SlowServer)
        self.wfile.write(b"220 slow\r\n")
        while line := self.rfile.readline().strip().upper():
            if line == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                words = []
                while (said := self.rfile.readline()) != b".\r\n":
                    words.append(said.decode())
                server.heard.release()
                server.may_answer.acquire(timeout=_SOON)
                server.letters.append("".join(words))
            elif line == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 ok\r\n")


@pytest.fixture
def slow(settings: Settings) -> Iterator[_SlowServer]:
    """Run the slow mail server and send through it."""
    with _SlowServer() as server:
        host, port = server.server_address[:2]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        backend = "django.core.mail.backends.smtp.EmailBackend"
        settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": {"host": host, "port": port, "timeout": _SOON}}}
        yield server
        server.may_answer.release(9)
        server.shutdown()


def _work(now: datetime = NOW, limit: int = 1, transport: httpx.BaseTransport | None = None) -> int:
    try:
        return operations.deliver_due(now=now, limit=limit, transport=transport)
    finally:
        connection.close()


def _write(*names: str) -> None:
    for name in names:
        operations.send(to=f"{name}@example.org", key="k", subject="s", body="", channels=["mail"], now=NOW)


def test_no_row_is_locked_while_two_workers_wait_for_a_slow_mail_server(slow: _SlowServer) -> None:
    _write("a", "b", "c", "d")
    with ThreadPoolExecutor(2) as pool:
        workers = [pool.submit(_work, limit=2) for _ in range(2)]
        assert all(slow.heard.acquire(timeout=_SOON) for _ in workers), "both are on their way at the same time"
        with transaction.atomic():
            # refused at once if anybody held one
            held = [row.state for row in Message.objects.select_for_update(nowait=True)]
        assert held == [State.SENDING] * 4
        assert _others_in_transactions() == 0
        slow.may_answer.release(4)
        assert [one.result(_SOON) for one in workers] == [2, 2]
    assert len(slow.letters) == 4
    assert len({letter.partition("Message-ID:")[2].partition("\n")[0] for letter in slow.letters}) == 4
    assert set(Message.objects.values_list("state", flat=True)) == {State.SENT}


def _others_in_transactions() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
            " and state like 'idle in transaction%'"
        )
        return int(cursor.fetchone()[0])


def test_what_waits_behind_slow_letters_is_not_taken_for_lost_by_another_worker(slow: _SlowServer) -> None:
    _write("a", "b")
    taken = operations.LEASE.total_seconds() - 1
    with (
        mock.patch("gezhi.notices.operations._elapsed", side_effect=[0.0, taken]),
        ThreadPoolExecutor(1) as pool,
    ):
        worker = pool.submit(_work, limit=2)
        assert slow.heard.acquire(timeout=_SOON)
        slow.may_answer.release()
        assert slow.heard.acquire(timeout=_SOON)
        # the first letter took all but a second: the lease of the batch is over, that of the second letter is not
        assert _reclaimed(NOW + operations.LEASE + timedelta(seconds=9)) == 0
        assert _reclaimed(NOW + 2 * operations.LEASE) == 1
        slow.may_answer.release()
        assert worker.result(_SOON) == 2
    assert set(Message.objects.values_list("state", flat=True)) == {State.SENT}, "it did arrive"


def _reclaimed(now: datetime) -> int:
    operations.deliver_due(now=now)
    return Message.objects.filter(state=State.UNSURE).count()


def test_a_letter_that_somebody_settled_while_it_waited_its_turn_is_not_sent(slow: _SlowServer) -> None:
    _write("a", "b")
    with ThreadPoolExecutor(1) as pool:
        worker = pool.submit(_work, limit=2)
        assert slow.heard.acquire(timeout=_SOON)
        # another worker comes after the lease: both are unsure by then, and the office asks the recipients
        assert operations.deliver_due(now=NOW + operations.LEASE + timedelta(seconds=1)) == 0
        slow.may_answer.release(4)
        assert worker.result(_SOON) == 1
    assert [letter.count("\nTo: a@example.org") for letter in slow.letters] == [1]
    assert dict(Message.objects.values_list("state", "attempts")) == {State.SENT: 1, State.UNSURE: 1}


@contextmanager
def _hold(endpoint: Endpoint) -> Iterator[None]:
    with transaction.atomic():
        endpoint_operations.locked(endpoint.pk)
        yield


def _waiting(many: int) -> None:
    """Return when so many connections wait for a lock."""
    waited = threading.Event()
    with connection.cursor() as cursor:
        for _ in range(_SOON * 20):
            # what a transaction saw of others once it would see for ever
            cursor.execute("select pg_stat_clear_snapshot()")
            cursor.execute(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0] >= many:
                return
            waited.wait(0.05)
    pytest.fail(f"{many} did not come to wait")


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Endpoint:
    """Return a webhook that is one failure away from being switched off, with two messages to it."""
    monkeypatch.setattr("socket.getaddrinfo", lambda *_args, **_more: [(2, 1, 6, "", ("93.184.216.34", 443))])
    endpoint, _ = operations.add_endpoint(actor=None, title="x", url="https://x.example", topics=["*"], now=NOW)
    Endpoint.objects.filter(pk=endpoint.pk).update(failures_in_row=operations.DISABLE_AFTER - 1)
    for key in ("1", "2"):
        operations.send(to=[], key=key, subject="s", body="", channels=["webhook"], topic="t", now=NOW)
    return endpoint


def test_two_workers_whose_webhook_gives_up_do_not_wait_in_a_circle(failing: Endpoint) -> None:
    transport = httpx.MockTransport(lambda _request: httpx.Response(500))
    with ThreadPoolExecutor(2) as pool:
        with _hold(failing):
            workers = [pool.submit(_work, transport=transport) for _ in range(2)]
            _waiting(2)
        assert [one.result(_SOON) for one in workers] == [1, 1]
    failing.refresh_from_db()
    assert not failing.enabled
    assert Delivery.objects.filter(ok=False).count() == 2
    assert set(Message.objects.filter(endpoint=failing).values_list("state", flat=True)) == {State.HELD}


@pytest.mark.parametrize("deed", ["off", "on"])
def test_who_switches_a_webhook_while_a_message_arrives_does_not_wait_in_a_circle(failing: Endpoint, deed: str) -> None:
    arrived, told = threading.Event(), threading.Event()

    def answer(_request: httpx.Request) -> httpx.Response:
        arrived.set()
        assert told.wait(_SOON)
        return httpx.Response(200)

    with ThreadPoolExecutor(2) as pool, ExitStack() as held:
        worker: Future[int] = pool.submit(_work, transport=httpx.MockTransport(answer))
        assert arrived.wait(_SOON)
        if deed == "on":
            # it was switched off on the way, so that what is on its way is held back, and is switched on again
            operations.disable_endpoint(actor=None, endpoint=failing, reason="x", now=NOW)
        held.enter_context(transaction.atomic())
        endpoint_operations.locked(failing.pk)
        told.set()
        _waiting(1)
        if deed == "on":
            operations.enable_endpoint(actor=None, endpoint=failing, now=NOW)
        else:
            operations.disable_endpoint(actor=None, endpoint=failing, reason="x", now=NOW)
        held.close()
        assert worker.result(_SOON) == 1
    states = sorted(Message.objects.filter(endpoint=failing).values_list("state", flat=True))
    assert states == ([State.SENT, State.WAITING] if deed == "on" else [State.HELD, State.SENT])


def test_what_was_written_while_a_webhook_was_switched_off_waits_until_it_is_on(failing: Endpoint) -> None:
    Endpoint.objects.filter(pk=failing.pk).update(disabled_at=NOW)
    assert operations.deliver_due(now=NOW) == 0
    assert set(Message.objects.filter(endpoint=failing).values_list("state", flat=True)) == {State.HELD}
