"""A webhook's page: deliveries with their answers, sending again, the secret renewed once and shown once."""

import hashlib
import hmac
import re
from datetime import timedelta

import httpx
import pytest
from django.core.exceptions import ValidationError
from pytest_django import DjangoAssertNumQueries

from gezhi.cases.tests.conftest import District
from gezhi.foundation import clock
from gezhi.foundation.models import JournalEntry
from gezhi.notices import operations
from gezhi.notices.models import Endpoint, Message
from gezhi.web.desk.tests.test_queue import client

State = Message.State


@pytest.fixture
def hook(district: District, monkeypatch: pytest.MonkeyPatch) -> Endpoint:
    """Add a webhook whose name leads to a public address, without asking the network."""
    found = [(2, 1, 6, "", ("93.184.216.34", 443))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_args, **_more: found)
    now = clock.now() - timedelta(hours=1)
    row, _secret = operations.add_endpoint(
        actor=None, title="市平台", url="https://hooks.example/in", topics=["*"], now=now
    )
    return row


def _say(number: int) -> None:
    operations.send(
        to=(), key=f"case/{number}", topic="case.closed", subject=f"{number} 办结", body="", channels=["webhook"],
        payload={"number": str(number)}, now=clock.now() - timedelta(minutes=100 - number),
    )  # fmt: skip


