"""The field without a network: taken along, worked with in a dead spot, brought back exactly once."""

import json
import re
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import Route, expect

from gezhi.cases import operations as cases
from gezhi.cases.models import Case, CaseFile
from gezhi.cases.operations import Report
from gezhi.duties.models import Activity
from gezhi.enactment import operations as enactment
from gezhi.foundation import clock
from gezhi.people import operations as people
from gezhi.people.tests.cast import Cast
from gezhi.registers import operations as registers
from gezhi.registers.models import Entry
from gezhi.registers.tests.conftest import HOME, SCHEME
from gezhi.sync.models import Receipt
from gezhi.sync.tests.test_rounds_and_entries import PLAN
from tests.browser.phone import (
    ITEM,
    back,
    back_at_the_outbox,
    cut,
    kept,
    look,
    nothing_gets_through,
    ready,
    report,
    take_along,
    until,
)
from tests.browser.steps import PASSWORD, Visit, by_the_page, comes_true, enact, picture, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def _cases() -> list[Case]:
    return list(Case.objects.unscoped(reason="a test looks").order_by("pk"))


def _open(cast: Cast, text: str = "路口的垃圾堆了三天没人收。") -> str:
    lon, lat = cast.point(1)
    key = f"key-of-a-journey-{text}"
    report = Report(client_key=key, item="env.litter", channel="portal", text=text, lon=lon, lat=lat)
    return cases.open_case(actor=None, report=report, now=clock.now()).number


def test_a_day_without_a_network_comes_back_whole_and_once(cast: Cast, visit: Visit) -> None:
    enact()
    number = _open(cast)
    page = take_along(cast, visit)
    look(page)
    told = page.evaluate("document.querySelector('link[rel=manifest]').href")
    assert page.request.get(told).json()["display"] == "standalone"
    cut(page)
    # today, by its own address
    page.goto("/field/")
    task = page.locator(".task", has=page.locator("a.item[href*='/field/case/']"))
    expect(task).to_have_count(1)
    expect(page.locator(".notes")).to_contain_text("没有网络")
    expect(page.locator(".notes")).to_contain_text("上次更新")
    look(page)
    # act on a case
    task.locator(".next").click()
    page.wait_for_url(re.compile(number))
    expect(page.locator("details.act[open]")).to_have_count(1)
    look(page)
    form = page.locator("details.act[open] form")
    form.locator("[data-slot=send]").click()
    expect(form.locator("[data-slot=wrong]")).to_be_visible()
    form.locator("textarea").first.fill("已清运，地面冲洗过。")
    form.locator("input[type=file]").last.set_input_files(picture((90, 140, 90)))
    expect(form.locator(".photo img")).to_have_count(1)
    form.locator("[data-slot=send]").click()
    kept(page)
    # report, and read it again after the phone was closed
    report(page, "三轮车倒的，天天如此")
    kept(page)
    page.goto("/field/outbox")
    expect(page.locator(".record")).to_have_count(2)
    expect(page.locator(".record .shotrow img")).to_have_count(2)
    look(page)
    page.reload()
    expect(page.locator(".record[data-state=waiting]")).to_have_count(2)
    assert len(_cases()) == 1
    # back in the network it empties by itself
    back(page)
    expect(page.locator(".record[data-state=sent]")).to_have_count(2)
    first, second = _cases()
    assert (first.step, second.channel, second.text) == ("check", "field", "三轮车倒的，天天如此")
    assert CaseFile.objects.filter(case=second, role="report").count() == 1
    assert CaseFile.objects.filter(case=first, role="photos_after").count() == 1
    look(page)


def test_a_lost_reply_makes_no_second_case(cast: Cast, visit: Visit) -> None:
    enact()
    page = take_along(cast, visit)
    cut(page)
    report(page, photo=False)
    kept(page)
    asked: list[str] = []
    lost: list[str] = []

    def lose(route: Route) -> None:
        """Let the server take the first, and drop what it answers."""
        if route.request.method == "POST" and not asked:
            asked.append(route.request.url)
            route.fetch()
            route.abort("connectionreset")
            lost.append(route.request.url)
        else:
            route.continue_()

    # the phone may send by itself, too
    page.context.route("**/api/v1/sync", lose)
    back_at_the_outbox(page)
    comes_true(page, lambda: lost)
    expect(page.locator(".record[data-state=waiting]")).to_contain_text("还不知道是否送到")
    assert len(_cases()) == 1
    # corrected meanwhile: it goes as a correction of the same case
    page.locator("[data-do=edit]").click()
    page.wait_for_url(re.compile("/field/report"))
    page.goto("/field/outbox")
    expect(page.locator(".record[data-state=sent]")).to_have_count(1)
    assert len(_cases()) == 1
    assert Receipt.objects.count() == 1


