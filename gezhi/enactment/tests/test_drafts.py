"""A draft is sent in or begun, changed, checked and put into force by somebody who may; no file is trusted."""

import io
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from openpyxl import load_workbook

from gezhi.enactment import operations, queries
from gezhi.enactment.models import SchemeDraft, SchemeVersion
from gezhi.foundation.models import JournalEntry
from gezhi.people import access
from gezhi.people.models import Post
from gezhi.people.tests.cast import Cast
from gezhi.schemes import compare, parcels, source, workbook
from gezhi.schemes.model import SchemeError

NOW = datetime(2026, 5, 8, 17, 0, tzinfo=UTC)  # 01:00 on 9 May here
TODAY = date(2026, 5, 9)
TOMORROW = TODAY + timedelta(days=1)
STATION = ("procedures", "report_up", "steps", "station")


def _workbook(name: str = "shawan") -> bytes:
    document, _ = source.read(source.shipped() / name)
    out = io.BytesIO()
    workbook.export(document, out)
    return out.getvalue()


def _zip(files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parcel:
        for name, text in files.items():
            parcel.writestr(name, text)
    return out.getvalue()


def _shipped(cast: Cast) -> SchemeDraft:
    return operations.draft_from(actor=cast.dispatcher, piece="shawan", now=NOW)


@pytest.mark.parametrize("role", ["resident", "worker", "head", "clerk", "leader", "outsider"])
def test_only_who_sets_up_may_touch_drafts(cast: Cast, role: str) -> None:
    draft, who = _shipped(cast), cast.role(role)
    change = operations.VersionChange("9")
    deeds = (
        lambda: operations.upload_draft(actor=who, file_name="a.xlsx", raw=_workbook(), now=NOW),
        lambda: operations.draft_from(actor=who, piece="shawan", now=NOW),
        lambda: operations.change_draft(actor=who, draft=draft.pk, seen=1, change=change, now=NOW),
        lambda: operations.accept_reminder(actor=who, draft=draft.pk, name="x", reason="y", now=NOW),
        lambda: operations.withdraw_acceptance(actor=who, draft=draft.pk, name="x", now=NOW),
        lambda: operations.discard_draft(actor=who, draft=draft.pk, now=NOW),
        lambda: operations.enact_draft(actor=who, draft=draft.pk, seen=1, on=TODAY, now=NOW),
    )
    for deed in deeds:
        with pytest.raises(access.Denied):
            deed()
    assert [one.pk for one in queries.drafts()] == [draft.pk]


def test_a_workbook_comes_in_and_its_findings_name_sheet_and_row(cast: Cast) -> None:
    book = load_workbook(io.BytesIO(_workbook()))
    sheet = book["catalogue"]
    columns = [cell.value for cell in sheet[1]]
    sheet.cell(3, columns.index("department") + 1, "no_such_office")
    changed = io.BytesIO()
    book.save(changed)
    draft = operations.upload_draft(actor=cast.dispatcher, file_name="沙湾.xlsx", raw=changed.getvalue(), now=NOW)
    assert (draft.scheme, draft.version, draft.origin) == ("shawan", "2014.1", "workbook")
    text = source.Source(draft.source["main"], draft.source["files"])
    wrong = next(one for one in queries.findings(text, NOW) if one.severity == "error")
    place = parcels.sheet_place(draft.sheets, wrong.path)
    assert place is not None
    assert (place.file, place.line) == ("catalogue", 3)
    with pytest.raises(operations.NotEnacted):
        operations.enact_draft(actor=cast.dispatcher, draft=draft.pk, seen=1, on=TODAY, now=NOW)


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "code"),
    [
        ("steps", "C2", "=1+1", "formula"),
        ("posts", "B2", "#REF!", "error_value"),
        ("posts", "A2:A3", "", "merged_cells"),
    ],
)
def test_what_a_workbook_must_not_hold_is_named_by_sheet_and_row(
    cast: Cast, sheet: str, cell: str, value: str, code: str
) -> None:
    book = load_workbook(io.BytesIO(_workbook()))
    if code == "merged_cells":
        book[sheet].merge_cells(cell)
    else:
        book[sheet][cell] = value
    changed = io.BytesIO()
    book.save(changed)
    with pytest.raises(SchemeError) as refused:
        operations.upload_draft(actor=cast.dispatcher, file_name="a.xlsx", raw=changed.getvalue(), now=NOW)
    finding = refused.value.findings[0]
    assert (finding.code, finding.place.file, finding.place.line) == (code, sheet, 2)
    assert not SchemeDraft.objects.exists()


