"""What stands between the real records and the product: made tables, the rule for items, oracles that must not nod."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from gezhi.schemes import source
from gezhi.schemes.check import check
from realdata import cases, cases_boston, cases_ground, cases_messages
from realdata.checks import Row, rows_of
from realdata.worktime import NEW_YORK

TAXONOMY = [
    {"level1": "城乡建设", "level2": "城市建设和市政管理", "level3": "园林绿化环卫"},
    {"level1": "城乡建设", "level2": "城市建设和市政管理", "level3": "供水"},
    {"level1": "教育文体", "level2": "教育", "level3": "教师待遇"},
]
REQUESTS = [
    {
        "type": kind, "subject": "Streets", "department": "PWDx",
        "open_dt": datetime(2015, 3, day, 10, tzinfo=NEW_YORK),
        "target_dt": datetime(2015, 3, day + 2, 10, tzinfo=NEW_YORK) if kind == "Sign" else None,
    }
    for kind, day in (("Sign", 2), ("Sign", 3), ("Lamp", 4))
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "tables", "items"),
    [
        ("renshou", cases_messages.tables(TAXONOMY), 4),
        ("boston", cases_boston.tables(REQUESTS, cases_boston.types_of(REQUESTS)), 2),
    ],
)
def test_the_schemes_stand_with_the_tables_that_the_data_make(
    name: str, tables: dict[str, list[list[str]]], items: int
) -> None:
    text = cases_ground.with_tables(name, tables)
    assert [one for one in check(text) if one.severity == "error"] == []
    assert sum(bool(item.procedure) for item in source.load(text).items.values()) == items


def test_no_record_is_committed_with_the_schemes() -> None:
    kept = {path.name for path in cases_ground.SCHEMES.rglob("*") if path.is_file()}
    assert kept == {"scheme.toml"}


def test_a_type_has_its_commonest_limit() -> None:
    found = cases_boston.types_of(REQUESTS)
    assert (found["Sign"].limit, found["Sign"].fits) in {("2 days", 1.0), ("2 workdays", 1.0)}
    assert (found["Lamp"].limit, found["Lamp"].fits) == ("", 0.0)


@pytest.mark.parametrize(
    ("text", "level3"), [("学校教师的待遇太低", "教师待遇"), ("小区停水，供水何时恢复", "供水"), ("abc", None)]
)
def test_a_message_goes_to_the_item_that_it_shares_most_with(text: str, level3: str | None) -> None:
    known = cases_messages.ids(TAXONOMY)
    wanted = known[[row["level3"] for row in TAXONOMY].index(level3)] if level3 else cases_messages.UNSORTED
    assert cases_messages.item_for(text, TAXONOMY, known) == wanted


def test_workdays_are_counted_from_the_list_alone(tmp_path: Path) -> None:
    (tmp_path / "cn_calendar").mkdir()
    lines = [f"2026-03-{day:02},,{int(day % 7 not in (0, 1))},,\n" for day in range(1, 32)]
    (tmp_path / "cn_calendar" / "calendar_cn_2004_2026.csv").write_text(
        "date,weekday,is_workday,kind,name\n" + "".join(lines)
    )
    days = cases_messages.Workdays(tmp_path)
    asked = datetime(2026, 3, 1, 9, tzinfo=cases_messages.SHANGHAI)
    assert days.after(asked) == datetime(2026, 3, 20, 9, 30, tzinfo=UTC)


def test_an_oracle_over_nothing_has_failed() -> None:
    assert not cases_ground.exactly("nothing", 0, 0).ok
    assert not cases_ground.numbers_unique("twice", ["260421-0137", "260421-0137"]).ok


def test_a_run_that_breaks_off_fails_with_what_it_told_before() -> None:
    told = msgspec.json.encode(Row("one", "1", "1", ok=True)) + b"\nTraceback\n"
    assert [row.ok for row in cases.read_rows("boston", 0, told)] == [True]
    assert [row.ok for row in cases.read_rows("boston", 1, told)] == [True, False]
    assert [row.ok for row in cases.read_rows("boston", 0, b"")] == [False]


def test_a_check_may_give_several_rows(tmp_path: Path) -> None:
    rows = [Row("one", "1", "1", ok=True), Row("two", "2", "3", ok=False)]
    assert rows_of("cases", lambda _data: rows, tmp_path) == rows
    assert rows_of("cases", lambda _data: rows[0], tmp_path) == rows[:1]
    missing = rows_of("cases", lambda data: [Row("never", "", (data / "missing").read_text(), ok=True)], tmp_path)
    assert [row.ok for row in missing] == [False]
