"""Merging: what may be the same is found, shown side by side, merged after a look, and taken back."""

import pytest

from gezhi.foundation import outbox
from gezhi.notices import queries as notices
from gezhi.web.desk.tests.conftest import District
from gezhi.web.desk.tests.test_case import page
from gezhi.web.desk.tests.test_queue import client

pytestmark = pytest.mark.django_db


def test_a_duplicate_is_found_looked_at_merged_and_taken_back(district: District) -> None:
    cast = district.cast
    main = district.open(cast.resident, reporter=cast.resident)
    double = district.open(cast.other_resident, reporter=cast.other_resident, text="清溪路 24 号门前积水很深。")
    words = page(cast.head, double.number)
    assert "可能是同一件事" in words
    assert f"?main={main.number}" in words

    browser = client(cast.head)
    look = browser.get(f"/desk/case/{double.number}/merge?main={main.number}").text
    assert "两件对照" in look
    assert "随时可以在本件页面上拆回" in look
    assert district.case(double.number).merged_into_id is None

    browser.post(f"/desk/case/{double.number}/merge", {"main": main.number, "sure": "yes"})
    assert district.case(double.number).merged_into_id == district.case(main.number).pk
    while outbox.relay(district.now):
        pass
    told = [one.subject for one in notices.inbox(cast.other_resident)]
    assert f"您反映的 {double.number} 与另一件相同，已合并办理" in told
    assert main.number not in "".join(
        f"{one.subject}{one.body}{one.link}" for one in notices.inbox(cast.other_resident)
    )

    browser.post(f"/desk/case/{double.number}/unmerge")
    assert district.case(double.number).merged_into_id is None


def test_a_press_without_a_look_changes_nothing(district: District) -> None:
    main, double = district.open(), district.open()
    look = client(district.cast.head).post(f"/desk/case/{double.number}/merge", {"main": main.number})
    assert "两件对照" in look.text
    assert district.case(double.number).merged_into_id is None


def test_what_may_not_be_seen_is_neither_offered_nor_looked_at(district: District) -> None:
    cast = district.cast
    lon, lat = cast.point(3)
    east = district.open(lon=lon, lat=lat)
    west = district.open()
    words = page(cast.head, west.number)
    assert east.number not in words
    look = client(cast.head).get(f"/desk/case/{west.number}/merge?main={east.number}").text
    assert "没有您能看到的" in look
    assert "两件对照" not in look


def test_who_has_no_right_to_merge_is_told_why_before_the_press(district: District) -> None:
    main, double = district.open(), district.open()
    look = client(district.cast.worker).get(f"/desk/case/{double.number}/merge?main={main.number}")
    assert "合并" in look.text
    assert "两件对照" not in look.text
