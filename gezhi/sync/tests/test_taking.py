"""What telephones bring: at most once, each alone, at the right time, and never lost in silence."""

from datetime import timedelta
from typing import Any

import pytest

from gezhi.cases.models import Case, CaseFile, Comment
from gezhi.sync.models import Receipt
from gezhi.sync.tests.conftest import District, Phone


def _cases() -> list[Case]:
    return list(Case.objects.unscoped(reason="a test looks"))


def test_a_report_is_taken_once_however_often_it_comes(phone: Phone) -> None:
    record = phone.report()
    (first,) = phone.send(record)
    assert first.outcome == "accepted"
    (second,) = phone.send(record)
    # twice in one push with others
    third, other, fourth = phone.send(record, phone.report(), record)
    assert [second.outcome, third.outcome, fourth.outcome] == ["duplicate"] * 3
    assert {second.subject, third.subject, fourth.subject} == {first.subject}
    assert other.outcome == "accepted"
    assert len(_cases()) == 2


def test_another_persons_key_is_another_record(phone: Phone, district: District) -> None:
    record = phone.report()
    phone.send(record)
    (theirs,) = Phone(district, district.cast.other_worker).send(record)
    assert theirs.outcome == "accepted"
    assert len(_cases()) == 2


def test_each_record_fails_alone(phone: Phone) -> None:
    good, odd, unknown, also = phone.send(
        phone.report(), {"key": "phone-odd-1", "kind": "report"}, phone.report(item="no.such"), phone.report()
    )
    assert [good.outcome, odd.outcome, unknown.outcome, also.outcome] == ["accepted", "refused", "refused", "accepted"]
    assert unknown.field == "item"
    assert "no.such" in unknown.reason
    assert unknown.todo
    assert unknown.kept
    # what was refused can be mended under its own key
    (mended,) = phone.send(phone.report(key=unknown.key))
    assert mended.outcome == "accepted"


