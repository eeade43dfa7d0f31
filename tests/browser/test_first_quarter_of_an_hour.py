"""A new district, the whole way: from the first slip on an empty database to the first case under its worker's eyes."""

import io
import json
import re
import time
from pathlib import Path

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import FilePayload, Locator, Page, expect

from gezhi.cases.models import Case
from gezhi.foundation import clock
from gezhi.people import operations as people
from tests.browser.steps import PASSWORD, Visit, choose_item

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS_AN_ACTION = 20
QUARTER_OF_AN_HOUR = 15 * 60
WEST, SOUTH, SIDE = 103.55, 29.41, 0.01
TOWN, VILLAGES = "511111102", ("511111102201", "511111102202")
GRIDS = tuple(f"{village}{number:03}" for village in VILLAGES for number in (1, 2))
AREAS = (
    ("511111", "沙湾区", "", "区"),
    (TOWN, "铜河街道", "511111", "镇街"),
    *((code, f"{name}社区", TOWN, "社区") for code, name in zip(VILLAGES, ("南陵", "北坡"), strict=True)),
    *((code, f"{'南陵' if code < VILLAGES[1] else '北坡'}第{code[-1]}网格", code[:12], "网格") for code in GRIDS),
)
STAFF = (
    *((f"worker{number}", f"{name}网格", "网格员", code) for number, (name, code) in
      enumerate(zip("王李赵孙", GRIDS, strict=True), start=1)),
    ("head1", "周站长", "站长", "南陵社区"),
    ("head2", "吴站长", "站长", "北坡社区"),
    ("centre", "郑中心", "镇街中心工作人员", "铜河街道"),
    ("dispatch", "冯派遣", "区中心派遣员", "沙湾区"),
)  # fmt: skip


class Person:
    """Counts what people do: every press, choice and entry, each taken as twenty seconds of thought."""

    def __init__(self) -> None:
        self.actions = 0
        self.began = time.monotonic()

    def press(self, page: Page, words: str, *, within: str = "main") -> None:
        self.actions += 1
        place = page.locator(within)
        place.get_by_role("button", name=words).or_(place.get_by_role("link", name=words)).first.click()
        page.wait_for_load_state()

    def fill(self, field: Locator, words: str) -> None:
        self.actions += 1
        field.fill(words)

    def download(self, page: Page, within: str) -> bytes:
        self.actions += 1
        with page.expect_download() as waiting:
            page.locator(within).get_by_role("link", name="下载待填表格").click()
        return Path(waiting.value.path()).read_bytes()

    def send(self, page: Page, file: FilePayload, words: str) -> None:
        self.actions += 1
        page.set_input_files("[name=file]", files=[file])
        self.press(page, words)

    def first_sign_in(self, page: Page, code: str) -> None:
        self.fill(page.locator("[name=code]"), code)
        self.fill(page.locator("[name=password]"), PASSWORD)
        self.fill(page.locator("[name=again]"), PASSWORD)
        self.press(page, "设定密码并登录")

    def seconds(self) -> float:
        """Return how long it takes people who have their tables' rows at hand, machines' time included."""
        return self.actions * SECONDS_AN_ACTION + time.monotonic() - self.began


def _filled_in(template: bytes, rows: list[dict[str, str]]) -> FilePayload:
    """Fill a downloaded table in by its own headings, in place of its example."""
    book = load_workbook(io.BytesIO(template))
    sheet = book.worksheets[0]
    places = {str(cell.value).rstrip("*"): cell.column for cell in sheet[1] if cell.value}
    for number, row in enumerate(rows, start=2):
        for heading, place in places.items():
            sheet.cell(number, place).value = row.get(heading)
    out = io.BytesIO()
    book.save(out)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": "table.xlsx", "mimeType": kind, "buffer": out.getvalue()}


def _borders() -> FilePayload:
    """Return a map file of the grids' borders, as a surveyor hands it over."""
    features = []
    for code, name, parent, level in AREAS[-len(GRIDS) :]:
        west, south = WEST + (int(code[-1]) - 1) * SIDE, SOUTH + VILLAGES.index(parent) * SIDE
        east, north = west + SIDE, south + SIDE
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        said = {"代码": code, "名称": name, "上级": parent, "层级": level}
        features.append({"type": "Feature", "properties": said, "geometry": {"type": "Polygon", "coordinates": [ring]}})
    body = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    return {"name": "grids.geojson", "mimeType": "application/geo+json", "buffer": body}


