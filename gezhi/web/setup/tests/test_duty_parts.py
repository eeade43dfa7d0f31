"""A plan's duties, registers and forms as pages: read by staff, a form taken along and sent in by the office."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from gezhi.cases.tests.conftest import District
from gezhi.enactment import operations, queries
from gezhi.enactment.models import SchemeDraft, SchemeVersion
from gezhi.foundation import clock
from gezhi.schemes.documents import Source
from gezhi.schemes.duties import Rate
from gezhi.web.desk.tests.test_queue import client

pytestmark = pytest.mark.django_db
DUE = re.compile(r'<td class="\w+(?: today)? due"')


@pytest.fixture
def version(district: District) -> SchemeVersion:
    return SchemeVersion.objects.get()


@pytest.fixture
def office(district: District) -> Client:
    return client(district.cast.dispatcher, "zh-hans")


def test_duties_are_a_table_and_a_year(district: District, version: SchemeVersion) -> None:
    reader = client(district.cast.worker, "zh-hans")
    page = reader.get(f"/setup/scheme/{version.pk}?part=duties&year=2026").text
    assert "每天不少于 2 次，07:00–10:30、17:00–20:30 各一次，休息日不安排" in page
    assert "站长，每季度不少于 50%" in page
    assert "由事件起始" in page
    training = reader.get(f"/setup/scheme/{version.pk}?part=duties&year=2026&duty=permit_training").text
    assert len(DUE.findall(training)) == 2
    english = (
        client(district.cast.worker, "en").get(f"/setup/scheme/{version.pk}?part=duties&year=2026&duty=nobody").text
    )
    assert "every Friday, off a rest day to the next workday" in english
    assert len(DUE.findall(english)) == 52


def test_registers_say_for_what_they_are_kept(office: Client, version: SchemeVersion) -> None:
    page = office.get(f"/setup/scheme/{version.pk}?part=registers").text
    for words in ("安排走访、联系办事和紧急通知", "24个月", "帮扶台账", "联系电话"):
        assert words in page


def test_a_form_is_shown_as_it_is_filled_in_and_no_value_can_be_sent(office: Client, version: SchemeVersion) -> None:
    page = office.get(f"/setup/scheme/{version.pk}?part=forms&form=household").text
    assert "data-scheme-form" in page
    assert "走访类别" in page
    assert "<form data-scheme-form" not in page
    assert office.get(f"/setup/scheme/{version.pk}?part=forms&form=nothing").status_code == 200


def test_clauses_lead_to_duties_registers_and_forms(office: Client, version: SchemeVersion) -> None:
    page = office.get(f"/setup/scheme/{version.pk}?part=clauses").text
    for at in ("?part=duties#d-patrol", "?part=registers#r-households", "?part=forms&amp;form=household"):
        assert at in page


def test_a_form_goes_out_as_a_workbook_and_comes_back_into_a_draft(office: Client, version: SchemeVersion) -> None:
    answer = office.get(f"/setup/scheme/{version.pk}/form/facility")
    assert answer["Content-Disposition"] == 'attachment; filename="facility.xlsx"'
    book = load_workbook(io.BytesIO(answer.content))
    book["survey"].append(["text", "colour", "颜色", "Colour"])
    book["survey"].append(["audio", "sound", "声音", "Sound"])
    address = f"/setup/scheme/{version.pk}/form"
    done = office.post(address, {"file": _file(book), "id": "lamp"}, follow=True)
    assert "没有带过来" in done.text
    assert "不录音" in done.text
    draft = SchemeDraft.objects.get()
    assert f"/setup/scheme/{draft.pk}" in done.redirect_chain[0][0]
    assert "颜色" in done.text
    again = office.post(f"/setup/scheme/{draft.pk}/form", {"file": _file(book), "id": "lamp", "seen": draft.revision})
    assert again.status_code == 422
    assert "方案里已有表单“lamp”" in again.text
    replaced = {"file": _file(book), "id": "lamp", "seen": str(draft.revision), "replace": "on"}
    assert office.post(f"/setup/scheme/{draft.pk}/form", replaced).status_code == 302


def test_a_bad_workbook_is_said_with_its_row_and_changes_nothing(office: Client, version: SchemeVersion) -> None:
    book = load_workbook(io.BytesIO(office.get(f"/setup/scheme/{version.pk}/form/facility").content))
    book["survey"]["A3"] = "select_one nowhere"
    address = f"/setup/scheme/{version.pk}/form"
    bad = office.post(address, {"file": _file(book), "id": "lamp"})
    assert bad.status_code == 422
    assert "没有选项列表“nowhere”" in bad.text
    for sent in ({}, {"file": SimpleUploadedFile("x.xlsx", b"no workbook")}, {"file": _file(book), "id": "Not an id"}):
        assert office.post(address, sent).status_code == 422
    assert not SchemeDraft.objects.exists()


def test_personal_data_need_their_grounds(office: Client, version: SchemeVersion) -> None:
    book = load_workbook(io.BytesIO(office.get(f"/setup/scheme/{version.pk}/form/facility").content))
    survey = book["survey"]
    own = [cell.value for cell in survey[1]].index("gezhi") + 1
    survey.append(["text", "tel", "电话", "Telephone"])
    survey.cell(survey.max_row, own).value = '{"kind": "phone"}'
    address = f"/setup/scheme/{version.pk}/form"
    refused = office.post(address, {"file": _file(book), "id": "lamp"})
    assert "必须写明用途（purpose）、法律依据（basis）、保存期限（retention）" in refused.text
    grounds = {"purpose": "报修联系", "basis": "本人同意", "months": "6"}
    assert office.post(address, {"file": _file(book), "id": "lamp", **grounds}).status_code == 302
    draft = SchemeDraft.objects.get()
    assert "报修联系" in office.get(f"/setup/scheme/{draft.pk}?part=forms&form=lamp").text


def test_how_often_a_duty_is_done_is_changed_in_a_draft(office: Client, version: SchemeVersion) -> None:
    address = f"/setup/scheme/{version.pk}/change?what=rate&id=patrol"
    assert "what=rate&id=patrol" in office.get(f"/setup/scheme/{version.pk}?part=duties").text
    assert "每天不少于 2 次" in office.get(address).text
    for bad in ({"amount": "often", "per": "day"}, {"amount": "0", "per": "day"}, {"amount": "2", "per": "moon"}):
        assert office.post(address, bad).status_code == 422
    assert not SchemeDraft.objects.exists()
    done = office.post(address, {"amount": "3", "per": "week", "share": ""}, follow=True)
    assert "每周不少于 3 次" in done.text
    rate = queries.draft_scheme(SchemeDraft.objects.get()).duties["patrol"].rate
    assert rate == Rate(3, "week")
    sample = f"/setup/scheme/{SchemeDraft.objects.get().pk}/change?what=rate&id=verify_class_1"
    seen = str(SchemeDraft.objects.get().revision)
    assert office.post(sample, {"amount": "60", "per": "quarter", "share": "yes", "seen": seen}).status_code == 302
    changed = queries.draft_scheme(SchemeDraft.objects.get()).duties["verify_class_1"]
    assert (changed.rate, changed.verifies) == (Rate(60, "quarter", share=True), "visit_class_1")
    for unknown in ("nobody", "first_visit"):
        assert office.get(f"/setup/scheme/{version.pk}/change?what=rate&id={unknown}").status_code == 404


def test_the_hours_of_a_duty_are_changed_in_a_draft(office: Client, version: SchemeVersion) -> None:
    address = f"/setup/scheme/{version.pk}/change?what=rate&id=patrol"
    page = office.get(address).text
    assert "07:00–10:30、17:00–20:30 各一次" in page
    assert 'value="07:00-10:30, 17:00-20:30"' in page
    twice = {"amount": "2", "per": "day", "share": ""}
    for hours, said in (
        ("8-9", "不是时段"), ("22:00-02:00", "不能跨夜"), ("17:00-20:30, 07:00-10:30", "不得重叠"),
        ("06:00-08:00 12:00-13:00 18:00-20:00", "3 per day"), ("07:00-07:30, 17:00-20:30", "只有 30 分钟"),
    ):  # fmt: skip
        refused = office.post(address, twice | {"hours": hours})
        assert refused.status_code == 422
        assert said in refused.text
        assert hours in refused.text
    assert not SchemeDraft.objects.exists()
    done = office.post(address, twice | {"hours": "06:30-09:00、18:00-20:00"}, follow=True)
    assert "07:00–10:30、17:00–20:30" in done.text
    draft = SchemeDraft.objects.get()
    patrol = queries.draft_scheme(draft).duties["patrol"]
    assert (patrol.rate, [str(one) for one in patrol.hours]) == (Rate(2, "day"), ["06:30-09:00", "18:00-20:00"])
    # on days of a rule there are hours and no rate
    report = f"/setup/scheme/{draft.pk}/change?what=rate&id=weekly_report"
    assert 'name="amount"' not in office.get(report).text
    sent = {"hours": "14:00-17:30", "seen": str(draft.revision)}
    assert office.post(report, sent).status_code == 302
    draft.refresh_from_db()
    assert [str(one) for one in queries.draft_scheme(draft).duties["weekly_report"].hours] == ["14:00-17:30"]
    anew = f"/setup/scheme/{draft.pk}/change?what=rate&id=patrol"
    assert office.post(anew, twice | {"hours": "", "seen": str(draft.revision)}).status_code == 302
    draft.refresh_from_db()
    assert queries.draft_scheme(draft).duties["patrol"].hours == ()


def test_what_an_action_asks_and_its_photos_are_changed_in_a_draft(office: Client, version: SchemeVersion) -> None:
    flow = office.get(f"/setup/scheme/{version.pk}?flow=report_up").text
    address = f"/setup/scheme/{version.pk}/change?what=asks&at=procedures.report_up.actions.settle"
    assert address.partition("/change")[2] in flow.replace("&amp;", "&")
    page = office.get(address).text
    assert "修改" in page
    assert _chosen(page, "photos_after") == "optional"
    sent = _asked(page)
    assert office.post(address, sent).status_code == 422, "nothing is different"
    assert office.post(address, sent | {"ask.result": "perhaps"}).status_code == 422
    assert not SchemeDraft.objects.exists()
    sent |= {"ask.photos_after": "required", "ask.photos_before": "", "ask.reason": "optional"}
    assert "要问" in office.post(address, sent, follow=True).text
    draft = SchemeDraft.objects.get()
    settle = queries.draft_scheme(draft).procedures["report_up"].actions["settle"]
    assert [(one.id, one.required) for one in settle.asks] == [
        ("result", True), ("photos_after", True), ("reason", False),
    ]  # fmt: skip
    before = queries.scheme(version.pk).procedures["report_up"].actions["settle"]
    assert [(one.id, one.required) for one in before.asks] == [
        ("result", True), ("photos_before", False), ("photos_after", False),
    ]  # fmt: skip
    # what a question was narrowed to stays where others change
    anew = f"/setup/scheme/{draft.pk}/change?what=asks&at=procedures.agency.actions.promise"
    more = _asked(office.get(anew).text) | {"ask.photos_before": "required", "seen": str(draft.revision)}
    assert office.post(anew, more).status_code == 302
    draft.refresh_from_db()
    promise = {one.id: one for one in queries.draft_scheme(draft).procedures["agency"].actions["promise"].asks}
    assert (promise["deadline"].low, promise["deadline"].high) == ("1 day", "30 days")
    assert list(promise)[-1] == "photos_before"


def test_what_a_report_asks_is_changed_for_all_items_of_a_flow(office: Client, version: SchemeVersion) -> None:
    item = office.get(f"/setup/scheme/{version.pk}/change?what=item&id=env.litter").text
    assert "?what=asks&at=procedures.report_up" in item.replace("&amp;", "&")
    address = f"/setup/scheme/{version.pk}/change?what=asks&at=procedures.report_up"
    page = office.get(address).text
    assert "走这个流程的" in page
    sent = _asked(page) | {"ask.photos_before": "required"}
    assert office.post(address, sent).status_code == 302
    draft = SchemeDraft.objects.get()
    asked = queries.draft_scheme(draft).procedures["report_up"].asks
    assert [(one.id, one.required) for one in asked] == [("photos_before", True)]
    assert not [one for one in queries.findings(_files(draft), clock.now()) if one.severity == "error"]
    for unknown in (
        "procedures.nothing",
        "procedures.report_up.actions.nothing",
        "posts.grid_worker",
        "",
        "procedures",
    ):
        assert office.get(f"/setup/scheme/{version.pk}/change?what=asks&at={unknown}").status_code == 404


def test_form_and_photos_of_a_duty_are_changed_in_a_draft(office: Client, version: SchemeVersion) -> None:
    assert "what=evidence&id=patrol" in office.get(f"/setup/scheme/{version.pk}?part=duties").text.replace("&amp;", "&")
    address = f"/setup/scheme/{version.pk}/change?what=evidence&id=patrol"
    patrol = queries.scheme(version.pk).duties["patrol"]
    form = next(one for one in queries.scheme(version.pk).forms if one != patrol.form)
    now = {"form": patrol.form, "photos": patrol.photos}
    for bad in (now, {"form": "nothing", "photos": "none"}, {"form": form, "photos": "always"}):
        assert office.post(address, bad).status_code == 422
    assert not SchemeDraft.objects.exists()
    assert office.post(address, {"form": form, "photos": "before_after"}).status_code == 302
    changed = queries.draft_scheme(SchemeDraft.objects.get()).duties["patrol"]
    assert (changed.form, changed.photos) == (form, "before_after")
    assert office.get(f"/setup/scheme/{version.pk}/change?what=evidence&id=nothing").status_code == 404


@pytest.mark.parametrize("what", ["asks&at=procedures.report_up", "evidence&id=patrol"])
def test_nobody_else_changes_what_is_asked(district: District, version: SchemeVersion, what: str) -> None:
    cast = district.cast
    for account in (cast.worker, cast.head, cast.clerk, cast.leader):
        reader = client(account, "zh-hans")
        address = f"/setup/scheme/{version.pk}/change?what={what}"
        assert {reader.get(address).status_code, reader.post(address, {}).status_code} == {403}
    assert not SchemeDraft.objects.exists()


def _files(draft: SchemeDraft) -> Source:
    return Source(draft.source["main"], draft.source["files"])


def _asked(page: str) -> dict[str, str]:
    return {f"ask.{name}": _chosen(page, name) for name in re.findall(r'name="ask\.(\w+)"', page)}


def _chosen(page: str, question: str) -> str:
    select = page.partition(f'name="ask.{question}"')[2].partition("</select>")[0]
    return str(re.findall(r'value="(\w*)" selected', select)[0])


def test_only_the_office_takes_forms(district: District, version: SchemeVersion) -> None:
    reader = client(district.cast.worker, "zh-hans")
    assert reader.get(f"/setup/scheme/{version.pk}/form").status_code == 403
    assert reader.get(f"/setup/scheme/{version.pk}/form/facility").status_code == 403
    assert "XLSForm" not in reader.get(f"/setup/scheme/{version.pk}?part=forms").text
    draft = operations.draft_from(actor=district.cast.dispatcher, version=version.pk, now=clock.now())
    assert queries.scheme(version.pk).forms
    assert reader.post(f"/setup/scheme/{draft.pk}/form").status_code == 403


def _file(book: object) -> SimpleUploadedFile:
    out = io.BytesIO()
    book.save(out)  # type: ignore[attr-defined]
    return SimpleUploadedFile("form.xlsx", out.getvalue())
