"""The plan's pages: read by who works by it, changed in drafts, compared, tried, put into force after a second look."""

import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone, translation
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from gezhi.cases import operations as cases
from gezhi.cases.tests.conftest import District
from gezhi.enactment import operations, queries
from gezhi.enactment.models import SchemeDraft, SchemeVersion
from gezhi.foundation import clock, journal
from gezhi.people import operations as people
from gezhi.schemes import source
from gezhi.web.desk.tests.test_queue import client
from gezhi.web.setup import audit, plans

pytestmark = pytest.mark.django_db
STATION = "procedures.report_up.steps.station"


@pytest.fixture
def version(district: District) -> SchemeVersion:
    return SchemeVersion.objects.get()


@pytest.fixture
def office(district: District) -> Client:
    return client(district.cast.dispatcher, "zh-hans")


def _draft(browser: Client, version: SchemeVersion) -> SchemeDraft:
    assert browser.post(f"/setup/scheme/{version.pk}/draft").status_code == 302
    return SchemeDraft.objects.latest("begun_at")


def test_who_works_by_the_plan_reads_it_and_changes_nothing(district: District, version: SchemeVersion) -> None:
    reader = client(district.cast.worker, "zh-hans")
    page = reader.get(f"/setup/scheme/{version.pk}?part=limits").text
    assert "工作站办理" in page
    assert "起草修改" not in page
    draft = operations.draft_from(actor=None, version=version.pk, now=clock.now())
    assert reader.get(f"/setup/scheme/{draft.pk}").status_code == 404
    assert reader.post(f"/setup/scheme/{version.pk}/draft").status_code == 403
    for address in ("upload", "compare", "audit", "begin", f"scheme/{version.pk}/change?what=item"):
        assert reader.get(f"/setup/{address}").status_code == 403


def test_the_whole_plan_prints_as_one_document(office: Client, version: SchemeVersion) -> None:
    page = office.get(f"/setup/scheme/{version.pk}/document").text
    for words in ("逐级上报", "暴露垃圾", "批准（盖章）", "逐条对照"):
        assert words in page
    assert page.count('class="flow"') == len(queries.scheme(version.pk).procedures)


def test_one_limit_is_changed_and_the_difference_shown(office: Client, version: SchemeVersion) -> None:
    form = f"/setup/scheme/{version.pk}/change?what=limit&at={STATION}"
    assert 'value="3"' in office.get(form).text
    answer = office.post(form, {"amount": "2", "unit": "workdays", "alternative": "0"}, follow=True)
    assert "<del>3个工作日</del>" in answer.text
    assert "<ins>2个工作日</ins>" in answer.text
    draft = SchemeDraft.objects.get()
    assert (draft.base, draft.version) == (version, "2014.2")
    bad = office.post(form, {"amount": "-2", "unit": "workdays"})
    assert bad.status_code == 422
    assert 'value="-2"' in bad.text, "what was typed is still there"


def test_an_item_gets_an_id_from_its_name(office: Client, version: SchemeVersion) -> None:
    draft = _draft(office, version)
    form = f"/setup/scheme/{draft.pk}/change?what=item&under=env"
    values = {"title": "飞线充电", "parent": "env", "department": "city_management", "amount": "2", "unit": "workdays"}
    answer = office.post(form, values | {"seen": draft.revision}, follow=True)
    assert "飞线充电" in answer.text
    plan = queries.draft_scheme(SchemeDraft.objects.get(pk=draft.pk))
    assert plan.items["env.feixianchongdian"].limit == "2 workdays"
    late = office.post(form, values | {"title": "另一项", "seen": draft.revision})
    assert late.status_code == 422, "the draft was changed since it was looked at"
    assert "另一项" in late.text
    formula = office.post(form, values | {"title": "=1+1", "seen": draft.revision + 1})
    assert formula.status_code == 422


def test_what_is_too_long_or_too_large_is_said_and_kept(office: Client, version: SchemeVersion) -> None:
    form = f"/setup/scheme/{_draft(office, version).pk}/change?what=item&under=env"
    values = {"title": "飞线充电", "parent": "env", "department": "city_management", "unit": "workdays", "seen": "0"}
    for wrong in ({"amount": "9" * 12}, {"amount": "2", "title": "长" * 201}, {"amount": "2", "seen": "9" * 5000}):
        answer = office.post(form, values | wrong)
        assert answer.status_code == 422
        assert wrong.get("title", "飞线充电") in answer.text


def test_a_leap_day_can_be_tried(office: Client, version: SchemeVersion) -> None:
    address = f"/setup/scheme/{version.pk}/try?item=env.litter&at="
    assert "foreseen" in office.get(f"{address}2028-02-29T09:00").context
    for strange in ("1900-01-01T09:00", "9999-12-31T09:00", "no day"):
        assert office.get(f"{address}{strange}").status_code == 422


