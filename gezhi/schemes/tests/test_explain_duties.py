"""Duties, registers and forms in words, and the differences between two plans' named once each."""

from pathlib import Path

import pytest

from gezhi.schemes.compare import changes
from gezhi.schemes.documents import shipped
from gezhi.schemes.explain_duties import duty_rows, form_rows, register_rows
from gezhi.schemes.rules_in_words import rule_text
from gezhi.schemes.source import gather, load

SHAWAN = shipped() / "shawan"
SCHEMES = sorted(path.parent for path in shipped().glob("*/scheme.toml"))


@pytest.mark.parametrize("folder", SCHEMES, ids=lambda folder: folder.name)
def test_every_duty_register_and_form_is_said_in_both_languages(folder: Path) -> None:
    scheme = load(folder)
    for duty in duty_rows(scheme):
        for text in (duty.title, duty.activity, duty.who, duty.of, duty.when, duty.closes):
            assert text.zh, duty.id
            assert text.en, duty.id
    for register in register_rows(scheme):
        assert register.collect.zh
        assert register.fields.en
    for form in form_rows(scheme):
        assert form.fields
        assert all(one.title.zh and one.kind.zh for one in form.fields)


def test_a_duty_says_who_does_what_how_often_and_who_looks_at_it() -> None:
    rows = {row.id: row for row in duty_rows(load(SHAWAN))}
    visit = rows["visit_class_1"]
    assert (visit.who.zh, visit.of.zh, visit.when.zh) == ("网格员", "住户（走访类别：一类户）", "每周不少于 1 次")
    assert (visit.of.en, visit.when.en) == ("Households (Visiting class: Class 1)", "at least once a week")
    assert (visit.verified.zh, visit.verified.en) == ("站长，每季度不少于 50%", "Station head, at least 50% a quarter")
    assert rows["first_visit"].when.zh == "“住户”新增条目后 7天内"
    assert rows["weekly_report"].when.en == "every Friday, off a rest day to the next workday"
    assert rows["dispute_sweep"].closes.zh == "提交报告，无情况也须报告"


def test_a_register_says_for_what_and_how_long() -> None:
    row = next(row for row in register_rows(load(SHAWAN)) if row.id == "households")
    assert row.collect.zh == "网格员、各部门"
    assert row.retention.en == "24 months"
    assert "联系电话" in row.sensitive.zh


@pytest.mark.parametrize(
    ("rule", "zh", "en"),
    [
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", "每月 1 日、15 日", "on the 1st and the 15th of every month"),
        ("FREQ=WEEKLY;BYDAY=MO,TH", "每周一、周四", "every Monday and Thursday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "每 2 周周一", "on Monday, every 2 weeks"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "每月最后一天", "on the last day of every month"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "每月最后一个周五", "on the last Friday of every month"),
        (
            "FREQ=YEARLY;BYMONTH=1,4,7,10;BYMONTHDAY=1",
            "每年 1、4、7、10 月 1 日",
            "on the 1st of January, April, July and October",
        ),
        ("FREQ=MONTHLY;BYMONTHDAY=1;COUNT=3", "FREQ=MONTHLY;BYMONTHDAY=1;COUNT=3", "FREQ=MONTHLY;BYMONTHDAY=1;COUNT=3"),
    ],
)
def test_a_rule_is_said_in_words_or_as_it_is_written(rule: str, zh: str, en: str) -> None:
    assert (rule_text(rule).zh, rule_text(rule).en) == (zh, en)


def changed(old: str, new: str) -> list[str]:
    """Return what one edit of Shawan's files changes, in English."""
    files = dict(gather(SHAWAN).files)
    name = next(name for name, text in files.items() if old in text)
    found = changes(load(SHAWAN), load(files | {name: files[name].replace(old, new, 1)}))
    return [f"{one.within.en} | {one.text.en}" if one.within.en else one.text.en for one in found]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'at_least = "2 per day"',
            'at_least = "3 per week"',
            "duty “Two patrols a day” · how often: at least twice a day → at least 3 times a week",
        ),
        (
            'of = "households[class = 2]"\nat_least',
            'of = "households[class in (2, 3)]"\nat_least',
            (
                "duty “Monthly visit to class 2” · of: Households (Visiting class: Class 2) → "
                "Households (Visiting class: Class 2, Class 3)"
            ),
        ),
        (
            'name = {kind = "text", title = {zh = "责任区", en = "Area"}, required = true}',
            'name = {kind = "long_text", title = {zh = "责任区", en = "Area"}, required = true}',
            "Facts of the area | field “Area” · kind: Text → Long text",
        ),
        (
            'kept = {kind = "choice"',
            'kept = {sensitive = true, kind = "choice"',
            "Record of a mediation | field “Kept (asked afterwards)” · sensitive: (none) → yes",
        ),
    ],
)
def test_one_changed_line_of_a_duty_or_a_form_is_one_difference(old: str, new: str, said: str) -> None:
    assert changed(old, new) == [said]


def test_fields_asked_in_another_order_are_a_difference() -> None:
    lines = [
        'name = {kind = "text", title = {zh = "服务事项", en = "Service"}, required = true}',
        'for_whom = {kind = "text", title = {zh = "服务对象", en = "For whom"}}',
    ]
    (said,) = changed("\n".join(lines), "\n".join(reversed(lines)))
    assert said.startswith("form “What the station serves” · order of the fields: Service, For whom, ")
