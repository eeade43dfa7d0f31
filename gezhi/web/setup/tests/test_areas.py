"""Areas as the office sees them: tree, page of an area, any day, search; cut, joined, redrawn, taken back."""

from datetime import date, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from gezhi.cases.tests.conftest import District
from gezhi.foundation import journal
from gezhi.foundation.models import JournalEntry
from gezhi.people import operations as people
from gezhi.people import spans
from gezhi.people.models import Appointment
from gezhi.people.tests.cast import BEGAN
from gezhi.territory import queries as territory
from gezhi.territory.models import Area, AreaChange
from gezhi.web.desk.tests.test_queue import client

pytestmark = pytest.mark.django_db
FUTURE = "2027-02-01"


def test_an_area_is_shown_with_what_lies_in_it_and_who_serves(
    district: District, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    cast = district.cast
    browser = client(cast.dispatcher)
    browser.get("/setup/areas")
    with django_assert_max_num_queries(34):
        words = browser.get(f"/setup/area/{cast.township.code}").text
    assert cast.villages[0].name in words
    assert "赵中心" in words
    assert browser.get(f"/setup/areas?under={cast.township.code}").status_code == 302


def test_the_list_of_an_area_costs_the_same_however_long_it_is(
    district: District, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    cast = district.cast
    Area.objects.bulk_create(
        Area(
            code=f"{cast.villages[0].code}{n:03}", name=f"第{n}网格", level="grid", parent=cast.villages[0],
            path=f"{cast.villages[0].path}{cast.villages[0].code}{n:03}/", since=date(2020, 1, 1),
            state_since=date(2020, 1, 1),
        )
        for n in range(100, 400)
    )  # fmt: skip
    browser = client(cast.dispatcher)
    browser.get("/setup/areas")
    with django_assert_max_num_queries(36):
        assert "第399网格" in browser.get(f"/setup/area/{cast.villages[0].code}").text
    with django_assert_max_num_queries(8):
        assert "第399网格" in browser.get(f"/setup/areas/branch/{cast.villages[0].code}").text


def test_a_search_finds_by_code_name_and_pinyin(district: District) -> None:
    cast = district.cast
    territory_name = cast.villages[0].name
    Area.objects.filter(pk=cast.villages[0].pk).update(pinyin="dongfengcun dfc")
    browser = client(cast.dispatcher)
    for asked in (cast.villages[0].code, territory_name, "dfc"):
        assert territory_name in browser.get("/setup/areas", {"q": asked}).text
    assert "没有找到" in browser.get("/setup/areas", {"q": "nowhere"}).text


def test_the_map_answers_with_the_areas_below(district: District) -> None:
    found = client(district.cast.dispatcher).get(f"/setup/areas/ground.geojson?under={district.cast.villages[0].code}")
    assert [one["properties"]["code"] for one in found.json()["features"]] == [
        district.cast.grids[0].code,
        district.cast.grids[1].code,
    ]
    assert client(district.cast.worker).get("/setup/areas/ground.geojson").status_code == 403


def _cut(share: str = "50", **more: str) -> dict[str, str]:
    return {"direction": "west_east", "share": share, "look": "yes", **more}


def test_a_grid_is_split_without_drawing_foreseen_and_undone(district: District) -> None:
    cast = district.cast
    grid = cast.grids[0]
    district.open()
    browser = client(cast.dispatcher)
    address = f"/setup/area/{grid.code}/split"
    foreseen = browser.post(address, _cut())
    assert foreseen.status_code == 200
    parts = foreseen.context["parts"]
    assert [part.code for part in parts] == [f"{cast.villages[0].code}003", f"{cast.villages[0].code}004"]
    assert [part.households for part in parts] == ["200", "200"]
    assert sum(part.cases for part in parts) == 1
    assert [mover.held.account.name for mover in foreseen.context["movers"]] == ["李网格"]
    assert Area.objects.filter(until=None, level="grid").count() == 4

    said = {"points": foreseen.context["form"].said["points"], "seen": foreseen.context["form"].said["seen"],
            "on": FUTURE, "take": "yes", "text": "区委〔2026〕3号"}  # fmt: skip
    for part in parts:
        said |= {f"code_{part.place}": part.code, f"name_{part.place}": part.name, f"households_{part.place}": "200"}
    held = Appointment.objects.get(account=cast.worker)
    done = browser.post(address, {**said, f"stay_{held.pk}": ["0", "1"]})
    assert done.status_code == 302, done.context["form"].errors
    later = territory.areas(date.fromisoformat(FUTURE)).filter(parent=cast.villages[0])
    assert {one.code for one in later} == {parts[0].code, parts[1].code, cast.grids[1].code}
    new = Appointment.objects.filter(account=cast.worker, area__code__in=[part.code for part in parts])
    assert new.count() == 2
    assert "可以撤销" in browser.get(f"/setup/area/{cast.villages[0].code}").text

    change = AreaChange.objects.get(kind="split")
    assert browser.post(f"/setup/areas/changes/{change.pk}/undo").status_code == 302
    grid.refresh_from_db()
    assert grid.until is None
    assert not Area.objects.filter(code=parts[0].code).exists()
    held.refresh_from_db()
    assert held.until is None
    assert not AreaChange.objects.filter(pk=change.pk).exists()
    written = JournalEntry.objects.filter(book="territory").order_by("seq").values_list("action", flat=True)
    assert list(written) == ["split", "undo"]
    assert journal.GENESIS


def test_undoing_gives_everybody_the_posts_that_they_had_and_nobody_more(district: District) -> None:
    cast, on = district.cast, date.fromisoformat(FUTURE)
    grid = Area.objects.get(pk=cast.grids[0].pk)
    day = spans.begin_of(on)
    terms = (
        (cast.clerk, district.now, day),  # ended by hand on that very day
        (cast.head, district.now, day + timedelta(days=30)),
        (cast.other_worker, day + timedelta(days=5), day + timedelta(days=9)),  # still to come then
    )
    ends = []
    for who, since, until in terms:
        given = people.appoint(
            actor=cast.steward, account=who, post="grid_worker", area=grid, since=since, until=until, stand_in=True,
            now=district.now,
        )  # fmt: skip
        ends.append(given.appointment)
    people.close_area(actor=cast.dispatcher, area=grid, on=on, now=district.now)
    written = JournalEntry.objects.filter(book="people", action="end_appointment").values_list("actor", flat=True)
    assert set(written) == {str(cast.dispatcher.pk)}
    people.undo_change(actor=cast.dispatcher, change=AreaChange.objects.get(kind="close"), now=district.now)
    assert [Appointment.objects.get(pk=one.pk).until for one in ends] == [one.until for one in ends]
    assert Appointment.objects.get(account=cast.worker).until is None


def test_whoever_is_second_at_a_grid_is_told_who_was_first(district: District) -> None:
    cast = district.cast
    browser = client(cast.dispatcher)
    address = f"/setup/area/{cast.grids[0].code}/edit"
    seen = browser.get(address).context["form"].said["seen"]
    people.change_details(
        actor=cast.steward, area=Area.objects.get(pk=cast.grids[0].pk), name="新名", households=1, people=2,
        parent=cast.villages[0], on=date(2026, 6, 3), now=district.now,
    )  # fmt: skip
    late = browser.post(address, {"seen": seen, "name": "旧名", "households": "3", "people": "4", "on": "2026-06-03",
                                  "parent": cast.villages[0].code})  # fmt: skip
    assert late.status_code == 422
    assert "管理员" in late.text
    assert "旧名" in late.text
    assert Area.objects.get(pk=cast.grids[0].pk).name == "新名"


def test_grids_are_merged_and_their_counts_added(district: District) -> None:
    cast = district.cast
    browser = client(cast.dispatcher)
    address = f"/setup/area/{cast.grids[0].code}/merge"
    none = browser.post(address, {"look": "yes"})
    assert none.status_code == 422
    foreseen = browser.post(address, {"with": cast.grids[1].code, "look": "yes"})
    assert foreseen.context["result"]["households"] == 800
    said = {"with": cast.grids[1].code, "take": "yes", "name": "合一网格", "code": cast.grids[0].code,
            "on": "2026-12-01", "seen": foreseen.context["form"].said["seen"]}  # fmt: skip
    assert browser.post(address, said).status_code == 302
    one = territory.by_code(cast.grids[0].code, date(2026, 12, 1))
    assert one is not None
    assert (one.name, one.households) == ("合一网格", 800)
    gone = browser.get(f"/setup/area/{cast.grids[1].code}?on=2026-12-01")
    assert gone.status_code == 200
    assert "合一网格" in gone.text


def test_a_redrawn_border_moves_the_neighbours_border_with_it(district: District) -> None:
    cast = district.cast
    browser = client(cast.dispatcher)
    address = f"/setup/area/{cast.grids[0].code}/redraw"
    same = browser.post(address, {"points": browser.get(address).context["form"].said["points"], "look": "yes"})
    assert same.status_code == 422
    ring = "103.5,29.40\n103.525,29.40\n103.525,29.42\n103.5,29.42"
    foreseen = browser.post(address, {"points": ring, "look": "yes"})
    moved = {one.area.code: one for one in foreseen.context["moved"]}
    assert set(moved) == {cast.grids[0].code, cast.grids[1].code}
    assert moved[cast.grids[0].code].gains == pytest.approx(moved[cast.grids[1].code].gives, rel=1e-3)
    seen = foreseen.context["form"].said["seen"]
    done = browser.post(address, {"points": ring, "take": "yes", "on": "2026-12-01", "seen": seen})
    assert done.status_code == 302
    assert "没有重叠" in browser.get("/setup/areas/borders?on=2026-12-02").text
    crossing = "103.5,29.40\n103.525,29.42\n103.525,29.40\n103.5,29.42"
    wrong = browser.post(address, {"points": crossing, "look": "yes"})
    assert wrong.status_code == 422
    assert "无效" in wrong.text
    assert crossing.split("\n")[1] in wrong.text


def test_a_name_of_more_than_its_bound_and_a_day_that_is_none_are_said_at_their_fields(district: District) -> None:
    cast = district.cast
    answer = client(cast.dispatcher).post(
        f"/setup/area/{cast.grids[0].code}/edit",
        {"name": "长" * 130, "households": "-3", "people": "4", "on": "soon", "parent": cast.villages[0].code},
    )
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"name", "households", "on"}
    assert "长" * 130 in answer.text


def test_a_right_to_set_up_reaches_as_far_as_its_post(district: District) -> None:
    cast = district.cast
    people.learn_posts(
        scheme="towns", since=date(2020, 1, 1),
        posts=[people.PostRule("town_office", "镇网格办", "", "village", None, ("setup",))],
    )  # fmt: skip
    people.appoint(actor=None, account=cast.outsider, post="town_office", area=cast.villages[0], since=BEGAN, now=BEGAN)
    browser = client(cast.outsider)
    assert browser.get(f"/setup/area/{cast.grids[0].code}/edit").status_code == 200
    assert browser.get(f"/setup/area/{cast.grids[2].code}/edit").status_code == 403
    assert browser.get(f"/setup/area/{cast.township.code}/edit").status_code == 403


def test_a_border_of_too_many_points_is_refused_never_cut_off(district: District) -> None:
    browser = client(district.cast.dispatcher)
    points = "\n".join(f"103.5{n:05}, 29.4" for n in range(5001))
    refused = browser.post(f"/setup/area/{district.cast.grids[0].code}/redraw", {"points": points, "look": "yes"})
    assert refused.status_code == 422
    assert "5001" in refused.context["form"].errors["points"]