def _torn(name: str) -> bytes:
    """Return an archive whose only member is damaged inside."""
    raw = bytearray(_zip({name: "x = 1\n" * 2000}))
    raw[30 + len(name) : 38 + len(name)] = b"\xff" * 8
    return bytes(raw)


def test_what_is_nested_without_end_is_a_mistake_like_any_other(cast: Cast) -> None:
    raw = b'scheme = "a"\nx = ' + b"[" * 5000
    draft = operations.upload_draft(actor=cast.dispatcher, file_name="a.toml", raw=raw, now=NOW)
    assert "syntax" in {
        one.code for one in queries.findings(source.Source(draft.source["main"], draft.source["files"]), NOW)
    }


@pytest.mark.parametrize(
    ("name", "raw", "code"),
    [
        ("a.exe", b"MZ", "kind"),
        ("a.xlsx", b"no workbook", "damaged"),
        ("a.zip", b"PK", "damaged"),
        ("a.zip", _zip({"readme.md": "x"}), "no_main"),
        ("a.zip", _zip({f"a/{n}.toml": "" for n in range(400)}), "too_many"),
        ("a.zip", _zip({"a/scheme.toml": "#" * (parcels.MOST_UNPACKED + 1)}), "too_large"),
        ("a.toml", b"#" * (parcels.MOST_BYTES + 1), "too_large"),
        ("a.xlsx", _zip({"xl/workbook.xml": " " * (parcels.MOST_UNPACKED + 1)}), "too_large"),
        ("a.toml", b"\xff\xfe\x00\xd8\xff", "file"),
        ("a.zip", _torn("a/scheme.toml"), "damaged"),
        ("a.xlsx", _torn("[Content_Types].xml"), "damaged"),
    ],
)
def test_a_parcel_that_can_not_be_trusted_is_refused_in_words(cast: Cast, name: str, raw: bytes, code: str) -> None:
    with pytest.raises(SchemeError) as refused:
        operations.upload_draft(actor=cast.dispatcher, file_name=name, raw=raw, now=NOW)
    assert refused.value.findings[0].code == code
    assert refused.value.findings[0].text.zh
    assert not SchemeDraft.objects.exists()


def test_a_zip_leads_nowhere_and_brings_only_what_makes_a_scheme(cast: Cast) -> None:
    text = (source.shipped() / "shawan" / "scheme.toml").read_text(encoding="utf-8")
    packed = {
        "shawan/scheme.toml": text.replace('extends = ["', 'extends = ["../../../etc/hosts", "'),
        "../../evil/scheme.toml": "scheme = 'evil'",
        "shawan/run.sh": "rm -rf /",
        "shawan/catalogue.csv": "id,title,parent,procedure,department,urgency,limit\n",
        "__MACOSX/shawan/scheme.toml": "x",
    }
    draft = operations.upload_draft(actor=cast.dispatcher, file_name="shawan.zip", raw=_zip(packed), now=NOW)
    names = set(draft.source["files"])
    assert {"shawan/scheme.toml", "shawan/catalogue.csv", "common/report_up.toml"} <= names
    assert not any("evil" in name or "etc" in name or name.endswith(".sh") for name in names)
    found = queries.findings(source.Source(draft.source["main"], draft.source["files"]), NOW)
    assert any("etc/hosts" in one.text.en for one in found if one.severity == "error"), "a base that is gone is said"


