from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
import shapely

from gezhi.cases import operations, queries
from gezhi.cases.errors import BadInput, Forbidden, Impossible
from gezhi.cases.models import Bounce, CaseEvent
from gezhi.cases.operations import verify_log
from gezhi.cases.operations.log import replayed
from gezhi.cases.operations.projection import load_state
from gezhi.cases.tests.conftest import District
from gezhi.cases.tests.test_door import to_check, to_station
from gezhi.enactment import queries as enactment
from gezhi.people import operations as people
from gezhi.people.models import Account
from gezhi.people.tests.cast import BEGAN
from gezhi.schemes import engine
from gezhi.territory import queries as territory
from gezhi.territory.models import Area


def other_item(district: District, number: str) -> str:
    """Return an item of the plan with another department than the case's own."""
    case = district.case(number)
    items = enactment.scheme(case.scheme_version_id).items
    return next(one.id for one in items.values() if one.procedure and one.department != items[case.item].department)


def whole(district: District, number: str) -> bool:
    """Say whether log, state and look-back of a case agree."""
    case = district.case(number)
    state = load_state(case.state)
    scheme = enactment.scheme(case.scheme_version_id)
    held = [
        (time.hold.since, time.hold.until or district.now) for time in engine.look_back(scheme, state, district.now)
    ]
    joined = all(before[1] == after[0] for before, after in pairwise(held))
    assert replayed(CaseEvent.objects.filter(case_id=case.pk).order_by("seq")) == state
    return verify_log(case).whole and joined and held[0][0] == case.opened_at


def test_over_the_border_it_begins_anew_at_the_right_desk(district: District) -> None:
    cast = district.cast
    opened = district.open()
    to_station(district, opened.number)
    before = district.case(opened.number)
    moved = operations.place(
        actor=cast.head, number=opened.number, area=cast.grids[2].code, reason="在河对岸", now=district.later(hours=1)
    )
    case = district.case(opened.number)
    assert (moved.step, moved.desk_key) == ("scene", f"grid_worker@{cast.grids[2].code}")
    assert (case.opened_at, case.case_due) == (before.opened_at, before.case_due)
    assert case.area_path == cast.grids[2].path
    assert queries.counts(account=cast.head, now=district.now).total == 0
    assert [row.case.number for row in queries.queue(account=cast.other_head, now=district.now).rows] == []
    bounce = Bounce.objects.get()
    assert (bounce.before, bounce.after, bounce.reason) == (cast.grids[0].code, cast.grids[2].code, "在河对岸")
    assert whole(district, opened.number)


def test_another_item_means_another_way_and_never_the_old_desk(district: District) -> None:
    opened = district.open()
    to_station(district, opened.number)
    item = other_item(district, opened.number)
    changed = operations.change_item(
        actor=district.cast.head, number=opened.number, item=item, reason="是水务的事", now=district.later(hours=1)
    )
    case = district.case(opened.number)
    assert (case.item, changed.step) == (item, "scene")
    assert changed.desk_key != f"station_head@{district.cast.villages[0].code}"
    assert queries.queue(account=district.cast.worker, now=district.now).rows[0].case.item == item
    assert whole(district, opened.number)


def test_a_move_needs_an_office_at_work_on_it_and_a_reason(district: District) -> None:
    opened = district.open(district.cast.resident, reporter=district.cast.resident)
    move: dict[str, Any] = {
        "number": opened.number,
        "area": district.cast.grids[1].code,
        "now": district.later(minutes=1),
    }
    with pytest.raises(Forbidden):
        operations.place(actor=district.cast.resident, reason="不对", **move)
    with pytest.raises(BadInput):
        operations.place(actor=district.cast.worker, **move)
    with pytest.raises(BadInput):
        operations.place(actor=district.cast.worker, reason="不对", **(move | {"area": "999"}))
    with pytest.raises(Impossible):
        operations.place(actor=district.cast.worker, reason="不对", **(move | {"area": district.cast.grids[0].code}))
    assert not Bounce.objects.exists()


def test_what_is_done_is_not_moved(district: District) -> None:
    opened = district.open()
    to_check(district, opened.number)
    with pytest.raises(Impossible):
        operations.place(
            actor=district.cast.worker, number=opened.number, area=district.cast.grids[1].code, reason="不对",
            now=district.later(minutes=1),
        )  # fmt: skip


def test_without_a_place_nothing_else_happens(district: District) -> None:
    opened = district.open(lon=None, lat=None)
    with pytest.raises(Impossible):
        district.act(district.cast.dispatcher, opened.number, "settle", answers={"result": "?"})
    assert queries.cases(account=district.cast.dispatcher, now=district.now, wanted=queries.Wanted(placed=False)).rows


