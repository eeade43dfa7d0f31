"""Working together on a case: a colleague named in a note, a merge looked at first, a stale page, dispatch by load."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from gezhi.cases import operations as cases
from gezhi.cases.models import Case, Comment
from gezhi.cases.tests.conftest import District
from gezhi.foundation import clock, outbox
from gezhi.people import operations as people
from gezhi.people.tests.cast import Cast
from tests.browser.steps import BEGAN, PASSWORD, Visit, check_accessible, check_fits, enact, picture, sign_in, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def district(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> District:
    """A district with the plan in force, at the time that the tests move."""
    enact()
    made = District(cast)
    monkeypatch.setattr(clock, "now", lambda: made.now)
    return made


def _at_department(district: District) -> str:
    cast = district.cast
    opened = district.open()
    for who in (cast.worker, cast.head, cast.centre):
        district.act(who, opened.number, "report_up", answers={"reason": "没有设备"})
    given = {"lead": "city_management", "with": ["water"], "task": "清运淤泥"}
    district.act(cast.dispatcher, opened.number, "dispatch", answers=given)
    return opened.number


def _look(page: Page) -> None:
    check_accessible(page)
    check_fits(page)


def _case(number: str) -> Case:
    return Case.objects.unscoped(reason="a test looks").get(number=number)


def test_a_colleague_named_with_at_finds_the_note_by_keys_only(district: District, visit: Visit) -> None:
    number = _at_department(district)
    clerk = sign_in(visit, district.cast.clerk, f"/desk/case/{number}")
    clerk.locator("#f-note").focus()
    clerk.keyboard.type("@zzx")
    expect(clerk.get_by_role("option", name=re.compile("赵中心"))).to_be_visible()
    _look(clerk)
    clerk.keyboard.press("Enter")
    clerk.keyboard.type("你们那边有管线图吗？")
    expect(clerk.locator("#f-note")).to_have_value("@赵中心 你们那边有管线图吗？")
    clerk.get_by_role("button", name="记下").press("Enter")
    expect(clerk.locator(".messages")).to_contain_text("并已提醒赵中心")
    expect(clerk.locator(".undos")).to_contain_text("撤销")
    _look(clerk)
    while outbox.relay(district.now):
        pass
    centre = sign_in(visit, district.cast.centre, "/desk/inbox")
    expect(centre.locator("[data-unread] .badge").first).to_be_visible()
    _look(centre)
    centre.get_by_role("link", name=re.compile("提到了您")).click()
    expect(centre.locator(".story")).to_contain_text("管线图")


def test_a_word_to_the_reporter_looks_different_and_is_looked_at_once_more(district: District, visit: Visit) -> None:
    number = _at_department(district)
    clerk = sign_in(visit, district.cast.clerk, f"/desk/case/{number}")
    clerk.locator("#f-note").fill("明天上午到现场")
    clerk.get_by_text("回复反映人", exact=True).click()
    expect(clerk.get_by_text("反映人会看到这段话")).to_be_visible()
    clerk.get_by_role("button", name="下一步：核对").click()
    expect(clerk.get_by_role("alert")).to_contain_text("反映人将看到下面这段话")
    _look(clerk)
    assert not Comment.objects.exists()
    clerk.get_by_role("button", name="确认，发给反映人").click()
    expect(clerk.locator(".messages")).to_contain_text("已发出")
    assert Comment.objects.get().public


def test_a_duplicate_is_looked_at_merged_and_taken_back(district: District, visit: Visit) -> None:
    main, double = district.open(), district.open()
    head = sign_in(visit, district.cast.head, f"/desk/case/{double.number}")
    expect(head.locator("#related")).to_contain_text("可能是同一件事")
    head.get_by_role("link", name="合并（先看效果）").first.click()
    expect(head.get_by_role("heading", name="两件对照")).to_be_visible()
    expect(head.locator(".then")).to_contain_text("随时可以在本件页面上拆回")
    _look(head)
    head.get_by_role("button", name="合并", exact=True).click()
    expect(head.get_by_role("link", name=re.compile(main.number)).first).to_be_visible()
    assert _case(double.number).merged_into_id is not None
    _look(head)
    head.get_by_role("button", name=re.compile("撤销合并")).click()
    expect(head.locator(".messages")).to_be_visible()
    assert _case(double.number).merged_into_id is None


def test_a_stale_page_is_told_and_keeps_what_was_typed(district: District, visit: Visit) -> None:
    number = _at_department(district)
    clerk = sign_in(visit, district.cast.clerk, f"/desk/case/{number}?do=send_back")
    clerk.locator("[name$='-reason']:visible").first.fill("不归我们管，请另派")
    dispatcher = sign_in(visit, district.cast.dispatcher, f"/desk/case/{number}")
    expect(dispatcher.locator("[data-here]")).to_contain_text("孙承办 正在写“退回”")
    district.act(district.cast.other_clerk, number, "finish_part", answers={"result": "淤泥清完了"})
    clerk.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(clerk.locator("[data-live]")).to_contain_text("淤泥清完了")
    _look(clerk)
    clerk.locator("[data-refresh]").click()
    clerk.get_by_role("navigation", name="怎么办").get_by_role("link", name="退回", exact=True).click()
    expect(clerk.locator("[name$='-reason']:visible").first).to_have_value("不归我们管，请另派")
    expect(clerk.locator(".drafted:visible")).to_contain_text("写的草稿")
    clerk.locator(".drafted:visible").get_by_role("button", name="丢弃").click()
    expect(clerk.locator("[name$='-reason']:visible").first).to_have_value("")


def test_a_closed_tab_gives_back_what_was_typed_to_the_same_person_only(district: District, visit: Visit) -> None:
    cast, number = district.cast, _at_department(district)
    address = f"/desk/case/{number}?do=send_back"
    clerk = sign_in(visit, cast.clerk, address)
    clerk.locator("[name$='-reason']:visible").first.fill("不归我们管，请另派")
    kept = "Object.entries(localStorage).filter(([name]) => name.startsWith('gezhi.draft:'))"
    until(clerk, f"{kept}.length", 1)
    assert "不归我们管" not in str(clerk.evaluate(kept)), "on the disk it is sealed"
    # a new tab knows nothing of the old one's store
    browser = clerk.context
    clerk.close(run_before_unload=False)
    again = browser.new_page()
    again.goto(address)
    expect(again.locator("[name$='-reason']:visible").first).to_have_value("不归我们管，请另派")
    expect(again.locator(".drafted:visible")).to_contain_text("写的草稿")
    # somebody else who sits down here without a sign-out finds nothing, and it is gone
    browser.clear_cookies()
    people.set_password(actor=None, account=cast.other_clerk, password=PASSWORD, now=BEGAN)
    again.goto(f"/login?next=/desk/case/{number}")
    again.fill("[name=login]", cast.other_clerk.username)
    again.fill("[name=password]", PASSWORD)
    again.locator("[name=password]").press("Enter")
    again.wait_for_url(re.compile(number))
    until(again, f"{kept}.length", 0)
    assert again.locator(".drafted").count() == 0
    # and a sign-out leaves nothing behind
    again.locator("#f-note").fill("明天再看")
    until(again, f"{kept}.length", 1)
    again.locator("form[action='/logout']").first.evaluate("form => form.requestSubmit()")
    again.wait_for_url(re.compile("/login"))
    assert again.evaluate(f"{kept}.length") == 0


def test_departments_are_chosen_by_what_they_have_in_hand(district: District, visit: Visit) -> None:
    _at_department(district)
    cast = district.cast
    opened = district.open()
    for who in (cast.worker, cast.head, cast.centre):
        district.act(who, opened.number, "report_up", answers={"reason": "没有设备"})
    page = sign_in(visit, cast.dispatcher, f"/desk/case/{opened.number}?do=dispatch")
    offices = page.get_by_role("group", name=re.compile("协办")).first
    row = offices.locator(".offices-row", has_text="水务局")
    expect(row.locator(".num").first).to_have_text("1")
    search = page.get_by_role("searchbox", name=re.compile("协办"))
    search.fill("swj")
    expect(offices.locator(".offices-row:visible")).to_have_count(2)
    row.get_by_role("checkbox").check()
    _look(page)
    page.locator("[name$='-task']").fill("清运井内淤泥")
    page.get_by_role("button", name="派遣", exact=True).click()
    expect(page.get_by_role("heading", name="2 家联办")).to_be_visible()


def test_a_form_sent_after_the_session_waits_with_its_photo(
    district: District, visit: Visit, settings: Settings
) -> None:
    settings.SESSION_IDLE_SECONDS = 600
    number = _at_department(district)
    clerk = sign_in(visit, district.cast.clerk, f"/desk/case/{number}")
    clerk.locator("#f-note").fill("换了 4 米管道")
    clerk.locator("#f-note_photos").set_input_files(picture())
    # the page thinks that the end is near, as after a sleep through which no timer ran
    clerk.evaluate("document.getElementById('session-end').dataset.warn = '100000'")
    district.now += timedelta(minutes=11)
    clerk.get_by_role("button", name="记下").click()
    dialog = clerk.get_by_role("dialog")
    expect(dialog).to_contain_text("您已退出登录，写的内容没有丢")
    _look(clerk)
    with clerk.context.expect_page() as opened:
        dialog.get_by_role("link", name="在新标签页登录").click()
    again = opened.value
    again.fill("[name=login]", "clerk")
    again.fill("[name=password]", "walk the grid daily")
    again.locator("[name=password]").press("Enter")
    expect(again.get_by_role("heading", name="您已重新登录")).to_be_visible()
    clerk.bring_to_front()
    clerk.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(clerk.locator(".messages")).to_contain_text("已记下")
    assert cases is not None
    assert Comment.objects.get().text == "换了 4 米管道"
    assert _case(number).files.count() == 1