def test_a_line_that_the_product_does_not_cross_is_refused_in_words(cast: Cast) -> None:
    draft = _shipped(cast)
    main = draft.source["files"]["shawan/scheme.toml"]
    more = main + '\n[questions.faith]\nkind = "text"\ntitle = {zh = "宗教信仰", en = "Faith"}\n'
    sent = operations.upload_draft(actor=cast.dispatcher, file_name="a.zip", raw=_zip({"a/scheme.toml": more}), now=NOW)
    with pytest.raises(operations.NotEnacted) as refused:
        operations.enact_draft(actor=cast.dispatcher, draft=sent.pk, seen=1, on=TODAY, now=NOW)
    assert any("宗教" in one.text.zh for one in refused.value.findings)


def test_one_limit_is_changed_without_a_workbook(cast: Cast) -> None:
    draft = _shipped(cast)
    first = operations.enact_draft(actor=cast.dispatcher, draft=draft.pk, seen=1, on=TODAY, now=NOW).row
    change = operations.LimitChange(STATION, "2 workdays")
    new = operations.draft_from(actor=cast.dispatcher, version=first.pk, change=change, now=NOW)
    assert (new.version, new.base) == ("2014.2", first)
    text = source.Source(new.source["main"], new.source["files"])
    found = [one for one in compare.changes(queries.scheme(first.pk), source.load(text)) if one.about == "limit"]
    assert [(one.before.zh, one.after.zh) for one in found][:1] == [("3个工作日", "2个工作日")]
    enacted = operations.enact_draft(actor=cast.dispatcher, draft=new.pk, seen=1, on=TOMORROW, newest=first.pk, now=NOW)
    clock = enacted.scheme.procedures["report_up"].steps["station"].clock
    assert clock is not None
    assert clock.limit[0].value == "2 workdays"


def test_an_item_and_a_department_are_added_without_a_programmer(cast: Cast) -> None:
    draft = _shipped(cast)
    office = operations.RowChange("departments", "new_office", {"title": "新设局", "level": "district"}, is_new=True)
    draft = operations.change_draft(actor=cast.dispatcher, draft=draft.pk, seen=1, change=office, now=NOW)
    values = {"title": "飞线充电", "parent": "env", "department": "new_office", "limit": "2 workdays"}
    item = operations.RowChange("catalogue", "env.charging", values, is_new=True)
    draft = operations.change_draft(actor=cast.dispatcher, draft=draft.pk, seen=2, change=item, now=NOW)
    plan = source.load(source.Source(draft.source["main"], draft.source["files"]))
    assert (plan.items["env.charging"].procedure, plan.departments["new_office"].title.zh) == ("report_up", "新设局")
    with pytest.raises(ValidationError, match=r"env\.charging"):
        operations.change_draft(actor=cast.dispatcher, draft=draft.pk, seen=3, change=item, now=NOW)
    formula = operations.RowChange("catalogue", "env.charging", {"title": "=cmd()"})
    with pytest.raises(ValidationError):
        operations.change_draft(actor=cast.dispatcher, draft=draft.pk, seen=3, change=formula, now=NOW)


@pytest.mark.parametrize("limit", ["soon", "-1 workdays", "99999999 workdays", ""])
def test_a_limit_that_is_none_is_refused(cast: Cast, limit: str) -> None:
    draft = _shipped(cast)
    change = operations.LimitChange(STATION, limit)
    with pytest.raises(ValidationError):
        operations.change_draft(actor=cast.dispatcher, draft=draft.pk, seen=1, change=change, now=NOW)


def test_who_looked_at_an_older_draft_is_told(cast: Cast) -> None:
    draft = _shipped(cast)
    operations.change_draft(actor=cast.steward, draft=draft.pk, seen=1, change=operations.VersionChange("7"), now=NOW)
    with pytest.raises(ValidationError, match="管理员"):
        operations.change_draft(
            actor=cast.dispatcher, draft=draft.pk, seen=1, change=operations.VersionChange("8"), now=NOW
        )