def test_a_merged_duplicate_follows_its_main_case(district: District) -> None:
    cast = district.cast
    main = district.open()
    double = district.open(cast.resident, reporter=cast.resident, text="还是那摊水")
    operations.merge(
        actor=cast.head, duplicate=double.number, main=main.number, reason="同一处", now=district.later(minutes=5)
    )
    assert [row.case.number for row in queries.queue(account=cast.worker, now=district.now).rows] == [main.number]
    with pytest.raises(Impossible):
        district.act(cast.worker, double.number, "settle", answers={"result": "x"})
    district.act(cast.worker, main.number, "settle", answers={"result": "抽干了"})
    seen = queries.track(number=double.number, secret=double.secret, now=district.now)
    assert seen is not None
    assert (seen.merged_into, seen.step, seen.choices) == (main.number, "check", ())
    assert whole(district, double.number)
    page = queries.case_page(account=cast.head, number=main.number, now=district.now)
    assert [one.number for one in page.duplicates] == [double.number]


def test_a_merge_is_taken_back_to_where_it_was(district: District) -> None:
    cast = district.cast
    main, double = district.open(), district.open()
    to_station(district, double.number)
    before = district.case(double.number)
    operations.merge(actor=cast.head, duplicate=double.number, main=main.number, now=district.later(minutes=5))
    back = operations.unmerge(actor=cast.head, duplicate=double.number, now=district.later(hours=2))
    case = district.case(double.number)
    assert (back.step, back.desk_key, case.step_due) == ("station", before.desk_key, before.step_due)
    assert (case.merged_into_id, case.closed_at) == (None, None)
    assert verify_log(case).whole
    district.act(cast.head, double.number, "settle", answers={"result": "好了"})


def test_what_is_not_merged(district: District) -> None:
    cast = district.cast
    main, double, other = district.open(), district.open(), district.open(about=(f"person:{cast.worker.pk}",))
    now = district.later(minutes=5)
    for duplicate, into in ((double.number, double.number), (other.number, main.number)):
        with pytest.raises(Impossible):
            operations.merge(actor=cast.head, duplicate=duplicate, main=into, now=now)
    with pytest.raises(Forbidden):
        operations.merge(actor=cast.leader, duplicate=double.number, main=main.number, now=now)
    operations.merge(actor=cast.head, duplicate=double.number, main=main.number, now=now)
    with pytest.raises(Impossible):
        operations.merge(actor=cast.head, duplicate=main.number, main=double.number, now=now)


def test_parents_and_children_are_no_circle(district: District) -> None:
    head = district.cast.head
    first, second, third = (district.open().number for _ in range(3))
    link = operations.link_to_parent
    link(actor=head, number=second, parent=first, now=district.now)
    link(actor=head, number=third, parent=second, now=district.now)
    for number, parent in ((first, third), (first, first)):
        with pytest.raises(Impossible):
            link(actor=head, number=number, parent=parent, now=district.now)
    related = queries.case_page(account=head, number=second, now=district.now).related
    assert {one.number for one in related} >= {first, third}


def test_an_extension_needs_the_approver_and_another_person(district: District) -> None:
    cast = district.cast
    opened = district.open()
    to_station(district, opened.number)
    before = district.case(opened.number)
    asked = district.act(cast.head, opened.number, "extend", answers={"reason": "下雨", "workdays": 2})
    assert asked.proposal is not None
    assert district.case(opened.number).step_due == before.step_due
    with pytest.raises(Impossible):
        district.act(cast.head, opened.number, "extend", answers={"reason": "下雨", "workdays": 2})
    decide: dict[str, Any] = {
        "number": opened.number,
        "proposal": asked.proposal,
        "approve": True,
        "now": district.later(minutes=1),
    }
    with pytest.raises(Forbidden):
        operations.decide(actor=cast.head, **decide)
    done = operations.decide(actor=cast.dispatcher, **decide)
    assert before.step_due is not None
    assert done.step_due == before.step_due + timedelta(days=2)
    with pytest.raises(Impossible):
        operations.decide(actor=cast.dispatcher, **decide)
    assert whole(district, opened.number)


def test_a_proposal_lapses_when_the_case_moves_on(district: District) -> None:
    cast = district.cast
    opened = district.open()
    to_station(district, opened.number)
    asked = district.act(cast.head, opened.number, "extend", answers={"reason": "下雨", "workdays": 2})
    assert asked.proposal is not None
    district.act(cast.head, opened.number, "report_up", answers={"reason": "办不了"})
    with pytest.raises(Impossible):
        operations.decide(
            actor=cast.dispatcher,
            number=opened.number,
            proposal=asked.proposal,
            approve=True,
            now=district.later(minutes=1),
        )
    page = queries.case_page(account=cast.dispatcher, number=opened.number, now=district.now)
    assert [one.state for one in page.proposals] == ["lapsed"]