def _put_a_plan_into_force(person: Person, keeper: Page) -> None:
    person.press(keeper, "用这个 沙湾区四级网格服务治理")
    person.press(keeper, "今天起施行")
    person.fill(keeper.get_by_label("再输入一次日期", exact=True), timezone.localdate(clock.now()).isoformat())
    person.press(keeper, "施行")
    keeper.wait_for_url("**/setup/begin")


def _bring_the_areas_in(person: Person, keeper: Page) -> None:
    """Send the table with one wrong row, mend it, then send the grids' borders as a map file."""
    headings = ("代码", "名称", "上级代码", "层级")
    rows = [dict(zip(headings, one, strict=True)) for one in AREAS]
    template = person.download(keeper, "#s-areas")
    person.press(keeper, "导入区域", within="#s-areas")
    person.send(keeper, _filled_in(template, [*rows[:-1], rows[-1] | {"上级代码": "511111102209"}]), "检查文件")
    expect(keeper.get_by_text("既不在文件中，也不在已有区域中")).to_be_visible()
    person.press(keeper, "重新上传")
    person.send(keeper, _filled_in(template, rows), "检查文件")
    person.press(keeper, "导入，自")
    person.press(keeper, "导入区域")
    person.send(keeper, _borders(), "检查文件")
    person.press(keeper, "导入，自")
    person.press(keeper, "起步向导")


def _bring_the_people_in(person: Person, keeper: Page) -> str:
    """Return the code on the first worker's slip."""
    posts = ("用户名", "姓名", "岗位", "区域")
    template = person.download(keeper, "#s-people")
    person.press(keeper, "导入人员", within="#s-people")
    person.send(keeper, _filled_in(template, [dict(zip(posts, one, strict=True)) for one in STAFF]), "检查表格")
    person.press(keeper, "导入并显示登录单")
    shown = keeper.locator(".slip", has_text="王网格").locator("[data-code]")
    assert shown.evaluate("one => one.scrollWidth <= one.parentElement.clientWidth"), "a code is cut off"
    code = shown.inner_text()
    person.press(keeper, "继续")
    keeper.wait_for_url("**/setup/begin")
    expect(keeper.locator("#s-check")).to_contain_text("职能部门经办人")
    expect(keeper.locator("#s-check")).not_to_contain_text("网格员")
    return code


def _report_on_the_map(person: Person, resident: Page) -> None:
    person.press(resident, "报一件事")
    person.fill(resident.locator("main [name=text]"), "试用：路口的垃圾堆了三天没人收。")
    person.actions += 1
    choose_item(resident, "暴露垃圾")
    person.press(resident, "下一步：在哪里")
    canvas = resident.locator("[data-map-canvas] canvas").first
    canvas.wait_for()
    # the map opens on the whole district: a little left of and below its middle lies the first grid
    box = canvas.bounding_box()
    assert box is not None
    who = resident.get_by_text("网格员 王网格")
    person.actions += 1
    resident.wait_for_function("() => document.querySelector('[data-map-canvas] canvas')?.width > 0")
    for _ in range(20):
        resident.mouse.click(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.6)
        resident.wait_for_timeout(300)
        if who.count():
            break
    expect(who.first).to_be_visible()
    person.press(resident, "下一步：怎么联系您")
    person.actions += 1
    resident.get_by_label("匿名").check()
    person.press(resident, "提交")
    expect(resident.get_by_role("heading", name="已收到")).to_be_visible()


def test_a_new_district_has_its_first_case_within_a_quarter_of_an_hour(visit: Visit) -> None:
    now = clock.now()
    account = people.create_staff(actor=None, username="keeper", name="管理员", steward=True, now=now)
    slip = people.issue_slip(actor=None, account=account, now=now)
    person, keeper = Person(), visit("/login/slip")
    person.first_sign_in(keeper, slip.code)
    keeper.wait_for_url("**/setup/begin")
    _put_a_plan_into_force(person, keeper)
    _bring_the_areas_in(person, keeper)
    code = _bring_the_people_in(person, keeper)
    worker = visit("/login/slip", phone=True)
    person.first_sign_in(worker, code)
    _report_on_the_map(person, visit("/", phone=True))
    worker.goto("/field/")
    person.actions += 1
    worker.get_by_role("link", name=re.compile("^试用：路口的垃圾")).click()
    expect(worker.get_by_role("heading", level=1)).to_contain_text("试用")
    case = Case.objects.unscoped(reason="a test looks").get()
    assert case.desk_key == f"grid_worker@{GRIDS[0]}"
    taken = person.seconds()
    assert taken < QUARTER_OF_AN_HOUR, f"{person.actions} actions, {taken:.0f} s"
