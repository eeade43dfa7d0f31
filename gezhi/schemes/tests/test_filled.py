"""A record is held against its form: what is kept, what is refused and in which words, and nothing lost in silence."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from gezhi.schemes.filled import Filled, asked, blank, describe, fill
from gezhi.schemes.forms import FIELD_KINDS, Field, Form
from gezhi.schemes.model import Option
from gezhi.schemes.text import Text
from gezhi.schemes.trees import work_out

NOW = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)  # ten in the morning in Beijing


def field(id_: str, kind: str, **more: Any) -> Field:
    choices = tuple(Option(one, Text(title, one.title())) for one, title in more.pop("choices", {}).items())
    return Field(id_, kind, Text(f"题{id_}", id_.capitalize()), choices=choices, **more)


def form(*fields: Field) -> Form:
    return Form("rental", Text("出租房", "Rental housing"), fields)


def filled(one: Field, value: Any) -> Filled:
    return fill(form(one), {one.id: value}, at=NOW)


GRADES = {"a": "甲", "b": "乙", "c": "丙"}
# kind, what was written, what is kept
KEPT = [
    ("text", "  王  二 \n", "王 二"),
    ("text", 3.0, "3"),
    ("long_text", " 一\r\n二 ", "一\n二"),
    ("text", "a\x00b\ud800", "ab"),
    ("whole", "１２", 12),
    ("whole", 12.0, 12),
    ("decimal", "1,200.5", 1200.5),
    ("money", "12.50", 12.5),
    ("choice", "a", "a"),
    ("choice", "甲", "a"),
    ("choices", ["c", "a", "a"], ["a", "c"]),
    ("choices", "乙、甲", ["a", "b"]),
    ("yes_no", "是", True),
    ("yes_no", False, False),
    ("date", "2026-03-05", "2026-03-05"),
    ("date", date(2026, 3, 5), "2026-03-05"),
    ("time", "8:30".zfill(5), "08:30"),
    ("moment", "2026-03-05 08:30", "2026-03-05T08:30:00+08:00"),
    ("moment", "2026-03-05T00:30:00Z", "2026-03-05T08:30:00+08:00"),
    ("phone", "+86 138-0013-8000", "13800138000"),
    ("phone", "0315 1234567转12".replace("1234567", "2234567"), "03152234567#12"),
    ("phone", "12345", "12345"),
    ("id_number", "11010519491231002x", "11010519491231002X"),
    ("id_number", "h 0123456", "H0123456"),
    ("place", {"lon": "116.4", "lat": 39.9}, {"lon": 116.4, "lat": 39.9}),
    ("place", {"lon": 116.4, "lat": 39.9, "accuracy": 12.34}, {"lon": 116.4, "lat": 39.9, "accuracy": 12.3}),
    ("photos", ["one", "one", "two"], ["one", "two"]),
    ("area", "110101", "110101"),
    ("address", "幸福路 3 号", "幸福路 3 号"),
    ("entry", "0190-…", "0190-…"),
]


@pytest.mark.parametrize(("kind", "written", "kept"), KEPT)
def test_a_good_answer_is_kept_in_one_spelling(kind: str, written: Any, kept: Any) -> None:
    one = field("x", kind, choices=GRADES if kind.startswith("choice") else {})
    assert filled(one, written) == Filled({"x": kept})


def test_a_choice_is_known_by_what_stands_before_its_explanation() -> None:
    one = field(
        "x", "choice", choices={"1": "一类户：常有人上门", "2": "二类户：定期上门", "3": "其他：甲", "4": "其他：乙"}
    )
    assert filled(one, "二类户").values == {"x": "2"}
    assert "没有“其他”这个选项" in filled(one, "其他").faults[0].text.zh
    assert "没有“类户”这个选项" in filled(one, "类户").faults[0].text.zh


def test_every_kind_of_field_is_known() -> None:
    tried = {kind for kind, _, _ in KEPT} | {"group", "repeat", "note"}
    assert tried == set(FIELD_KINDS)


# kind, what was written, part of what is said
REFUSED = [
    ("text", {"a": 1}, "请填写文字"),
    ("text", "字" * 501, "最多 500 字，现有 501"),
    ("whole", "12.5", "“12.5”不是整数"),
    ("whole", "十二", "请只写数字"),
    ("whole", True, "请只写数字"),
    ("decimal", float("nan"), "数字太大"),
    ("decimal", "9" * 16, "数字太大"),
    ("money", 1.234, "最多两位小数"),
    ("choice", "丁", "可选：甲、乙、丙"),
    ("choices", ["a", "d"], "没有“d”这个选项"),
    ("yes_no", "也许", "不是“是”或“否”"),
    ("date", "2026-02-30", "“2026-02-30”不是日期。请写成 2026-03-05"),
    ("date", "3月5日", "请写成 2026-03-05"),
    ("time", "25:00", "请写成 08:30"),
    ("moment", "0001-01-01T00:00+14:00", "不是时刻"),
    ("phone", "123456789012345678", "18 位数字"),
    ("id_number", "110105194912310021", "校验位不对"),
    ("id_number", "11010519491331002X", "不是出生日期"),
    ("id_number", "11010519491231002", "应为 18 位，这里是 17 位"),
    ("id_number", "王二", "不是证件号码"),
    ("place", {"lon": 39.9, "lat": 116.4}, "经纬度是否写反"),
    ("place", {"lon": 116.4}, "请在地图上点选"),
    ("place", "116,39", "请在地图上点选"),
    ("place", {"lon": 1, "lat": 1, "name": "x"}, "请在地图上点选"),
    ("photos", [str(number) for number in range(21)], "最多 20 张照片，现有 21"),
    ("photos", [1], "应为照片"),
]


@pytest.mark.parametrize(("kind", "written", "words"), REFUSED)
def test_a_bad_answer_is_named_with_what_to_write(kind: str, written: Any, words: str) -> None:
    one = field("x", kind, choices=GRADES if kind.startswith("choice") else {})
    found = filled(one, written)
    assert found.values == {}
    assert [fault.path for fault in found.faults] == ["x"]
    assert words in found.faults[0].text.zh
    assert found.faults[0].text.zh.startswith("“题x”：")
    assert found.faults[0].text.en.startswith("“X”: ")


@pytest.mark.parametrize("kind", ["phone", "id_number"])
def test_what_nobody_may_see_is_not_said_again(kind: str) -> None:
    found = filled(field("x", kind, sensitive=True), "13912345678901234")
    assert "139" not in found.faults[0].text.zh + found.faults[0].text.en


def test_what_is_required_must_be_there_and_the_rest_need_not() -> None:
    one = form(field("name", "text", required=True), field("note", "text"))
    assert fill(one, {"note": " "}, at=NOW).faults[0].text == Text("“题name”：请填写。", "“Name”: please fill it in.")
    assert fill(one, {"name": "王二"}, at=NOW) == Filled({"name": "王二"})


def test_what_the_form_does_not_ask_is_a_fault_and_never_kept() -> None:
    found = fill(form(field("name", "text"), field("says", "note")), {"name": "王", "faith": "x", "says": "y"}, at=NOW)
    assert found.values == {"name": "王"}
    assert [(one.path, one.code) for one in found.faults] == [("faith", "unknown_field"), ("says", "unknown_field")]


RENTED = form(
    field("rented", "yes_no", required=True),
    field(
        "lease",
        "group",
        when="rented",
        fields=(field("rooms", "whole", required=True, low="1", high="20"), field("landlord", "phone", sensitive=True)),
    ),
    field("why", "text", when="rented && rooms > 10", required=True),
)


def test_a_field_whose_condition_fails_is_neither_required_nor_kept() -> None:
    found = fill(RENTED, {"rented": False, "rooms": 3, "landlord": "13800138000"}, at=NOW)
    assert found.values == {"rented": False}
    assert found.faults == ()
    assert found.left_out == ("rooms", "landlord")


def test_a_field_whose_condition_holds_is_asked() -> None:
    assert fill(RENTED, {"rented": True, "rooms": 3}, at=NOW) == Filled({"rented": True, "rooms": 3})
    assert [one.path for one in fill(RENTED, {"rented": True}, at=NOW).faults] == ["rooms"]
    assert [one.path for one in fill(RENTED, {"rented": True, "rooms": 12}, at=NOW).faults] == ["why"]
    assert asked(RENTED, {}, at=NOW) == ("rented",)
    assert asked(RENTED, {"rented": "yes", "rooms": 12}, at=NOW) == ("rented", "rooms", "landlord", "why")


def test_a_bad_answer_does_not_take_the_good_ones_with_it() -> None:
    found = fill(RENTED, {"rented": True, "rooms": 30, "landlord": "13800138000"}, at=NOW)
    assert found.values == {"rented": True, "landlord": "13800138000"}
    assert found.faults[0].text.zh == "“题rooms”：“30”不在 1 到 20 的范围内。"


TENANTS = form(
    field("most", "whole"),
    field(
        "tenants",
        "repeat",
        low="1",
        high="3",
        required=True,
        fields=(
            field("name", "text", required=True),
            field(
                "age", "whole", low="0", high="150", check="value <= most || most == 0", why_not=Text("超过", "too old")
            ),
            field("guardian", "text", when="age < 18", required=True),
        ),
    ),
)


def test_rows_are_checked_one_by_one_and_see_the_answers_around_them() -> None:
    rows = [{"name": "甲", "age": 40}, {"name": "乙", "age": 9}, {"age": 70, "pet": 1}]
    found = fill(TENANTS, {"most": 60, "tenants": rows}, at=NOW)
    assert found.values == {"most": 60, "tenants": [{"name": "甲", "age": 40}, {"name": "乙", "age": 9}, {}]}
    assert [(one.path, one.code, one.row) for one in found.faults] == [
        ("tenants.1.guardian", "missing", 2),
        ("tenants.2.name", "missing", 3),
        ("tenants.2.age", "check", 3),
        ("tenants.2.guardian", "missing", 3),
        ("tenants.2.pet", "unknown_field", 3),
    ]
    assert found.faults[2].text == Text("“题age”第 3 行：超过", "“Age”, row 3: too old")


@pytest.mark.parametrize(
    ("rows", "code"), [([], "missing"), ([{"name": "x", "age": 20}] * 4, "too_many_rows"), ([1], "bad_value")]
)
def test_rows_are_counted(rows: Any, code: str) -> None:
    assert [one.code for one in fill(TENANTS, {"tenants": rows}, at=NOW).faults] == [code]


def test_dates_are_bounded_from_the_moment_of_asking() -> None:
    lately = field("x", "date", low="-30 days", high="0")
    assert filled(lately, "2026-02-03").good
    assert filled(lately, "2026-02-02").faults[0].text.zh == "“题x”：应在 2026-02-03 到 2026-03-05 之间。"
    assert filled(lately, "2026-03-06").faults
    soon = field("x", "moment", high="2 months")
    assert filled(soon, "2026-05-05 10:00").good
    assert filled(soon, "2026-05-05 10:01").faults[0].text.zh == "“题x”：不能晚于 2026-05-05 10:00。"
    assert filled(field("x", "date", low="2020-01-01"), "2019-12-31").faults
    assert filled(field("x", "time", low="08:00", high="20:00"), "20:01").faults


def test_a_check_that_fails_to_work_out_keeps_nothing_and_says_so() -> None:
    found = filled(field("x", "text", check="value > 3"), "y")
    assert (found.values, found.faults[0].code) == ({}, "bad_check")


def test_an_unanswered_form_is_what_conditions_see() -> None:
    assert blank(RENTED) == {"rented": False, "rooms": 0, "landlord": "", "why": ""}
    assert blank(TENANTS) == {"most": 0, "tenants": []}


def test_a_page_gets_all_that_it_needs_to_draw_and_check_the_form() -> None:
    told = describe(RENTED, "en")
    assert told["id"] == "rental"
    assert told["print"] == RENTED.print
    rented, lease, why = told["fields"]
    assert rented == {"id": "rented", "kind": "yes_no", "title": "Rented", "required": True}
    assert lease["when"] == ["name", "rented"]
    assert lease["fields"][0] == {
        "id": "rooms", "kind": "whole", "title": "Rooms", "required": True, "low": 1, "high": 20,
    }  # fmt: skip
    assert lease["fields"][1]["sensitive"]
    assert work_out(why["when"], {"rented": True, "rooms": 11}) is True
    lately = describe(form(field("x", "date", low="-30 days", high="2 workdays", check="value.matches('^2')")), "zh")
    assert lately["fields"][0] | {"title": ""} == {
        "id": "x", "kind": "date", "title": "", "low": {"amount": -30, "unit": "days"}, "high": None, "check": None,
    }  # fmt: skip
    assert describe(form(field("x", "choice", choices=GRADES)), "zh")["fields"][0]["choices"][0] == ["a", "甲"]


@pytest.mark.parametrize("value", [10**400, -(10**400), float("inf"), float("nan")])
def test_a_number_beyond_all_bounds_is_a_fault_and_no_crash(value: float) -> None:
    assert [one.code for one in filled(field("n", "whole"), value).faults] == ["bad_value"]
