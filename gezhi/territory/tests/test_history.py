from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import shapely

from gezhi.territory import operations, queries
from gezhi.territory.drafts import Draft, Drafted
from gezhi.territory.models import Area, AreaChange, Former
from gezhi.territory.operations import ChangeRefusedError, Part
from gezhi.territory.tests.ground import SIDE, SOUTH, WEST, board, square

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
BEGIN, MIDDLE, END = date(2020, 1, 1), date(2023, 5, 1), date(2025, 9, 1)
WHO = UUID("01930000-0000-7000-8000-000000000001")
HERE = (WEST + SIDE * 0.25, SOUTH + SIDE * 0.5)


@pytest.fixture(autouse=True)
def town() -> None:
    rows = [Draft(1, "t", "沙石镇", "township"), Draft(2, "v", "石桥村", "village", "t", shape=square(0, 0, 3, 3))]
    for row, (code, shape) in enumerate(board(3, 3).items(), start=3):
        rows.append(Draft(row, code, f"网格{code}", "grid", "v", households=300, people=900, shape=shape))
    imported = operations.import_areas(drafted=Drafted(rows, parents_named=True), actor=WHO, now=NOW, on=BEGIN)
    assert imported.findings == []


def area(code: str) -> Area:
    return Area.objects.get(code=code)


def halves() -> list[Part]:
    return [Part("west", "西", square(0, 0, 0.5)), Part("east", "东", square(0.5, 0, 0.5), 100, 300)]


def split(**changes: Any) -> list[Area]:
    given: dict[str, Any] = {"area": area("c0r0"), "parts": halves(), "actor": WHO, "now": NOW, "on": MIDDLE}
    return operations.split(**(given | changes))


def refused(call: Any) -> list[str]:
    before = (Area.objects.count(), Former.objects.count(), AreaChange.objects.count(), queries.version())
    with pytest.raises(ChangeRefusedError) as refusal:
        call()
    assert before == (Area.objects.count(), Former.objects.count(), AreaChange.objects.count(), queries.version())
    assert refusal.value.say("zh-hans") != refusal.value.say("en")
    return sorted({finding.key for finding in refusal.value.findings})


class TestSplit:
    def test_the_past_stays_and_the_present_is_split(self) -> None:
        split()
        day_before = MIDDLE - timedelta(days=1)
        assert queries.router(day_before).route(*HERE).area == "c0r0"
        assert queries.router(MIDDLE).route(*HERE).area == "west"
        assert queries.router().route(*HERE).area == "west"
        assert [a.code for a in queries.chain("c0r0", day_before)] == ["t", "v", "c0r0"]
        assert queries.chain("c0r0", MIDDLE) == []
        assert [a.code for a in queries.chain("east", MIDDLE)] == ["t", "v", "east"]
        assert queries.chain("east", day_before) == []

    def test_an_old_grid_maps_to_todays(self) -> None:
        split()
        operations.rename(area=area("west"), name="新西", actor=WHO, now=NOW, on=END)
        assert [a.code for a in queries.successors("c0r0")] == ["east", "west"]
        assert [a.code for a in queries.successors("c0r0", BEGIN)] == ["c0r0"]
        assert [(c.kind, c.on, c.by) for c in queries.history(area("west"))] == [
            ("split", MIDDLE, WHO),
            ("rename", END, WHO),
        ]

    def test_parts_that_do_not_tile_are_refused(self) -> None:
        small, large = square(0.6, 0, 0.4), square(0.4, 0, 0.7)
        assert refused(lambda: split(parts=[halves()[0], Part("e", "东", small)])) == ["ground_lost"]
        assert refused(lambda: split(parts=[halves()[0], Part("e", "东", large)])) == ["ground_gained", "shape_overlap"]
        assert refused(lambda: split(parts=[halves()[0], Part("e", "东")])) == ["shape_missing"]
        tie = shapely.Polygon([(103.5, 29.4), (103.51, 29.41), (103.51, 29.4), (103.5, 29.41)])
        assert refused(lambda: split(parts=[halves()[0], Part("e", "东", tie)])) == ["shape_invalid"]

    def test_codes_dates_and_numbers_of_parts_are_checked(self) -> None:
        taken = [halves()[0], Part("c1r1", "东", square(0.5, 0, 0.5))]
        assert refused(lambda: split(parts=taken)) == ["code_taken"]
        assert refused(lambda: split(parts=[halves()[0], Part("west", "东", square(0.5, 0, 0.5))])) == ["code_taken"]
        assert refused(lambda: split(parts=halves()[:1])) == ["parts_few"]
        assert refused(lambda: split(on=BEGIN)) == ["date_early"]
        split()
        assert refused(lambda: split(on=END)) == ["closed_already"]

    def test_areas_below_go_to_the_part_that_takes_them(self) -> None:
        parts = [
            Part("vw", "西村", square(0, 0, 1, 3), takes=("c0r0", "c0r1", "c0r2")),
            Part("ve", "东村", square(1, 0, 2, 3), takes=tuple(f"c{c}r{r}" for c in (1, 2) for r in range(3))),
        ]
        left = [Part(parts[0].code, "西村", parts[0].shape), parts[1]]
        assert refused(lambda: split(area=area("v"), parts=left)) == ["children_left"]
        split(area=area("v"), parts=parts)
        assert [a.code for a in queries.chain("c0r0", MIDDLE)] == ["t", "vw", "c0r0"]
        assert [a.code for a in queries.chain("c0r0", BEGIN)] == ["t", "v", "c0r0"]
        assert queries.subtree("t/vw/", MIDDLE).count() == 4


