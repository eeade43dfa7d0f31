"""Taking in a case at the counter: what is missing is said at its field, what was written stays, once is once."""

import re

import pytest

from gezhi.cases.models import Case
from gezhi.cases.operations import verify_log
from gezhi.web.desk.tests.conftest import District
from gezhi.web.desk.tests.test_queue import client

pytestmark = pytest.mark.django_db
GOOD = {
    "key": "a-key-of-this-form-000001", "channel": "phone", "item": "env.litter", "text": "路口的垃圾没人收。",
    "anonymous": "yes",
}  # fmt: skip


def test_the_case_is_taken_in_once_with_its_channel_and_receiver(district: District) -> None:
    browser = client(district.cast.centre)
    form = GOOD | {"area": district.cast.grids[1].code}
    for _ in range(2):
        answer = browser.post("/desk/intake", form)
        assert answer.status_code == 302
    case = Case.objects.unscoped(reason="a test looks").get()
    assert (case.channel, case.received_by) == ("phone", f"centre_staff@{district.cast.township.code}")
    slip = browser.get(answer.headers["location"]).text
    assert case.number in slip
    assert re.search(r"[0-9A-Z]{4} [0-9A-Z]{4}", slip)


def test_what_is_missing_is_said_and_what_was_written_stays(district: District) -> None:
    answer = client(district.cast.centre).post("/desk/intake", GOOD | {"item": "", "anonymous": "", "contact": "abc"})
    assert answer.status_code == 422
    for words in ("请选一项", "请说明在哪里", "abc", "路口的垃圾没人收"):
        assert words in answer.text


def test_an_address_without_an_area_goes_to_triage(district: District) -> None:
    client(district.cast.centre).post("/desk/intake", GOOD | {"address": "不知道在哪的地方"})
    assert Case.objects.unscoped(reason="a test looks").get().area_id is None


def test_a_complaint_asks_whom_it_is_about_and_hides_from_them(district: District) -> None:
    form = GOOD | {"item": "staff.grid", "area": district.cast.grids[0].code}
    browser = client(district.cast.centre)
    asked = browser.post("/desk/intake", form)
    assert asked.status_code == 422
    about = f"grid_worker@{district.cast.grids[0].code}"
    assert about in asked.text
    browser.post("/desk/intake", form | {"about": about})
    number = Case.objects.unscoped(reason="a test looks").get().number
    assert number not in client(district.cast.worker).get("/desk/cases").text
    assert client(district.cast.worker).get(f"/desk/case/{number}").status_code == 404


def test_what_the_plan_asks_at_the_opening_is_asked_at_the_counter(district: District, asking: str) -> None:
    browser = client(district.cast.centre)
    form = GOOD | {"item": asking, "area": district.cast.grids[0].code}
    first = browser.post("/desk/intake", form)
    assert first.status_code == 422
    assert "谁和谁" in first.text
    silent = browser.post("/desk/intake", form | {"opening_of": asking, "open-parties": ""})
    assert silent.status_code == 422
    assert "路口的垃圾没人收" in silent.text
    assert browser.post("/desk/intake", form | {"opening_of": asking, "open-parties": "张家和李家"}).status_code == 302
    (case,) = Case.objects.unscoped(reason="a test looks")
    assert case.state["facts"]["parties"] == "张家和李家"


def test_another_item_asks_what_its_opening_asks(district: District, asking: str) -> None:
    number = district.open().number
    browser, address = client(district.cast.worker), f"/desk/case/{number}/item"
    form = {"item": asking, "reason": "其实是纠纷", "version": str(district.case(number).version)}
    first = browser.post(address, form)
    assert first.status_code == 422
    assert "谁和谁" in first.text
    assert "其实是纠纷" in first.text
    assert browser.post(address, form | {"opening_of": asking, "open-parties": ""}).status_code == 422
    assert browser.post(address, form | {"opening_of": asking, "open-parties": "张家和李家"}).status_code == 302
    case = district.case(number)
    assert (case.item, case.state["facts"]["parties"]) == (asking, "张家和李家")
    assert verify_log(case).whole
