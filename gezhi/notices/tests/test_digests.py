"""Mail as a person wishes it: at once, once a workday, never; once per day, with nothing that anybody wrote in it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from gezhi.notices import digest_operations as digests
from gezhi.notices import operations, queries
from gezhi.notices.models import MailWish
from gezhi.people import operations as people
from gezhi.people.models import Account
from gezhi.people.tests.cast import Cast

pytestmark = pytest.mark.django_db

# A Tuesday evening; the next day at eight in Shanghai is midnight UTC.
EVENING = datetime(2026, 5, 12, 10, 0, tzinfo=UTC)
EIGHT = datetime(2026, 5, 13, 0, 0, tzinfo=UTC)


@pytest.fixture
def head(cast: Cast, settings: Settings) -> Account:
    settings.PUBLIC_ADDRESS = "https://grid.example"
    people.change_profile(actor=None, account=cast.head, name="王站长", phone="", email="head@example.org", now=EVENING)
    digests.wish_mail(actor=cast.head, mode="daily", now=EVENING)
    return cast.head


def tell(account: Account, number: str, now: datetime, key: str = "") -> None:
    operations.send(
        to=[account],
        key=key or f"{number}/{now.isoformat()}",
        subject=f"老何家门口积水 {number}",
        body="何居民，电话 13800000000",
        link=f"/desk/case/{number}",
        about=number,
        brief=f"{number} · 排水设施 · 第1网格",
        now=now,
    )


def letters(now: datetime) -> list[str]:
    while operations.deliver_due(now=now):
        pass
    return [str(one.body) for one in mail.outbox]


def test_a_digest_comes_once_at_eight_and_lists_each_case_once(head: Account) -> None:
    for minutes in (5, 10):
        tell(head, "260512-0017", EVENING + timedelta(minutes=minutes))
    tell(head, "260512-0025", EVENING + timedelta(minutes=20))
    assert digests.write_digests(now=EIGHT - timedelta(seconds=1)) == 0
    for minutes in (0, 5, 10, 600):
        digests.write_digests(now=EIGHT + timedelta(minutes=minutes))
    found = letters(EIGHT + timedelta(hours=10))
    assert len(found) == 1
    assert "260512-0017 · 排水设施 · 第1网格 ×2\n  https://grid.example/desk/case/260512-0017" in found[0]
    assert found[0].count("260512-0025 ·") == 1
    assert "3 条未读消息" in mail.outbox[0].subject


def test_a_digest_holds_nothing_that_anybody_wrote(head: Account) -> None:
    tell(head, "260512-0017", EVENING + timedelta(minutes=5))
    digests.write_digests(now=EIGHT)
    found = letters(EIGHT)[0] + mail.outbox[0].subject
    assert not re.search("老何|何居民|13800000000", found)


def test_what_was_read_and_what_was_in_a_digest_before_is_not_in_the_next(head: Account) -> None:
    tell(head, "260512-0017", EVENING + timedelta(minutes=5))
    digests.write_digests(now=EIGHT)
    tell(head, "260513-0011", EIGHT + timedelta(hours=2))
    tell(head, "260513-0029", EIGHT + timedelta(hours=3))
    operations.mark_read(account=head, messages=list(queries.inbox(head).filter(about="260513-0011")), now=EIGHT)
    digests.write_digests(now=EIGHT + timedelta(days=1))
    newest = letters(EIGHT + timedelta(days=1))[-1]
    assert "260513-0029" in newest
    assert "260512-0017" not in newest
    assert "260513-0011" not in newest


def test_saying_the_same_again_loses_nothing_that_waits(head: Account) -> None:
    tell(head, "260512-0017", EVENING + timedelta(minutes=5))
    digests.wish_mail(actor=head, mode="daily", now=EVENING + timedelta(minutes=9))
    digests.write_digests(now=EIGHT)
    assert "260512-0017" in letters(EIGHT)[0]


def test_what_was_being_written_while_a_digest_was_is_in_the_next(head: Account) -> None:
    tell(head, "260512-0017", EVENING + timedelta(minutes=5))
    digests.write_digests(now=EIGHT + timedelta(seconds=1))
    tell(head, "260513-0011", EIGHT - timedelta(seconds=2))
    digests.write_digests(now=EIGHT + timedelta(days=1))
    first, second = letters(EIGHT + timedelta(days=1))
    assert "260513-0011" in second
    assert "260512-0017" in first
    assert "260512-0017" not in second


def test_nothing_unread_is_no_mail(head: Account) -> None:
    digests.write_digests(now=EIGHT)
    assert letters(EIGHT) == []


def test_at_once_says_no_more_than_the_digest_would(cast: Cast, head: Account) -> None:
    digests.wish_mail(actor=head, mode="at_once", now=EVENING)
    tell(head, "260512-0017", EVENING)
    found = letters(EVENING)
    assert len(found) == 1
    assert mail.outbox[0].subject == "260512-0017 · 排水设施 · 第1网格"
    assert "13800000000" not in found[0]
    assert queries.mail_mode(cast.worker) == MailWish.Mode.NEVER


def test_a_resident_who_wants_no_mail_gets_none_and_still_finds_the_message(cast: Cast) -> None:
    people.change_profile(
        actor=None, account=cast.resident, name="何居民", phone="10000000001", email="he@example.org", now=EVENING
    )
    assert queries.mail_mode(cast.resident) == MailWish.Mode.AT_ONCE
    for key, mode in (("a", "at_once"), ("b", "never")):
        digests.wish_mail(actor=cast.resident, mode=mode, now=EVENING)
        operations.send(to=[cast.resident], key=key, subject="办好了", body="", channels=("inbox", "mail"), now=EVENING)
    assert len(letters(EVENING)) == 1
    assert queries.inbox(cast.resident).count() == 2


def test_the_link_in_a_mail_stops_it_without_signing_in(head: Account) -> None:
    tell(head, "260512-0017", EVENING + timedelta(minutes=5))
    digests.write_digests(now=EIGHT)
    letters(EIGHT)
    link = str(mail.outbox[0].extra_headers["List-Unsubscribe"]).strip("<>").removeprefix("https://grid.example")
    assert link in mail.outbox[0].body
    stranger = Client(enforce_csrf_checks=True)
    assert "停发邮件" in stranger.get(link).text
    assert queries.mail_mode(head) == MailWish.Mode.DAILY, "a program that only looks at links changes nothing"
    assert "已停发邮件" in stranger.post(link, {"List-Unsubscribe": "One-Click"}).text
    assert queries.mail_mode(head) == MailWish.Mode.NEVER
    assert stranger.post(f"{link}x").status_code == 404