class TestMerge:
    def test_two_become_a_new_one_with_their_ground_and_counts(self) -> None:
        new = operations.merge(
            areas=[area("c0r0"), area("c1r0")], into=Part("both", "合"), actor=WHO, now=NOW, on=MIDDLE
        )
        assert (new.households, new.people, new.path) == (600, 1800, "t/v/both/")
        assert queries.router(MIDDLE).route(*HERE).area == "both"
        assert queries.router(BEGIN).route(*HERE).area == "c0r0"
        assert [a.code for a in queries.successors("c1r0")] == ["both"]

    def test_one_may_survive_and_stays_the_same_area(self) -> None:
        survivor = area("c0r0")
        new = operations.merge(
            areas=[survivor, area("c1r0")], into=Part("c0r0", "大网格"), actor=WHO, now=NOW, on=MIDDLE
        )
        assert new.id == survivor.id
        other = (WEST + SIDE * 1.5, SOUTH + SIDE * 0.5)
        assert queries.router(MIDDLE).route(*other).area == "c0r0"
        assert queries.router(BEGIN).route(*other).area == "c1r0"
        before = queries.by_code("c0r0", BEGIN)
        assert before is not None
        assert (before.name, before.households) == ("网格c0r0", 300)

    def test_one_alone_two_levels_and_a_taken_code_are_refused(self) -> None:
        def merge(codes: list[str], into: str = "new") -> Any:
            areas = [area(code) for code in codes]
            return lambda: operations.merge(areas=areas, into=Part(into, "合"), actor=WHO, now=NOW, on=MIDDLE)

        assert refused(merge(["c0r0"])) == ["parts_few"]
        assert refused(merge(["c0r0", "v"])) == ["parts_differ"]
        assert refused(merge(["c0r0", "c1r0"], "c2r2")) == ["code_taken"]


class TestRedraw:
    def test_a_border_is_moved_on_a_date(self) -> None:
        old, new = area("c0r0"), area("c1r0")
        shapes = {old: square(0, 0, 0.2), new: square(0.2, 0, 1.8)}
        operations.redraw(shapes=shapes, actor=WHO, now=NOW, on=MIDDLE)
        assert queries.router(BEGIN).route(*HERE).area == "c0r0"
        assert queries.router(MIDDLE).route(*HERE).area == "c1r0"
        assert area("c0r0").id == old.id
        operations.redraw(shapes={old: square(0, 0), new: square(1, 0)}, actor=WHO, now=NOW, on=END, text="back again")
        assert [queries.router(on).route(*HERE).area for on in (BEGIN, MIDDLE, END)] == ["c0r0", "c1r0", "c0r0"]
        assert Former.objects.filter(area=old).count() == 2

    def test_ground_left_to_nobody_and_a_neighbours_ground_are_refused(self) -> None:
        def draw(**shapes: Any) -> Any:
            drawn = {area(code): shape for code, shape in shapes.items()}
            return lambda: operations.redraw(shapes=drawn, actor=WHO, now=NOW, on=MIDDLE)

        assert refused(draw(c0r0=square(0, 0, 0.5))) == ["ground_lost"]
        assert refused(draw(c0r0=square(0, 0, 1.5))) == ["shape_overlap"]
        assert refused(draw(c0r0=shapely.Point(103.5, 29.4))) == ["shape_kind"]

    def test_on_the_first_day_of_a_state_it_is_a_correction(self) -> None:
        shapes = {area("c0r0"): square(0, 0, 0.2), area("c1r0"): square(0.2, 0, 1.8)}
        operations.redraw(shapes=shapes, actor=WHO, now=NOW, on=BEGIN)
        assert Former.objects.count() == 0
        assert queries.router(BEGIN).route(*HERE).area == "c1r0"


