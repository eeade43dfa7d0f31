import base64
import dataclasses
import itertools
import threading
from datetime import timedelta
from io import BytesIO
from typing import Any

import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext
from PIL import Image

from gezhi.cases import operations, queries
from gezhi.cases.errors import AskArea, BadInput
from gezhi.cases.models import Case, CaseEvent, CaseFile, CaseWords, Hold
from gezhi.cases.operations import intake, pattern, statements, verify_log
from gezhi.cases.operations.placing import spot_of
from gezhi.cases.tests.conftest import District, enact_asking
from gezhi.enactment import queries as enactment
from gezhi.enactment.models import SchemeVersion
from gezhi.foundation import binary, crypto, files, prepared
from gezhi.foundation.ids import uuid7
from gezhi.foundation.models import Outbox
from gezhi.schemes.state import Desk, Opening, Refused
from gezhi.territory import coordinates


def test_a_report_becomes_a_case(district: District) -> None:
    opened = district.open()
    case = district.case(opened.number)
    assert opened.fresh
    assert opened.desk_key == f"grid_worker@{district.cast.grids[0].code}"
    assert case.title == "清溪路 24 号门前路面积水"
    assert case.area_path == district.cast.grids[0].path
    assert (case.step_due, case.case_due) == (opened.step_due, opened.case_due)
    assert case.step_due == district.now.replace(hour=16)
    assert verify_log(case).whole