def test_an_ended_session_keeps_everything_and_goes_on_in_place(cast: Cast, visit: Visit) -> None:
    enact()
    people.set_password(actor=None, account=cast.worker, password=PASSWORD, now=clock.now())
    page = take_along(cast, visit)
    cut(page)
    report(page, photo=False)
    kept(page)
    page.goto("/field/outbox")
    page.context.clear_cookies(name="sessionid")
    page.context.set_offline(False)
    page.locator("[data-slot=send]").click()
    box = page.locator("#sign-in")
    expect(box).to_be_visible()
    look(page)
    box.locator("[name=login]").fill(cast.worker.username)
    box.locator("[name=password]").fill(PASSWORD)
    box.locator("[data-in]").click()
    expect(page.locator(".record[data-state=sent]")).to_have_count(1)
    assert len(_cases()) == 1


def test_another_worker_neither_sees_nor_sends_it(cast: Cast, visit: Visit) -> None:
    enact()
    for who in (cast.worker, cast.other_worker):
        people.set_password(actor=None, account=who, password=PASSWORD, now=clock.now())
    page = take_along(cast, visit)
    cut(page)
    report(page, photo=False)
    kept(page)
    page.context.clear_cookies(name="sessionid")
    page.context.set_offline(False)
    page.goto("/login?next=/field/")
    by_the_page(page, cast.other_worker, "/field/$")
    ready(page)
    theirs = f"([store, owner]) => store === 'parts' && owner === '{cast.worker.pk}'"
    until(page, f"async () => !JSON.parse(await {_HELD}).some({theirs})")
    page.goto("/field/outbox")
    expect(page.locator("[data-slot=count]")).to_have_text("都已送出。")
    expect(page.locator(".record")).to_have_count(0)
    # what was downloaded for the first is gone from the phone; what was not sent is still there, sealed to them
    assert _cases() == []
    held = json.loads(page.evaluate(_HELD))
    assert {owner for store, owner in held if store == "parts"} <= {str(cast.other_worker.pk)}
    assert [owner for store, owner in held if store == "outbox"] == [str(cast.worker.pk)]
    # signing out counts what is unsent of one's own: here nothing
    page.goto("/field/me")
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url(re.compile("/login"))
    # back again
    by_the_page(page, cast.worker, "/field|/desk")
    page.goto("/field/outbox")
    expect(page.locator(".record[data-state=sent]")).to_have_count(1)
    assert len(_cases()) == 1


def test_signing_out_counts_what_is_unsent_and_wipes_the_phone(cast: Cast, visit: Visit) -> None:
    enact()
    page = take_along(cast, visit)
    cut(page)
    report(page, photo=False)
    kept(page)
    nothing_gets_through(page)
    page.context.set_offline(False)
    page.goto("/field/me")
    page.get_by_role("button", name="退出登录").click()
    box = page.locator("#leaving")
    expect(box).to_contain_text("还有 1 条没有送出")
    look(page)
    box.get_by_role("button", name="删除它们并退出").click()
    page.wait_for_url(re.compile("/login"))
    assert json.loads(page.evaluate(_HELD)) == []


def test_a_conflict_is_shown_side_by_side_and_nothing_is_lost(cast: Cast, visit: Visit) -> None:
    enact()
    number, other = _open(cast), _open(cast, "桥头的灯不亮。")
    page = take_along(cast, visit)
    cut(page)
    for one, words in ((number, "已清运干净"), (other, "换了灯泡")):
        page.goto(f"/field/case/{one}")
        page.locator("details.act summary").first.click()
        page.locator("details.act[open] textarea").first.fill(words)
        page.locator("details.act[open] [data-slot=send]").click()
        kept(page)
    now = clock.now()
    for one in (number, other):
        cases.act(actor=cast.worker, number=one, action="pause", answers={"reason": "等登高车"}, now=now)
    cases.act(actor=cast.worker, number=other, action="resume", now=now)
    back(page)
    both = page.locator(".record[data-state=conflict]")
    expect(both).to_have_count(2)
    expect(both.first.locator(".sides")).to_contain_text("已清运干净")
    expect(both.first.locator(".sides")).to_contain_text("等登高车")
    look(page)
    both.first.locator("[data-do=note]").click()
    expect(page.locator(".record[data-state=sent]")).to_have_count(1)
    again = page.locator(".record[data-state=conflict]")
    again.locator("[data-do=again]").click()
    expect(page.locator(".record[data-state=sent]")).to_have_count(2)
    assert _cases()[1].step == "check"


def test_a_wrong_clock_is_said_and_put_right(cast: Cast, visit: Visit) -> None:
    enact()
    page = take_along(cast, visit)
    page.add_init_script("""
        const real = Date;
        const late = 2 * 3600 * 1000;
        globalThis.Date = class extends real {
          constructor(...given) { if (given.length) super(...given); else super(real.now() - late); }
          static now() { return real.now() - late; }
        };
    """)
    cut(page)
    report(page, photo=False)
    kept(page)
    back(page)
    expect(page.locator(".record[data-state=sent]")).to_have_count(1)
    receipt = Receipt.objects.get()
    assert abs(receipt.shift_seconds - 7200) < 60
    assert 7100 < (receipt.at - receipt.said_at).total_seconds() < 7300


