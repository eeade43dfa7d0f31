"""Who holds what: for telling somebody, for boards, for the setup pages."""

from datetime import UTC, datetime

from pytest_django import DjangoAssertNumQueries

from gezhi.people import operations, queries
from gezhi.people.models import Appointment
from gezhi.people.tests.cast import Cast
from gezhi.schemes.state import REPORTER, Desk

NOW = datetime(2026, 5, 9, 2, 20, tzinfo=UTC)


def test_holders_of_desks_each_once(cast: Cast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    operations.appoint(
        actor=None, account=cast.worker, post="clerk", department=cast.other_department, since=NOW, now=NOW
    )
    desks = [
        Desk("post", "grid_worker", cast.grids[0].code),
        Desk("department", "water"),
        Desk("person", str(cast.head.pk)),
        REPORTER,
    ]
    with django_assert_num_queries(1):
        found = queries.holders(desks, NOW)
    assert [account.username for account in found] == ["head", "other_clerk", "worker"]
    assert queries.holders([REPORTER], NOW) == []


def test_who_left_or_is_closed_is_told_nothing_more(cast: Cast) -> None:
    desk = Desk("post", "grid_worker", cast.grids[0].code)
    operations.end_appointment(actor=None, appointment=Appointment.objects.get(account=cast.worker), until=NOW, now=NOW)
    assert queries.holders([desk], NOW) == []
    operations.deactivate(actor=None, account=cast.clerk, now=NOW)
    assert queries.holders([Desk("department", "city_management"), Desk("person", str(cast.clerk.pk))], NOW) == []


def test_who_may_set_up(cast: Cast) -> None:
    assert [account.username for account in queries.holders_of("setup", NOW)] == ["dispatcher", "steward"]


def test_the_list_of_staff_shows_the_posts_held_now_in_two_queries(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        found = {account.username: account.held for account in queries.staff(NOW)}  # type: ignore[attr-defined]
    assert [row.post for row in found["head"]] == ["station_head"]
    assert found["outsider"] == []
    assert [account.username for account in queries.staff(NOW, words="站长")] == ["head", "other_head"]
    operations.deactivate(actor=None, account=cast.head, now=NOW)
    assert [account.username for account in queries.staff(NOW, words="站长")] == ["other_head"]


def test_a_number_is_found_in_any_spelling_and_nonsense_finds_nobody(cast: Cast) -> None:
    assert queries.by_phone("+86 100 0000 0001").get() == cast.resident
    assert not queries.by_phone("call me").exists()


def test_people_on_the_board_of_an_area(cast: Cast) -> None:
    names = [row.account.username for row in queries.at_area(cast.villages[0].path, NOW)]
    assert names == ["head", "worker", "other_worker"]
    assert queries.filled(NOW)["grid_worker"] == 2