def test_a_superior_supervises_and_hears_when_the_time_passes_once(district: District) -> None:
    cast = district.cast
    opened = district.open()
    limit = district.now + timedelta(hours=3)
    with pytest.raises(Forbidden):
        operations.supervise(actor=cast.worker, number=opened.number, reason="急", now=district.now)
    operations.supervise(actor=cast.dispatcher, number=opened.number, reason="急", limit_at=limit, now=district.now)
    case = district.case(opened.number)
    assert (case.supervised, case.wake_at) == (True, limit)
    assert operations.sweep(now=limit + timedelta(minutes=1)).cases == 1
    assert operations.sweep(now=limit + timedelta(minutes=2)).cases == 0
    told = CaseEvent.objects.filter(case_id=case.pk, action="watch_overdue")
    assert told.count() == 1
    operations.release(actor=cast.dispatcher, number=opened.number, now=limit + timedelta(minutes=3))
    assert district.case(opened.number).supervised is False
    assert verify_log(district.case(opened.number)).whole


def test_who_holds_several_posts_supervises_from_the_one_that_may(district: District) -> None:
    cast = district.cast
    people.learn_posts(
        scheme="another", since=date(2020, 1, 1), posts=[people.PostRule("aide", "助理", "Aide", "department")]
    )
    begun: dict[str, Any] = {"actor": None, "account": cast.outsider, "since": BEGAN, "now": BEGAN}
    for post in ("clerk", "aide"):
        people.appoint(post=post, department=cast.department, **begun)
    people.appoint(post="dispatcher", area=cast.district, **begun)
    opened = district.open()
    watch = operations.supervise(
        actor=Account.objects.get(pk=cast.outsider.pk), number=opened.number, reason="急", now=district.now
    )
    assert watch.desk_key == f"dispatcher@{cast.district.code}"


def test_cases_follow_their_ground_when_grids_are_merged(district: District) -> None:
    cast = district.cast
    opened, elsewhere = district.open(), district.open(area=cast.grids[3].code)
    today = district.later(days=1).date()
    old, heir = cast.grids[0], cast.grids[1]
    Area.objects.filter(pk=old.pk).update(until=today)
    both = shapely.union_all([shapely.from_wkb(bytes(one.boundary or b"")) for one in (old, heir)])
    Area.objects.filter(pk=heir.pk).update(boundary=shapely.to_wkb(both))
    territory.look_again()
    assert operations.follow_territory(now=district.now) == 1
    assert operations.follow_territory(now=district.now) == 0
    assert district.case(opened.number).desk_key == f"grid_worker@{heir.code}"
    assert district.case(elsewhere.number).desk_key == f"grid_worker@{cast.grids[3].code}"
    assert whole(district, opened.number)


def test_a_moved_area_takes_its_cases_along(district: District) -> None:
    cast = district.cast
    opened = district.open()
    path = f"{cast.villages[1].path}{cast.grids[0].code}/"
    Area.objects.filter(pk=cast.grids[0].pk).update(path=path)
    territory.look_again()
    operations.follow_territory(now=district.later(minutes=1))
    assert district.case(opened.number).area_path == path
    assert queries.cases(account=cast.other_head, now=district.now).rows
    assert not queries.cases(account=cast.head, now=district.now).rows


def test_what_was_done_goes_on_where_the_ground_went(district: District) -> None:
    cast = district.cast
    opened = district.open()
    to_check(district, opened.number)
    before = district.case(opened.number)
    old, heir = cast.grids[0], cast.grids[1]
    Area.objects.filter(pk=old.pk).update(until=district.later(days=1).date())
    both = shapely.union_all([shapely.from_wkb(bytes(one.boundary or b"")) for one in (old, heir)])
    Area.objects.filter(pk=heir.pk).update(boundary=shapely.to_wkb(both))
    territory.look_again()
    assert operations.follow_territory(now=district.now) == 1
    case = district.case(opened.number)
    assert (case.step, case.step_due, case.case_due) == ("check", before.step_due, before.case_due)
    assert (case.desk_key, case.area_path, case.trouble) == (f"grid_worker@{heir.code}", heir.path, "")
    assert whole(district, opened.number)
    district.act(cast.other_worker, opened.number, "confirm")


def test_after_its_grid_was_moved_a_case_goes_up_the_new_line(district: District) -> None:
    cast = district.cast
    opened = district.open()
    grid = cast.grids[0]
    Area.objects.filter(pk=grid.pk).update(path=f"{cast.villages[1].path}{grid.code}/", parent=cast.villages[1])
    territory.look_again()
    operations.follow_territory(now=district.later(minutes=1))
    district.act(cast.worker, opened.number, "report_up", answers={"reason": "要协调"})
    assert district.case(opened.number).desk_key == f"station_head@{cast.villages[1].code}"
    assert whole(district, opened.number)