def test_a_browser_that_keeps_nothing_says_so_and_works_online(cast: Cast, visit: Visit) -> None:
    enact()
    page = sign_in(visit, cast.worker, "/field/", phone=True, keeps=True, quiet=True, at=cast.point(1))
    page.add_init_script("Object.defineProperty(globalThis, 'indexedDB', { value: undefined });")
    page.goto("/field/outbox")
    expect(page.locator("main")).to_contain_text("不保存任何内容")
    look(page)
    page.goto("/field/report")
    page.locator(".opt-chip", has_text=ITEM).click()
    page.locator("[data-send]").click()
    page.wait_for_url("**/field/sent/**")
    assert len(_cases()) == 1


def test_a_page_of_the_server_whose_network_drops_keeps_itsreport(cast: Cast, visit: Visit) -> None:
    enact()
    page = sign_in(visit, cast.worker, "/field/report", phone=True, keeps=True, quiet=True, at=cast.point(1))
    with page.expect_response("**/field/report/photo"):
        page.set_input_files("#shoot", picture())
    page.locator(".opt-chip", has_text=ITEM).click()
    page.get_by_role("radio", name=re.compile("当场办好了")).check()
    page.fill("[name='settle-result']", "已清运，地面冲洗过。")
    cut(page)
    page.locator("[data-send]").click()
    expect(page.locator(".kept-here")).to_contain_text("已存在这部手机上")
    look(page)
    page.context.set_offline(False)
    expect(page.locator(".kept-here.is-sent")).to_contain_text("已存好并送出")
    (case,) = _cases()
    assert case.step == "check"
    assert CaseFile.objects.filter(case=case, role="report").count() == 1


_HELD = """new Promise((done) => {
  const asked = indexedDB.open("gezhi-field");
  asked.onsuccess = async () => {
    const found = [];
    for (const name of ["parts", "outbox", "photos"]) {
      const keys = await new Promise((got) => {
        const read = asked.result.transaction(name).objectStore(name).getAllKeys();
        read.onsuccess = () => got(read.result);
      });
      for (const [owner] of keys) found.push([name, owner]);
    }
    asked.result.close();
    done(JSON.stringify(found));
  };
})"""


def test_a_round_and_an_entry_without_a_network(cast: Cast, visit: Visit) -> None:
    began = datetime(2025, 12, 31, tzinfo=UTC)
    for plan in ({"rounds/scheme.toml": PLAN}, SCHEME):
        enactment.enact(files=plan, actor=None, on=date(2026, 1, 1), now=began)
    registers.save(actor=cast.worker, now=clock.now(), register="households", answers=HOME, area=cast.grids[0])
    page = take_along(cast, visit)
    cut(page)
    page.goto("/field/")
    expect(page.locator("main")).to_contain_text("网格巡查")
    page.goto("/field/duties")
    page.locator(".task", has_text="填表巡查").locator(".next").click()
    page.wait_for_url(re.compile("/begin"))
    expect(page.locator("[data-slot=go]")).to_be_visible()
    look(page)
    page.locator("[data-slot=go]").click()
    send = page.locator("main form button.btn--primary")
    send.click()
    expect(page.locator("[data-slot=wrong]").last).to_be_visible()
    # closed and opened again in between: it is still under way
    page.goto("/field/")
    expect(page.locator(".nextcase")).to_contain_text("进行中")
    page.locator(".nextcase").click()
    page.get_by_role("radio", name="晴").check()
    page.get_by_role("button", name="发现问题").click()
    page.locator("[data-name=text]").fill("井盖松动")
    look(page)
    send.click()
    kept(page)
    # an entry, looked up and put right
    page.goto("/field/entries")
    page.locator("[type=search]").fill("清溪路")
    look(page)
    page.locator(".list a.item").first.click()
    page.wait_for_url(re.compile("/field/entries/[0-9a-f-]{36}"))
    people_box = page.locator(".field", has_text="人数").locator("input")
    expect(people_box).to_have_value("4")
    look(page)
    people_box.fill("6")
    page.locator("main form button.btn--primary").click()
    kept(page)
    back(page)
    expect(page.locator(".record[data-state=sent]")).to_have_count(2)
    activity = Activity.objects.unscoped(reason="a test looks").get()
    assert (activity.answers["weather"], activity.found) == ("fine", 1)
    assert activity.lon is not None
    assert Entry.objects.unscoped(reason="a test looks").get().data["people"] == 6


def test_a_case_of_the_server_whose_network_drops_keeps_what_was_done(cast: Cast, visit: Visit) -> None:
    enact()
    number = _open(cast)
    page = sign_in(visit, cast.worker, f"/field/case/{number}?do=settle", phone=True, keeps=True, quiet=True)
    page.wait_for_load_state("networkidle")
    form = page.locator("details.act[open] form")
    form.locator("[name='settle-result']").fill("已清运，地面冲洗过。")
    cut(page)
    form.locator("button.btn--primary").click()
    expect(page.locator("main")).to_contain_text("已存入这部手机的待发箱")
    assert _cases()[0].version == 1
    page.context.set_offline(False)
    page.goto("/field/outbox")
    expect(page.locator(".record[data-state=sent]")).to_have_count(1)
    assert _cases()[0].step == "check"