def test_who_holds_what_is_counted_as_it_is_now(district: District, office: Client, version: SchemeVersion) -> None:
    plan = plans.of_version(version, clock.now())
    before = {(one.code, one.path) for one in plans.findings(plan, clock.now())}
    people.deactivate(actor=None, account=district.cast.head, now=clock.now())
    people.deactivate(actor=None, account=district.cast.other_head, now=clock.now())
    assert {(one.code, one.path) for one in plans.findings(plan, clock.now())} > before


def test_a_draft_comes_into_force_after_a_second_look_only(office: Client, version: SchemeVersion) -> None:
    draft = _draft(office, version)
    today = timezone.localdate(clock.now())
    page = f"/setup/scheme/{draft.pk}/enact"
    assert "已经过去" in office.get(f"{page}?on={today - timedelta(days=1)}").text
    on = (today + timedelta(days=3)).isoformat()
    assert on in office.get(f"{page}?on={on}").text
    form = {"on": on, "seen": draft.revision, "newest": str(version.pk)}
    assert office.post(page, form | {"again": "yes"}).status_code == 422
    assert office.post(page, form | {"again": on, "seen": 99}).status_code == 422
    answer = office.post(page, form | {"again": on}, follow=True)
    assert f"自 {on} 起施行" in answer.text
    planned = SchemeVersion.objects.exclude(pk=version.pk).get()
    assert office.post(page, form | {"again": on}).status_code == 422, "once is enough"
    back = office.post(f"/setup/scheme/{planned.pk}/cancel", {"reason": "再议"}, follow=True)
    assert "已撤回" in back.text
    assert queries.in_force("shawan", today + timedelta(days=5))[0] == version


def test_who_may_not_enact_is_told_who_may(district: District, office: Client, version: SchemeVersion) -> None:
    draft = _draft(office, version)
    access_only = client(district.cast.steward, "zh-hans")
    assert access_only.get(f"/setup/scheme/{draft.pk}/enact").status_code == 200
    refused = client(district.cast.leader).post(f"/setup/scheme/{draft.pk}/enact", {"on": "2030-01-01"})
    assert refused.status_code == 403


def test_a_workbook_goes_out_and_comes_back(office: Client, version: SchemeVersion) -> None:
    sent = office.get(f"/setup/scheme/{version.pk}/workbook")
    book = load_workbook(io.BytesIO(sent.content))
    catalogue = book["catalogue"]
    columns = [cell.value for cell in catalogue[1]]
    catalogue.cell(3, columns.index("department") + 1, "nobody")
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    out.name = "沙湾.xlsx"
    page = office.post("/setup/upload", {"file": out}, follow=True).text
    assert "工作表 catalogue 第 3 行" in page
    assert office.get(f"/setup/scheme/{SchemeDraft.objects.get().pk}/enact").text.count("暂时不能施行") == 1
    broken = io.BytesIO(b"PK nothing")
    broken.name = "x.xlsx"
    assert office.post("/setup/upload", {"file": broken}).status_code == 422
    assert office.get(f"/setup/scheme/{version.pk}/folder").content[:2] == b"PK"


def test_a_reminder_is_lived_with_for_a_reason(office: Client, version: SchemeVersion) -> None:
    draft = _draft(office, version)
    form = {"name": "way_exceeds_whole procedures.report_up", "reason": "逐级不会都用满"}
    assert "逐级不会都用满" in office.post(f"/setup/scheme/{draft.pk}/accept", form, follow=True).text
    again = office.post(f"/setup/scheme/{draft.pk}/accept", form | {"withdraw": "1"}, follow=True)
    assert "逐级不会都用满" not in again.text


def test_a_plan_is_tried_without_making_a_case(office: Client, version: SchemeVersion) -> None:
    page = office.get(f"/setup/scheme/{version.pk}/try?item=env.litter&at=2026-05-08T10:00").text
    assert "5月12日" in page, "three workdays, with 9 May made up"
    opened = '2026-05-08T10:00,reporter,open,"{""item"": ""env.litter"", ""channel"": ""portal""}"'
    rows = ("\ufeffat,by,action,answers", opened, "2026-05-08T11:00,nobody,report_up,")
    table = io.BytesIO("\n".join(rows).encode())
    table.name = "s.csv"
    played = office.post(f"/setup/scheme/{version.pk}/try", {"file": table}).text
    assert "现场处置" in played
    assert "被拒" in played
    for raw in (
        b"\xff\xfe",
        b"a,b\n1,2\n",
        b"at,by,action,answers\nsoon,x,open,\n",
        b"at,by,action,answers\n2026-05-08T10:00,x,open,[]\n",
    ):
        wrong = io.BytesIO(raw)
        wrong.name = "s.csv"
        assert office.post(f"/setup/scheme/{version.pk}/try", {"file": wrong}).status_code == 422


