"""What befalls phones: a month in a drawer, no room left, a photo half sent, no page open when the network is back."""

import io
import json
import re
from datetime import timedelta

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, Route, expect

from gezhi.cases.models import Case, CaseFile
from gezhi.foundation import clock
from gezhi.people.tests.cast import Cast
from gezhi.sync.models import Receipt
from tests.browser.phone import ITEM, back, back_at_the_outbox, cut, kept, look, report, sent, take_along, until
from tests.browser.steps import Visit, enact

pytestmark = pytest.mark.django_db(transaction=True)


def _cases() -> list[Case]:
    return list(Case.objects.unscoped(reason="a test looks").order_by("pk"))


def _grainy() -> FilePayload:
    """Return a photo that stays large when it is made small."""
    found = io.BytesIO()
    Image.effect_noise((1400, 1000), 90).convert("RGB").save(found, "JPEG", quality=92)
    return {"name": "grain.jpg", "mimeType": "image/jpeg", "buffer": found.getvalue()}


def _with_photo(page: Page, photo: FilePayload) -> None:
    page.goto("/field/report")
    expect(page.locator("[data-slot=place]")).to_have_text("第1网格")
    page.set_input_files("#shoot", photo)
    expect(page.locator(".shots img")).to_have_count(1)
    page.locator(".opt-chip", has_text=ITEM).click()
    page.locator("[data-slot=send]").click()


def test_a_phone_that_lay_in_a_drawer_for_a_month(cast: Cast, visit: Visit) -> None:
    enact()
    page = take_along(cast, visit)
    cut(page)
    report(page, "一个月前看到的", photo=False)
    kept(page)
    page.evaluate(_OLDER, 32)
    page.goto("/field/")
    expect(page.locator(".notes")).to_contain_text("太旧")
    assert json.loads(page.evaluate(_HELD))["parts"] == 0
    look(page)
    page.goto("/field/outbox")
    expect(page.locator(".record[data-state=waiting]")).to_have_count(1)
    back(page)
    sent(page, 1)
    (case,) = _cases()
    assert case.text == "一个月前看到的"
    receipt = Receipt.objects.get()
    assert timedelta(days=31) < clock.now() - receipt.at < timedelta(days=33)
    # and everything can be taken along again
    page.goto("/field/outbox")
    page.locator(".card [data-slot=go]").click()
    expect(page.locator(".card")).to_contain_text("已就绪")


def test_a_phone_that_is_nearly_full_says_so_before_something_is_lost(cast: Cast, visit: Visit) -> None:
    enact()
    page = take_along(cast, visit)
    page.add_init_script("""
        navigator.storage.estimate = async () => ({ quota: 100_000_000, usage: 99_900_000 });
    """)
    cut(page)
    page.goto("/field/")
    warning = page.locator(".notes .banner--warn")
    expect(warning).to_contain_text("100")
    expect(warning.get_by_role("link", name="发送待发内容")).to_be_visible()
    look(page)
    # at the photo, while it can still be left out
    page.goto("/field/report")
    page.set_input_files("#shoot", _grainy())
    expect(page.locator("[data-full]")).to_be_visible()
    page.goto("/field/")
    page.get_by_role("button", name="清除下载的内容").click()
    expect(page.locator(".notes")).to_contain_text("还没有下载过")
    assert json.loads(page.evaluate(_HELD))["parts"] == 0


def test_a_phone_that_is_full_gives_up_downloads_first_and_never_the_form(cast: Cast, visit: Visit) -> None:
    enact()
    page = take_along(cast, visit)
    cut(page)
    page.goto("/field/report")
    expect(page.locator("[data-slot=place]")).to_have_text("第1网格")
    page.set_input_files("#shoot", _grainy())
    expect(page.locator(".shots img")).to_have_count(1)
    page.locator(".opt-chip", has_text=ITEM).click()
    page.fill("[name=text]", "满了也不能丢")
    page.evaluate(_FULL)
    page.locator("[data-slot=send]").click()
    says = page.locator("[data-slot=says]")
    expect(says).to_contain_text("手机")
    look(page)
    assert page.input_value("[name=text]") == "满了也不能丢"
    expect(page.locator(".shots img")).to_have_count(1)
    # what was downloaded was given up first
    assert json.loads(page.evaluate(_HELD)) == {"parts": 0, "outbox": 0, "photos": 0}
    # there is room again: the very form is kept
    page.evaluate("() => { IDBObjectStore.prototype.put = globalThis.realPut; }")
    page.locator("[data-slot=send]").click()
    kept(page)
    back(page)
    sent(page, 1)
    (case,) = _cases()
    assert case.text == "满了也不能丢"
    assert CaseFile.objects.filter(case=case, role="report").count() == 1


