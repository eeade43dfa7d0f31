"""Hours of duties on pages: what is open, missed or done; what is said before beginning; who sees whose."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from gezhi.duties import marks, operations
from gezhi.duties.models import Activity
from gezhi.people.models import Account
from gezhi.web.tests.conftest import District
from gezhi.web.tests.test_scripts import run

type Browser = Callable[[Account | None], Client]
pytestmark = pytest.mark.usefixtures("at_the_districts_time")
PATROL = "shawan.patrol"


def at(district: District, hour: int, minute: int = 0) -> None:
    """Move the clock of the district."""
    district.now = district.now.replace(hour=hour, minute=minute)


def patrol(district: District, key: str = "one") -> None:
    """Record a patrol of grid 1 that began and ended now."""
    operations.record(
        actor=district.cast.worker, now=district.now, key=key, duty=PATROL, area=district.cast.grids[0].code,
        began=district.now, ended=district.now,
    )  # fmt: skip


def begin(district: District) -> str:
    return f"/field/duty/{PATROL}/{district.cast.grids[0].code}/begin"


def words(client: Client, address: str, **asked: str) -> str:
    """Return a page without its tags' line breaks."""
    answer = client.get(address, asked)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def hours(page: str) -> list[str]:
    """Return how the stretches stand on a page, in their order."""
    lines = re.findall(r'<span class="meta">(<span class="nb">.*?)</span></span></a>', page)
    return [" ".join(re.sub(r"<[^>]*>", "", one).split()) for one in lines]


