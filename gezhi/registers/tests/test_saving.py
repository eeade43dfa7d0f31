"""What is written is written once, in the writer's name, and over nobody else's word."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from gezhi.enactment import operations as enactment
from gezhi.people.operations import appoint
from gezhi.registers import ledgers, operations
from gezhi.registers.access import Standpoint
from gezhi.registers.errors import AskArea, BadAnswers, Forbidden, Impossible, NotFound, Refused
from gezhi.registers.models import BookClosed, Entry, EntryChange, Proposal
from gezhi.registers.operations.saving import by_codes
from gezhi.registers.operations.writing import By, opened, values_of
from gezhi.registers.tests.conftest import HOME, SCHEME, Books
from gezhi.schemes.forms import Field, Form
from gezhi.schemes.text import Text
from gezhi.territory import operations as territory
from gezhi.territory import queries as ground


def test_a_new_entry_has_a_code_its_words_and_its_story(books: Books) -> None:
    saved = books.save(books.cast.worker, HOME)
    entry = books.entry(saved.entry)
    assert saved.outcome == operations.ACCEPTED
    assert (entry.code, entry.name, entry.address) == ("511111102201001-H0001", "王家旺", "清溪路 24 号")
    assert entry.facets == {"class": "3"}
    assert set(entry.sides.values()) == {"grid_worker"}
    change = EntryChange.objects.get(entry=entry)
    assert change.fields["people"] == [None, 4]
    assert change.actor == str(books.cast.worker.pk)


def test_what_is_sensitive_is_in_the_database_only_sealed(books: Books) -> None:
    entry = books.home()
    with connection.cursor() as cursor:
        for table in ("registers_entry", "registers_entrychange", "registers_entrywords", "registers_entrykey"):
            cursor.execute(f"select t::text from {table} t")  # noqa: S608
            for (row,) in cursor.fetchall():
                assert "13800001234" not in row
                assert "138 0000 1234" not in row
    assert values_of(books.entry(entry))["phone"] == "13800001234"


def test_the_same_key_writes_once(books: Books) -> None:
    first = books.save(books.cast.worker, HOME, key="k-1")
    again = books.save(books.cast.worker, HOME, key="k-1")
    assert (again.outcome, again.entry.pk) == (operations.DUPLICATE, first.entry.pk)
    other = books.save(books.cast.other_worker, HOME, key="k-1", area=books.cast.grids[1])
    assert other.outcome == operations.ACCEPTED


def test_only_sides_that_collect_write_and_only_on_their_ground(books: Books) -> None:
    cast = books.cast
    for who in (cast.other_worker, cast.centre, cast.leader, cast.other_clerk, cast.resident, cast.outsider):
        with pytest.raises(Forbidden):
            books.save(who, HOME)
    assert books.save(cast.clerk, HOME).entry.sides["head"] == "department:city_management"
    assert books.save(cast.head, HOME).entry.sides["head"] == "station_head"


def test_bad_answers_say_which_and_nothing_is_written(books: Books) -> None:
    with pytest.raises(BadAnswers) as refused:
        books.save(books.cast.worker, {"head": "", "address": "x", "people": "许多"})
    assert {fault.path for fault in refused.value.faults} == {"head", "people"}
    assert not EntryChange.objects.exists()


def test_another_side_proposes_and_the_station_settles_field_by_field(books: Books) -> None:
    cast, entry = books.cast, books.home()
    saved = books.save(cast.clerk, {"people": 6, "class": "1", "landlord": ""}, entry=entry)
    assert (saved.outcome, saved.mine, saved.theirs) == (
        operations.PROPOSED_ONLY, {"people": 6, "class": "1"}, {"people": 4, "class": "3"},
    )  # fmt: skip
    assert books.entry(entry).data["people"] == 4
    assert books.entry(entry).waiting == 2
    people, kind = (Proposal.objects.get(field=field) for field in ("people", "class"))
    for who in (cast.worker, cast.clerk, cast.other_head):
        with pytest.raises((Forbidden, NotFound)):
            operations.decide(actor=who, now=books.later(minutes=1), proposal=people.pk, accept=True)
    operations.decide(actor=cast.head, now=books.later(minutes=1), proposal=people.pk, accept=True)
    operations.decide(actor=cast.head, now=books.later(minutes=1), proposal=kind.pk, accept=False, reason="已核实")
    now = books.entry(entry)
    assert (now.data["people"], now.data["class"], now.waiting) == (6, "3", 0)
    assert (now.sides["people"], now.sides["class"]) == ("department:city_management", "grid_worker")
    with pytest.raises(Impossible):
        operations.decide(actor=cast.head, now=books.later(minutes=1), proposal=kind.pk, accept=True)


def test_what_was_blank_is_anybodys_who_collects(books: Books) -> None:
    entry = books.home(people=None)
    assert books.save(books.cast.clerk, {"people": 5}, entry=entry).outcome == operations.ACCEPTED
    assert books.save(books.cast.worker, {"people": 3}, entry=entry).outcome == operations.PROPOSED_ONLY


def test_a_late_writer_meets_both_versions_and_loses_nothing(books: Books) -> None:
    cast, entry = books.cast, books.home()
    books.save(cast.worker, {"people": 5}, entry=entry, base=1)
    late = books.save(cast.worker, {**HOME, "people": 7, "class": "2"}, entry=entry, base=1)
    assert late.outcome == operations.CONFLICT
    assert (late.mine, late.theirs) == ({"people": 7}, {"people": 5})
    now = books.entry(entry)
    assert (now.data["people"], now.data["class"]) == (5, "2")
    assert Proposal.objects.get().why == Proposal.Why.MEANWHILE


def test_a_late_writer_who_did_not_touch_it_undoes_nothing(books: Books) -> None:
    entry = books.home()
    books.save(books.cast.worker, {"people": 5}, entry=entry, base=1)
    late = books.save(books.cast.worker, {**HOME, "class": "2"}, entry=entry, base=1)
    assert late.outcome == operations.ACCEPTED
    assert books.entry(entry).data["people"] == 5


def test_a_condition_that_no_longer_holds_clears_what_hung_on_it(books: Books) -> None:
    entry = books.home(rented=True, landlord="赵")
    books.save(books.cast.worker, {"rented": False}, entry=entry)
    assert "landlord" not in books.entry(entry).data
    assert EntryChange.objects.filter(entry=entry).last().fields["landlord"] == ["赵", None]  # type: ignore[union-attr]


def test_two_workers_who_visit_the_same_household_are_told(books: Books) -> None:
    first = books.home()
    appoint(
        actor=None, account=books.cast.outsider, post="grid_worker", area=books.cast.grids[0], department=None,
        stand_in=True, since=books.now, now=books.now,
    )  # fmt: skip
    second = books.save(books.cast.outsider, HOME | {"address": "清溪路24号"})
    assert [one.pk for one in second.alike] == [first.pk]
    kept = operations.merge(actor=books.cast.worker, now=books.later(minutes=1), keep=first, drop=second.entry)
    assert books.entry(second.entry).merged_into_id == kept.pk
    again = books.save(books.cast.outsider, {"people": 9}, entry=second.entry)
    assert again.entry.pk == first.pk


def test_a_record_for_a_grid_that_was_divided_goes_where_the_place_says(books: Books) -> None:
    cast = books.cast
    cut = ground.by_code(cast.grids[0].code)
    assert cut is not None
    west, east = _halves(cut)
    territory.split(area=cut, parts=[west, east], actor=None, now=books.now, on=books.now.date(), text="")
    ground.look_again()
    with pytest.raises(AskArea) as asked:
        books.save(None, HOME, area=cut.code)
    assert [code for code, _name in asked.value.choices] == [west.code, east.code]
    lon, lat = cast.point(1)
    placed = books.save(None, HOME | {"spot": {"lon": lon + 0.004, "lat": lat}}, area=cut.code)
    assert placed.entry.area.code == east.code


def test_entries_follow_a_grid_that_was_divided(books: Books) -> None:
    lon, lat = books.cast.point(1)
    placed, nowhere = books.home(spot={"lon": lon - 0.004, "lat": lat}), books.home(head="李二", address="别处")
    cut = ground.by_code(books.cast.grids[0].code)
    assert cut is not None
    west, east = _halves(cut)
    on = books.later(days=1).date()
    territory.split(area=cut, parts=[west, east], actor=None, now=books.now, on=on, text="")
    ground.look_again()
    assert operations.follow_territory(now=books.later(minutes=1)) == 1
    assert books.entry(placed).area.code == west.code
    assert books.entry(nowhere).area.code == cut.code


def _halves(area: Any) -> tuple[Any, Any]:
    import shapely

    middle = (area.west + area.east) / 2
    halves = (
        shapely.box(area.west, area.south, middle, area.north), shapely.box(middle, area.south, area.east, area.north)
    )  # fmt: skip
    first, second = (
        territory.Part(code=f"{area.code}{side}", name=f"{area.name}{side}", shape=half)
        for side, half in zip("AB", halves, strict=True)
    )
    return first, second


def test_a_household_moves_with_those_who_live_there(books: Books) -> None:
    cast, entry = books.cast, books.home()
    person = books.save(cast.worker, {"name": "王小"}, "people", part_of=entry).entry
    with pytest.raises((Forbidden, NotFound)):
        operations.move(actor=cast.other_head, now=books.later(minutes=1), entry=entry, area=cast.grids[1])
    operations.move(
        actor=cast.worker,
        now=books.later(minutes=1),
        entry=entry,
        area=cast.grids[1],
        address="柳桥路 3 号",
        note="搬家",
    )
    assert books.entry(entry).area == cast.grids[1]
    assert books.entry(person).area_path == cast.grids[1].path
    assert books.entry(entry).code.startswith(cast.grids[0].code)
    with pytest.raises(NotFound):
        books.save(cast.worker, {"people": 1}, entry=entry)
    books.save(cast.other_worker, {"people": 1}, entry=entry)


def test_an_entry_that_ended_is_not_changed_until_it_is_back(books: Books) -> None:
    entry = books.home()
    with pytest.raises(Refused):
        operations.end(actor=books.cast.worker, now=books.now, entry=entry, reason=" ")
    operations.end(actor=books.cast.worker, now=books.later(minutes=1), entry=entry, reason="拆迁")
    with pytest.raises(Impossible):
        books.save(books.cast.worker, {"people": 1}, entry=entry)
    operations.reopen(actor=books.cast.worker, now=books.later(minutes=1), entry=entry)
    books.save(books.cast.worker, {"people": 1}, entry=entry)


def test_the_book_of_changes_is_never_rewritten(books: Books) -> None:
    books.home()
    with pytest.raises(BookClosed):
        EntryChange.objects.update(note="x")
    with pytest.raises(BookClosed):
        EntryChange.objects.all().delete()


def test_a_code_that_was_brought_along_is_kept_and_never_given_twice(books: Books) -> None:
    taken = books.save(books.cast.worker, {"name": "甲厂"}, "firms", code="Q001").entry
    with pytest.raises(Refused):
        books.save(books.cast.worker, {"name": "乙厂"}, "firms", code="Q001")
    assert books.save(books.cast.worker, {"name": "丙厂"}, "firms").entry.code == "Q002"
    assert taken.code == "Q001"


@pytest.mark.django_db(transaction=True)
def test_codes_do_not_race(books: Books) -> None:
    def one(n: int) -> str:
        try:
            return operations.save(
                actor=None, now=books.now, register="firms", answers={"name": f"厂{n}"}, area=books.cast.grids[0]
            ).entry.code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(one, range(12)))
    assert sorted(codes) == [f"Q{n:03}" for n in range(1, 13)]
    assert Entry.objects.unscoped(reason="a test counts").count() == 12


def test_a_form_that_changed_meanwhile_loses_nothing(books: Books) -> None:
    entry = books.home()
    before = ledgers.ledger("households", books.now.date()).form.print
    names = ("scheme.toml", "catalogue.csv", "departments.csv")
    files = {f"ledgers/{name}": (SCHEME / name).read_text(encoding="utf-8") for name in names}
    rules = files["ledgers/scheme.toml"].replace('version = "1"', 'version = "2"')
    without = [line for line in rules.splitlines() if not line.startswith(("rented", "landlord"))]
    files["ledgers/scheme.toml"] = "\n".join(without)
    enactment.enact(files=files, actor=None, on=books.now.date() + timedelta(days=1), now=books.now)
    at = books.now
    books.later(days=2)
    sent = {"people": 5, "rented": True, "landlord": "赵"}
    saved = books.save(books.cast.worker, sent, entry=entry, base=1, form_print=before, at=at)
    assert (saved.outcome, set(saved.left)) == (operations.ACCEPTED, {"rented", "landlord"})
    assert books.entry(entry).data["people"] == 5
    change = EntryChange.objects.filter(entry=entry).latest("version")
    assert (opened(change.sealed)["left.landlord"], change.collected_at) == ([None, "赵"], at)
    with pytest.raises(BadAnswers):
        books.save(books.cast.worker, sent, entry=entry)


def test_what_a_form_does_not_ask_any_more_stays_sealed(books: Books) -> None:
    entry = books.home()
    names = ("scheme.toml", "catalogue.csv", "departments.csv")
    files = {f"ledgers/{name}": (SCHEME / name).read_text(encoding="utf-8") for name in names}
    rules = files["ledgers/scheme.toml"].replace('version = "1"', 'version = "2"')
    files["ledgers/scheme.toml"] = rules.replace(
        'phone = {kind = "phone", title = {zh = "电话", en = "Telephone"}}\nclass', "class"
    )
    enactment.enact(files=files, actor=None, on=books.now.date() + timedelta(days=1), now=books.now)
    books.later(days=2)
    assert "phone" not in ledgers.ledger("households", books.now.date()).form.by_id
    books.save(books.cast.worker, {"people": 5}, entry=entry)
    row = books.entry(entry)
    assert "phone" not in row.data
    assert values_of(row)["phone"] == "13800001234"


def test_an_entry_named_by_its_id_is_named_by_its_code(books: Books) -> None:
    """Telephones know entries by their ids; pages and tables by their codes. One shape is kept."""
    form = Form(
        "x",
        Text("表", "Form"),
        fields=(Field(id="home", kind="entry", register="households", title=Text("户", "Home")),),
    )
    home, by = books.home(), By(books.cast.worker, Standpoint(), books.now)
    assert by_codes(form, {"home": str(home.pk)}, by) == {"home": home.code}
    assert by_codes(form, {"home": home.code}, by) == {"home": home.code}
    stranger = By(books.cast.outsider, Standpoint(), books.now)
    assert by_codes(form, {"home": str(home.pk)}, stranger) == {"home": str(home.pk)}
