"""Duties and registers on a telephone: taken along without what is sealed, brought back once, with both versions."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection

from gezhi.duties.models import Activity, Objection
from gezhi.enactment import operations as enactment
from gezhi.people.models import Account
from gezhi.registers import operations
from gezhi.registers.models import Entry
from gezhi.registers.tests.conftest import HOME, Books, books
from gezhi.registers.tests.test_sealing import make_sensitive
from gezhi.sync.models import Receipt
from gezhi.sync.operations import forget_old
from gezhi.sync.tests.conftest import District, Phone

__all__ = ["Books", "books"]
PLAN = """
scheme = "rounds"
version = "1"
title = "轮次"
timezone = "Asia/Shanghai"

[[levels]]
id = "district"
title = "区"
[[levels]]
id = "township"
title = "镇"
[[levels]]
id = "village"
title = "村"
[[levels]]
id = "grid"
title = "网格"

[calendar]
statutory = "cn"

[posts.leader]
title = "区领导"
at = "district"
[posts.grid_worker]
title = "网格员"
at = "grid"
superior = "leader"

[forms.walked]
title = "巡查记录"
[forms.walked.fields.weather]
kind = "choice"
title = "天气"
required = true
choices = {fine = "晴", rain = "雨"}

[duties.walk]
title = "网格巡查"
activity = "patrol"
who = "grid_worker"
of = "grid"
at_least = "2 per day"

