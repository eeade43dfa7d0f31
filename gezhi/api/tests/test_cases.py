"""Taking in, reading and acting through the REST doors, as a hotline's program would."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gezhi.cases.models import Case

from .conftest import District, MakeCaller


@pytest.fixture(autouse=True)
def _at_work(district: District) -> Iterator[None]:
    with time_machine.travel(district.now, tick=False):
        yield


def report(district: District, key: str = "hotline-call-000001", **given: Any) -> dict[str, Any]:
    lon, lat = district.cast.point(1)
    return {"client_key": key, "item": "env.litter", "text": "菜市场门口垃圾成堆。", "lon": lon, "lat": lat} | given


def test_a_case_is_taken_in_once_however_often_it_is_sent(district: District, caller: MakeCaller) -> None:
    hotline = caller(district.cast.dispatcher)
    first = hotline.post("/cases", report(district))
    again = hotline.post("/cases", report(district))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["number"] == again.json()["number"]
    assert first.json()["secret"] == again.json()["secret"]
    assert first.json()["holder"].startswith("grid_worker@")
    assert Case.objects.unscoped(reason="a test counts").count() == 1


def test_what_is_sent_is_read_back_by_who_may_see_it_and_by_nobody_else(district: District, caller: MakeCaller) -> None:
    number = caller(district.cast.dispatcher).post("/cases", report(district)).json()["number"]
    whole = caller(district.cast.worker).get(f"/cases/{number}").json()
    assert whole["case"]["area"] == district.cast.grids[0].code
    assert whole["text"] == "菜市场门口垃圾成堆。"
    assert {one["id"]: one["light"] for one in whole["clocks"]} == {"case": "green", "step": "green"}
    assert [one["action"] for one in whole["log"]] == ["open"]
    assert {"settle", "report_up"} <= {one["action"] for one in whole["actions"]}
    for stranger in (district.cast.other_worker, district.cast.clerk, district.cast.resident, district.cast.outsider):
        refused = caller(stranger).get(f"/cases/{number}")
        assert refused.status_code == 404, stranger.username
        assert caller(stranger).get("/cases").json()["cases"] == []


def test_an_action_moves_the_case_and_one_out_of_order_is_refused_with_its_reason(
    district: District, caller: MakeCaller
) -> None:
    worker = caller(district.cast.worker)
    number = worker.post("/cases", report(district, channel="field")).json()["number"]
    early = worker.post(f"/cases/{number}/actions/confirm", {})
    assert early.status_code in {403, 422}
    assert early.json()["error"]["message"]
    missing = worker.post(f"/cases/{number}/actions/settle", {})
    assert missing.status_code == 422
    assert missing.json()["error"]["field"] == "result"
    done = worker.post(f"/cases/{number}/actions/settle", {"answers": {"result": "清走了"}, "version": 1})
    assert done.status_code == 200
    assert done.json()["step"] == "check"


def test_the_second_of_two_callers_learns_what_happened_meanwhile(district: District, caller: MakeCaller) -> None:
    worker = caller(district.cast.worker)
    number = worker.post("/cases", report(district)).json()["number"]
    body = {"answers": {"reason": "要挖掘机"}, "version": 1}
    assert worker.post(f"/cases/{number}/actions/report_up", body).status_code == 200
    late = worker.post(f"/cases/{number}/actions/report_up", body)
    assert late.status_code == 409
    assert [one["action"] for one in late.json()["error"]["meanwhile"]] == ["report_up"]


def test_a_batch_keeps_the_good_ones_and_says_what_is_wrong_with_the_others(
    district: District, caller: MakeCaller
) -> None:
    hotline = caller(district.cast.dispatcher)
    hotline.post("/cases", report(district, "key-of-an-old-one"))
    ahead = (district.now + timedelta(days=3650)).isoformat()
    answer = hotline.post(
        "/cases/batch",
        {
            "cases": [
                report(district, "key-of-a-new-one"),
                report(district, "key-of-an-old-one"),
                report(district, "key-of-unknown-item", item="env.dragon"),
                report(district, "key-of-the-future", happened_at=ahead),
            ]
        },
    ).json()
    assert (answer["created"], answer["repeated"], answer["refused"]) == (1, 1, 2)
    assert [("error" in one) for one in answer["results"]] == [False, False, True, True]
    assert answer["results"][3]["error"]["field"] == "happened_at"


def test_near_a_border_the_candidates_come_back_and_nothing_is_kept(district: District, caller: MakeCaller) -> None:
    hotline = caller(district.cast.dispatcher)
    lon, lat = district.cast.point(1)
    answer = hotline.post("/cases", report(district, lon=lon + 0.00999, lat=lat))
    assert answer.status_code == 422
    codes = [one["code"] for one in answer.json()["error"]["candidates"]]
    assert set(codes) == {district.cast.grids[0].code, district.cast.grids[1].code}
    chosen = hotline.post("/cases", report(district, lon=lon + 0.00999, lat=lat, area=codes[0]))
    assert chosen.status_code == 201


def test_a_point_in_the_sea_is_taken_in_and_waits_for_a_place(district: District, caller: MakeCaller) -> None:
    answer = caller(district.cast.dispatcher).post("/cases", report(district, lon=125.0, lat=25.0))
    assert answer.status_code == 201
    assert answer.json()["placed"] is False


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"client_key": "k", "item": "env.litter", "lon": "east"}, 422, "lon"),
        ({"client_key": "k", "item": "env.litter", "colour": "red"}, 422, "colour"),
        ({"item": "env.litter"}, 422, "client_key"),
        ({"client_key": "k", "item": "env.litter", "lon": 103.5}, 422, "lat"),
        ({"client_key": "k", "item": "env.litter", "text": "长" * 12_001}, 422, "text"),
        ({"client_key": "k", "item": "env.litter", "scheme": "no-such-plan"}, 422, "scheme"),
        ("{not json", 400, ""),
    ],
)
def test_what_can_not_be_accepted_is_named(
    district: District, caller: MakeCaller, body: Any, status: int, field: str
) -> None:
    answer = caller(district.cast.dispatcher).post("/cases", body)
    assert answer.status_code == status
    assert answer.json()["error"].get("field", "") == field
    assert Case.objects.unscoped(reason="a test counts").count() == 0


def test_errors_are_said_in_the_callers_language(district: District, caller: MakeCaller) -> None:
    chinese = caller(district.cast.dispatcher, language="zh-CN").get("/cases", limit="1000")
    assert "整数" in chinese.json()["error"]["message"]
    english = caller(district.cast.dispatcher).get("/cases", limit="1000")
    assert "whole number" in english.json()["error"]["message"]


def test_lists_page_and_filter(district: District, caller: MakeCaller) -> None:
    hotline = caller(district.cast.dispatcher)
    for n in range(5):
        hotline.post("/cases", report(district, f"key-of-call-{n:04}", item="env.litter"))
    seen: list[str] = []
    after = ""
    while True:
        page = hotline.get("/cases", limit="2", **({"after": after} if after else {})).json()
        seen += [case["number"] for case in page["cases"]]
        after = page["next"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == 5
    grid = district.cast.grids[0].code
    assert len(hotline.get("/cases", area=grid, status="open").json()["cases"]) == 5
    assert hotline.get("/cases", area=district.cast.grids[3].code).json()["cases"] == []
    assert hotline.get("/cases", status="closed").json()["cases"] == []
    assert hotline.get("/cases", colour="red").status_code == 422


def test_contact_details_never_leave_through_this_door(district: District, caller: MakeCaller) -> None:
    hotline = caller(district.cast.dispatcher)
    number = hotline.post("/cases", report(district, contact="王女士 1390000")).json()["number"]
    for path in (f"/cases/{number}", "/cases"):
        assert "王女士" not in hotline.get(path).content.decode()


def test_a_file_that_is_no_photo_is_refused_whatever_it_is_called(district: District, caller: MakeCaller) -> None:
    hotline = caller(district.cast.dispatcher)
    upload = SimpleUploadedFile("nice.jpg", b"MZ\x90\x00 not a picture")
    answer = Client().post("/api/v1/files", {"file": upload}, headers=hotline.headers)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "file_refused"


@pytest.mark.parametrize("name", ["item", "step", "channel", "area"])
def test_a_filter_with_a_null_character_finds_nothing_and_breaks_nothing(
    district: District, caller: MakeCaller, name: str
) -> None:
    answer = caller(district.cast.dispatcher).get("/cases", **{name: "a\x00b"})
    assert (answer.status_code, answer.json()["cases"]) == (200, [])