@pytest.mark.parametrize(("words", "found"), [("baolulaji", True), ("bllj", True), ("垃圾", True), ("zzz", False)])
def test_the_catalogue_is_searched_by_pinyin(office: Client, words: str, found: bool) -> None:
    assert ("暴露垃圾" in office.get(f"/setup/catalogue?q={words}").text) is found


def test_the_calculator_counts_as_the_law_does(office: Client) -> None:
    page = office.get("/setup/calendars?year=2026&amount=3&unit=workdays&at=2026-05-08T10:00").text
    # 9 May 2026 is a workday made up for the May holiday
    assert "5月12日" in page
    assert "补班" in page
    for wrong in ("amount=x", "amount=3&unit=years", "at=then", "at=0001-01-01T00:00", "amount=99999"):
        assert "error" in office.get(f"/setup/calendars?{wrong}").text


def test_every_notice_is_read_in_both_languages(office: Client) -> None:
    page = office.get("/setup/notices").text
    assert "已收到您反映的事项" in page
    assert "We have your report" in page
    assert "{number}" not in page


def test_every_deed_that_is_written_down_is_said_in_words() -> None:
    """Found in the source: the book and the name of each deed."""
    rooms = Path(audit.__file__).parents[2]
    sources = [one.read_text("utf-8") for one in rooms.rglob("operations/*.py")]
    found = set()
    for text in sources:
        if named := re.search(r'^BOOK = "(\w+)"', text, re.MULTILINE):
            found |= {(named[1], deed) for deed in re.findall(r'(?:journal\.record\(BOOK, |\b_note\()"(\w+)"', text)}
    assert {("registers", "seal"), ("duties", "draw"), ("views", "change"), ("exports", "export")} <= found
    with translation.override("zh-hans"):
        for book, deed in found:
            assert not (audit._book(book) + audit._deed(book, deed)).isascii(), (book, deed)
            assert audit._deed(book, deed) != deed.replace("_", " "), (book, deed)
        assert audit._deed("exports", "export") != audit._deed("registers", "export")
        assert audit._deed("views", "change") != audit._deed("schemes", "change")


