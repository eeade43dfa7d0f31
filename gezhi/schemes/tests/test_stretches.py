"""Hours of duties: what is read, which stretch something belongs to, how they are said, out to a workbook and back."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gezhi.schemes import workbook
from gezhi.schemes.compare import changes
from gezhi.schemes.explain_duties import duty_rows
from gezhi.schemes.model import Scheme
from gezhi.schemes.source import load, read
from gezhi.schemes.stretches import BadStretch, Stretch, place_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
TWO = (Stretch.parse("07:00-09:00"), Stretch.parse("18:00-20:30"))
PLAN = """
scheme = "hours"
version = "1"
title = {zh = "时段", en = "Hours"}
clause = "P1"

[[levels]]
id = "grid"
title = {zh = "网格", en = "Grid"}

[calendar]
statutory = "cn"
clause = "P1"

[posts.worker]
title = {zh = "网格员", en = "Grid worker"}
at = "grid"
clause = "P1"

[duties.walk]
title = {zh = "巡查", en = "Patrol"}
activity = "patrol"
who = "worker"
of = "grid"
at_least = "2 per day"
hours = ["07:00-09:00", "18:00-20:30"]
if_holiday = "skip"
clause = "P1"

[duties.receive]
title = {zh = "接访", en = "Reception"}
activity = "reception"
who = "worker"
of = "grid"
on = "FREQ=MONTHLY;BYMONTHDAY=10,25"
hours = "18:00-20:00"
clause = "P1"
"""


def at(hour: int, minute: int = 0, day: int = 3) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=SHANGHAI)


def plan(text: str = PLAN) -> Scheme:
    return load({"hours/scheme.toml": text})


@pytest.mark.parametrize(
    "written", ["8:00-9:00", "18:00", "20:00-18:00", "18:00-18:00", "22:00-24:01", "22:00-02:00", ""]
)
def test_what_is_no_stretch_of_one_day_is_refused(written: str) -> None:
    with pytest.raises(BadStretch, match="no stretch of a day"):
        Stretch.parse(written)


@pytest.mark.parametrize(
    ("began", "ended", "place"),
    [
        (at(6, 10), at(6, 50), 0),  # over before the first began
        (at(6, 10), at(7), 0),  # ended as it began: no part in it
        (at(6, 50), at(7, 20), 1),  # checked in early
        (at(7), at(7), 1),
        (at(8, 59), at(9, 40), 1),
        (at(9), at(9, 40), 0),  # the stretch ends where 09:00 begins
        (at(12), at(12, 40), 0),
        (at(8, 30), at(18, 30), 1),  # of several the first
        (at(17, 50), at(18, 30), 2),
        (at(20, 29), at(22), 2),
        (at(20, 30), at(21), 0),
        (at(23, 50), at(7, 30, day=4), 0),  # it belongs to the day on which it began
    ],
)
def test_an_activity_belongs_to_the_first_stretch_that_it_has_a_part_in(
    began: datetime, ended: datetime, place: int
) -> None:
    assert place_of(TWO, began, ended, SHANGHAI) == place
    utc = ZoneInfo("UTC")
    assert place_of(TWO, began.astimezone(utc), ended.astimezone(utc), SHANGHAI) == place


def test_a_stretch_may_end_with_the_day_and_follows_the_clocks_of_its_zone() -> None:
    assert Stretch.parse("22:00-24:00").on(date(2026, 6, 3), SHANGHAI) == (at(22), at(0, day=4))
    berlin = ZoneInfo("Europe/Berlin")
    opens, closes = Stretch.parse("01:00-04:00").on(date(2026, 3, 29), berlin)  # an hour of it does not happen
    assert (closes.astimezone(ZoneInfo("UTC")) - opens.astimezone(ZoneInfo("UTC"))).total_seconds() == 2 * 3600


def test_hours_are_said_with_the_rest_of_when() -> None:
    rows = {row.id: row.when for row in duty_rows(plan())}
    assert rows["walk"].zh == "每天不少于 2 次，07:00–09:00、18:00–20:30 各一次，休息日不安排"
    assert rows["walk"].en == "at least twice a day, once each at 07:00–09:00 and 18:00–20:30, not on rest days"
    assert rows["receive"].zh == "每月 10 日、25 日，在 18:00–20:00 之间"
    assert rows["receive"].en == "on the 10th and the 25th of every month, between 18:00 and 20:00"


def test_changed_hours_are_one_difference() -> None:
    (found,) = changes(plan(), plan(PLAN.replace('"18:00-20:00"', '"19:00-21:00"')))
    assert found.text.en == "duty “Reception” · hours of the day: 18:00–20:00 → 19:00–21:00"
    (gone,) = changes(plan(), plan(PLAN.replace('hours = "18:00-20:00"\n', "")))
    assert gone.text.zh == "职责任务 “接访” · 时段: 18:00–20:00 → （无）"


def test_hours_go_out_to_a_workbook_and_come_back(tmp_path: Path) -> None:
    document, scheme = read({"hours/scheme.toml": PLAN})
    assert scheme is not None
    workbook.export(document, tmp_path / "book.xlsx")
    files = workbook.read(tmp_path / "book.xlsx")
    back = load({f"hours/{name}": text for name, text in files.items()})
    assert back.duties["walk"].hours == TWO
    assert back.duties["receive"].hours == (Stretch.parse("18:00-20:00"),)
    assert changes(scheme, back) == ()