def _deliver(status: int, seen: list[httpx.Request] | None = None) -> int:
    def handle(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        return httpx.Response(status, text="坏了 <b>")

    return operations.deliver_due(now=clock.now(), limit=50, transport=httpx.MockTransport(handle))


def test_each_message_stands_there_with_its_answer_and_the_next_try(district: District, hook: Endpoint) -> None:
    browser = client(district.cast.dispatcher)
    assert "还没有发过" in browser.get(f"/setup/doors/webhooks/{hook.pk}").text
    _say(1)
    assert _deliver(503) == 1
    page = browser.get(f"/setup/doors/webhooks/{hook.pk}")
    for words in ("case.closed", "503", "坏了 &lt;b&gt;", "下次", "现在就试"):
        assert words in page.text
    assert "case.closed" not in browser.get(f"/setup/doors/webhooks/{hook.pk}?state=failed").text
    assert str(hook.pk) in browser.get("/setup/doors").text


def test_one_message_is_sent_again_under_the_same_number_and_it_is_in_the_books(
    district: District, hook: Endpoint
) -> None:
    browser = client(district.cast.dispatcher)
    _say(1)
    seen: list[httpx.Request] = []
    _deliver(204, seen)
    message = Message.objects.get()
    assert message.state == State.SENT
    assert browser.post(f"/setup/doors/messages/{message.pk}/again").status_code == 302
    _deliver(204, seen)
    assert [one.headers["Gezhi-Message"] for one in seen] == [str(message.pk)] * 2
    entry = JournalEntry.objects.get(book="notices", action="send_again")
    assert (entry.actor, entry.subject) == (str(district.cast.dispatcher.pk), str(message.pk))
    browser.post(f"/setup/doors/webhooks/{hook.pk}/off")
    refused = browser.post(f"/setup/doors/messages/{message.pk}/again", follow=True)
    assert "已停用" in refused.text
    message.refresh_from_db()
    assert message.state == State.SENT


def test_a_test_goes_to_this_webhook_only(district: District, hook: Endpoint) -> None:
    now = clock.now()
    operations.add_endpoint(actor=None, title="另一家", url="https://other.example/in", topics=["*"], now=now)
    assert client(district.cast.dispatcher).post(f"/setup/doors/webhooks/{hook.pk}/test").status_code == 302
    seen: list[httpx.Request] = []
    assert _deliver(200, seen) == 1
    assert seen[0].headers["Gezhi-Topic"] == "webhook.test"
    assert seen[0].headers["Host"] == "hooks.example"


def test_a_renewed_secret_is_shown_once_and_the_old_one_signs_beside_it_for_its_time(
    district: District, hook: Endpoint
) -> None:
    browser, old = client(district.cast.dispatcher), str(hook.secret)
    address = f"/setup/doors/webhooks/{hook.pk}"
    assert browser.get(f"{address}/renew").status_code == 302
    form = {"keep": "24", "seen": hook.secret_since.isoformat() if hook.secret_since else ""}
    shown = browser.post(f"{address}/renew", form)
    new = shown.context["secret"]
    assert new in shown.text
    assert new != old
    assert new not in browser.get(address).text
    # pressed twice, it is renewed once
    assert browser.post(f"{address}/renew", form).status_code == 422
    assert browser.post(f"{address}/renew", {"keep": "900", "seen": ""}).status_code == 422
    hook.refresh_from_db()
    assert hook.secrets_at(clock.now()) == (new, old)
    _say(1)
    seen: list[httpx.Request] = []
    _deliver(204, seen)
    stamp, *given = (part.split("=", 1)[1] for part in seen[0].headers["Gezhi-Signature"].split(","))
    signed = f"{stamp}.".encode() + seen[0].content
    assert given == [hmac.new(key.encode(), signed, hashlib.sha256).hexdigest() for key in (new, old)]
    later = clock.now() + timedelta(hours=25)
    assert hook.secrets_at(later) == (new,)
    operations.deliver_due(now=later)
    hook.refresh_from_db()
    assert hook.old_secret is None, "what signs no more is forgotten"
    entry = JournalEntry.objects.get(book="notices", action="renew_secret")
    assert new not in str(entry.body)
    assert "更换" in browser.get("/setup/audit?what=notices").text


def test_a_secret_of_before_the_first_renewal_is_renewed_once_too(district: District, hook: Endpoint) -> None:
    Endpoint.objects.update(secret_since=None)
    browser, old = client(district.cast.dispatcher), str(hook.secret)
    address = f"/setup/doors/webhooks/{hook.pk}"
    seen = re.search(r'name="seen" value="([^"]*)"', browser.get(address).text)
    assert seen
    form = {"keep": "24", "seen": seen[1]}
    new = browser.post(f"{address}/renew", form).context["secret"]
    assert browser.post(f"{address}/renew", form).status_code == 422
    assert browser.post(f"{address}/renew", {"keep": "24"}).status_code == 422, "unsaid, it is of the beginning"
    hook.refresh_from_db()
    assert hook.secrets_at(clock.now()) == (new, old)


def test_nothing_is_put_into_the_queue_of_what_was_switched_off_meanwhile(district: District, hook: Endpoint) -> None:
    _say(1)
    _deliver(204)
    message = Message.objects.select_related("endpoint").get()
    operations.disable_endpoint(actor=None, endpoint=Endpoint.objects.get(), reason="", now=clock.now())
    with pytest.raises(ValidationError):
        operations.send_again(actor=None, message=message, now=clock.now())
    with pytest.raises(ValidationError):
        operations.send_test(actor=None, endpoint=hook, now=clock.now())


def test_who_may_not_set_up_the_whole_district_touches_no_webhook(district: District, hook: Endpoint) -> None:
    _say(1)
    message = Message.objects.get()
    for account in (district.cast.worker, district.cast.head, district.cast.clerk, district.cast.resident):
        browser = client(account)
        assert browser.get(f"/setup/doors/webhooks/{hook.pk}").status_code == 403
        for address in (f"webhooks/{hook.pk}/renew", f"webhooks/{hook.pk}/test", f"messages/{message.pk}/again"):
            assert browser.post(f"/setup/doors/{address}", {"keep": "0"}).status_code == 403
    assert not JournalEntry.objects.filter(book="notices", action="renew_secret").exists()


def test_many_messages_are_paged_and_cost_the_same(
    district: District, hook: Endpoint, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(35):
        _say(number)
    _deliver(204)
    browser = client(district.cast.dispatcher)
    browser.get(f"/setup/doors/webhooks/{hook.pk}")
    with django_assert_max_num_queries(12):
        page = browser.get(f"/setup/doors/webhooks/{hook.pk}")
    assert len(page.context["sent"]) == 30
    rest = browser.get(f"/setup/doors/webhooks/{hook.pk}", {"before": page.context["next"]})
    assert len(rest.context["sent"]) == 5