[duties.walk_with_form]
title = "填表巡查"
activity = "patrol"
who = "grid_worker"
of = "grid"
at_least = "1 per week"
form = "walked"
"""


@pytest.fixture
def rounds(district: District) -> District:
    """Return the district of the cases with a small plan of duties beside it."""
    when = datetime(2025, 12, 31, tzinfo=UTC)
    enactment.enact(files={"rounds/scheme.toml": PLAN}, actor=None, on=date(2026, 1, 1), now=when)
    return district


def _phone(place: Any, account: Account) -> Phone:
    return Phone(place, account)


def _part(phone: Phone, name: str) -> Any:
    return msgspec.json.decode(phone.parts[name])


def _entries(phone: Phone) -> list[dict[str, Any]]:
    return [one for name in phone.parts if name.startswith("entries/") for one in _part(phone, name)["entries"]]


# ── duties ──


def test_due_rounds_come_along_with_what_they_ask(rounds: District) -> None:
    phone = _phone(rounds, rounds.cast.worker)
    phone.refresh()
    due = {one["duty"]: one for one in _part(phone, "rounds")["rounds"]}
    walk = due["rounds.walk"]
    assert (walk["asked"], walk.get("seen", 0)) == (2, 0)
    assert walk["warn"] < walk["due"]
    assert not {"hours", "stretches", "zone"} & walk.keys()
    patrol = due["shawan.patrol"]
    assert (patrol["hours"], patrol["zone"]) == (["07:00-10:30", "17:00-20:30"], "Asia/Shanghai")
    assert [(one["opens"][11:16], one["done"]) for one in patrol["stretches"]] == [("07:00", False), ("17:00", False)]
    assert all(one["warn"] < one["closes"] for one in patrol["stretches"])
    asked = _part(phone, f"forms/{due['rounds.walk_with_form']['form']}")
    assert asked["print"] == due["rounds.walk_with_form"]["print"]
    assert {one["id"] for one in asked["fields"]} == {"weather"}


def _walk(phone: Phone, **given: Any) -> dict[str, Any]:
    now, lon, lat = phone.now, *phone.district.cast.point(1)
    plain = {
        "duty": "rounds.walk", "area": phone.district.cast.grids[0].code,
        "began": (now - timedelta(minutes=30)).isoformat(), "ended": now.isoformat(), "place": [lon, lat, 10],
    }  # fmt: skip
    return phone.record("activity", plain | given)


def test_an_activity_is_recorded_once_with_its_times_put_right(rounds: District) -> None:
    phone = _phone(rounds, rounds.cast.worker)
    phone.off_seconds = 7200
    record = _walk(phone)
    (done,) = phone.send(record)
    assert done.outcome == "accepted", done
    row = Activity.objects.unscoped(reason="a test looks").get()
    assert (row.began, row.ended) == (rounds.now - timedelta(minutes=30), rounds.now)
    assert phone.send(record)[0].outcome == "duplicate"
    assert Activity.objects.unscoped(reason="a test looks").count() == 1


def test_an_activity_of_the_future_is_refused(rounds: District) -> None:
    phone = _phone(rounds, rounds.cast.worker)
    (refused,) = phone.send(_walk(phone, began=(phone.now + timedelta(hours=3)).isoformat(), ended=None))
    assert (refused.outcome, refused.code, refused.field) == ("refused", "future", "began")


def test_a_position_three_kilometres_off_is_kept_and_said(rounds: District) -> None:
    phone = _phone(rounds, rounds.cast.worker)
    lon, lat = rounds.cast.point(4)
    (done,) = phone.send(_walk(phone, place=[lon, lat, 10]))
    assert done.outcome == "accepted"
    assert done.warnings


def test_who_holds_no_such_post_is_refused(rounds: District) -> None:
    for who in (rounds.cast.outsider, rounds.cast.other_worker):
        (refused,) = _phone(rounds, who).send(_walk(_phone(rounds, who)))
        assert (refused.outcome, refused.code) == ("refused", "forbidden")


def test_why_a_round_was_missed_is_brought_along(rounds: District) -> None:
    phone = _phone(rounds, rounds.cast.worker)
    data = {
        "duty": "rounds.walk", "area": rounds.cast.grids[0].code, "on": f"{date(2026, 6, 2)}", "reason": "台风停工",
    }  # fmt: skip
    record = phone.record("excuse", data)
    (done,) = phone.send(record)
    assert done.outcome == "accepted", done
    assert phone.send(record)[0].outcome == "duplicate"
    assert Objection.objects.count() == 1


# ── registers ──


def test_entries_come_along_without_what_is_sealed(books: Books) -> None:
    home = books.home()
    phone = _phone(books, books.cast.worker)
    got = phone.refresh()
    (one,) = _entries(phone)
    assert (one["code"], one["version"]) == (home.code, 1)
    assert "phone" not in one["data"]
    assert b"1380000" not in msgspec.json.encode(got)
    assert b"138 0000" not in msgspec.json.encode(got)
    # nobody else's grid
    other = _phone(books, books.cast.other_worker)
    other.refresh()
    assert _entries(other) == []


def test_an_entry_that_changed_comes_again_and_one_that_moved_away_goes(books: Books) -> None:
    home = books.home()
    phone = _phone(books, books.cast.worker)
    phone.refresh()
    assert phone.refresh().parts == {}
    books.save(books.cast.worker, {"people": 5}, entry=home)
    assert [name for name in phone.refresh().parts if name.startswith("entries/")]
    assert _entries(phone)[0]["version"] == 2
    Entry.objects.unscoped(reason="a test moves it").filter(pk=home.pk).update(
        area=books.cast.grids[1], area_path=books.cast.grids[1].path
    )
    phone.refresh()
    assert _entries(phone) == []


def test_what_was_sealed_goes_from_a_telephone_that_took_it_along_before(books: Books) -> None:
    books.home()
    make_sensitive(books)
    phone = _phone(books, books.cast.worker)
    phone.refresh()
    while operations.seal_sensitive(now=books.later(minutes=1)):
        continue
    phone.refresh()
    assert "王家旺" not in str(_entries(phone))


def test_an_entry_is_written_once_and_changes_of_others_stand_beside_mine(books: Books) -> None:
    phone = _phone(books, books.cast.worker)
    area = books.cast.grids[0].code
    new = phone.record("entry", {"register": "households", "area": area, "answers": HOME})
    (made,) = phone.send(new)
    assert made.outcome == "accepted", made
    assert phone.send(new)[0].outcome == "duplicate"
    home = Entry.objects.unscoped(reason="a test looks").get()
    books.save(books.cast.worker, {"people": 5}, entry=home)
    mine = phone.record("entry", {"register": "households", "entry": str(home.pk), "answers": {"people": 6}}, base=1)
    (conflict,) = phone.send(mine)
    assert conflict.outcome == "conflict", conflict
    (difference,) = conflict.differences
    assert (difference.field, difference.mine, difference.theirs) == ("people", "6", "5")
    assert conflict.theirs is not None
    # told again the same way when the reply was lost
    assert phone.send(mine)[0].outcome == "conflict"
    # mine, chosen on the version that stands
    chosen = phone.record("entry", mine["data"], base=conflict.theirs.version)
    assert phone.send(chosen)[0].outcome == "accepted"


def test_a_receipt_keeps_nothing_of_what_was_written(books: Books) -> None:
    home = books.home()
    books.save(books.cast.worker, {"phone": "13900000000"}, entry=home)
    phone = _phone(books, books.cast.worker)
    data = {"register": "households", "entry": str(home.pk), "answers": {"phone": "13912345678"}}
    mine = phone.record("entry", data, base=1)
    (first,) = phone.send(mine)
    assert (first.outcome, first.mine) == ("conflict", data)
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from sync_receipt t where t::text ~ '13912345678'")
        assert cursor.fetchone() == (0,)
    assert phone.send(mine)[0] == first
    assert forget_old(now=books.now + timedelta(days=44)) == 0
    assert forget_old(now=books.now + timedelta(days=46)) == 1
    assert set(Receipt.objects.get().reply) & {"differences", "theirs", "mine"} == set()
    assert phone.send(mine)[0].outcome == "conflict"


def test_bad_answers_name_their_field(books: Books) -> None:
    phone = _phone(books, books.cast.worker)
    data = {"register": "households", "area": books.cast.grids[0].code, "answers": HOME | {"people": "many"}}
    (refused,) = phone.send(phone.record("entry", data))
    assert (refused.outcome, refused.field) == ("refused", "people")
    for who in (books.cast.other_worker, books.cast.outsider):
        (refused,) = _phone(books, who).send(phone.record("entry", data | {"answers": HOME}))
        assert refused.outcome == "refused"


@pytest.mark.parametrize("kind", ["entry", "activity", "excuse"])
def test_nonsense_is_refused_and_not_broken(books: Books, kind: str) -> None:
    phone = _phone(books, books.cast.worker)
    for data in (
        {},
        {"register": 3},
        {"duty": ["x"], "began": "yesterday"},
        {"entry": "no-id", "register": "households"},
    ):
        (refused,) = phone.send(phone.record(kind, data))
        assert refused.outcome == "refused", (data, refused)