def test_a_photo_that_was_half_sent_goes_on_where_it_stopped(cast: Cast, visit: Visit) -> None:
    enact()
    page = take_along(cast, visit)
    cut(page)
    _with_photo(page, _grainy())
    kept(page)
    ranges: list[str] = []

    def break_off(route: Route) -> None:
        """Let the first piece through, lose the network at the second, and the answer to the last."""
        given = route.request.headers.get("content-range", "")
        ranges.append(given)
        last = int(given.split("-")[1].split("/")[0]) + 1 == int(given.split("/")[1])
        if len(ranges) == 2:
            route.abort("connectionreset")
        elif last and ranges.count(given) == 1:
            route.fetch()  # it arrives, and its answer is lost
            route.abort("connectionreset")
        else:
            route.continue_()

    page.context.route(
        re.compile("/api/v1/sync/photos/"),
        lambda route: break_off(route) if route.request.method == "PUT" else route.continue_(),
    )
    back_at_the_outbox(page)
    expect(page.locator(".record[data-state=waiting]")).to_have_count(1)
    expect(page.locator("p[data-slot=says].t-lead")).to_contain_text("没有网络")
    assert _cases() == []
    page.locator("[data-slot=send]").click()
    expect(page.locator("[data-slot=send].is-busy")).to_have_count(0)
    expect(page.locator("p[data-slot=says].t-lead")).to_contain_text("没有网络")
    page.locator("[data-slot=send]").click()
    sent(page, 1)
    starts = [int(one.split()[1].split("-")[0]) for one in ranges]
    # the first piece was sent once only, and so was the last
    assert starts.count(0) == 1
    assert starts.count(max(starts)) == 1
    assert starts[1] == starts[2] > 0
    (case,) = _cases()
    assert CaseFile.objects.filter(case=case, role="report").count() == 1


def test_the_phone_sends_by_itself_when_no_page_of_the_field_is_open(cast: Cast, visit: Visit) -> None:
    enact()
    page = take_along(cast, visit)
    heard = page.context.new_cdp_session(page)
    registrations: list[str] = []
    heard.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: registrations.extend(one["registrationId"] for one in told["registrations"]),
    )
    heard.send("ServiceWorker.enable")
    cut(page)
    report(page, "没开着页面", photo=False)
    kept(page)
    page.goto("about:blank")
    page.context.set_offline(False)
    page.goto("/healthz")
    origin = re.sub(r"(https?://[^/]+).*", r"\1", page.url)
    heard.send(
        "ServiceWorker.dispatchSyncEvent",
        {"origin": origin, "registrationId": registrations[-1], "tag": "outbox", "lastChance": False},
    )
    until(page, _NOTHING_WAITS)
    (case,) = _cases()
    assert case.text == "没开着页面"
    # what became of it was taken along, too
    until(page, _HOLDS_A_CASE)


def test_where_the_browser_has_no_background_sync_it_is_tried_again(cast: Cast, visit: Visit) -> None:
    enact()
    page = take_along(cast, visit)
    page.add_init_script("delete ServiceWorkerRegistration.prototype.sync;")
    page.clock.install()
    cut(page)
    report(page, photo=False)
    kept(page)
    # the network is there, and the server has a fault
    page.context.route(
        "**/api/v1/sync",
        lambda route: route.fulfill(status=503, body="") if route.request.method == "POST" else route.continue_(),
    )
    back(page)
    expect(page.locator(".record[data-state=waiting]")).to_have_count(1)
    page.context.unroute("**/api/v1/sync")
    page.clock.fast_forward(31_000)
    sent(page, 1)
    assert len(_cases()) == 1


_OPEN = """const asked = indexedDB.open("gezhi-field");
  const db = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  const of = (request) => new Promise((done) => { request.onsuccess = () => done(request.result); });"""
_HELD = f"""(async () => {{ {_OPEN}
  const found = {{}};
  for (const name of ["parts", "outbox", "photos"]) {{
    found[name] = await of(db.transaction(name).objectStore(name).count());
  }}
  db.close();
  return JSON.stringify(found);
}})()"""
_OLDER = f"""async (days) => {{ {_OPEN}
  const back = days * 86_400_000;
  const going = db.transaction(["meta", "outbox"], "readwrite");
  for (const name of ["meta", "outbox"]) {{
    const store = going.objectStore(name);
    for (const key of await of(store.getAllKeys())) {{
      const value = await of(store.get(key));
      const before = (at) => new Date(Date.parse(at) - back).toISOString();
      if (name === "outbox") store.put({{ ...value, made: value.made - back, at: before(value.at) }}, key);
      else if (String(key).startsWith("download:")) store.put({{ ...value, at: value.at - back }}, key);
    }}
  }}
  await new Promise((done) => {{ going.oncomplete = done; }});
  db.close();
}}"""
_FULL = """() => {
  globalThis.realPut = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (...given) {
    if (["outbox", "photos"].includes(this.name)) throw new DOMException("full", "QuotaExceededError");
    return globalThis.realPut.apply(this, given);
  };
}"""
_HOLDS_A_CASE = f"""async () => {{ {_OPEN}
  const all = await of(db.transaction("parts").objectStore("parts").getAll());
  db.close();
  return all.some((one) => one.name.startsWith("case/"));
}}"""
_NOTHING_WAITS = f"""async () => {{ {_OPEN}
  const all = await of(db.transaction("outbox").objectStore("outbox").getAll());
  db.close();
  return all.length > 0 && all.every((one) => one.state === "sent");
}}"""
