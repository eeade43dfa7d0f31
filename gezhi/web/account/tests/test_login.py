"""Signing in by page: password, second factor, slip, registration, idle end; and who is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from gezhi.people import operations
from gezhi.people.models import Account, Appointment
from gezhi.people.tests.cast import Cast

NOW = datetime(2026, 5, 9, 2, 20, tzinfo=UTC)
PASSWORD = "a sentence of my own"
pytestmark = pytest.mark.django_db


@pytest.fixture
def worker(cast: Cast) -> Account:
    return operations.set_password(actor=None, account=cast.worker, password=PASSWORD, now=NOW)


def _login(client: Client, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/login", {"login": "worker", "password": password, **more})


def test_a_worker_signs_in_to_the_field_and_a_dispatcher_to_the_desk(
    client: Client, worker: Account, cast: Cast
) -> None:
    assert _login(client).headers["Location"] == "/field/"
    operations.set_password(actor=None, account=cast.dispatcher, password=PASSWORD, now=NOW)
    answer = Client().post("/login", {"login": " Dispatcher ", "password": PASSWORD})
    assert answer.headers["Location"] == "/desk/"


def test_after_signing_in_only_an_address_of_this_site_is_followed(client: Client, worker: Account) -> None:
    assert _login(client, next="/account").headers["Location"] == "/account"
    assert _login(Client(), next="https://evil.example/").headers["Location"] == "/field/"


@pytest.mark.parametrize("login", ["worker", "nobody-of-this-name"])
def test_a_wrong_password_and_an_unknown_name_answer_alike(client: Client, worker: Account, login: str) -> None:
    answer = client.post("/login", {"login": login, "password": "wrong wrong wrong"})
    assert answer.status_code == 200
    assert len(answer.context["form"].non_field_errors()) == 1
    assert "_auth_user_id" not in client.session


def test_the_account_locks_and_says_so_and_opens_again(client: Client, worker: Account, settings: Settings) -> None:
    settings.LOGIN_ATTEMPTS_PER_ACCOUNT = 3
    with time_machine.travel(NOW, tick=False) as clock:
        for _attempt in range(3):
            assert _login(client, "wrong").status_code == 200
        assert _login(client).status_code == 429, "the right password does not help while locked"
        clock.shift(timedelta(minutes=15, seconds=1))
        assert _login(client).status_code == 302


def test_the_second_factor_stands_between_password_and_page(client: Client, worker: Account) -> None:
    secret = operations.begin_second_factor(account=worker, now=NOW)
    spare = operations.confirm_second_factor(account=worker, code=pyotp.TOTP(secret).at(NOW), now=NOW)
    with time_machine.travel(NOW, tick=False) as clock:
        assert _login(client).headers["Location"] == "/login/code"
        assert client.get("/account").status_code == 302, "the password alone opens nothing"
        used = client.post("/login/code", {"code": pyotp.TOTP(secret).at(NOW)})
        assert used.status_code == 200, "the code that confirmed was used up"
        clock.shift(timedelta(seconds=60))
        fresh = pyotp.TOTP(secret).at(NOW + timedelta(seconds=60))
        assert client.post("/login/code", {"code": f" {fresh[:3]} {fresh[3:]}"}).headers["Location"] == "/field/"
        assert client.get("/account").status_code == 200
        other = Client()
        _login(other)
        assert other.post("/login/code", {"code": spare[0].upper()}).status_code == 302
        third = Client()
        _login(third)
        assert third.post("/login/code", {"code": spare[0]}).status_code == 200, "a recovery code works once"


def test_the_halfway_state_ends(client: Client, worker: Account) -> None:
    secret = operations.begin_second_factor(account=worker, now=NOW)
    operations.confirm_second_factor(account=worker, code=pyotp.TOTP(secret).at(NOW), now=NOW)
    with time_machine.travel(NOW, tick=False) as clock:
        _login(client)
        clock.shift(timedelta(minutes=11))
        assert client.get("/login/code").headers["Location"] == "/login"


def test_a_slip_sets_the_first_password_once(client: Client, cast: Cast) -> None:
    with time_machine.travel(NOW, tick=False):
        slip = operations.issue_slip(actor=cast.dispatcher, account=cast.outsider, now=NOW)
        assert client.get(f"/login/slip/{slip.code}").context["form"]["code"].value() == slip.code
        data = {"code": slip.code.replace("-", "").upper(), "password": PASSWORD, "again": PASSWORD}
        assert client.post("/login/slip", {**data, "again": "else"}).status_code == 200
        assert client.post("/login/slip", {**data, "password": "short", "again": "short"}).status_code == 200
        assert client.post("/login/slip", data).headers["Location"] == "/account"
        again = Client().post("/login/slip", data)
        assert again.status_code == 200
        assert "code" in again.context["form"].errors


def test_a_resident_registers_and_signs_in_by_number(client: Client, db: None) -> None:
    data = {"name": "何居民", "phone": "+86 100-0000-0009", "password": PASSWORD, "again": PASSWORD}
    assert client.post("/register", data).status_code == 302
    assert client.post("/logout").status_code == 302
    assert client.post("/login", {"login": "100 0000 0009", "password": PASSWORD}).status_code == 302
    second = Client().post("/register", data)
    assert "phone" in second.context["form"].errors
    assert "何居民" not in str(second.context["form"].errors)


def test_an_idle_session_ends_and_a_used_one_goes_on(client: Client, worker: Account, settings: Settings) -> None:
    settings.SESSION_IDLE_SECONDS = 600
    with time_machine.travel(NOW, tick=False) as clock:
        _login(client)
        clock.shift(500)
        assert client.get("/account/session").json()["seconds_left"] == 100, "asking is not use"
        clock.shift(50)
        assert client.get("/account", headers={"Gezhi-Background": "1"}).status_code == 200
        assert client.get("/account/session").json()["seconds_left"] == 50
        assert client.post("/account/session").json()["seconds_left"] == 600
        clock.shift(599)
        assert client.get("/account").status_code == 200
        clock.shift(600)
        assert client.get("/account").status_code == 302
        assert client.get("/account/session").json() == {"signed_in": False}


def test_changing_the_password_ends_the_other_sessions(client: Client, worker: Account) -> None:
    elsewhere = Client()
    _login(client)
    _login(elsewhere)
    new = {"old": PASSWORD, "password": "another sentence", "again": "another sentence"}
    assert client.post("/account/password", {**new, "old": "wrong"}).status_code == 200
    assert client.post("/account/password", new).status_code == 302
    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302


def test_a_closed_account_is_out_with_its_next_request(client: Client, worker: Account, cast: Cast) -> None:
    _login(client)
    operations.deactivate(actor=cast.dispatcher, account=worker, now=NOW)
    assert client.get("/account").status_code == 302
    assert _login(Client()).status_code == 200
    assert not Appointment.objects.filter(account=worker, until=None).exists()


def test_the_second_factor_is_set_up_by_page(client: Client, worker: Account) -> None:
    with time_machine.travel(NOW, tick=False):
        _login(client)
        client.post("/account/second-factor", {"do": "begin"})
        secret = client.get("/account/second-factor").context["secret"].replace(" ", "")
        wrong = client.post("/account/second-factor", {"do": "confirm", "code": "000000"})
        assert "code" in wrong.context["confirm"].errors
        right = client.post("/account/second-factor", {"do": "confirm", "code": pyotp.TOTP(secret).at(NOW)})
        assert len(right.context["codes"]) == 10
        assert client.post("/account/second-factor", {"do": "drop", "password": "wrong"}).status_code == 200
        assert client.post("/account/second-factor", {"do": "drop", "password": PASSWORD}).status_code == 302
    worker.refresh_from_db()
    assert not worker.has_second_factor
    assert worker.totp_secret == ""


def test_messages_are_read_by_their_owner_only(client: Client, worker: Account, cast: Cast) -> None:
    from gezhi.notices import operations as notices
    from gezhi.notices import queries

    notices.send(to=[worker, cast.head], key="k", subject="收到新工单", body="…", now=NOW)
    _login(client)
    page = client.get("/account/messages")
    assert [row.subject for group in page.context["inbox"].groups for row in group.messages] == ["收到新工单"]
    theirs = queries.inbox(cast.head).get()
    client.post("/account/messages", {"message": str(theirs.pk)})
    assert queries.unread_count(cast.head) == 1
    client.post("/account/messages", {"message": str(queries.inbox(worker).get().pk)})
    assert queries.unread_count(worker) == 0


def test_messages_are_counted_cheaply_filtered_grouped_and_opened(
    cast: Cast, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    from gezhi.notices import operations as notices
    from gezhi.notices import queries

    for number, topic in (("260512-0017", "case.mentioned"), ("260512-0017", "step"), ("260512-0025", "step")):
        notices.send(
            to=[cast.worker], key=f"{number}{topic}", subject=f"{number} {topic}", body="", topic=topic, about=number,
            link="/account", brief=f"{number} · 排水设施", now=NOW,
        )  # fmt: skip
    client.force_login(cast.worker)
    first = client.get("/account/messages/unread")
    assert first.json() == {"unread": 3}
    with django_assert_num_queries(3):  # session, account, and one count
        again = client.get("/account/messages/unread", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    groups = client.get("/account/messages").context["inbox"].groups
    assert [(one.number, len(one.messages)) for one in groups] in (
        [("260512-0025", 1), ("260512-0017", 2)], [("260512-0017", 2), ("260512-0025", 1)],
    )  # fmt: skip
    named = client.get("/account/messages?show=named").context["inbox"].groups
    assert [one.messages[0].topic for one in named] == ["case.mentioned"]
    opened = named[0].messages[0]
    assert client.get(f"/account/messages/{opened.pk}").headers["Location"] == "/account"
    assert queries.unread_count(cast.worker) == 2
    client.post("/account/messages", {"message": str(opened.pk), "do": "unread"})
    assert queries.unread_count(cast.worker) == 3
    client.post("/account/messages", {"do": "all"})
    assert queries.unread_count(cast.worker) == 0
    client.force_login(cast.head)
    assert client.get(f"/account/messages/{opened.pk}").status_code == 404


def test_the_visitors_address_is_taken_from_own_proxies_only(settings: Settings) -> None:
    from django.test import RequestFactory

    from gezhi.web.visitors import of_visitor

    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.9", headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.5"})
    assert of_visitor(request) == "10.0.0.9"
    settings.TRUSTED_PROXIES = 1
    assert of_visitor(request) == "203.0.113.5"
    for seen, address in (
        ("203.0.113.5:40001", "203.0.113.5"),
        ("[2001:db8::1]:40001", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
    ):
        request = RequestFactory().get("/", headers={"X-Forwarded-For": f"6.6.6.6, {seen}"})
        assert of_visitor(request) == address


def test_signed_in_people_find_their_way_on_the_portal(client: Client, worker: Account, cast: Cast) -> None:
    words = client.get("/").text
    assert "登录</a>" in words
    client.force_login(worker)
    words = client.get("/").text
    assert "我的工作台" in words
    assert "登录</a>" not in words
    client.force_login(cast.resident)
    words = client.get("/").text
    assert "我的账号" in words
    assert "退出登录" in words
    assert "我的工作台" not in words


def test_who_may_only_set_up_is_led_there(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = operations.create_staff(actor=None, username="keeper", name="管理员", steward=True, now=NOW)
    client.force_login(keeper)
    assert client.get("/login")["Location"] == "/setup/begin", "while the district is empty"
    monkeypatch.setattr("gezhi.web.setup.beginning.is_empty", lambda _now: False)
    assert client.get("/login")["Location"] == "/setup/"
    assert "去设置本区" in client.get("/account").text
