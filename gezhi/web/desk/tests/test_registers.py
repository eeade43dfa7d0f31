"""Registers on the desk: written, changed, settled, moved, imported and exported on pages, by who may."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from time_machine import travel

from gezhi.people.models import Account
from gezhi.registers import operations
from gezhi.registers.models import Entry, Import, Look, Proposal
from gezhi.registers.operations.writing import values_of
from gezhi.registers.tests.conftest import MORNING, Books, books
from gezhi.schemes.forms import Field, Form
from gezhi.schemes.text import Text
from gezhi.web import forms, spots
from gezhi.web.desk import entry_tables
from gezhi.web.picking import Picker

__all__ = ["books"]
ANSWERS = {"head": "王家旺", "address": "清溪路 24 号", "phone": "13800001234", "class": "3", "people": "4"}


@pytest.fixture(autouse=True)
def _morning() -> Any:
    with travel(MORNING.replace(hour=12), tick=False):
        yield


def client(who: Account) -> Client:
    there = Client()
    there.force_login(who)
    return there


def at(name: str, *args: object) -> str:
    return reverse(f"web:desk_{name}", args=args)


def entries() -> list[Entry]:
    return list(Entry.objects.unscoped(reason="a test looks").order_by("id"))


def test_an_entry_is_written_on_the_page_and_nothing_typed_is_lost(books: Books) -> None:
    there = client(books.cast.worker)
    address = at("entry_new", "households")
    grid = books.cast.grids[0].code
    assert "户主" in there.get(address).content.decode()
    refused = there.post(address, ANSWERS | {"people": "许多", "area": grid, "key": "k"})
    assert refused.status_code == 422
    assert "王家旺" in refused.content.decode()
    assert not entries()
    done = there.post(address, ANSWERS | {"area": grid, "key": "k"}, follow=True)
    assert "138****1234" in done.content.decode()
    assert "13800001234" not in done.content.decode()
    assert len(entries()) == 1
    there.post(address, ANSWERS | {"area": grid, "key": "k"})
    assert len(entries()) == 1


def test_lists_never_show_a_telephone_and_their_queries_are_counted(
    books: Books, django_assert_max_num_queries: Any
) -> None:
    there = client(books.cast.worker)
    for number in range(30):
        books.home(head=f"户{number}")
    there.get(at("register", "households"))
    with django_assert_max_num_queries(22):
        page = there.get(at("register", "households")).content.decode()
    assert "户29" in page
    assert "1234" not in page
    for query in ("?q=qxl", "?q=13800001234", "?f.class=3", f"?area={books.cast.grids[0].code}", "?waiting=yes&q=没有"):
        assert there.get(at("register", "households") + query).status_code == 200


def test_strangers_to_an_entry_find_nothing(books: Books) -> None:
    entry = books.home()
    for who in (books.cast.other_worker, books.cast.outsider):
        for name in ("entry", "entry_edit"):
            assert client(who).get(at(name, "households", entry.code)).status_code == 404
    assert client(books.cast.leader).get(at("entry", "households", entry.code)).status_code == 200
    assert client(books.cast.leader).get(at("entry_edit", "households", entry.code)).status_code == 403
    assert client(books.cast.leader).get(at("entry_new", "households")).status_code == 403


def test_what_is_masked_stays_when_left_empty_and_is_shown_with_a_reason(books: Books) -> None:
    entry, there = books.home(), client(books.cast.worker)
    edit = at("entry_edit", "households", entry.code)
    assert "13800001234" not in there.get(edit).content.decode()
    there.post(edit, ANSWERS | {"phone": "", "people": "5", "base": "1", "key": "a"})
    row = books.entry(entry)
    assert (row.data["people"], values_of(row)["phone"]) == (5, "13800001234")
    reveal = at("entry_reveal", "households", entry.code)
    assert there.post(reveal, {"purpose": ""}).status_code == 422
    assert "13800001234" in there.post(reveal, {"purpose": "约时间上门"}).content.decode()
    assert client(books.cast.leader).post(reveal, {"purpose": "看看"}).status_code == 422
    assert "13800001234" in there.post(edit, {"purpose": "改电话"}).content.decode()
    assert Look.objects.count() == 2


def test_both_sides_stand_side_by_side_and_the_station_decides(books: Books) -> None:
    entry = books.home()
    clerk = client(books.cast.clerk)
    edit = at("entry_edit", "households", entry.code)
    clerk.post(edit, ANSWERS | {"phone": "", "people": "6", "base": "1", "key": "a"})
    page = client(books.cast.head).get(at("entry", "households", entry.code)).content.decode()
    assert "双方不一致的内容" in page
    assert "区综合执法局" in page
    one = Proposal.objects.get()
    decide = at("entry_decide", "households", entry.code, one.pk)
    assert client(books.cast.worker).post(decide, {"decision": "accept"}).status_code == 422
    client(books.cast.head).post(decide, {"decision": "accept", "base": "1"})
    assert books.entry(entry).data["people"] == 6


def test_deeds_of_an_entry(books: Books) -> None:
    entry, there = books.home(), client(books.cast.worker)
    other = books.home(people=None)
    code = entry.code
    assert there.post(at("entry_end", "households", code), {"reason": ""}).status_code == 422
    there.post(at("entry_merge", "households", code), {"other": other.code})
    assert books.entry(other).merged_into_id == entry.pk
    assert there.get(at("entry", "households", other.code)).headers["Location"].endswith(code)
    there.post(at("entry_end", "households", code), {"reason": "拆迁"})
    there.post(at("entry_reopen", "households", code))
    moved = there.post(at("entry_move", "households", code), {"area": books.cast.grids[1].code})
    assert moved.headers["Location"] == at("register", "households")
    assert books.entry(entry).area == books.cast.grids[1]


def test_a_table_is_looked_at_taken_over_and_taken_back(books: Books) -> None:
    there, address = client(books.cast.worker), at("register_import", "households")
    file = io.BytesIO("户主,住址\n王一,1 号\n".encode())
    file.name = "户.csv"
    looked = there.post(address, {"file": file, "area": books.cast.grids[0].code})
    assert not entries()
    token = looked.context["token"]
    assert client(books.cast.head).post(address, {"token": token, "take": "yes"}).status_code == 422
    there.post(address, {"token": token, "take": "yes", "area": books.cast.grids[0].code})
    assert [one.name for one in entries()] == ["王一"]
    there.post(at("register_undo", "households", Import.objects.get().pk))
    assert Import.objects.get().undone_at is not None
    assert client(books.cast.leader).get(address).status_code == 403
    assert client(books.cast.worker).get(at("register_import", "care")).status_code == 403
    assert there.get(at("register_template", "households")).status_code == 200


def test_an_export_is_masked(books: Books) -> None:
    books.home()
    answer = client(books.cast.worker).post(at("register_export", "households"), {"kind": "csv"})
    assert "138****1234" in b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    refused = client(books.cast.leader).post(
        at("register_export", "households"), {"kind": "csv", "unmask": "yes", "reason": "x y"}
    )
    assert refused.status_code == 422
    gone = client(books.cast.worker).post(at("register_export", "households"), {"kind": "csv", "area": "511111999"})
    assert (gone.status_code, "什么都没有导出" in gone.content.decode()) == (422, True)


def test_a_resident_learns_what_is_held(books: Books) -> None:
    books.home()
    there = client(books.cast.dispatcher)
    asked = {"name": "王家旺", "phone": "138 0000 1234", "purpose": "本人持身份证到窗口"}
    page = there.post(at("held"), asked).content.decode()
    assert "13800001234" in page
    given = there.post(at("held"), asked | {"give": "yes"})
    assert given.json()[0]["values"]["电话"] == "13800001234"
    assert there.post(at("held"), asked | {"give": "xlsx"}).content.startswith(b"PK")
    assert there.post(at("held"), asked | {"phone": "13800001235"}).context["held"] == []
    assert there.post(at("held"), asked | {"name": ""}).status_code == 422
    assert Look.objects.count() == 3
    assert client(books.cast.worker).get(at("held")).status_code == 403


def test_a_care_case_is_nowhere_for_others(books: Books) -> None:
    case = {"called": "张婆婆", "full_name": "张三", "phone": "13900005678", "need": "助餐"}
    entry = books.save(books.cast.worker, case, "care").entry
    assert "张婆婆" in client(books.cast.worker).get(at("register", "care")).content.decode()
    for who in (books.cast.dispatcher, books.cast.leader, books.cast.centre):
        assert client(who).get(at("entry", "care", entry.code)).status_code == 404
        assert entry.code not in client(who).get(at("registers") + "?q=张婆婆").content.decode()
    assert client(books.cast.leader).get(at("register", "care")).status_code == 404


def test_the_shelves_ask_few_questions_however_many_registers_there_are(
    books: Books, django_assert_max_num_queries: Any
) -> None:
    books.home()
    books.save(books.cast.worker, {"name": "甲店"}, "firms")
    for who in (books.cast.worker, books.cast.clerk, books.cast.dispatcher):
        there = client(who)
        there.get(at("registers"))
        with django_assert_max_num_queries(12):
            page = there.get(at("registers")).content.decode()
        assert "企业台账" in page
    assert "1 " in client(books.cast.worker).get(at("registers")).content.decode()


def test_a_code_that_none_can_have_leads_nowhere(books: Books) -> None:
    assert client(books.cast.worker).get(at("entry", "households", "H\0")).status_code == 404


def test_care_cases_are_handed_over_on_a_page_that_names_none(books: Books) -> None:
    cast = books.cast
    entry = books.save(cast.worker, {"called": "张婆婆"}, "care").entry
    there = client(cast.head)
    page = there.get(at("care")).content.decode()
    assert cast.worker.name in page
    assert "张婆婆" not in page
    sent = {"holder": f"worker:{cast.worker.pk}", "to": cast.other_worker.username, "reason": ""}
    assert there.post(at("care"), sent).status_code == 422
    assert there.post(at("care"), sent | {"to": "nobody\0"}).status_code == 422
    assert there.post(at("care"), sent | {"reason": "离岗"}).status_code == 302
    assert entry.assignments.get(role="worker", until=None).account == cast.other_worker
    assert cast.worker.name not in client(cast.worker).get(at("care")).content.decode().split("<main", 1)[1]
    assert client(cast.resident).get(at("care")).status_code == 403


def test_what_is_listed_can_be_seen_on_the_map_with_the_same_entries_below(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    lon, lat = books.cast.point(1)
    for number in range(3):
        books.home(head=f"户{number}", spot={"lon": lon + number / 1e4, "lat": lat})
    books.home(head="没有位置的户")
    there = client(books.cast.worker)
    for address in (at("register", "households") + "?view=map", reverse("web:field_registers") + "?view=map&q=户"):
        page = there.get(address).content.decode()
        assert page.count("&quot;户1&quot;") + page.count("\\u62371") == 1
        assert page.count("没有位置的户") == 0
        assert "138" not in page.split("<main", 1)[1]
        assert page.count('class="item"') == 3
    monkeypatch.setattr(spots, "MOST", 2)
    page = there.get(at("register", "households") + "?view=map").content.decode()
    assert page.count('class="item"') == 2
    assert "2" in page.split("data-map-failed", 1)[1][:400]
    assert "data-map " not in there.get(at("register", "households") + "?view=map&q=没有").content.decode()
    assert client(books.cast.outsider).get(at("register", "households") + "?view=map").status_code in (200, 404)
    assert "户1" not in client(books.cast.other_worker).get(at("register", "households") + "?view=map").content.decode()


def test_a_large_table_goes_in_and_out_on_a_page_of_its_own(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry_tables, "AT_ONCE_BYTES", 10)
    monkeypatch.setattr(entry_tables, "AT_ONCE_ROWS", 1)
    there, stranger = client(books.cast.worker), client(books.cast.head)
    table = SimpleUploadedFile("户.csv", "户主,住址\n王一,1 号\n王二,2 号\n".encode())
    sent = there.post(at("register_import", "households"), {"file": table, "area": books.cast.grids[0].code})
    place = sent["Location"]
    assert 'hx-trigger="every 2s"' in there.get(place).content.decode()
    assert stranger.get(place).status_code == 404
    assert stranger.post(place, {"stop": "yes"}).status_code == 404
    now = MORNING.replace(hour=12)
    assert operations.work_on_next(now=now)
    page = there.get(place).content.decode()
    assert 'name="take"' in page
    assert "hx-trigger" not in page.split("<main", 1)[1]
    taking = there.post(place, {"take": "yes"})["Location"]
    assert operations.work_on_next(now=now)
    assert "1" in there.get(taking).content.decode()
    assert len(entries()) == 2
    assert "户.csv" in there.get(at("register_import", "households")).content.decode()
    out = there.post(at("register_export", "households"), {"kind": "csv"})["Location"]
    assert there.get(out + "/file").status_code == 404
    assert operations.work_on_next(now=now)
    assert out + "/file" in there.get(out).content.decode()
    handed = there.get(out + "/file")
    assert "王一" in b"".join(handed.streaming_content).decode()  # type: ignore[attr-defined]
    assert stranger.get(out + "/file").status_code == 404
    stopped = there.post(at("register_export", "households"), {"kind": "xlsx"})["Location"]
    there.post(stopped, {"stop": "yes"})
    assert not operations.work_on_next(now=now)


def test_an_entry_is_picked_by_words_with_scripts_and_without(books: Books) -> None:
    cast, home = books.cast, books.home()
    books.save(cast.other_worker, {"head": "王家旺", "address": "别处 1 号"}, area=cast.grids[1])
    address = reverse("web:pick_entries")
    found = client(cast.worker).get(address, {"register": "households", "q": "wjw"}).json()["entries"]
    assert [(one["code"], one["name"]) for one in found] == [(home.code, "王家旺")]
    assert "1380" not in str(found)
    assert client(cast.worker).get(address, {"register": "households", "q": "没有"}).json() == {"entries": []}
    assert client(cast.resident).get(address, {"register": "households", "q": "wjw"}).status_code == 403
    picker = Picker(cast.worker, books.now, "home")
    form = Form(
        "x",
        Text("表", "Form"),
        fields=(Field(id="home", kind="entry", register="households", title=Text("户", "Home")),),
    )
    box = forms.draw(form, {"home": "清溪路"}, picker=picker).boxes[0]
    assert [one.value for one in box.found] == [home.code]
    named = forms.draw(form, {"home": home.code}, picker=Picker(cast.worker, books.now)).boxes[0]
    assert named.called == "王家旺"
    assert forms.draw(form, {"home": home.code}, picker=Picker(cast.outsider, books.now)).boxes[0].called == ""


def test_the_place_of_a_form_has_a_map_to_pick_it_on(books: Books) -> None:
    page = client(books.cast.worker).get(at("entry_new", "households")).content.decode()
    assert 'data-pick-for="f-spot"' in page
    assert 'name="spot.accuracy"' in page
    lon, lat = books.cast.point(1)
    sent = ANSWERS | {"spot.lon": str(lon), "spot.lat": str(lat), "spot.accuracy": "8.5", "key": "p"}
    assert client(books.cast.worker).post(at("entry_new", "households"), sent).status_code == 302
    assert entries()[-1].data["spot"] == {"lon": lon, "lat": lat, "accuracy": 8.5}