def test_one_that_breaks_stops_no_other(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    number = phone.send(phone.report())[0].subject

    def break_down(*_args: Any) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("gezhi.cases.operations.comment", break_down)
    note = phone.record("note", {"number": number, "text": "钥匙在门卫"})
    broken, fine = phone.send(note, phone.report())
    assert (broken.outcome, fine.outcome) == ("failed", "accepted")
    monkeypatch.undo()
    assert phone.send(note)[0].outcome == "accepted"


def test_a_wrong_clock_is_put_right_and_both_times_are_kept(phone: Phone) -> None:
    phone.off_seconds = -3 * 3600
    (taken,) = phone.send(phone.report())
    assert taken.outcome == "accepted"
    receipt = Receipt.objects.get()
    assert receipt.shift_seconds == 3 * 3600
    assert receipt.at - receipt.said_at == timedelta(hours=3)
    assert receipt.at == phone.district.now


def test_the_future_is_refused_with_words(phone: Phone) -> None:
    at = (phone.now + timedelta(days=1)).isoformat()
    for alone in (True, False):
        results = phone.send(phone.report(at=at), *([] if alone else [phone.report()]))
        assert results[0].outcome == "refused"
        assert (results[0].code, results[0].field) == ("future", "at")
    assert len(_cases()) == 1


def test_done_on_the_spot_goes_with_the_report(phone: Phone) -> None:
    key = phone.photo("p-after")
    then = {"action": "settle", "answers": {"result": "已清运，地面冲洗过。", "photos_after": [key]}}
    record = phone.report(then=then)
    (taken,) = phone.send(record)
    case = _cases()[0]
    assert (taken.outcome, case.step) == ("accepted", "check")
    assert CaseFile.objects.get().role == "photos_after"
    assert phone.send(record)[0].outcome == "duplicate"


def test_what_the_plan_refuses_of_it_is_kept_as_a_note(phone: Phone) -> None:
    then = {"action": "confirm", "answers": {"result": "已清运，地面冲洗过。"}}
    (taken,) = phone.send(phone.report(then=then))
    assert taken.outcome == "accepted"
    assert taken.warnings
    assert _cases()[0].step != "check"
    assert Comment.objects.get().text == "已清运，地面冲洗过。"


def test_photos_that_are_not_whole_are_named(phone: Phone) -> None:
    (refused,) = phone.send(phone.report(photos=["p-none"]))
    assert (refused.outcome, refused.code, refused.missing) == ("refused", "photos_missing", ("p-none",))
    assert _cases() == []


def test_an_action_is_done_once_and_a_stale_one_is_a_conflict(phone: Phone, district: District) -> None:
    number = district.open().number
    data = {"number": number, "action": "report_up", "answers": {"reason": "要登高车"}}
    record = phone.record("act", data, base=1)
    (done,) = phone.send(record)
    assert done.outcome == "accepted"
    assert phone.send(record)[0].outcome == "duplicate"
    other = district.open().number
    district.act(district.cast.worker, other, "report_up", answers={"reason": "太高"})
    late = phone.record("act", data | {"number": other}, base=1)
    (conflict,) = phone.send(late)
    assert conflict.outcome == "conflict"
    assert conflict.mine == data | {"number": other}
    assert conflict.theirs is not None
    assert conflict.theirs.version == 2
    assert any("太高" in line for line in conflict.theirs.lines)
    # the very act that a page had sent, whose reply was lost, is known again
    same = phone.record("act", data | {"number": other, "answers": {"reason": "太高"}}, base=1)
    assert phone.send(same)[0].outcome == "duplicate"
    # the other's version stands; mine can be kept as a note
    assert phone.send(phone.record("note", {"number": other, "text": "要登高车"}))[0].outcome == "accepted"


def test_what_was_done_long_before_it_came_says_so(phone: Phone, district: District) -> None:
    number = district.open().number
    record = phone.record("act", {"number": number, "action": "report_up", "answers": {"reason": "要登高车"}}, base=1)
    district.later(hours=5)
    assert phone.send(record)[0].outcome == "accepted"
    assert "2026-06-03 10:00" in Comment.objects.get().text


def test_a_correction_finds_its_report_by_the_key_whose_reply_was_lost(phone: Phone, district: District) -> None:
    sent = phone.report()
    phone.send(sent)
    right = phone.record("correct", {"of": sent["key"], "address": "滨河路 3 号", "text": "灯杆 17 号"})
    (done,) = phone.send(right)
    assert done.outcome == "accepted"
    assert _cases()[0].address == "滨河路 3 号"
    assert phone.send(right)[0].outcome == "duplicate"
    assert Comment.objects.count() == 1
    # nobody else's key leads anywhere
    (refused,) = Phone(district, district.cast.other_worker).send(right)
    assert (refused.outcome, refused.code) == ("refused", "not_found")


def test_who_may_not_act_is_refused_and_nothing_moves(phone: Phone, district: District) -> None:
    number = district.open().number
    record = phone.record("act", {"number": number, "action": "report_up", "answers": {"reason": "要登高车"}}, base=1)
    for who in (district.cast.other_worker, district.cast.outsider, district.cast.resident):
        (refused,) = Phone(district, who).send(record)
        assert (refused.outcome, refused.code) == ("refused", "not_found")
    assert district.case(number).version == 1


def test_a_position_far_off_is_kept_and_marked(phone: Phone, district: District) -> None:
    lon, lat = district.cast.point(4)
    (taken,) = phone.send(phone.report(area=district.cast.grids[0].code, lon=lon, lat=lat))
    assert taken.outcome == "accepted"
    assert "km" in taken.warnings[0]
    receipt = Receipt.objects.get()
    assert receipt.marks["position_off_m"] > 3000
    assert _cases()[0].lon == lon
    assert "km" in Comment.objects.get().text


def test_near_a_border_the_side_is_asked(phone: Phone, district: District) -> None:
    lon, lat = district.cast.point(1)
    (asked,) = phone.send(phone.report(lon=lon + 0.01, lat=lat))
    assert (asked.outcome, asked.code) == ("refused", "ask_area")
    assert {one.value for one in asked.choices} == {district.cast.grids[0].code, district.cast.grids[1].code}
    (taken,) = phone.send(phone.report(key=asked.key, lon=lon + 0.01, lat=lat, area=asked.choices[0].value))
    assert taken.outcome == "accepted"


def test_photos_that_follow_join_their_report(phone: Phone) -> None:
    sent = phone.report()
    phone.send(sent)
    (done,) = phone.send(
        phone.record("photos", {"of": sent["key"], "photos": [phone.photo("p-1"), phone.photo("p-2")]})
    )
    assert done.outcome == "accepted"
    assert CaseFile.objects.filter(case=_cases()[0], role="report").count() == 2


def test_a_kind_that_is_not_known_is_said(phone: Phone) -> None:
    (refused,) = phone.send(phone.record("horoscope", {}))
    assert (refused.outcome, refused.code) == ("refused", "unknown_kind")


def test_a_key_that_no_database_holds_harms_no_other(phone: Phone) -> None:
    bad, good = phone.send(phone.report(key="phone\x00key-1"), phone.report())
    assert (bad.outcome, bad.code, good.outcome) == ("refused", "bad_input", "accepted")


def test_what_the_opening_asks_comes_with_the_report(phone: Phone, asking: str) -> None:
    silent, odd, said = phone.send(
        phone.report(item=asking), phone.report(item=asking, facts=["x"]),
        phone.report(item=asking, facts={"parties": "张家和李家"}),
    )  # fmt: skip
    assert [silent.outcome, odd.outcome, said.outcome] == ["refused", "refused", "accepted"]
    assert silent.field == "parties"
    (case,) = _cases()
    assert case.state["facts"]["parties"] == "张家和李家"


def test_what_a_door_writes_of_a_case_no_phone_writes_as_an_answer(phone: Phone, asking: str) -> None:
    key = phone.photo("p-papers")
    facts = {"parties": "张家和李家", "about": 5, "happened_at": "x", "urgency": "no", "papers": [key]}
    (done,) = phone.send(phone.report(item=asking, facts=facts))
    assert done.outcome == "accepted"
    (case,) = _cases()
    kept = case.state["facts"]
    assert "about" not in kept
    assert kept.get("happened_at") != "x"
    assert kept.get("urgency") != "no"
    assert kept["papers"] != [key], "a photo's key is exchanged for its file"