def test_intake_is_one_statement(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    district.open()
    written: list[str] = []
    run = prepared.run

    def watched(sql: str, params: list[str]) -> list[tuple[Any, ...]]:
        written.append(sql)
        return run(sql, params)

    monkeypatch.setattr(prepared, "run", watched)
    with CaptureQueriesContext(connection) as read:
        district.open()
        assert (len(written), len(read)) == (1, 0)
        reports = [district.report() for _ in range(100)]
        operations.open_batch(actor=None, reports=reports, now=district.now)
    assert (len(written), len(read)) == (2, 0)
    assert Case.objects.unscoped(reason="a test looks").count() == 102


def test_the_same_key_again_is_the_same_case(district: District) -> None:
    first = district.open(client_key="a-key-made-by-the-form")
    again = district.open(client_key="a-key-made-by-the-form", text="按了两次")
    assert (again.number, again.secret, again.fresh) == (first.number, first.secret, False)
    assert CaseEvent.objects.filter(case_id=first.case_id).count() == 1
    assert Outbox.objects.count() == 1


def test_the_same_key_of_two_senders_makes_two_cases(district: District) -> None:
    first = district.open(district.cast.resident, client_key="1")
    other = district.open(district.cast.other_resident, client_key="1")
    assert first.number != other.number


def test_a_stranger_needs_a_key_that_nobody_guesses(district: District) -> None:
    with pytest.raises(BadInput) as refused:
        district.open(client_key="1")
    assert refused.value.field == "client_key"


def test_a_batch_keeps_the_good_and_names_the_bad(district: District) -> None:
    reports = [district.report(), district.report(item="env.unknown"), district.report(channel="pigeon")]
    doubled = [*reports, reports[0]]
    results = operations.open_batch(actor=None, reports=doubled, now=district.now)
    assert isinstance(results[0], operations.Opened)
    assert isinstance(results[1], BadInput)
    assert isinstance(results[2], BadInput)
    assert isinstance(results[3], operations.Opened)
    assert (results[3].number, results[3].fresh) == (results[0].number, False)
    assert Case.objects.unscoped(reason="a test looks").count() == 1


@pytest.mark.django_db(transaction=True)
def test_24_threads_with_one_key_make_one_case(district: District) -> None:
    report = district.report(client_key="pressed-many-times-at-once")
    results: list[Any] = []
    gate = threading.Barrier(24)

    def send() -> None:
        gate.wait()
        try:
            results.append(operations.open_case(actor=None, report=report, now=district.now))
        except Exception as error:  # noqa: BLE001  whatever a thread meets, the test must see
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {(one.number, one.secret) for one in results} == {(results[0].number, results[0].secret)}
    assert sum(one.fresh for one in results) == 1
    case = district.case(results[0].number)
    assert CaseEvent.objects.filter(case_id=case.pk).count() == Hold.objects.filter(case_id=case.pk).count() == 1


def test_killed_between_commit_and_reply(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    report = district.report(client_key="the-reply-never-came")

    def die(*_args: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(intake, "_result", die)
        with pytest.raises(SystemExit):
            operations.open_case(actor=None, report=report, now=district.now)
    again = operations.open_case(actor=None, report=report, now=district.later(minutes=5))
    assert not again.fresh
    found = queries.track(number=again.number, secret=again.secret, now=district.now)
    assert found is not None
    assert found.opened_at == district.now - timedelta(minutes=5)


def test_near_a_border_it_asks_and_keeps_nothing(district: District) -> None:
    lon, lat = district.cast.point(1)
    report = district.report(lon=lon + 0.01 - 0.00003, lat=lat)
    with pytest.raises(AskArea) as asked:
        operations.open_case(actor=None, report=report, now=district.now)
    assert {one.code for one in asked.value.candidates} == {district.cast.grids[0].code, district.cast.grids[1].code}
    assert not Case.objects.unscoped(reason="a test looks").exists()
    chosen = district.open(
        client_key=report.client_key, lon=report.lon, lat=report.lat, area=district.cast.grids[1].code
    )
    assert chosen.desk_key == f"grid_worker@{district.cast.grids[1].code}"


@pytest.mark.parametrize("point", [{"lon": 120.0, "lat": 20.0}, {"lon": None, "lat": None}])
def test_outside_everything_it_waits_at_the_top_and_is_never_lost(district: District, point: dict[str, Any]) -> None:
    opened = district.open(**point)
    assert not opened.placed
    assert opened.desk_key == f"dispatcher@{district.cast.district.code}"
    row = queries.queue(account=district.cast.dispatcher, now=district.now).rows[0]
    assert row.case.number == opened.number
    placed = operations.place(
        actor=district.cast.dispatcher,
        number=opened.number,
        area=district.cast.grids[3].code,
        now=district.later(minutes=20),
    )
    assert placed.desk_key == f"grid_worker@{district.cast.grids[3].code}"
    case = district.case(opened.number)
    assert case.opened_at == district.now - timedelta(minutes=20)
    assert verify_log(case).whole


def test_a_phones_coordinates_are_put_right(district: District) -> None:
    lon, lat = district.cast.point(2)
    x, y = coordinates.from_wgs84(lon, lat, "gcj02")
    case = district.case(district.open(lon=float(x), lat=float(y), crs="gcj02").number)
    assert case.lon == pytest.approx(lon, abs=1e-6)
    assert case.lat == pytest.approx(lat, abs=1e-6)
    assert case.crs == "gcj02"
    assert case.area_id == district.cast.grids[1].pk


def test_a_photo_tells_the_place_where_nothing_else_does(district: District) -> None:
    lon, lat = district.cast.point(3)
    row = _photo(district, lon, lat)
    opened = district.open(lon=None, lat=None, files=(row.pk,))
    assert opened.desk_key == f"grid_worker@{district.cast.grids[2].code}"
    assert CaseFile.objects.get(case_id=opened.case_id).file_id == row.pk


def test_another_cases_photo_is_not_taken_over(district: District) -> None:
    row = _photo(district, None, None)
    district.open(files=(row.pk,))
    with pytest.raises(BadInput):
        district.open(files=(row.pk,))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"item": "env.unknown"}, "item"),
        ({"item": "env"}, "item"),
        ({"channel": "pigeon"}, "channel"),
        ({"text": "水" * 12_001}, "text"),
        ({"lon": 103.5, "lat": None}, "lat"),
        ({"lon": 103.5, "lat": 200.0}, "lon"),
        ({"crs": "mars"}, "crs"),
        ({"area": "999"}, "area"),
        ({"client_key": ""}, "client_key"),
    ],
)
def test_bad_input_names_its_field(district: District, given: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        district.open(**given)
    assert refused.value.field == field
    assert str(refused.value)


@pytest.mark.parametrize("ahead", [timedelta(minutes=1), timedelta(days=3650)])
def test_nothing_has_happened_in_the_future(district: District, ahead: timedelta) -> None:
    for field in ("happened_at", "received_at"):
        given: dict[str, Any] = {"channel": "import", field: district.now + ahead}
        with pytest.raises(BadInput) as refused:
            district.open(**given)
        assert refused.value.field == field


def test_an_import_counts_from_when_it_came_in(district: District) -> None:
    came = district.now - timedelta(days=20)
    case = district.case(district.open(channel="import", received_at=came).number)
    assert case.opened_at == came
    assert case.number.startswith(came.strftime("%y%m%d"))


def test_any_writing_is_kept(district: District) -> None:
    text = "🕳️井盖没了\x00 \u200fالعربية\u202e\u200f\r\n第二行" + "长" * 11_900
    case = district.case(district.open(text=text).number)
    assert case.text.startswith("🕳️井盖没了 \u200fالعربية")
    assert "\x00" not in case.text
    assert "\u202e" not in case.title
    assert case.text.count("长") == 11_900


def test_without_words_the_item_is_the_title(district: District) -> None:
    assert district.case(district.open(text="").number).title == "暴露垃圾"


def test_anonymous_leaves_no_trace_of_who(district: District) -> None:
    resident = district.cast.resident
    opened = district.open(resident, anonymous=True, reporter=resident, contact="13800000000")
    case = district.case(opened.number)
    assert (case.reporter_id, case.contact) == (None, "")
    assert str(resident.pk) not in str(vars(case)) + str(list(CaseEvent.objects.filter(case_id=case.pk).values()))


def test_the_contact_is_encrypted_and_not_searched(district: District) -> None:
    opened = district.open(contact="张三 13900001234")
    with connection.cursor() as cursor:
        cursor.execute("select contact from cases_case where id = %s", [opened.case_id])
        stored = bytes(cursor.fetchone()[0])
    assert b"1390000" not in stored
    assert crypto.decrypt(stored) == "张三 13900001234"
    assert "1390000" not in CaseWords.objects.get(case_id=opened.case_id).words
    assert queries.search(account=district.cast.dispatcher, query="13900001234", now=district.now) == ()


def test_who_was_asked_first_is_noted(district: District) -> None:
    opened = district.open(district.cast.centre, channel="counter")
    assert district.case(opened.number).received_by == f"centre_staff@{district.cast.township.code}"


def test_a_failed_statement_keeps_nothing(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "words_of", lambda *_said: "\x00")
    with pytest.raises(DataError), transaction.atomic():
        district.open()
    for model in (CaseEvent, Hold, Outbox):
        assert not model.objects.exists()


def test_marks_filled_in_are_what_the_engine_says_of_that_very_grid(district: District) -> None:
    version, scheme = enactment.in_force("shawan", district.now.date())
    case_id = uuid7()
    report = dict.fromkeys(pattern.FROM_REPORT, binary.NULL) | {"id": binary.uuid(case_id)}
    items = [one.id for one in scheme.items.values() if one.procedure]
    receivers = (None, Desk("person", str(case_id)), Desk("department", "water"))
    for item, received_by in itertools.product(items, receivers):
        for grid in (*district.cast.grids, district.cast.villages[0], district.cast.district):
            spot = spot_of(grid.code, district.now.date())
            assert spot is not None
            opening = Opening(
                item=item, channel="phone", at=district.now, areas=dict(spot.levels), received_by=received_by
            )
            shared = pattern.pattern_of(version, scheme, opening)
            alone = pattern.draw(version, scheme, opening, marked=False)
            marks, own, at = pattern.marks_of(spot.levels), binary.uuid(case_id), binary.moment(district.now)
            filled = [
                pattern.fill(one, marks, name=str(case_id), effect_id=own, report=dict(report), at=at)
                for one in (shared, alone)
            ]
            assert shared.marked
            assert filled[0] == filled[1]


def test_a_plan_that_asks_for_the_area_is_asked_each_time(district: District) -> None:
    version, scheme = enactment.in_force("shawan", district.now.date())
    spot = spot_of(district.cast.grids[0].code, district.now.date())
    assert spot is not None
    opening = Opening(item="env.litter", channel="portal", at=district.now, areas=dict(spot.levels))
    for changed in ({"received_by": Desk("post", "grid_worker", spot.code)}, {"facts": {"note": "\ue000grid\ue001"}}):
        assert not pattern.pattern_of(version, scheme, msgspec.structs.replace(opening, **changed)).marked
    notice = next(iter(scheme.notices.values()))
    for when in ("area.grid == '1'", "facts.a == 'x' && facts.b == \"y\" && area.grid == '1'"):
        asking = dataclasses.replace(
            scheme, notices={**scheme.notices, notice.id: dataclasses.replace(notice, when=when)}
        )
        assert not pattern.pattern_of(SchemeVersion(pk=uuid7()), asking, opening).marked


def test_what_looks_like_a_mark_in_a_report_is_kept_as_it_is(district: District) -> None:
    facts = {"note": "\ue000grid\ue001 and \ue000nothing of ours\ue001"}
    opened = district.open(facts=facts, text="\ue000grid\ue001")
    case = district.case(opened.number)
    assert (case.state["facts"]["note"], case.text) == (facts["note"], "\ue000grid\ue001")
    assert operations.verify_log(case).whole


def test_words_that_stand_in_the_text_are_kept_once(district: District) -> None:
    stored = CaseWords.objects.get(
        case_id=district.open(text="路面积水。水还不退", address="清溪路 24 号").case_id
    ).words
    assert stored == "清q溪q路 24 号\n路q面q积q水。水q还q不q退"
    assert CaseWords.objects.get(case_id=district.open(text="", address="").case_id).words == "暴q露q垃q圾"


def test_codes_are_base_32_in_letters_that_do_not_look_alike() -> None:
    alike = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    for digest in (bytes(8), b"\xff" * 32, bytes(range(250, 222, -7)) + b"more"):
        assert intake.as_code(digest) == base64.b32encode(digest[:5]).decode().translate(alike)


def test_each_column_of_a_new_case_is_said_by_somebody() -> None:
    with pytest.raises(LookupError, match="words"):
        statements.form(CaseWords, {}, ("case_id",))
    with pytest.raises(LookupError, match="nothing_of_ours"):
        statements.form(CaseWords, {"nothing_of_ours": b""}, ("case_id", "words", "indexed"))


@pytest.mark.django_db(transaction=True)
def test_a_table_that_was_changed_under_the_program_is_looked_up_anew(district: District) -> None:
    district.open()
    _alter("add column later text")
    try:
        assert district.open().fresh
        _alter("drop column later")
        reports = [district.report(), district.report()]
        opened = operations.open_batch(actor=None, reports=reports, now=district.now)
        assert [isinstance(one, operations.Opened) and one.fresh for one in opened] == [True, True]
        assert CaseWords.objects.count() == 4
        _alter("add column later text")
        with pytest.raises(binary.OutdatedError), transaction.atomic():
            district.open()
        assert district.open().fresh
    finally:
        _alter("drop column if exists later")


def _alter(how: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"alter table cases_casewords {how}")


def test_an_answer_that_the_opening_does_not_know_is_harmless(district: District) -> None:
    assert district.open(facts={"amount": 3}).fresh


def test_an_import_of_many_days_asks_no_more_than_one_of_a_day(district: District) -> None:
    def reports(begin: int, apart: timedelta) -> list[operations.Report]:
        return [
            operations.Report(
                client_key=f"dated-back-by-days-{n}", item="env.litter", channel="import",
                area=district.cast.grids[0].code, received_at=district.now - timedelta(hours=1) - apart * (n - begin),
            )
            for n in range(begin, begin + 8)
        ]  # fmt: skip

    later = district.now + timedelta(days=8)
    district.now = later
    with CaptureQueriesContext(connection) as of_a_day:
        opened = operations.open_batch(actor=None, reports=reports(0, timedelta(0)), now=later)
    with CaptureQueriesContext(connection) as of_many:
        opened += operations.open_batch(actor=None, reports=reports(8, timedelta(days=1)), now=later)
    assert all(isinstance(one, operations.Opened) and one.fresh for one in opened)
    assert len(of_many) <= len(of_a_day)


def test_an_area_is_known_on_its_days_only(district: District) -> None:
    code = district.cast.grids[0].code
    assert spot_of(code, district.now.date()) is not None
    assert spot_of(code, district.now.date().replace(year=2001)) is None


def test_refused_by_the_plan_is_said_in_both_languages(district: District) -> None:
    with pytest.raises((Refused, BadInput)) as refused:
        district.open(scheme="shawan", item="nothing")
    assert str(refused.value)


def test_photos_that_the_opening_asks_for_are_with_the_case(district: District) -> None:
    item = enact_asking(photos=True)
    one, other = (_photo(district, None, None) for _ in range(2))
    named = {"parties": "张家和李家", "border": [str(one.pk), str(other.pk)]}
    opened = district.open(item=item, facts=named)
    held = CaseFile.objects.filter(case=opened.case_id)
    assert {(row.file_id, row.role) for row in held} == {(one.pk, "border"), (other.pk, "border")}
    # what is with another case is not taken over, and what is no file is said
    for wrong in ([str(one.pk)], ["no-file"], [str(uuid7())]):
        with pytest.raises(BadInput):
            district.open(item=item, facts=named | {"border": wrong})


def test_photos_that_another_item_asks_for_are_with_the_case(district: District) -> None:
    item = enact_asking(photos=True)
    number = district.open().number
    row = _photo(district, None, None)
    sent: dict[str, Any] = {"actor": district.cast.worker, "number": number, "item": item, "reason": "是纠纷"}
    for wrong in ("no-file", str(uuid7())):
        with pytest.raises(BadInput):
            operations.change_item(**sent, facts={"parties": "两家", "border": [wrong]}, now=district.now)
    operations.change_item(**sent, facts={"parties": "两家", "border": [str(row.pk)]}, now=district.now)
    held = CaseFile.objects.get()
    assert (held.file_id, held.role, held.public) == (row.pk, "border", False)
    # so it is not swept with what nothing took
    assert files.sweep(now=district.later(days=30), kept=timedelta(days=7)) == 0
    assert operations.verify_log(district.case(number)).whole


def _photo(district: District, lon: float | None, lat: float | None) -> files.StoredFile:
    raw = BytesIO()
    Image.new("RGB", (40, 30), "red").save(raw, "JPEG")
    row = files.store(SimpleUploadedFile("p.jpg", raw.getvalue()), actor="", now=district.now)
    row.lon, row.lat = lon, lat
    row.save()
    return row
