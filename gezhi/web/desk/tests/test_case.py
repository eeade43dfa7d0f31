"""The case: few queries, actions that ask only what the plan asks, conflicts, contact, proposals, supervision."""

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from gezhi.cases.models import CaseFile, Comment, ContactLook, Proposal, SupervisionWatch
from gezhi.people.models import Account
from gezhi.web.desk.tests.conftest import District
from gezhi.web.desk.tests.test_queue import client

pytestmark = pytest.mark.django_db


def send(browser: Client, number: str, action: str, words: str, **answers: Any) -> Any:
    """Press an action on a page that was read before: the hidden fields come from the page's own form."""
    form = re.search(rf'<form class="asked" id="do-{action}(-\d+)?".*?</form>', words, re.DOTALL)
    assert form is not None, f"{action} is not offered"
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0]))
    hidden.pop("csrfmiddlewaretoken", None)
    key = f"{action}{form[1] or ''}"
    return browser.post(
        f"/desk/case/{number}/act", hidden | {f"{key}-{name}": value for name, value in answers.items()}
    )


def page(who: Account, number: str, rest: str = "") -> str:
    answer = client(who).get(f"/desk/case/{number}{rest}")
    assert answer.status_code == 200
    return str(answer.text)


def to_department(district: District) -> str:
    cast = district.cast
    opened = district.open(contact="10000000009")
    for who in (cast.worker, cast.head, cast.centre):
        district.act(who, opened.number, "report_up", answers={"reason": "没有设备"})
    district.act(
        cast.dispatcher, opened.number, "dispatch",
        answers={"lead": "city_management", "with": ["water"], "task": "清运淤泥"},
    )  # fmt: skip
    return opened.number


