"""Pages of the server whose network drops before a form is sent: none ends in the error page of the browser.

Either the record lies in the outbox and the page says so, or the page stays with everything that was typed.
"""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from gezhi.cases import operations as cases
from gezhi.cases.models import Case, CaseFile, Comment
from gezhi.cases.operations import Report
from gezhi.cases.tests.conftest import enact_asking
from gezhi.duties import operations as duties
from gezhi.duties.models import Absence, Activity
from gezhi.foundation import clock
from gezhi.people.tests.cast import Cast
from gezhi.sync.tests.test_signing import DUTY, SIGNED
from tests.browser.phone import ITEM, back, choose_wood, cut, kept, look, nothing_gets_through, ready, sent, take_along
from tests.browser.steps import Visit, enact, picture
from tests.browser.test_offline_work import _enact_rounds

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "断网时写下的一句话"
_OUTBOX = """() => new Promise((done) => {
  const asked = indexedDB.open("gezhi-field");
  asked.onsuccess = () => {
    const read = asked.result.transaction("outbox").objectStore("outbox").getAll();
    read.onsuccess = () => {
      asked.result.close();
      done(JSON.stringify(read.result.sort((one, other) => one.made - other.made)));
    };
  };
})"""


def _row(pk: Any) -> Activity:
    return Activity.objects.unscoped(reason="a test looks").get(pk=pk)


def _walk(cast: Cast, key: str, *, ended: bool = True) -> Activity:
    now = clock.now()
    return duties.record(
        actor=cast.worker, now=now, key=key, duty=DUTY, area=cast.grids[0], began=now - timedelta(minutes=30),
        ended=now if ended else None, answers={"weather": "fine"} if ended else {},
    ).activity  # fmt: skip


def _case(cast: Cast) -> str:
    lon, lat = cast.point(1)
    opened = cases.open_case(
        actor=None, now=clock.now(),
        report=Report(
            client_key="a-key-of-a-journey", item="env.litter", channel="portal", text="垃圾", lon=lon, lat=lat,
            contact="13800000001",
        ),
    )  # fmt: skip
    return opened.number