def test_rounds_say_which_hours_are_open_and_which_were_missed(
    district: District, browser_of: Browser, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    at(district, 8)
    assert "07:00–10:30 进行中 · 17:00–20:30 未到时间" in hours(
        words(browser_of(district.cast.worker), "/field/duties")
    )
    at(district, 12)
    assert "07:00–10:30 已错过 · 17:00–20:30 未到时间" in hours(
        words(browser_of(district.cast.worker), "/field/duties")
    )
    at(district, 17, 30)
    patrol(district)
    client = browser_of(district.cast.worker)
    client.get("/field/duties")
    with django_assert_max_num_queries(40):
        page = words(client, "/field/duties")
    assert "07:00–10:30 已错过 · 17:00–20:30 已完成" in hours(page)


def test_before_beginning_it_says_that_now_does_not_count(district: District, browser_of: Browser) -> None:
    at(district, 12)
    assert "只有在 07:00–10:30、17:00–20:30 内办理才计入本轮" in words(
        browser_of(district.cast.worker), begin(district)
    )
    at(district, 8)
    assert "才计入本轮" not in words(browser_of(district.cast.worker), begin(district))
    patrol(district)
    at(district, 9)
    assert "07:00–10:30 这一时段已经完成" in words(browser_of(district.cast.worker), begin(district))
    at(district, 18)
    assert "已经完成" not in words(browser_of(district.cast.worker), begin(district))
    assert browser_of(district.cast.other_worker).get(begin(district)).status_code == 404
    assert browser_of(None).get(begin(district)).status_code == 302


def test_what_was_done_outside_is_kept_and_says_what_to_do(district: District, browser_of: Browser) -> None:
    at(district, 12)
    client = browser_of(district.cast.worker)
    sent = {"key": "outside", "of": "", "lon": "", "lat": "", "accuracy": ""}
    address = client.post(begin(district), sent)["Location"]
    at(district, 12, 40)
    done = client.post(f"{address}/end", {"form_print": ""}, follow=True).content.decode()
    assert "方案规定此项在 07:00–10:30、17:00–20:30 进行，这次不在该时段内" in done
    row = Activity.objects.unscoped(reason="a test looks").get()
    assert (marks.OUTSIDE in row.marks, row.counts) == (True, False)
    assert "这次不在该时段内" in words(client, address)
    assert "一日双巡" in words(client, "/field/me/diary")


def test_a_patrol_that_began_before_the_hours_counts(district: District, browser_of: Browser) -> None:
    at(district, 16, 50)
    client = browser_of(district.cast.worker)
    sent = {"key": "early", "of": "", "lon": "103.51", "lat": "29.41", "accuracy": "8"}
    address = client.post(begin(district), sent)["Location"]
    at(district, 17, 25)
    client.post(f"{address}/end", {"form_print": ""})
    row = Activity.objects.unscoped(reason="a test looks").get()
    assert (row.slot, row.counts, row.marks) == (2, True, [])


def test_the_desk_says_how_far_each_stretch_is(district: District, browser_of: Browser) -> None:
    at(district, 8)
    patrol(district)
    at(district, 12)
    client = browser_of(district.cast.head)
    page = words(client, "/desk/rounds", duty=PATROL, area=district.cast.villages[0].code)
    grids = sum(one.parent_id == district.cast.villages[0].pk for one in district.cast.grids)
    assert f'<span class="dim">1 / {grids}</span>' in page
    assert "已错过" in page
    assert district.cast.worker.name not in page


def test_missed_hours_are_named_where_one_says_why(district: District, browser_of: Browser) -> None:
    at(district, 18)
    patrol(district)
    district.later(days=1)
    assert "错过的时段：07:00–10:30" in words(browser_of(district.cast.worker), "/field/duties/away")


def test_the_day_s_way_says_from_when(district: District, browser_of: Browser) -> None:
    at(district, 12)
    assert "17:00 起" in words(browser_of(district.cast.worker), "/field/duties/way")
    at(district, 18)
    assert "17:00 起" not in words(browser_of(district.cast.worker), "/field/duties/way")


# ── the same on a telephone without a network ──

WALK: dict[str, Any] = {
    "due": "2026-06-03T20:30:00+08:00", "warn": "2026-06-03T16:24:00+08:00",
    "hours": ["07:00-09:00", "18:00-20:30"], "zone": "Asia/Shanghai",
    "stretches": [
        {"opens": "2026-06-03T07:00:00+08:00", "closes": "2026-06-03T09:00:00+08:00",
         "warn": "2026-06-03T08:00:00+08:00", "done": False},
        {"opens": "2026-06-03T18:00:00+08:00", "closes": "2026-06-03T20:30:00+08:00",
         "warn": "2026-06-03T16:24:00+08:00", "done": False},
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("time", "done", "wanted"),
    [
        ("06:30", (), ["green", "09:00", "later", "later", -1]),
        ("08:30", (), ["yellow", "09:00", "open", "later", 0]),
        ("09:00", (), ["red", "20:30", "missed", "later", -1]),
        ("12:00", (0,), ["green", "20:30", "done", "later", -1]),
        ("18:30", (0,), ["yellow", "20:30", "done", "open", 1]),
        ("21:00", (0,), ["red", "20:30", "done", "missed", -1]),
        ("21:00", (1,), ["red", "20:30", "missed", "done", -1]),
    ],
)
def test_a_telephone_reckons_hours_by_its_own_clock(time: str, done: tuple[int, ...], wanted: list[Any]) -> None:
    one = WALK | {"stretches": [each | {"done": n in done} for n, each in enumerate(WALK["stretches"])]}
    play = f"""
    const one = {json.dumps(one)}, now = Date.parse("2026-06-03T{time}:00+08:00");
    const found = piece.standing(one, now);
    const each = one.stretches.map((hour) => piece.stands(hour, now));
    say([found.lit, found.due.slice(11, 16), ...each, piece.hourNow(one, now)]);
    """
    assert run("field/static/field/offline/lights.js", play) == wanted


def test_a_patrol_that_lasts_into_the_evening_says_that_it_fills_one(district: District, browser_of: Browser) -> None:
    at(district, 10)
    client = browser_of(district.cast.worker)
    page = client.post(begin(district), {"key": "one-long-patrol", "of": ""})["Location"]
    said = "这次只算 07:00–10:30 的一次。17:00–20:30 的，请先结束这次，再开始一次。"
    assert said not in words(client, page)
    at(district, 17, 45)
    client = browser_of(district.cast.worker)
    assert said in words(client, page)
    client.post(f"{page}/end", {"form_print": ""})
    assert (row := Activity.objects.unscoped(reason="a test looks").get()).slot == 1
    assert row.marks == []
    # the evening's own says nothing of the kind
    page = client.post(begin(district), {"key": "the-evenings-one", "of": ""})["Location"]
    at(district, 18)
    assert "这次只算" not in words(client, page)
    assert client.post(f"{page}/end", {"form_print": ""}).status_code == 302
    assert Activity.objects.unscoped(reason="a test looks").get(slot=2).counts
