"""Everything that a worker does, without a network: done on the spot, begun here and ended there, leave, put right."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from gezhi.cases import operations as cases
from gezhi.cases.models import Case, CaseFile
from gezhi.cases.operations import Report
from gezhi.cases.tests.conftest import enact_asking
from gezhi.duties import marks
from gezhi.duties import operations as duties
from gezhi.duties.models import Absence, Activity, Objection
from gezhi.enactment import operations as enactment
from gezhi.foundation import clock
from gezhi.people.models import Appointment
from gezhi.people.tests.cast import Cast
from gezhi.sync.tests.test_own_activities import ASKS_MORE
from gezhi.sync.tests.test_rounds_and_entries import PLAN
from tests.browser.phone import ITEM, back, choose_wood, cut, kept, look, refresh, sent, take_along, until
from tests.browser.steps import Visit, enact, picture

pytestmark = pytest.mark.django_db(transaction=True)
BEGAN = datetime(2025, 12, 31, tzinfo=UTC)


def _case() -> Case:
    return Case.objects.unscoped(reason="a test looks").get()


def _activity() -> Activity:
    return Activity.objects.unscoped(reason="a test looks").get()


def _enact_rounds(plan: str = PLAN, on: date = date(2026, 1, 1), now: datetime = BEGAN) -> None:
    enactment.enact(files={"rounds/scheme.toml": plan}, actor=None, on=on, now=now)


def _begin_offline(page: Page, title: str) -> None:
    page.goto("/field/duties")
    page.locator(".task", has_text=title).locator(".next").click()
    page.wait_for_url(re.compile("/begin"))
    page.locator("[data-slot=go]").click()
    expect(page.locator("main form button.btn--primary")).to_be_visible()


def _end(page: Page) -> None:
    page.locator("main form button.btn--primary").click()


def test_reported_and_settled_on_the_spot_in_one_step(cast: Cast, visit: Visit) -> None:
    enact()
    page = take_along(cast, visit)
    cut(page)
    page.goto("/field/report")
    expect(page.locator("[data-slot=place]")).to_have_text("第1网格")
    page.set_input_files("#shoot", picture())
    page.locator(".opt-chip", has_text=ITEM).click()
    way = page.locator(".way", has_text="当场办好了")
    way.get_by_role("radio", name=re.compile("当场办好了")).check()
    look(page)
    # what the plan asks is asked here, and said before anything is kept
    page.locator("[data-slot=send]").click()
    expect(page.locator("[data-slot=need-way]")).to_be_visible()
    way.locator("textarea").fill("已清运，地面冲洗过。")
    way.locator("input[type=file]").set_input_files(picture((90, 140, 90)))
    expect(way.locator(".photo img")).to_have_count(1)
    page.locator("[data-slot=send]").click()
    kept(page)
    # looked at again before it is sent: all of it is still there
    page.goto("/field/outbox")
    expect(page.locator(".record .shotrow img")).to_have_count(2)
    page.locator("[data-do=edit]").click()
    page.wait_for_url(re.compile("edit="))
    expect(page.locator(".way textarea").first).to_have_value("已清运，地面冲洗过。")
    expect(page.locator(".way .photo img")).to_have_count(1)
    page.locator("[data-slot=send]").click()
    kept(page)
    back(page)
    sent(page, 1)
    case = _case()
    assert case.step == "check"
    assert CaseFile.objects.filter(case=case, role="report").count() == 1
    assert CaseFile.objects.filter(case=case, role="photos_after").count() == 1


def test_what_the_opening_asks_is_asked_without_a_network(cast: Cast, visit: Visit) -> None:
    enact()
    item = enact_asking()
    page = take_along(cast, visit)
    cut(page)
    choose_wood(page)
    parties = page.get_by_label("谁和谁")
    page.locator("[data-slot=send]").click()
    expect(page.locator("[data-slot=need-opening]")).to_be_visible()
    parties.fill("张家和李家")
    page.locator("[data-slot=send]").click()
    kept(page)
    back(page)
    sent(page, 1)
    case = _case()
    assert (case.item, case.state["facts"]["parties"]) == (item, "张家和李家")


def test_begun_on_a_page_and_ended_without_a_network_with_a_colleague(cast: Cast, visit: Visit) -> None:
    _enact_rounds()
    page = take_along(cast, visit)
    code = cast.grids[0].code
    page.goto(f"/field/duty/rounds.walk_with_form/{code}/begin")
    page.locator("main form button.btn--primary").click()
    page.wait_for_url(re.compile("/field/activity/"))
    refresh(page)
    cut(page)
    page.goto("/field/")
    page.locator(".nextcase").click()
    page.wait_for_url(re.compile("/field/activity/"))
    page.get_by_role("radio", name="晴").check()
    page.locator("details", has_text="还有谁参加").locator("summary").click()
    page.get_by_role("checkbox", name=cast.head.name).check()
    look(page)
    _end(page)
    kept(page)
    page.goto("/field/")
    expect(page.locator(".nextcase")).to_have_count(0)
    back(page)
    sent(page, 1)
    row = _activity()
    assert (row.answers, row.others, row.ended is not None) == ({"weather": "fine"}, [cast.head.pk], True)


def test_begun_without_a_network_and_ended_on_a_page(cast: Cast, visit: Visit) -> None:
    _enact_rounds()
    page = take_along(cast, visit)
    cut(page)
    _begin_offline(page, "填表巡查")
    back(page)
    sent(page, 1)
    row = _activity()
    assert row.ended is None
    assert row.lon is not None
    page.goto("/field/duties")
    page.locator(".task", has_text="填表巡查").locator(".next").click()
    page.wait_for_url(re.compile("/field/activity/"))
    page.get_by_role("radio", name="雨").check()
    with page.expect_navigation():
        page.locator(".dock .btn--primary").click()
    assert _activity().answers == {"weather": "rain"}
    refresh(page)
    cut(page)
    page.goto("/field/")
    expect(page.locator("main")).to_contain_text("待办轮次")
    expect(page.locator(".nextcase")).to_have_count(0)


def test_signing_out_forgets_what_was_begun_and_at_whose_place(cast: Cast, visit: Visit) -> None:
    _enact_rounds()
    page = take_along(cast, visit)
    cut(page)
    _begin_offline(page, "填表巡查")
    back(page)
    sent(page, 1)
    assert any("running" in one for one in page.evaluate(_NOTED))
    page.goto("/field/me")
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url(re.compile("/login"))
    assert not any(str(cast.worker.pk) in one for one in page.evaluate(_NOTED))


def test_ended_twice_differently_both_are_shown_and_chosen_from(cast: Cast, visit: Visit) -> None:
    _enact_rounds()
    page = take_along(cast, visit)
    cut(page)
    _begin_offline(page, "填表巡查")
    back(page)
    sent(page, 1)
    refresh(page)
    cut(page)
    page.goto(f"/field/activity/{_activity().pk}")
    page.get_by_role("radio", name="雨").check()
    page.fill("[name=remarks]", "桥下积水")
    _end(page)
    kept(page)
    duties.finish(
        actor=cast.worker, now=clock.now(), activity=_activity().pk, answers={"weather": "fine"}, remarks="无"
    )
    back(page)
    record = page.locator(".record[data-state=conflict]")
    expect(record).to_contain_text("桥下积水")
    look(page)
    record.locator(".choice", has_text="桥下积水").locator("input").check()
    record.locator("[data-do=chosen]").click()
    sent(page, 2)
    assert (_activity().answers, _activity().remarks) == ({"weather": "fine"}, "桥下积水")


def test_leave_and_why_a_round_was_missed(cast: Cast, visit: Visit) -> None:
    _enact_rounds()
    page = take_along(cast, visit)
    cut(page)
    page.goto("/field/duties/away")
    look(page)
    page.locator("summary", has_text="登记").click()
    page.get_by_role("radio").first.check()
    look(page)
    page.locator("[data-slot=enter] button").click()
    kept(page)
    page.goto("/field/duties/away")
    expect(page.locator(".banner", has_text="待发送")).to_have_count(1)
    row = page.locator("[data-slot=missed] li").first
    row.locator("summary").click()
    row.locator("button.btn").click()
    expect(row.locator("form [data-slot=wrong]")).to_be_visible()
    row.locator("textarea").fill("暴雨停巡")
    row.locator("button.btn").click()
    kept(page)
    # put right before it is sent
    page.goto("/field/outbox")
    page.locator(".record", has_text="暴雨停巡").or_(page.locator(".record").last).last.locator(
        "[data-do=edit]"
    ).click()
    page.wait_for_url(re.compile("away"))
    box = page.locator("[data-slot=missed] details[open] textarea")
    expect(box).to_have_value("暴雨停巡")
    box.fill("暴雨停巡，积水过膝")
    page.locator("[data-slot=missed] details[open] button.btn").click()
    kept(page)
    back(page)
    sent(page, 2)
    assert Absence.objects.get().account == cast.worker
    assert Objection.objects.get().reason == "暴雨停巡，积水过膝"
    # and taken back again
    refresh(page)
    cut(page)
    page.goto("/field/duties/away")
    page.locator("[data-slot=absences] button").click()
    kept(page)
    page.goto("/field/duties/away")
    page.locator("[data-slot=missed] [data-do=back]:visible").click()
    kept(page)
    back(page)
    sent(page, 4)
    assert Absence.objects.get().withdrawn_at is not None
    assert Objection.objects.get().state == "withdrawn"


def test_what_was_sent_is_put_right_without_a_network(cast: Cast, visit: Visit) -> None:
    enact()
    _enact_rounds()
    lon, lat = cast.point(1)
    report = Report(client_key="a-key-of-a-journey", item="env.litter", channel="portal", text="垃圾", lon=lon, lat=lat)
    opened = cases.open_case(actor=None, report=report, now=clock.now())
    page = take_along(cast, visit)
    cut(page)
    _begin_offline(page, "填表巡查")
    page.get_by_role("radio", name="晴").check()
    _end(page)
    kept(page)
    back(page)
    sent(page, 1)
    cut(page)
    # from the outbox, without having downloaded anything since
    page.goto("/field/outbox")
    page.locator("[data-do=correct]").click()
    page.wait_for_url(re.compile("/field/activity/"))
    expect(page.get_by_role("radio", name="晴")).to_be_checked()
    page.get_by_role("radio", name="雨").check()
    page.get_by_role("button", name="发现问题").click()
    page.locator("[data-name=text]").fill("井盖松动")
    look(page)
    _end(page)
    kept(page)
    # a note on a case
    page.goto(f"/field/case/{opened.number}")
    page.locator("summary", has_text="给同事留个备注").click()
    page.locator("#main details[open] textarea").fill("钥匙在门卫。")
    page.locator("#main details[open] input[type=file]").set_input_files(picture())
    expect(page.locator("#main details[open] .photo img")).to_have_count(1)
    look(page)
    page.locator("#main details[open] form > button").click()
    kept(page)
    back(page)
    sent(page, 3)
    row = _activity()
    assert (row.answers, row.found) == ({"weather": "rain"}, 1)
    assert CaseFile.objects.filter(case__number=opened.number, role="comment").count() == 1
    # and taken back
    refresh(page)
    cut(page)
    page.goto(f"/field/activity/{row.pk}")
    page.locator("summary", has_text="撤回这条记录").click()
    page.fill("[name=reason]", "记错了一天")
    page.locator("[name=reason]").press("Enter")
    kept(page)
    back(page)
    sent(page, 4)
    assert _activity().withdrawn_at is not None


def test_a_form_that_changed_between_download_and_sync(cast: Cast, visit: Visit) -> None:
    _enact_rounds()
    page = take_along(cast, visit)
    cut(page)
    _begin_offline(page, "填表巡查")
    page.get_by_role("radio", name="雨").check()
    page.fill("[name=remarks]", "桥下积水")
    _end(page)
    kept(page)
    now = clock.now()
    Appointment.objects.filter(account=cast.worker).update(since=now - timedelta(days=200))
    _enact_rounds(ASKS_MORE, now.date(), now)
    back(page)
    sent(page, 1)
    expect(page.locator(".record")).to_contain_text("走访商铺数")
    look(page)
    assert _activity().answers == {"weather": "rain"}
    # the new form comes by itself after sending; it is finished without a network
    until(page, _HOLDS_NEW)
    cut(page)
    page.goto("/field/outbox")
    page.locator("[data-do=finish]").click()
    page.wait_for_url(re.compile("/field/activity/"))
    expect(page.get_by_role("radio", name="雨")).to_be_checked()
    expect(page.locator("[name=remarks]")).to_have_value("桥下积水")
    look(page)
    _end(page)
    expect(page.locator("[data-slot=wrong]:visible")).to_contain_text("走访商铺数")
    page.get_by_label(re.compile("走访商铺数")).fill("3")
    _end(page)
    kept(page)
    back(page)
    sent(page, 2)
    row = _activity()
    assert (row.answers, row.remarks) == ({"weather": "rain", "shops": 3}, "桥下积水")


_HOLDS_NEW = """() => new Promise((done) => {
  const asked = indexedDB.open("gezhi-field");
  asked.onsuccess = () => {
    const read = asked.result.transaction("parts").objectStore("parts").getAll();
    read.onsuccess = () => {
      asked.result.close();
      const asks = (part) => part.name.startsWith("forms/") && JSON.stringify(part.value).includes("走访商铺数");
      done(read.result.some(asks));
    };
  };
})"""

_NOTED = """() => new Promise((done) => {
  const asked = indexedDB.open("gezhi-field");
  asked.onsuccess = () => {
    const read = asked.result.transaction("meta").objectStore("meta").getAllKeys();
    read.onsuccess = () => {
      asked.result.close();
      done(read.result.map(String));
    };
  };
})"""


def test_hours_are_said_and_what_lies_outside_is_kept(
    cast: Cast, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    noon = clock.now().astimezone(ZoneInfo("Asia/Shanghai")).replace(hour=12, minute=0)
    monkeypatch.setattr(clock, "now", lambda: noon)
    enact()
    twice = 'at_least = "2 per day"'
    _enact_rounds(PLAN.replace(twice, f'{twice}\nhours = ["07:00-09:00", "18:00-20:30"]'))
    page = take_along(cast, visit)
    cut(page)
    page.goto("/field/duties")
    patrol = page.locator(".task", has_text="网格巡查")
    expect(patrol).to_contain_text("07:00–09:00 已错过 · 18:00–20:30 未到时间")
    expect(patrol).to_have_attribute("data-light", "red")
    look(page)
    patrol.locator(".next").click()
    page.wait_for_url(re.compile("/begin"))
    expect(page.locator("main .banner--warn", has_text="才计入本轮")).to_contain_text("07:00–09:00、18:00–20:30")
    look(page)
    page.locator("[data-slot=go]").click()
    _end(page)
    kept(page)
    back(page)
    sent(page, 1)
    expect(page.locator(".record")).to_contain_text("这次不在该时段内")
    row = _activity()
    assert (marks.OUTSIDE in row.marks, row.counts, row.slot) == (True, False, None)