def _outbox(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(page.evaluate(_OUTBOX))
    return found


def _forms(page: Page) -> list[str]:
    """Return what tells each form of the page that is sent to the server, but signing out and the undo of a message."""
    found: list[str] = page.eval_on_selector_all(
        "form[method=post]",
        """(forms) => forms.filter((one) => one.closest(".phone") && !["/logout"].includes(one.getAttribute("action")))
          .map((one, n) => {
            const { key, keep } = one.dataset;
            return key ?? keep ?? (one.id || null) ?? one.getAttribute("action") ?? `${n}`;
          })
        """,
    )
    return found


def _named(page: Page, name: str) -> Locator:
    """Return the form of a name that `_forms` gave."""
    told = ("data-keep", "id", "data-key", "action")
    return page.locator(", ".join(f"form[method=post][{one}='{name}']" for one in told)).first


def _write(form: Locator) -> None:
    """Write something into every box of a form, in whatever is folded, too."""
    form.evaluate(
        """(form, words) => {
          for (let one = form; one; one = one.parentElement) if (one.matches("details")) one.open = true;
          for (const one of form.querySelectorAll("details")) one.open = true;
          for (const box of form.querySelectorAll("textarea, input:not([type]):not([name=address])"))
            if (box.name !== "address" && !box.value) box.value = words;
          const names = new Set();
          for (const box of form.querySelectorAll("input[type=radio]")) {
            if (!names.has(box.name) && ![...form.querySelectorAll("input[type=radio]")]
              .some((one) => one.name === box.name && one.checked)) box.checked = true;
            names.add(box.name);
          }
          form.dispatchEvent(new Event("input", { bubbles: true }));
          form.dispatchEvent(new Event("change", { bubbles: true }));
        }""",
        WORDS,
    )


def _typed(form: Locator) -> bool:
    found: bool = form.evaluate("(form, words) => [...form.elements].some((one) => one.value === words)", WORDS)
    return found


def _pages(cast: Cast) -> dict[str, str]:
    number, code = _case(cast), cast.grids[0].code
    return {
        "begin": f"/field/duty/{DUTY}/{code}/begin",
        "under way": f"/field/activity/{_walk(cast, 'k-running', ended=False).pk}",
        "done": f"/field/activity/{_walk(cast, 'k-done').pk}",
        "away": "/field/duties/away",
        "report": "/field/report",
        "case": f"/field/case/{number}",
        "me": "/field/me",
    }


def test_no_form_of_a_worker_ends_in_the_browsers_error_page(cast: Cast, visit: Visit) -> None:
    enact()
    _enact_rounds(SIGNED)
    page = take_along(cast, visit)
    nothing_gets_through(page)
    seen: set[str] = set()
    for address in _pages(cast).values():
        page.goto(address)
        for name in _forms(page):
            if name in seen:
                continue
            seen.add(name)
            _drop(page, address, name)
    assert seen >= {"begin", "finding", "end", "answers", "remarks", "withdraw", "away", "object", "report", "note"}
    assert any(name.endswith("/contact") for name in seen)


def _drop(page: Page, address: str, name: str) -> None:
    """Open a page, write into one of its forms, cut the network, send: nothing of it may be lost."""
    page.goto(address)
    ready(page)
    page.wait_for_load_state("networkidle")
    form = _named(page, name)
    _write(form)
    had, wrote = len(_outbox(page)), _typed(form)
    cut(page)
    button = form.locator("button:not([type=button]):not([name])").last
    button = button if button.count() else form.locator("button:not([type=button])").last
    button.evaluate("(button) => button.click()")
    says = page.locator("p[data-unsent], [data-netline]:focus, #report .is-offline, .sent, [data-send-now]")
    expect(says.or_(page.locator("p.banner[role=status]")).first).to_be_visible()
    assert page.url.startswith("http"), (address, name)
    assert page.locator("main").count() == 1, (address, name)
    fresh = _outbox(page)[had:]
    if fresh and wrote:
        assert WORDS in json.dumps(fresh, ensure_ascii=False), (address, name, fresh)
    elif wrote:
        assert _typed(_named(page, name)), (address, name)
    page.context.set_offline(False)


def test_what_was_done_on_pages_without_a_network_arrives_once(cast: Cast, visit: Visit) -> None:
    enact()
    _enact_rounds(SIGNED)
    page = take_along(cast, visit)
    number, running = _case(cast), _walk(cast, "k-running", ended=False)
    # a finding with a photo, then the end of it
    page.goto(f"/field/activity/{running.pk}")
    page.wait_for_load_state("networkidle")
    cut(page)
    page.locator("#finding summary").first.click()
    page.fill("#finding [name=text]", "井盖松动")
    page.locator("#finding input[type=file]").first.set_input_files(picture())
    expect(page.locator("#finding .photo.is-broken")).to_have_count(1)
    page.locator("#finding form > button").click()
    expect(page.locator("p[data-unsent]")).to_contain_text("待发箱")
    look(page)
    page.get_by_role("radio", name="雨").check()
    page.fill("#f-remarks", "走完了")
    page.locator(".dock .btn--primary").click()
    expect(page.locator("p[data-unsent]")).to_have_count(2)
    back(page)
    sent(page, 2)
    row = _row(running.pk)
    assert (row.answers, row.remarks, row.found) == ({"weather": "rain"}, "走完了", 1)
    assert row.findings.get().text == "井盖松动"
    # a note on the case and days away
    for address, box, button in (
        (f"/field/case/{number}", "[name=note]", "[data-keep=note] > button"),
        ("/field/duties/away", "", "[data-keep=away] > button"),
    ):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        cut(page)
        page.locator("details", has=page.locator(button)).last.locator("summary").click()
        if box:
            page.fill(box, WORDS)
        page.locator(button).click()
        expect(page.locator("p[data-unsent]")).to_be_visible()
        page.context.set_offline(False)
    back(page)
    sent(page, 4)
    assert Absence.objects.get().account == cast.worker
    page.goto(f"/field/case/{number}")
    expect(page.locator("main")).to_contain_text(WORDS)


def test_a_network_that_swallows_what_was_taken_keeps_nobody_waiting_and_counts_once(cast: Cast, visit: Visit) -> None:
    enact()
    number = _case(cast)
    page = take_along(cast, visit)
    page.clock.install()
    page.goto(f"/field/case/{number}")
    page.wait_for_load_state("networkidle")
    swallowed: list[Route] = []

    def swallow(route: Route) -> None:
        """Let the server take it, and the phone never hear of it."""
        if not swallowed:
            route.fetch()
        swallowed.append(route)

    page.route("**/note", swallow)
    page.locator("summary", has_text="记一笔").click()
    page.fill("[name=note]", WORDS)
    page.locator("[data-keep=note] > button").click()
    expect(page.locator("[data-keep=note]")).to_have_attribute("data-unsure", "yes")
    while not swallowed:
        page.wait_for_timeout(20)
    page.clock.run_for(21_000)
    expect(page.locator("p[data-unsent]")).to_contain_text("没有收到回音")
    look(page)
    (record,) = [one for one in _outbox(page) if one["kind"] == "note"]
    assert record["tried"]
    page.goto("/field/outbox")
    sent(page, 1)
    assert Comment.objects.filter(text=WORDS).count() == 1


def test_begun_on_a_page_into_a_dead_spot_and_gone_on_with(cast: Cast, visit: Visit) -> None:
    _enact_rounds(SIGNED)
    page = take_along(cast, visit)
    page.goto(f"/field/duty/{DUTY}/{cast.grids[0].code}/begin")
    page.wait_for_load_state("networkidle")
    cut(page)
    page.locator("main form .btn--primary, .dock .btn--primary").first.click()
    page.locator("p[data-unsent] a").click()
    page.get_by_role("radio", name="晴").check()
    page.locator("main form button.btn--primary").click()
    kept(page)
    back(page)
    sent(page, 1)
    row = Activity.objects.unscoped(reason="a test looks").get()
    assert (row.answers, row.ended is not None, row.lon is not None) == ({"weather": "fine"}, True, True)


def test_the_end_of_a_page_that_had_arrived_after_all_is_no_conflict(cast: Cast, visit: Visit) -> None:
    _enact_rounds(SIGNED)
    page = take_along(cast, visit)
    running = _walk(cast, "k-running", ended=False)
    page.goto(f"/field/activity/{running.pk}")
    page.wait_for_load_state("networkidle")
    page.get_by_role("radio", name="雨").check()
    cut(page)
    page.locator(".dock .btn--primary").click()
    expect(page.locator("p[data-unsent]")).to_be_visible()
    # its answer was lost, not the request
    duties.finish(actor=cast.worker, now=clock.now(), activity=running.pk, answers={"weather": "rain"})
    back(page)
    sent(page, 1)


def test_records_of_others_are_signed_or_not_without_a_network(cast: Cast, visit: Visit) -> None:
    _enact_rounds(SIGNED)
    good, bad, late = (_walk(cast, f"k-{n}") for n in range(3))
    page = take_along(cast, visit, who=cast.head)
    cut(page)
    page.goto("/field/duties")
    expect(page.locator("main .item", has_text="填表巡查")).to_have_count(3)
    look(page)
    page.goto(f"/field/activity/{good.pk}")
    expect(page.locator(".facts")).to_contain_text("晴")
    expect(page.locator("main")).to_contain_text(cast.worker.name)
    look(page)
    page.get_by_role("button", name="签字", exact=True).click()
    kept(page)
    for one, why in ((bad, "少走了北门"), (late, "天气不对")):
        page.goto(f"/field/activity/{one.pk}")
        page.locator("summary", has_text="我不同意").click()
        page.locator("main form > button").click()
        expect(page.locator("[data-slot=wrong]")).to_be_visible()
        page.fill("[name=reason]", why)
        look(page)
        page.locator("main form > button").click()
        kept(page)
    page.goto("/field/duties")
    expect(page.locator("main .back", has_text="待发送")).to_have_count(3)
    duties.correct(actor=cast.worker, now=clock.now(), activity=late.pk, answers={"weather": "rain"})
    back(page)
    conflict = page.locator(".record[data-state=conflict]")
    expect(conflict).to_contain_text("天气不对")
    expect(conflict).to_contain_text("天气: 雨")
    expect(page.locator(".record[data-state=sent]")).to_have_count(2)
    look(page)
    assert _row(good.pk).signed_by_id == cast.head.pk
    assert _row(bad.pk).declined_why == "少走了北门"
    assert _row(late.pk).declined_at is None
    # decided anew on what stands now
    page.wait_for_load_state("networkidle")
    conflict.locator("[data-do=edit]").click()
    page.wait_for_url(re.compile("/field/activity/"))
    page.get_by_role("button", name="签字", exact=True).click()
    expect(page.locator(".sent-head")).to_be_visible()
    page.goto("/field/outbox")
    expect(page.locator(".record[data-state=conflict]")).to_have_count(0)
    assert _row(late.pk).signed_by_id == cast.head.pk
    # the doer reads why on the own phone
    phone = take_along(cast, visit)
    cut(phone)
    phone.goto(f"/field/activity/{bad.pk}")
    expect(phone.locator("main")).to_contain_text("少走了北门")


def test_a_signature_on_a_page_into_a_dead_spot_waits_in_the_outbox(cast: Cast, visit: Visit) -> None:
    _enact_rounds(SIGNED)
    yes, no = _walk(cast, "k-yes"), _walk(cast, "k-no")
    page = take_along(cast, visit, who=cast.head)
    for one, sign in ((yes, True), (no, False)):
        page.goto(f"/field/activity/{one.pk}")
        page.wait_for_load_state("networkidle")
        cut(page)
        if not sign:
            page.locator("summary", has_text="我不同意").click()
            page.fill("[name=reason]", "照片不清")
        page.get_by_role("button", name="签字" if sign else "不签字，并说明原因", exact=True).click()
        expect(page.locator("p[data-unsent]")).to_be_visible()
        page.context.set_offline(False)
    back(page)
    sent(page, 2)
    assert (_row(yes.pk).signed_by_id, _row(no.pk).declined_why) == (cast.head.pk, "照片不清")


def test_photos_that_an_opening_asks_for_are_taken_kept_and_sent(cast: Cast, visit: Visit) -> None:
    enact()
    item = enact_asking(photos=True)
    page = take_along(cast, visit)
    cut(page)
    choose_wood(page)
    opening = page.locator("[data-slot=opening]")
    opening.get_by_label("谁和谁").fill("张家和李家")
    opening.locator("input[type=file]").set_input_files([picture(), picture((20, 120, 40))])
    expect(opening.locator(".photo img")).to_have_count(2)
    # another item and back: what was typed and photographed is still there
    page.locator(".opt-chip", has_text=ITEM).click()
    expect(opening).to_be_hidden()
    page.locator(".opt-chip", has_text="山林").click()
    expect(opening.locator(".photo img")).to_have_count(2)
    page.locator("[data-slot=send]").click()
    kept(page)
    page.goto("/field/outbox")
    expect(page.locator(".record .shotrow img")).to_have_count(2)
    page.locator("[data-do=edit]").click()
    page.wait_for_url(re.compile("edit="))
    expect(opening.locator(".photo img")).to_have_count(2)
    opening.locator(".photo .rm").first.click()
    page.locator("[data-slot=send]").click()
    kept(page)
    back(page)
    sent(page, 1)
    case = Case.objects.unscoped(reason="a test looks").get()
    assert (case.item, case.state["facts"]["parties"]) == (item, "张家和李家")
    assert CaseFile.objects.filter(case=case, role="border").count() == 1


def test_a_form_that_no_script_sent_leads_back_to_what_was_written(cast: Cast, visit: Visit) -> None:
    _enact_rounds(SIGNED)
    page = take_along(cast, visit)
    page.goto("/field/duties/away")
    page.wait_for_load_state("networkidle")
    cut(page)
    page.evaluate("HTMLFormElement.prototype.submit.call(document.querySelector('[data-keep=away]'))")
    expect(page.locator("main")).to_contain_text("没有发出")
    look(page)
    page.context.set_offline(False)
    page.get_by_role("button", name="回到刚才写的").click()
    expect(page.locator("[data-keep=away]")).to_have_count(1)


def test_a_photo_that_did_not_arrive_goes_with_what_was_done_from_the_outbox(cast: Cast, visit: Visit) -> None:
    enact()
    number = _case(cast)
    page = visit("/field/", who=cast.worker, phone=True, quiet=True)
    page.goto(f"/field/case/{number}?do=settle")
    form = page.locator("details.act[open] form")
    upload = form.locator("[data-upload]").first
    page.route(f"**{upload.get_attribute('data-upload')}", lambda route: route.abort())
    form.locator("[name='settle-result']").fill("已清运，地面冲洗过。")
    upload.set_input_files(picture())
    expect(form.locator(".photo.is-broken")).to_have_count(1)
    form.locator("button.btn--primary").click()
    expect(page.locator("p[data-unsent]")).to_be_visible()
    back(page)
    sent(page, 1)
    case = Case.objects.unscoped(reason="a test looks").get()
    assert (case.version, CaseFile.objects.filter(case=case).count()) == (2, 1)


def test_what_happened_to_an_own_case_is_read_without_a_network(cast: Cast, visit: Visit) -> None:
    enact()
    number = _case(cast)
    cases.comment(actor=cast.head, number=number, text="钥匙在门卫", now=clock.now())
    page = take_along(cast, visit)
    cut(page)
    page.goto(f"/field/case/{number}")
    lines = page.locator("main ol.story > li")
    expect(lines).to_have_count(2)
    expect(lines.first).to_contain_text("钥匙在门卫")
    expect(lines.first).to_contain_text(cast.head.name)
    expect(lines.last).to_contain_text("已收到")
    look(page)