def test_the_audit_log_is_filtered_paged_and_exported(
    district: District, office: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    now = clock.now()
    for n in range(120):
        journal.record(
            "people", "appoint", actor=str(district.cast.steward.pk), now=now, subject="x", body={"n": f"={n}"}
        )
    office.get("/setup/audit")
    with django_assert_max_num_queries(16):
        page = office.get("/setup/audit?what=people:appoint&who=steward").text
    assert page.count("<tr>") == 51
    assert "更早的记录" in page
    assert "核验无误" in page
    assert "没有找到" in office.get("/setup/audit?who=nobody-there").text
    table = b"".join(office.get("/setup/audit.csv?what=people:appoint&who=steward").streaming_content).decode()  # type: ignore[attr-defined]
    assert len(table.strip().splitlines()) == 121
    assert "n: =" in table
    assert "\n=" not in table


def test_the_audit_log_tells_nobody_of_a_complaint_about_them(district: District) -> None:
    cast = district.cast
    number = district.open(about=(f"person:{cast.dispatcher.pk}",), contact="何某 10000000009").number
    cases.look_at_contact(actor=cast.worker, number=number, purpose="问派遣员的事", now=district.now)
    for path in ("/setup/audit", "/setup/audit.csv"):
        told = {who: _read(client(who, "zh-hans").get(path)) for who in (cast.dispatcher, cast.steward)}
        assert number in told[cast.steward]
        assert number not in told[cast.dispatcher]
        assert "问派遣员的事" not in told[cast.dispatcher]


def _read(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode() if answer.streaming else str(answer.text)


def test_the_first_steps_follow_the_data(district: District, office: Client) -> None:
    page = office.get("/setup/begin").text
    assert "查看空岗" in page
    assert "第1网格" not in page or "缺人" in page


def test_the_keeper_begins_with_the_first_steps_while_nothing_is_set_up(db: None) -> None:
    from gezhi.people import operations as people
    from gezhi.web.account.addresses import home

    keeper = people.create_staff(actor=None, username="keeper", name="管理员", steward=True, now=clock.now())
    assert home(keeper, clock.now()) == "/setup/begin"
    page = client(keeper, "zh-hans").get("/setup/begin").text
    assert "沙湾区四级网格服务治理" in page


def test_forged_addresses_are_answered(office: Client, version: SchemeVersion) -> None:
    for address in (
        "change?what=limit&at=nothing", "change?what=item&id=nothing", "change?what=x", "change?what=version", "enact",
    ):  # fmt: skip
        assert office.get(f"/setup/scheme/{version.pk}/{address}").status_code == 404
    assert office.get("/setup/compare?old=x&new=y").status_code == 200
    assert office.get("/setup/audit?before=x_y&since=x&until=9999-12-31").status_code == 200
    assert office.post("/setup/shipped", {"piece": "../x"}, follow=True).status_code == 200
    unknown = UUID(int=0)
    for deed in ("draft", "accept", "discard", "cancel"):
        assert office.post(f"/setup/scheme/{unknown}/{deed}").status_code == 404


def _text(draft: SchemeDraft) -> str:
    return "\n".join(draft.source["files"].values())


def _changed(office: Client, version: SchemeVersion, query: str, said: dict[str, str]) -> SchemeDraft:
    """Change one thing on a page; return the draft, whose difference is shown next."""
    form = f"/setup/scheme/{version.pk}/change?{query}"
    assert office.get(form).status_code == 200
    answer = office.post(form, said)
    assert answer.status_code == 302, answer.context["errors"]
    assert office.get(answer["Location"]).status_code == 200
    return SchemeDraft.objects.latest("begun_at")


def test_a_posts_name_a_notices_words_and_the_hours_are_changed_like_a_limit(
    office: Client, version: SchemeVersion
) -> None:
    draft = _changed(office, version, "what=post&id=grid_worker", {"title": "网格专员", "title_en": "Grid officer"})
    found = source.read(source.Source(draft.source["main"], draft.source["files"]))[1]
    assert found is not None
    assert (found.posts["grid_worker"].title.zh, found.posts["grid_worker"].title.en) == ("网格专员", "Grid officer")
    assert found.posts["grid_worker"].at == "grid"
    said = {"subject": "部门晚了：{number}", "subject_en": "", "body": "“{title}”晚了。\n{url}", "body_en": ""}
    draft = _changed(office, version, "what=notice&id=late_department", said)
    found = source.read(source.Source(draft.source["main"], draft.source["files"]))[1]
    assert found is not None
    assert found.notices["late_department"].body.zh == "“{title}”晚了。\n{url}"
    assert found.notices["late_department"].to == ("dispatcher",)
    draft = _changed(office, version, "what=hours", {"hours": "09:00-12:00、13:30-17:30"})
    assert '"09:00-12:00", "13:30-17:30"' in _text(draft)
    limit = {"amount": "4", "unit": "workdays", "alternative": "0", "warn_amount": "2", "warn_unit": "workdays"}
    draft = _changed(office, version, f"what=limit&at={STATION}", limit)
    found = source.read(source.Source(draft.source["main"], draft.source["files"]))[1]
    assert found is not None
    clock_ = found.procedures["report_up"].steps["station"].clock
    assert clock_ is not None
    assert (clock_.limit[0].value, clock_.warn) == ("4 workdays", "2 workdays")


@pytest.mark.parametrize(
    ("query", "said", "why"),
    [
        ("what=hours", {"hours": "9 to 5"}, "无效"),
        ("what=hours", {"hours": "14:00-17:00, 08:00-12:00"}, "先后排列"),
        ("what=hours", {"hours": ""}, "08:30-12:00"),
        ("what=post&id=grid_worker", {"title": ""}, "名称"),
        ("what=notice&id=late_department", {"subject": "x", "body": ""}, "中文"),
        ("what=notice&id=late_department", {"subject": "x", "body": "长" * 2001}, "2000"),
    ],
)
def test_words_that_can_not_be_are_refused_and_kept(
    office: Client, version: SchemeVersion, query: str, said: dict[str, str], why: str
) -> None:
    answer = office.post(f"/setup/scheme/{version.pk}/change?{query}", said)
    assert answer.status_code == 422
    assert why in answer.text
    assert not SchemeDraft.objects.exists()


def test_a_post_or_notice_that_there_is_not_can_not_be_changed(
    office: Client, version: SchemeVersion, district: District
) -> None:
    for query in ("what=post&id=nobody", "what=notice&id=none"):
        assert office.get(f"/setup/scheme/{version.pk}/change?{query}").status_code == 404
    worker = client(district.cast.worker)
    for query in ("what=post&id=grid_worker", "what=hours"):
        assert worker.get(f"/setup/scheme/{version.pk}/change?{query}").status_code == 403
        assert worker.post(f"/setup/scheme/{version.pk}/change?{query}", {"title": "x"}).status_code == 403