def test_a_draft_comes_into_force_once_and_only_against_what_was_seen(cast: Cast) -> None:
    first = operations.enact_draft(actor=cast.dispatcher, draft=_shipped(cast).pk, seen=1, on=TODAY, now=NOW).row
    one, other = (operations.draft_from(actor=cast.dispatcher, version=first.pk, now=NOW) for _ in range(2))
    operations.enact_draft(actor=cast.steward, draft=one.pk, seen=1, on=TODAY, newest=first.pk, now=NOW)
    with pytest.raises(ValidationError, match=r"force|施行"):
        operations.enact_draft(actor=cast.dispatcher, draft=one.pk, seen=1, on=TODAY, newest=first.pk, now=NOW)
    other = operations.change_draft(
        actor=cast.dispatcher, draft=other.pk, seen=1, change=operations.VersionChange("2014.3"), now=NOW
    )
    with pytest.raises(ValidationError, match="管理员"):
        operations.enact_draft(actor=cast.dispatcher, draft=other.pk, seen=2, on=TODAY, newest=first.pk, now=NOW)
    assert queries.in_force("shawan", TODAY)[0].version == "2014.2"


def test_a_reminder_is_accepted_with_a_reason_that_is_journaled(cast: Cast) -> None:
    draft = _shipped(cast)
    name = "way_exceeds_whole procedures.report_up"
    with pytest.raises(ValidationError):
        operations.accept_reminder(actor=cast.dispatcher, draft=draft.pk, name=name, reason=" ", now=NOW)
    draft = operations.accept_reminder(
        actor=cast.dispatcher, draft=draft.pk, name=name, reason="逐级不会都用满", now=NOW
    )
    entry = JournalEntry.objects.get(book="schemes", action="accept_reminder")
    assert entry.body["reason"] == "逐级不会都用满"
    row = operations.enact_draft(actor=cast.dispatcher, draft=draft.pk, seen=2, on=TODAY, now=NOW).row
    assert [one["reason"] for one in row.accepted] == ["逐级不会都用满"]


def test_a_plan_is_taken_back_before_its_day_and_never_after(cast: Cast) -> None:
    first = operations.enact_draft(actor=cast.dispatcher, draft=_shipped(cast).pk, seen=1, on=TODAY, now=NOW).row
    draft = operations.draft_from(actor=cast.dispatcher, version=first.pk, now=NOW)
    planned = operations.enact_draft(actor=cast.dispatcher, draft=draft.pk, seen=1, on=TOMORROW, now=NOW).row
    with pytest.raises(access.Denied):
        operations.cancel_planned(version=planned.pk, actor=cast.leader, reason="x", now=NOW)
    with pytest.raises(ValidationError):
        operations.cancel_planned(version=planned.pk, actor=cast.dispatcher, reason=" ", now=NOW)
    operations.cancel_planned(version=planned.pk, actor=cast.dispatcher, reason="还要再议", now=NOW)
    assert queries.in_force("shawan", TOMORROW)[0] == first
    assert not Post.objects.filter(scheme="shawan", since=TOMORROW).exists()
    assert JournalEntry.objects.get(book="schemes", action="cancel").body["reason"] == "还要再议"
    for row in (planned, first):
        with pytest.raises(ValidationError):
            operations.cancel_planned(version=row.pk, actor=cast.dispatcher, reason="x", now=NOW)


def test_a_draft_from_what_ships_takes_a_version_that_was_not_in_force_yet(cast: Cast) -> None:
    operations.enact(files=source.shipped() / "shawan", actor=None, on=TODAY, now=NOW)
    in_force = SchemeVersion.objects.get()
    draft = _shipped(cast)
    assert draft.scheme == in_force.scheme
    assert draft.version != in_force.version