class TestTheRest:
    def test_names_and_counts_have_a_past(self) -> None:
        operations.rename(area=area("v"), name="石桥新村", actor=WHO, now=NOW, on=MIDDLE)
        operations.set_counts(area=area("c0r0"), households=350, people=1000, actor=WHO, now=NOW, on=END)
        assert [queries.chain("c0r0", on)[1].name for on in (BEGIN, MIDDLE)] == ["石桥村", "石桥新村"]
        assert [queries.chain("c0r0", on)[2].households for on in (BEGIN, END)] == [300, 350]
        assert refused(
            lambda: operations.set_counts(
                area=area("c0r0"), households=-1, people=1, actor=WHO, now=NOW, on=END + timedelta(days=1)
            )
        ) == ["number_bad"]

    def test_a_village_moves_with_all_below_it(self) -> None:
        operations.import_areas(drafted=Drafted([Draft(1, "u", "水镇", "township")]), actor=WHO, now=NOW, on=BEGIN)
        operations.move(area=area("v"), parent=area("u"), actor=WHO, now=NOW, on=MIDDLE)
        assert [queries.chain("c0r0", on)[0].code for on in (BEGIN, MIDDLE)] == ["t", "u"]
        assert queries.subtree("u/", MIDDLE).count() == 11
        assert refused(lambda: operations.move(area=area("v"), parent=area("c0r0"), actor=WHO, now=NOW, on=END)) == [
            "move_below"
        ]

    def test_closing_waits_for_what_is_below(self) -> None:
        assert refused(lambda: operations.close(area=area("v"), actor=WHO, now=NOW, on=END)) == ["children_open"]
        operations.close(area=area("c0r0"), actor=WHO, now=NOW, on=END)
        assert queries.router(END).route(*HERE).area is None
        assert queries.router(MIDDLE).route(*HERE).area == "c0r0"

    def test_every_change_counts_the_version_up_and_reloads_the_router(self) -> None:
        before, router = queries.version(), queries.router()
        assert queries.router() is router
        split()
        assert queries.version() == before + 1
        assert queries.router() is not router

    def test_a_code_that_ended_may_be_used_again(self) -> None:
        split()
        operations.close(area=area("c1r1"), actor=WHO, now=NOW, on=MIDDLE)
        again = Draft(1, "c1r1", "新网格", "grid", "v", shape=square(1, 1))
        operations.import_areas(drafted=Drafted([again], parents_named=True), actor=WHO, now=NOW, on=END)
        names = {on: queries.by_code("c1r1", on) for on in (BEGIN, MIDDLE, END)}
        assert names[MIDDLE] is None
        assert [a.name for a in (names[BEGIN], names[END]) if a] == ["网格c1r1", "新网格"]


class TestReading:
    def test_a_chain_takes_two_queries_and_a_routing_none_once_loaded(self, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(2):
            assert len(queries.chain("c0r0")) == 3
        queries.router()
        with django_assert_num_queries(0):
            queries.router().route(*HERE)

    def test_search_by_name_pinyin_initials_and_code(self, django_assert_num_queries: Any) -> None:
        def first(text: str) -> str | None:
            with django_assert_num_queries(1):
                found = queries.search(text)
            return found[0].code if found else None

        assert [first(text) for text in ("石桥", "shiqiao", "sqc", "c2r", "沙石 镇")] == ["v", "v", "v", "c2r0", "t"]
        assert queries.search("没有的") == []
        assert queries.search("  ") == []
        assert {a.code for a in queries.search("石", within="t/v/")} == {"v"}

    def test_an_address_finds_its_most_certain_areas(self) -> None:
        found = queries.in_address("四川省某区沙石镇石桥村三组12号")
        assert [a.code for a in found] == ["v", "t"]
        assert queries.in_address("别处") == []

    def test_children_are_picked_level_by_level(self) -> None:
        top = list(queries.children(None))
        assert [a.code for a in top] == ["t"]
        assert [a.code for a in queries.children(top[0])] == ["v"]
        assert queries.levels() == {"township": 1, "village": 1, "grid": 9}

    def test_codes_by_level_for_tables(self) -> None:
        levels, codes = queries.codes_by_level()
        assert levels == ["township", "village", "grid"]
        assert codes["c0r0"] == ["t", "v", "c0r0"]
        assert codes["v"] == ["t", "v", ""]
