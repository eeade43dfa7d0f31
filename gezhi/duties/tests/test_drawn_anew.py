"""A round follows its object: what was done before a grid or an entry was split, merged or moved still counts."""

from datetime import timedelta

import pytest

from gezhi.duties import queries
from gezhi.duties.models import Start
from gezhi.duties.queries import Scope
from gezhi.duties.tests.conftest import District
from gezhi.foundation.ids import uuid7
from gezhi.people import operations as people
from gezhi.registers.models import Entry, State
from gezhi.territory import operations as territory
from gezhi.territory.models import Area
from gezhi.territory.operations import Part


def done(district: District, duty: str, area: Area) -> dict[str, int]:
    """Return how often each object of a duty was seen to below an area, by its code."""
    (covered,) = queries.board(area, district.now, duty=duty)
    scope = Scope(covered.planned, covered.round, area.path, district.now.date())
    return {one.code: one.n for one in queries.objects(scope, queries.Wanted(open_only=False))}


def merged(district: District, code: str) -> Area:
    """Make one grid of the first two of a village, from today on."""
    one, two = district.cast.grids[:2]
    return territory.merge(
        areas=[one, two], into=Part(code, "合并网格"), actor=None, now=district.now, on=district.now.date()
    )


@pytest.mark.parametrize("new", [True, False])
def test_a_merged_grid_takes_its_round_along(district: District, new: bool) -> None:
    cast = district.cast
    one, two = cast.grids[:2]
    district.record(duty="rounds.walk_with_form", area=one.code, answers={"weather": "fine"})
    code = f"{cast.villages[0].code}099" if new else two.code
    after = merged(district, code)
    assert done(district, "rounds.walk_with_form", cast.villages[0])[after.code] == 1


def test_a_split_grid_hands_its_round_to_both_parts_and_starts_wait_on(district: District) -> None:
    cast = district.cast
    grid = cast.grids[0]
    district.record(duty="rounds.walk_with_form", area=grid.code, answers={"weather": "fine"})
    row = Start.objects.create(
        scheme="rounds", scheme_version_id=uuid7(), duty="first_call", by_event="entry:homes", source="1",
        area=grid, area_path=grid.path, at=district.now - timedelta(hours=1), entry_id=None, due=None,
    )  # fmt: skip
    Area.objects.filter(pk=grid.pk).update(boundary=None, west=None, south=None, east=None, north=None)
    grid.refresh_from_db()
    parts = [Part(f"{grid.code}1", "甲"), Part(f"{grid.code}2", "乙")]
    made = territory.split(area=grid, parts=parts, actor=None, now=district.now, on=district.now.date())
    found = done(district, "rounds.walk_with_form", cast.villages[0])
    assert [found[one.code] for one in made] == [1, 1]
    people.appoint(
        actor=None, account=cast.outsider, post="grid_worker", area=made[0], since=district.now, now=district.now
    )
    assert [one.start and one.start.pk for one in district.owed(cast.outsider, "rounds.first_call")] == [row.pk]


def test_a_grid_that_moved_under_another_village_keeps_its_round(district: District) -> None:
    cast = district.cast
    grid = cast.grids[0]
    district.record(duty="rounds.walk_with_form", area=grid.code, answers={"weather": "fine"})
    territory.move(area=grid, parent=cast.villages[1], actor=None, now=district.now, on=district.now.date())
    assert done(district, "rounds.walk_with_form", cast.villages[1])[grid.code] == 1


def test_visits_to_a_merged_entry_count_for_the_one_that_is_kept(district: District) -> None:
    kept, gone = district.home(1), district.home(2)
    district.record(duty="rounds.call_3", entry=gone.pk)
    district.record(duty="rounds.call_3", entry=kept.pk)
    Entry.objects.unscoped(reason="a test merges").filter(pk=gone.pk).update(state=State.MERGED, merged_into=kept)
    for area in (district.cast.grids[0], district.cast.district):
        (covered,) = queries.board(area, district.now, duty="rounds.call_3")
        assert (covered.sum.objects, covered.done, covered.sum.activities) == (1, 1, 2)
