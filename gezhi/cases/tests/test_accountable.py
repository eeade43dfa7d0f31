"""Who held a case and for how long stays right, and everything rings once, whatever way a case is moved or merged."""

import pytest

from gezhi.cases import operations
from gezhi.cases.errors import Impossible
from gezhi.cases.operations.projection import load_state
from gezhi.cases.tests.conftest import District
from gezhi.cases.tests.test_door import to_closed, to_station
from gezhi.cases.tests.test_moving import other_item
from gezhi.enactment import queries as enactment
from gezhi.foundation import outbox
from gezhi.notices import queries as notices
from gezhi.people.models import Account
from gezhi.schemes import engine


def overdue_by_desk(district: District, number: str) -> dict[str, int]:
    """Return desk → overdue work seconds, of those that have any."""
    case = district.case(number)
    found = engine.look_back(enactment.scheme(case.scheme_version_id), load_state(case.state), district.now)
    return {time.hold.desk.key: time.overdue_seconds for time in found if time.overdue_seconds}


def told(account: Account, about: str) -> list[str]:
    """Return the messages in an account's inbox with some words in their subject."""
    return [one.subject for one in notices.inbox(account) if about in one.subject]


def relay(district: District) -> None:
    """Send what waits."""
    while outbox.relay(district.now):
        pass


@pytest.mark.parametrize("way", ["place", "change_item", "merge"])
def test_an_overdue_holder_answers_for_it_however_the_case_leaves(district: District, way: str) -> None:
    cast = district.cast
    main, opened = district.open(), district.open()
    to_station(district, opened.number)
    district.later(days=10)
    operations.sweep(now=district.now)
    late = overdue_by_desk(district, opened.number)
    assert f"station_head@{cast.villages[0].code}" in late
    now = district.now
    if way == "place":
        operations.place(actor=cast.head, number=opened.number, area=cast.grids[1].code, reason="对岸", now=now)
    elif way == "change_item":
        item = other_item(district, opened.number)
        operations.change_item(actor=cast.head, number=opened.number, item=item, reason="是水务的事", now=now)
    else:
        operations.merge(actor=cast.head, duplicate=opened.number, main=main.number, reason="同一处", now=now)
    assert overdue_by_desk(district, opened.number) == late


def test_a_move_rings_nothing_twice(district: District) -> None:
    cast = district.cast
    opened = district.open()
    to_station(district, opened.number)
    district.later(days=60)
    operations.sweep(now=district.now)
    relay(district)
    rung = district.case(opened.number).log_seq
    operations.place(actor=cast.head, number=opened.number, area=cast.grids[1].code, reason="对岸", now=district.now)
    operations.sweep(now=district.later(minutes=1))
    assert district.case(opened.number).log_seq == rung + 1


def test_a_move_keeps_what_was_granted_and_what_stood_still(district: District) -> None:
    cast = district.cast
    opened = district.open(received_by=None)
    to_station(district, opened.number)
    district.act(cast.head, opened.number, "pause", answers={"reason": "等材料"})
    district.later(days=7)
    district.act(cast.head, opened.number, "resume", answers={})
    before = district.case(opened.number)
    operations.place(actor=cast.head, number=opened.number, area=cast.grids[1].code, reason="对岸", now=district.now)
    assert district.case(opened.number).case_due == before.case_due


def test_a_case_written_in_two_ways_is_still_one(district: District) -> None:
    opened = district.open()
    other = opened.number.replace("-", "")
    with pytest.raises(Impossible):
        operations.merge(actor=district.cast.head, duplicate=opened.number, main=other, now=district.later(minutes=1))


def test_nothing_new_disappears_into_what_is_closed(district: District) -> None:
    cast = district.cast
    main, fresh = district.open(cast.resident, reporter=cast.resident), district.open()
    to_closed(district, main.number)
    with pytest.raises(Impossible):
        operations.merge(actor=cast.head, duplicate=fresh.number, main=main.number, now=district.now)


def test_a_main_case_is_not_merged_away_from_its_duplicates(district: District) -> None:
    cast = district.cast
    first, second, third = district.open(), district.open(), district.open()
    now = district.later(minutes=1)
    operations.merge(actor=cast.head, duplicate=first.number, main=second.number, now=now)
    with pytest.raises(Impossible):
        operations.merge(actor=cast.head, duplicate=second.number, main=third.number, now=now)
