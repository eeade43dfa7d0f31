"""Guessing doesn't pay, also not many guesses at once; codes, slips and tokens work once, or until they end."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from importlib import import_module
from unittest import mock

import pyotp
import pytest
from django.contrib.auth.hashers import identify_hasher
from django.core.exceptions import ValidationError
from django.db import connection
from pytest_django import DjangoAssertNumQueries, Settings

from gezhi.foundation import journal
from gezhi.foundation.models import JournalEntry
from gezhi.people import access, operations, second_factor
from gezhi.people.models import Account, ApiToken, Throttle
from gezhi.people.tests.cast import Cast

NOW = datetime(2026, 5, 9, 2, 20, tzinfo=UTC)
PASSWORD = "a sentence of my own"


@pytest.fixture
def worker(cast: Cast) -> Account:
    return operations.set_password(actor=None, account=cast.worker, password=PASSWORD, now=NOW)


def _try(password: str = PASSWORD, *, login: str = "worker", ip: str = "203.0.113.5", now: datetime = NOW) -> str:
    try:
        operations.check_password(login=login, password=password, ip=ip, now=now)
    except operations.SignInRefused as refusal:
        return refusal.code
    return "in"


def test_passwords_are_argon2_as_shipped(settings: Settings, cast: Cast) -> None:
    settings.PASSWORD_HASHERS = import_module(os.environ["DJANGO_SETTINGS_MODULE"]).PASSWORD_HASHERS
    account = operations.set_password(actor=None, account=cast.worker, password=PASSWORD, now=NOW)
    assert identify_hasher(account.password).algorithm == "argon2"
    assert _try() == "in"


@pytest.mark.django_db(transaction=True)
def test_of_24_attempts_at_once_no_more_than_the_bound_reach_the_password(settings: Settings) -> None:
    settings.LOGIN_ATTEMPTS_PER_ACCOUNT = 5
    account = operations.create_staff(actor=None, username="worker", name="李网格", now=NOW)
    operations.set_password(actor=None, account=account, password=PASSWORD, now=NOW)

    def attempt(_number: int) -> str:
        try:
            return _try("wrong")
        finally:
            connection.close()

    with (
        mock.patch("gezhi.people.operations.signin.check_hash", return_value=False) as checked,
        ThreadPoolExecutor(24) as pool,
    ):
        outcomes = list(pool.map(attempt, range(24)))
    assert checked.call_count == 5
    assert sorted(outcomes) == ["locked"] * 19 + ["wrong"] * 5


def test_a_lock_lasts_and_is_not_lengthened_and_ends(worker: Account, settings: Settings) -> None:
    settings.LOGIN_ATTEMPTS_PER_ACCOUNT = 3
    assert [_try("wrong") for _attempt in range(4)] == ["wrong"] * 3 + ["locked"]
    assert _try(now=NOW + timedelta(minutes=14)) == "locked"
    assert _try(now=NOW + timedelta(minutes=15)) == "in"


def test_a_success_clears_the_count_and_old_failures_are_forgotten(worker: Account, settings: Settings) -> None:
    settings.LOGIN_ATTEMPTS_PER_ACCOUNT = 3
    assert [_try("wrong"), _try("wrong"), _try()] == ["wrong", "wrong", "in"]
    assert [_try("wrong"), _try("wrong"), _try("wrong")] == ["wrong"] * 3
    assert _try("wrong", now=NOW + timedelta(minutes=16)) == "wrong"


def test_spellings_of_one_name_share_one_count(worker: Account, settings: Settings, cast: Cast) -> None:
    settings.LOGIN_ATTEMPTS_PER_ACCOUNT = 3
    numbers = ["10000000001", "100 0000 0001", "+86 100-0000-0001"]
    assert [_try("wrong", login=number) for number in numbers] == ["wrong"] * 3
    assert _try("correct horse battery", login="10000000001") == "locked"
    assert [_try("wrong", login="nobody"), _try("wrong", login="NOBODY "), _try("wrong", login="Nobody")] == [
        "wrong"
    ] * 3
    assert _try("wrong", login="nobody") == "locked"


def test_one_address_trying_many_names_is_stopped(worker: Account, settings: Settings) -> None:
    settings.LOGIN_ATTEMPTS_PER_ADDRESS = 4
    assert [_try("wrong", login=f"name{n}", ip="2001:db8::1") for n in range(4)] == ["wrong"] * 4
    assert _try(ip="2001:db8::ffff") == "locked", "a customer's whole /64 is one address"
    assert _try(ip="2001:db8:0:1::1") == "in"


def test_visitors_of_ipv4_are_told_apart_where_they_come_as_ipv6(worker: Account, settings: Settings) -> None:
    settings.LOGIN_ATTEMPTS_PER_ADDRESS = 4
    assert [_try("wrong", login=f"name{n}", ip="::ffff:203.0.113.5") for n in range(4)] == ["wrong"] * 4
    assert _try(ip="203.0.113.5") == "locked"
    assert _try(ip="::ffff:203.0.113.6") == "in"


def test_an_office_behind_one_address_signs_in_all_day(worker: Account, settings: Settings) -> None:
    settings.LOGIN_ATTEMPTS_PER_ADDRESS = 4
    assert {_try() for _morning in range(20)} == {"in"}


def test_what_people_type_as_name_is_not_kept_readable(db: None) -> None:
    _try("wrong", login="hunter2-typed-into-the-wrong-field")
    assert not Throttle.objects.filter(key__contains="hunter2").exists()
    assert operations.forget_old_attempts(now=NOW + timedelta(hours=1)) == 2


@pytest.mark.django_db(transaction=True)
def test_what_is_sent_is_counted_over_all_processes() -> None:
    def send(ip: str, now: datetime = NOW) -> int:
        try:
            return operations.count_sending(purpose="report", ip=ip, window=timedelta(minutes=10), now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(send, ["203.0.113.5"] * 24)) == list(range(1, 25))
    assert send("203.0.113.6") == 1
    assert send("203.0.113.5", NOW + timedelta(minutes=9)) == 25
    assert send("203.0.113.5", NOW + timedelta(minutes=10)) == 1


def test_the_office_lifts_a_lock(worker: Account, settings: Settings, cast: Cast) -> None:
    settings.LOGIN_ATTEMPTS_PER_ACCOUNT = 3
    for _attempt in range(4):
        _try("wrong")
    with pytest.raises(access.Denied):
        operations.clear_lock(actor=cast.head, account=worker, now=NOW)
    operations.clear_lock(actor=cast.dispatcher, account=worker, now=NOW)
    assert _try() == "in"


def test_a_code_near_the_present_is_taken_once(worker: Account) -> None:
    secret = operations.begin_second_factor(account=worker, now=NOW)
    totp = pyotp.TOTP(secret)
    assert second_factor.matching_step(secret, totp.at(NOW - timedelta(seconds=30)), NOW) is not None
    assert second_factor.matching_step(secret, totp.at(NOW - timedelta(seconds=90)), NOW) is None
    assert second_factor.matching_step(secret, "", NOW) is None
    codes = operations.confirm_second_factor(account=worker, code=totp.at(NOW), now=NOW)
    with pytest.raises(operations.SignInRefused):
        operations.check_second_factor(account=worker, code=totp.at(NOW), ip="203.0.113.5", now=NOW)
    operations.check_second_factor(account=worker, code=codes[3], ip="203.0.113.5", now=NOW)
    with pytest.raises(operations.SignInRefused):
        operations.check_second_factor(account=worker, code=codes[3], ip="203.0.113.5", now=NOW)


def test_guessing_codes_locks_too(worker: Account, settings: Settings) -> None:
    settings.LOGIN_ATTEMPTS_PER_ACCOUNT = 3
    secret = operations.begin_second_factor(account=worker, now=NOW)
    operations.confirm_second_factor(account=worker, code=pyotp.TOTP(secret).at(NOW), now=NOW)
    codes = []
    for _attempt in range(4):
        with pytest.raises(operations.SignInRefused) as refused:
            operations.check_second_factor(account=worker, code="000000", ip="203.0.113.5", now=NOW)
        codes.append(refused.value.code)
    assert codes == ["code_wrong"] * 3 + ["locked"]


def test_protected_values_are_not_readable_in_the_tables(worker: Account) -> None:
    secret = operations.begin_second_factor(account=worker, now=NOW)
    operations.change_profile(
        actor=worker, account=worker, name=worker.name, phone="10000000077", email="w@example.org", now=NOW
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT people_account::text FROM people_account WHERE username = 'worker'")
        row = cursor.fetchone()[0]
    assert not any(plain in row or plain.encode().hex() in row for plain in ("10000000077", "w@example.org", secret))
    assert Account.objects.get(pk=worker.pk).phone == "10000000077"


def test_a_slip_works_once_and_for_a_while_and_the_newest_counts(cast: Cast) -> None:
    first = operations.issue_slip(actor=cast.dispatcher, account=cast.worker, now=NOW)
    assert first.code not in repr(first)
    second = operations.issue_slip(actor=cast.dispatcher, account=cast.worker, now=NOW)
    for code, at in ((first.code, NOW), (second.code, second.expires_at), ("", NOW)):
        with pytest.raises(ValidationError):
            operations.use_slip(code=code, password=PASSWORD, now=at)
    operations.use_slip(code=f" {second.code.upper()} ", password=PASSWORD, now=NOW)
    with pytest.raises(ValidationError):
        operations.use_slip(code=second.code, password="another sentence", now=NOW)
    assert _try() == "in"


def test_a_weak_password_does_not_use_the_slip_up(cast: Cast) -> None:
    slip = operations.issue_slip(actor=None, account=cast.worker, now=NOW)
    for weak in ("short", "password123"):
        with pytest.raises(ValidationError):
            operations.use_slip(code=slip.code, password=weak, now=NOW)
    operations.use_slip(code=slip.code, password=PASSWORD, now=NOW)


@pytest.mark.parametrize("who", ["worker", "clerk", "outsider"])
def test_a_token_brings_the_first_of_the_desks(
    cast: Cast, who: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    account: Account = getattr(cast, who)
    _row, token = operations.issue_token(actor=None, account=account, name="a", scopes=["cases:write"], now=NOW)
    found = operations.accept_token(token=token, now=NOW)
    assert found is not None
    with django_assert_num_queries(0):
        first = access.first_desk(found.account, NOW)
    assert first == access.desks_of(Account.objects.get(pk=account.pk), NOW)[0]
    assert first == access.first_desk(Account.objects.get(pk=account.pk), NOW)


def test_a_token_is_accepted_until_it_ends(cast: Cast) -> None:
    row, token = operations.issue_token(
        actor=cast.dispatcher,
        account=cast.outsider,
        name="市平台",
        scopes=["cases:write"],
        expires_at=NOW + timedelta(days=30),
        now=NOW,
    )
    assert token not in str(ApiToken.objects.values())
    found = operations.accept_token(token=token, now=NOW)
    assert found is not None
    assert (found.account, found.scopes) == (cast.outsider, ["cases:write"])
    row.refresh_from_db()
    assert row.last_used_at == NOW
    assert operations.accept_token(token=token + "x", now=NOW) is None
    assert operations.accept_token(token="", now=NOW) is None
    assert operations.accept_token(token=token, now=NOW + timedelta(days=30)) is None
    with pytest.raises(access.Denied):
        operations.revoke_token(actor=cast.clerk, token=row, now=NOW)
    operations.revoke_token(actor=cast.dispatcher, token=row, now=NOW)
    assert operations.accept_token(token=token, now=NOW) is None


def test_a_token_of_a_closed_account_is_dead(cast: Cast) -> None:
    _row, token = operations.issue_token(actor=None, account=cast.clerk, name="x", scopes=["cases:read"], now=NOW)
    operations.deactivate(actor=None, account=cast.clerk, now=NOW)
    operations.reactivate(actor=None, account=cast.clerk, now=NOW)
    assert operations.accept_token(token=token, now=NOW) is None
    with pytest.raises(ValidationError):
        operations.issue_token(actor=None, account=cast.clerk, name="x", scopes=["everything"], now=NOW)


def test_every_change_is_journalled_without_its_secret(cast: Cast) -> None:
    slip = operations.issue_slip(actor=cast.dispatcher, account=cast.worker, now=NOW)
    operations.use_slip(code=slip.code, password=PASSWORD, now=NOW)
    entries = JournalEntry.objects.filter(book="people", subject=str(cast.worker.pk)).order_by("seq")
    assert [entry.action for entry in entries] == ["create_account", "appoint", "issue_slip", "use_slip"]
    assert not any(slip.code in str(entry.body) for entry in entries)
    assert journal.broken_entry("people") is None


def test_one_number_opens_one_residents_account(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        operations.register_resident(phone="+86 10000000001", password=PASSWORD, name="又一位", now=NOW)
    with pytest.raises(ValidationError):
        operations.register_resident(phone="not a number", password=PASSWORD, name="某", now=NOW)


def test_registering_in_bulk_from_one_address_is_stopped(db: None) -> None:
    def register(number: int) -> None:
        phone = f"1000000{number:04}"
        operations.register_resident(phone=phone, password=PASSWORD, name="某", ip="203.0.113.5", now=NOW)

    for number in range(20):
        register(number)
    with pytest.raises(operations.SignInRefused):
        register(20)


@pytest.mark.parametrize("username", ["x", "two words", "a" * 65, "名/字", ""])
def test_a_bad_username_is_refused_with_a_reason(db: None, username: str) -> None:
    with pytest.raises(ValidationError):
        operations.create_staff(actor=None, username=username, name="某", now=NOW)


def test_usernames_are_one_in_every_spelling(cast: Cast) -> None:
    with pytest.raises(ValidationError) as refused:
        operations.create_staff(actor=None, username="ＷＯＲＫＥＲ", name="某", now=NOW)
    assert "worker" in str(refused.value)


def test_nobody_closes_their_own_account_or_anothers_without_right(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        operations.deactivate(actor=cast.dispatcher, account=cast.dispatcher, now=NOW)
    with pytest.raises(access.Denied):
        operations.deactivate(actor=cast.head, account=cast.worker, now=NOW)
