"""What somebody sees follows from the posts held now, by the same predicate for a list and for one object."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from pytest_django import DjangoAssertNumQueries

from gezhi.people import access, operations
from gezhi.people.models import Account, Appointment
from gezhi.people.tests.cast import ROLES, Cast
from gezhi.schemes.state import Desk
from gezhi.territory.models import Area

NOW = datetime(2026, 5, 9, 2, 20, tzinfo=UTC)


def test_desks_follow_the_appointments(cast: Cast) -> None:
    assert access.desks_of(cast.worker, NOW) == (
        Desk("post", "grid_worker", cast.grids[0].code),
        Desk("person", str(cast.worker.pk)),
    )
    assert access.desks_of(cast.clerk, NOW)[0] == Desk("department", "city_management")
    assert access.desks_of(cast.outsider, NOW) == (Desk("person", str(cast.outsider.pk)),)
    assert access.desks_of(None, NOW) == ()


def test_an_area_is_seen_from_its_office_and_above_only(cast: Cast) -> None:
    seers = {
        name
        for name in (*ROLES, "other_worker", "other_head", "centre", "other_clerk")
        if access.reach(cast.role(name), NOW).sees_area(cast.grids[0].path)
    }
    assert seers == {"worker", "head", "centre", "dispatcher", "leader"}


def test_a_list_and_a_single_object_agree_for_everybody(cast: Cast) -> None:
    for name in (*ROLES, "other_worker", "other_head", "centre", "other_clerk"):
        reach = access.reach(cast.role(name), NOW)
        listed = set(Area.objects.filter(reach.q(path="path")))
        assert listed == {area for area in Area.objects.all() if reach.covers(path=area.path)}, name


def test_a_department_sees_its_own_matters_and_its_owner_too(cast: Cast) -> None:
    clerk, resident = access.reach(cast.clerk, NOW), access.reach(cast.resident, NOW)
    assert clerk.covers(path=cast.grids[3].path, department="city_management")
    assert not clerk.covers(path=cast.grids[3].path, department="water")
    assert resident.covers(path=cast.grids[3].path, owner=cast.resident.pk)
    assert not resident.covers(path=cast.grids[3].path, owner=cast.other_resident.pk)
    assert not access.NOBODY.covers(path=cast.grids[3].path, owner=uuid4())


def test_an_ended_appointment_counts_no_more_from_that_instant(cast: Cast) -> None:
    held = Appointment.objects.get(account=cast.clerk)
    operations.end_appointment(actor=cast.dispatcher, appointment=held, until=NOW, now=NOW)
    again = Account.objects.get(pk=cast.clerk.pk)
    assert access.reach(again, NOW - timedelta(seconds=1)).departments == ("city_management",)
    assert access.reach(again, NOW).departments == ()
    assert access.reach(again, NOW + timedelta(minutes=1)).rights == frozenset()


def test_ending_is_seen_by_the_same_object_within_the_same_instant(cast: Cast) -> None:
    assert access.reach(cast.worker, NOW).area_paths
    held = Appointment.objects.select_related("account").get(account=cast.worker)
    held.account = cast.worker
    operations.end_appointment(actor=None, appointment=held, until=NOW, now=NOW)
    assert access.reach(cast.worker, NOW).area_paths == ()


def test_rights_count_where_the_post_is_held(cast: Cast) -> None:
    clerk = access.reach(cast.clerk, NOW)
    assert clerk.holds("see_contact")
    assert clerk.holds("see_contact", departments=["city_management"])
    assert not clerk.holds("see_contact", departments=["water"])
    assert not clerk.holds("see_contact", path=cast.grids[0].path)
    assert access.holds(cast.leader, "supervise", NOW, path=cast.grids[2].path)
    assert not access.holds(cast.head, "supervise", NOW)


def test_the_steward_sets_up_but_sees_no_area(cast: Cast) -> None:
    reach = access.reach(cast.steward, NOW)
    assert reach.holds("setup")
    assert not reach.sees_area(cast.grids[0].path)


def test_a_person_with_several_posts_has_the_desks_of_all(cast: Cast) -> None:
    operations.appoint(
        actor=None, account=cast.worker, post="grid_worker", area=cast.grids[1], since=NOW, stand_in=True, now=NOW
    )
    desks = {desk.key for desk in access.desks_of(cast.worker, NOW) if desk.kind == "post"}
    assert desks == {f"grid_worker@{cast.grids[0].code}", f"grid_worker@{cast.grids[1].code}"}


def test_standing_costs_two_queries_and_once(cast: Cast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(2):
        access.desks_of(cast.head, NOW)
        access.reach(cast.head, NOW)


def test_the_rights_of_a_later_version_wait_for_their_day(cast: Cast) -> None:
    rule = operations.PostRule("grid_worker", "网格员", level="grid", rights=("insight",))
    operations.learn_posts(scheme="cast", since=NOW.date() + timedelta(days=1), posts=[rule])
    assert not access.holds(cast.worker, "insight", NOW)
    assert access.holds(cast.worker, "insight", NOW + timedelta(days=1))
    assert not access.holds(cast.leader, "supervise", NOW + timedelta(days=1)), "the new version names no leader"


@pytest.mark.parametrize("name", ["resident", "worker", "head", "clerk", "leader", "outsider"])
def test_nobody_appoints_without_the_right(cast: Cast, name: str) -> None:
    with pytest.raises(access.Denied):
        operations.appoint(
            actor=cast.role(name), account=cast.outsider, post="grid_worker", area=cast.grids[2], since=NOW, now=NOW
        )


def test_a_full_seat_is_warned_of_but_not_refused(cast: Cast) -> None:
    made = operations.appoint(
        actor=cast.dispatcher, account=cast.outsider, post="grid_worker", area=cast.grids[0], since=NOW, now=NOW
    )
    assert len(made.warnings) == 1
    assert "李网格" in made.warnings[0]
    stand_in = operations.appoint(
        actor=cast.dispatcher,
        account=cast.head,
        post="grid_worker",
        area=cast.grids[0],
        since=NOW,
        stand_in=True,
        now=NOW,
    )
    assert stand_in.warnings == ()


def test_a_post_is_held_at_its_own_level_once(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="网格员"):
        operations.appoint(
            actor=None, account=cast.outsider, post="grid_worker", area=cast.villages[0], since=NOW, now=NOW
        )
    with pytest.raises(ValidationError):
        operations.appoint(actor=None, account=cast.outsider, post="emperor", area=cast.district, since=NOW, now=NOW)
    with pytest.raises(ValidationError):
        operations.appoint(actor=None, account=cast.worker, post="grid_worker", area=cast.grids[0], since=NOW, now=NOW)
    with pytest.raises(ValidationError):
        operations.appoint(
            actor=None, account=cast.resident, post="grid_worker", area=cast.grids[0], since=NOW, now=NOW
        )


def test_a_transfer_leaves_no_gap_and_no_overlap(cast: Cast) -> None:
    held = Appointment.objects.get(account=cast.worker)
    operations.transfer(actor=cast.dispatcher, appointment=held, area=cast.grids[3], at=NOW, now=NOW)
    account = Account.objects.get(pk=cast.worker.pk)
    assert [d.area for d in access.desks_of(account, NOW - timedelta(microseconds=1)) if d.area] == [cast.grids[0].code]
    assert [d.area for d in access.desks_of(account, NOW) if d.area] == [cast.grids[3].code]


def test_a_refused_transfer_changes_nothing(cast: Cast) -> None:
    held = Appointment.objects.get(account=cast.worker)
    with pytest.raises(ValidationError):
        operations.transfer(actor=cast.dispatcher, appointment=held, area=cast.villages[0], at=NOW, now=NOW)
    held.refresh_from_db()
    assert held.until is None