def test_the_page_costs_few_queries_however_long_the_case_has_run(
    district: District, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    number = to_department(district)
    client(district.cast.dispatcher).post(f"/desk/case/{number}/supervise", {"reason": "群众反映强烈"})
    for who in (district.cast.clerk, district.cast.dispatcher):
        browser = client(who)
        browser.get(f"/desk/case/{number}")  # what is asked once a minute
        with django_assert_max_num_queries(16):
            words = browser.get(f"/desk/case/{number}").text
        assert "2 家联办" in words


def test_an_action_is_done_and_its_missing_answer_is_asked_for(district: District) -> None:
    opened = district.open()
    browser = client(district.cast.worker)
    words = browser.get(f"/desk/case/{opened.number}").text
    refused = send(browser, opened.number, "report_up", words)
    assert refused.status_code == 422
    assert "“理由”：请" in refused.text
    done = send(browser, opened.number, "report_up", words, reason="没有设备")
    assert done.status_code == 302
    assert district.case(opened.number).step == "station"


def test_two_at_once_one_wins_and_the_other_sees_what_happened_and_keeps_the_words(district: District) -> None:
    number = to_department(district)
    browser = client(district.cast.clerk)
    words = browser.get(f"/desk/case/{number}").text
    district.act(district.cast.other_clerk, number, "finish_part", answers={"result": "淤泥清完了"})
    district.later(minutes=1)
    late = send(browser, number, "send_back", words, reason="不归我们管，请另派")
    assert late.status_code == 409
    assert "不归我们管，请另派" in late.text
    assert "淤泥清完了" in late.text
    assert "您打开页面以后发生了这些" in late.text
    assert district.case(number).step == "department"


def test_words_are_kept_also_when_the_action_itself_is_gone(district: District) -> None:
    opened = district.open()
    browser = client(district.cast.worker)
    words = browser.get(f"/desk/case/{opened.number}").text
    district.act(district.cast.worker, opened.number, "report_up", answers={"reason": "先报了"})
    late = send(browser, opened.number, "settle", words, result="我已经清理干净了")
    assert late.status_code == 409
    assert "我已经清理干净了" in late.text


def test_what_is_blocked_says_why_with_the_clause(district: District) -> None:
    words = page(district.cast.clerk, to_department(district))
    assert re.search(r'class="why".*?协办单位没有办完.*?P25', words, re.DOTALL)
    assert 'id="do-finish"' not in words


def test_dispatch_shows_what_each_department_has_in_hand(district: District) -> None:
    to_department(district)
    opened = district.open()
    cast = district.cast
    for who in (cast.worker, cast.head, cast.centre):
        district.act(who, opened.number, "report_up", answers={"reason": "没有设备"})
    words = page(cast.dispatcher, opened.number, "?do=dispatch")
    assert "在办 1 件" in words
    assert "手上没有" in words


def test_an_extension_shows_its_due_times_is_proposed_and_decided(district: District) -> None:
    number = to_department(district)
    browser = client(district.cast.clerk)
    words = browser.get(f"/desk/case/{number}?do=extend").text
    assert "6月12日（周五）17:30到期" in words.replace(" 17:30", "17:30").replace("17:30 到期", "17:30到期")
    said = send(browser, number, "extend", words, reason="等管材", workdays="2")
    shown = browser.get(said["Location"]).text
    assert "等待批准" in shown
    assert "撤回：" not in shown, "a proposal moves nothing: to send the case back would not take it back"
    proposal = Proposal.objects.get()
    assert proposal.answers == {"reason": "等管材", "workdays": 2}
    decider = client(district.cast.dispatcher)
    assert "等管材" in decider.get("/desk/proposals").text
    address = f"/desk/case/{number}/proposal/{proposal.pk}/decide"
    client(district.cast.leader).post(address, {"decision": "approve"})
    assert Proposal.objects.get().state == "open"
    before = district.case(number).step_due
    decider.post(address, {"decision": "approve"})
    after = district.case(number).step_due
    assert before is not None
    assert after is not None
    assert (after - before).days == 2
    late = decider.post(address, {"decision": "decline", "reason": "管材昨天已经到了"})
    assert late.status_code == 422
    assert "管材昨天已经到了" in late.text


def test_the_contact_is_shown_once_for_a_purpose_and_written_down(district: District) -> None:
    number = to_department(district)
    browser = client(district.cast.clerk)
    assert "10000000009" not in browser.get(f"/desk/case/{number}").text
    assert browser.post(f"/desk/case/{number}/contact", {"purpose": ""}).status_code == 422
    assert not ContactLook.objects.exists()
    assert "10000000009" in browser.post(f"/desk/case/{number}/contact", {"purpose": "约上门时间"}).text
    assert ContactLook.objects.get().purpose == "约上门时间"
    leader = client(district.cast.leader).post(f"/desk/case/{number}/contact", {"purpose": "看看"})
    assert "10000000009" not in leader.text


def test_supervision_begins_with_a_reason_and_ends(district: District) -> None:
    opened = district.open()
    browser = client(district.cast.dispatcher)
    address = f"/desk/case/{opened.number}"
    refused = browser.post(f"{address}/supervise", {"reason": "", "day": "2026-06-05"})
    assert refused.status_code == 422
    browser.post(f"{address}/supervise", {"reason": "群众反映强烈", "day": "2026-06-05"})
    assert SupervisionWatch.objects.get().reason == "群众反映强烈"
    assert opened.number in browser.get("/desk/supervised").text
    browser.post(f"{address}/release")
    assert SupervisionWatch.objects.get().until is not None
    assert client(district.cast.worker).post(f"{address}/supervise", {"reason": "自己"}).status_code == 422


def test_notes_are_internal_unless_the_reporter_may_read_them(district: District) -> None:
    opened = district.open()
    browser = client(district.cast.worker)
    browser.post(f"/desk/case/{opened.number}/note", {"note": "钥匙在村委会"})
    browser.post(f"/desk/case/{opened.number}/note", {"note": "明天上午到", "to": "reporter", "sure": "yes"})
    assert dict(Comment.objects.values_list("text", "public")) == {"钥匙在村委会": False, "明天上午到": True}
    assert browser.post(f"/desk/case/{opened.number}/note", {"note": " "}).status_code == 422
    only_public = page(district.cast.worker, opened.number, "?story=public")
    assert "明天上午到" in only_public
    assert "钥匙在村委会" not in only_public


def test_files_are_handed_out_to_whoever_sees_the_case_only(district: District) -> None:
    opened = district.open()
    kept = io.BytesIO()
    Image.new("RGB", (80, 60), (90, 90, 90)).save(kept, "JPEG")
    photo = SimpleUploadedFile("a.jpg", kept.getvalue(), "image/jpeg")
    client(district.cast.worker).post(f"/desk/case/{opened.number}/note", {"note": "现场", "note_photos": photo})
    address = f"/desk/case/{opened.number}/file/{CaseFile.objects.get().pk}"
    assert client(district.cast.head).get(address).status_code == 200
    assert client(district.cast.other_head).get(address).status_code == 404
    client(district.cast.worker).post(f"{address}/withdraw")
    assert client(district.cast.head).get(address).status_code == 404


def test_a_duplicate_is_merged_and_taken_back(district: District) -> None:
    main, twin = district.open(), district.open()
    browser = client(district.cast.head)
    assert main.number in browser.get(f"/desk/case/{twin.number}/merge").text
    browser.post(f"/desk/case/{twin.number}/merge", {"main": main.number, "sure": "yes"})
    assert district.case(twin.number).merged_into_id == district.case(main.number).pk
    browser.post(f"/desk/case/{twin.number}/unmerge")
    assert district.case(twin.number).merged_into_id is None
    assert client(district.cast.clerk).get(f"/desk/case/{twin.number}/merge").status_code == 404


def test_another_item_begins_the_way_anew_and_needs_a_reason(district: District) -> None:
    opened = district.open()
    browser = client(district.cast.head)
    address = f"/desk/case/{opened.number}/item"
    other = "agency.medical"
    assert browser.post(address, {"item": other}).status_code == 422
    browser.post(address, {"item": other, "reason": "是报销的事"})
    assert district.case(opened.number).item == other


def test_the_hold_times_of_the_table_add_up_to_its_total(district: District) -> None:
    number = to_department(district)
    district.later(days=9)
    words = page(district.cast.clerk, number)
    table = words[words.index('class="holdbar"') :]
    rows = re.findall(r'<td class="num">(\d+):(\d\d)</td>', table[: table.index("</table>")])
    minutes = [60 * int(hours) + int(rest) for hours, rest in rows]
    assert sum(minutes[:-2]) <= minutes[-2] <= sum(minutes[:-2]) + len(minutes)


def test_who_reported_it_only_reads_it_on_the_portal(district: District) -> None:
    opened = district.open(reporter=district.cast.other_clerk, actor=district.cast.other_clerk)
    assert client(district.cast.other_clerk).get(f"/desk/case/{opened.number}").status_code == 404


def test_whoever_looks_into_a_complaint_reads_whom_it_names(district: District) -> None:
    cast = district.cast
    grid = cast.grids[0]
    opened = district.open(item="staff.grid", about=(f"grid_worker@{grid.code}",))
    words = page(cast.centre, opened.number)
    assert f"{grid.name} 网格员" in words
    assert client(cast.worker).get(f"/desk/case/{opened.number}").status_code == 404
    unnamed = district.open(item="staff.grid")
    assert "反映的是" not in page(cast.centre, unnamed.number)


def test_an_extension_that_comes_too_late_says_that_it_stays_overdue(district: District) -> None:
    number = to_department(district)
    assert "延后仍超期" not in page(district.cast.clerk, number)
    district.later(days=40)
    assert "延后仍超期" in page(district.cast.clerk, number)
