"""Hours of duties: what fills which stretch, what is kept and fills none, what is missed and open, who sees it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from gezhi.duties import marks, operations, plans, queries
from gezhi.duties.errors import Forbidden
from gezhi.duties.models import Activity
from gezhi.duties.operations import Recorded, log
from gezhi.duties.queries import sums
from gezhi.duties.queries.hours import Stands
from gezhi.duties.queries.sums import Scope, Wanted
from gezhi.duties.tests.conftest import PLAN, SHANGHAI, District
from gezhi.enactment import operations as enactment
from gezhi.schemes.state import Light

HOURS = (
    PLAN.partition("[duties.look_after]")[0].replace('scheme = "rounds"', 'scheme = "hours"')
    + """
[duties.walk]
title = "错时双巡"
activity = "patrol"
who = "grid_worker"
of = "grid"
at_least = "2 per day"
hours = ["07:00-09:00", "18:00-20:30"]

[duties.call]
title = "早晚走访"
activity = "visit"
who = "grid_worker"
of = "homes[class = 1]"
at_least = "2 per day"
hours = ["07:00-09:00", "18:00-20:30"]

[duties.evening]
title = "每周两次夜访"
activity = "visit"
who = "grid_worker"
of = "homes[class = 3]"
at_least = "2 per week"
hours = "18:00-20:00"

[duties.receive]
title = "接访"
activity = "reception"
who = "station_head"
of = "village"
on = "FREQ=MONTHLY;BYMONTHDAY=10,25"
if_holiday = "next workday"
hours = "18:00-20:00"

[duties.signed]
title = "签字晚巡"
activity = "patrol"
who = "grid_worker"
of = "grid"
at_least = "1 per day"
hours = "18:00-20:00"
closes = "signature"
signed_by = "station_head"
"""
)


def at(hour: int, minute: int = 0, day: int = 3) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def _with_hours(district: District) -> None:
    when = datetime(2025, 12, 31, tzinfo=UTC)
    enactment.enact(files={"hours/scheme.toml": HOURS}, actor=None, on=date(2026, 1, 1), now=when)


def walk(district: District, began: datetime, minutes: int = 40, duty: str = "hours.walk", **more: Any) -> Recorded:
    """Record something that ends now."""
    district.now = began + timedelta(minutes=minutes)
    return district.record(duty=duty, began=began, **more)


def owed(district: District, when: datetime, duty: str = "hours.walk") -> queries.Owed:
    """Return what is owed at a time."""
    district.now = when
    (one,) = district.owed(district.cast.worker, duty)
    return one


def stands(one: queries.Owed) -> list[str]:
    return [str(hour.stands) for hour in one.hours]


def test_one_patrol_fills_the_hours_that_it_lies_in_and_no_other(district: District) -> None:
    assert stands(owed(district, at(6))) == ["later", "later"]
    assert owed(district, at(7)).due == at(9)
    walk(district, at(6, 50))
    after = owed(district, at(8))
    assert (after.done, after.asked, stands(after), after.due) == (1, 2, ["done", "later"], at(20, 30))
    again = walk(district, at(8, 20), 20)
    assert (again.activity.slot, again.activity.counts, again.activity.marks) == (1, True, [marks.SAME_HOURS])
    assert (owed(district, at(9)).done, owed(district, at(9)).light) == (1, Light.GREEN)
    walk(district, at(17, 50))
    after = owed(district, at(19))
    assert (after.done, after.light, stands(after)) == (2, Light.DONE, ["done", "done"])


def test_what_lies_outside_is_kept_and_marked_and_fills_nothing(district: District) -> None:
    done = walk(district, at(12))
    assert (done.outcome, done.activity.marks, done.activity.counts, done.activity.slot) == (
        "accepted", [marks.OUTSIDE], False, None,
    )  # fmt: skip
    assert "07:00–09:00、18:00–20:30" in done.notes[0]
    assert owed(district, at(13)).done == 0
    page = queries.activity_page(account=district.cast.worker, pk=done.activity.pk, now=district.now)
    assert page is not None
    assert marks.words(page.activity) == list(done.notes)


def test_missed_hours_are_red_while_the_next_are_open(district: District) -> None:
    now = owed(district, at(9))
    assert (now.light, stands(now), now.due) == (Light.RED, ["missed", "later"], at(20, 30))
    walk(district, at(18, 10))
    now = owed(district, at(19))
    assert (now.done, now.light, stands(now)) == (1, Light.RED, ["missed", "done"])
    assert owed(district, at(6, day=4)).light is Light.GREEN
    missed = {one.round.last.day: one for one in queries.missed(account=district.cast.worker, now=district.now)
              if one.planned.name == "hours.walk"}  # fmt: skip
    assert [one.zh for one in missed[3].empty] == ["07:00–09:00"]
    assert [one.zh for one in missed[2].empty] == ["07:00–09:00", "18:00–20:30"]


def test_a_light_turns_yellow_in_the_second_half_of_the_hours_at_the_latest(district: District) -> None:
    assert owed(district, at(7)).light is Light.GREEN
    assert owed(district, at(8)).light is Light.YELLOW
    walk(district, at(8))
    assert owed(district, at(12)).light is Light.GREEN
    assert owed(district, at(19, 15)).light is Light.YELLOW


def test_taking_one_back_opens_its_hours_again(district: District) -> None:
    done = walk(district, at(7, 10))
    assert owed(district, at(8)).done == 1
    operations.withdraw(actor=district.cast.worker, now=district.now, activity=done.activity.pk, reason="记错了")
    assert stands(owed(district, at(8, 5))) == ["open", "later"]
    walk(district, at(8, 10), 20)
    assert owed(district, at(8, 40)).done == 1


def test_a_patrol_under_way_is_placed_when_it_ends(district: District) -> None:
    district.now = at(8, 55)
    begun = district.record(duty="hours.walk", began=district.now, ended=None)
    assert begun.activity.slot is None
    done = operations.finish(actor=district.cast.worker, now=at(9, 40), activity=begun.activity.pk)
    assert (done.activity.slot, done.activity.marks, done.activity.counts) == (1, [], True)
    assert log.first_broken(Activity.objects.unscoped(reason="test").get(pk=done.activity.pk)) is None


def test_what_arrives_late_counts_for_the_hours_in_which_it_was_done(district: District) -> None:
    district.now = at(22)
    done = district.record(duty="hours.walk", began=at(7, 30), ended=at(8, 10))
    assert (done.activity.slot, done.activity.counts) == (1, True)
    now = owed(district, at(22))
    assert (now.done, stands(now)) == (1, ["done", "missed"])


def test_a_clock_ahead_is_held_to_when_the_record_arrived(district: District) -> None:
    district.now = at(12)
    ahead = district.record(duty="hours.walk", began=at(18, 10), ended=at(18, 50))
    assert set(ahead.activity.marks) == {marks.CLOCK, marks.OUTSIDE}
    assert not ahead.activity.counts


def test_the_plan_in_force_on_the_day_decides(district: District) -> None:
    later = HOURS.replace('version = "1"', 'version = "2"').replace('"18:00-20:30"', '"16:00-17:30"')
    district.now = at(21)
    enactment.enact(files={"hours/scheme.toml": later}, actor=None, on=date(2026, 6, 4), now=district.now)
    district.now = at(6, day=4)
    old = district.record(duty="hours.walk", began=at(18), ended=at(18, 40))
    assert old.activity.slot == 2
    assert walk(district, at(18, day=4)).activity.marks == [marks.OUTSIDE]
    assert walk(district, at(16, day=4)).activity.slot == 2


def test_what_was_done_before_the_plan_named_hours_fills_one_each(district: District) -> None:
    for began in (at(10), at(15)):
        walk(district, began)
    Activity.objects.unscoped(reason="as it was done under a plan without hours").update(
        counts=True, marks=[], slot=None
    )
    assert owed(district, at(20)).light is Light.DONE
    district.now = at(6, day=4)
    assert 3 not in {one.round.last.day for one in queries.missed(account=district.cast.worker, now=district.now)
                     if one.planned.name == "hours.walk"}  # fmt: skip


def test_what_areas_are_late_with_adds_up_over_the_hours_that_are_over(district: District) -> None:
    thrice = HOURS.replace('version = "1"', 'version = "2"').replace(
        'at_least = "2 per day"\nhours = ["07:00-09:00", "18:00-20:30"]',
        'at_least = "3 per day"\nhours = ["07:00-09:00", "12:00-14:00", "18:00-20:30"]', 1,
    )  # fmt: skip
    district.now = at(21)
    enactment.enact(files={"hours/scheme.toml": thrice}, actor=None, on=date(2026, 6, 4), now=district.now)
    area = district.cast.villages[0]
    count = sum(one.parent_id == area.pk for one in district.cast.grids)
    walk(district, at(7, 10, day=4))
    (row,) = queries.board(area, at(15, day=4), duty="hours.walk")
    assert (row.asked, row.done, row.late) == (3 * count, 1, 2 * count - 1)
    walk(district, at(18, day=4), 40)
    (row,) = queries.board(area, at(21, day=4), duty="hours.walk")
    assert (row.done, row.late) == (2, 3 * count - 2)


def test_households_want_each_stretch(district: District) -> None:
    homes = [district.home(n, kind="1") for n in range(3)]
    planned = plans.find("hours.call", date(2026, 6, 3))
    assert planned is not None
    one = planned.round_on(date(2026, 6, 3))
    assert one is not None
    for home in homes[:2]:
        walk(district, at(7, 10), 15, "hours.call", entry=home.pk)
    walk(district, at(7, 40), 15, "hours.call", entry=homes[0].pk)
    walk(district, at(18, 10), 15, "hours.call", entry=homes[0].pk)
    walk(district, at(18, 40), 15, "hours.call", entry=homes[2].pk)
    for area in (district.cast.grids[0], district.cast.district):  # below the top, and at the top
        scope = Scope(planned, one, area.path, one.last)
        found = sums.total(scope)
        assert (found.objects, found.done, found.activities) == (3, 1, 4)
        assert (list(found.filled), list(found.upto)) == ([2, 2], [2, 1])
        assert sum((of.done for of in sums.by_area(scope).values()), 0) == 1
        left = {row.name: row.slots for row in sums.objects(scope, Wanted())}
        assert left == {homes[1].name: 1, homes[2].name: 2}
    walked = sums._walk(scope, sums._given(scope) | {"size": 5, "walked": 50}, ["true"])
    assert {row.name: row.slots for row in walked} == left


def test_a_board_says_how_far_each_stretch_is_and_what_is_late(district: District) -> None:
    district.now = at(8)
    area = district.cast.villages[0]
    count = sum(one.parent_id == area.pk for one in district.cast.grids)
    walk(district, at(7, 10))
    (row,) = queries.board(area, at(8), duty="hours.walk")
    assert (row.late, row.light is Light.RED) == (0, False)
    (row,) = queries.board(area, at(12), duty="hours.walk")
    assert [(hour.done, hour.stands) for hour in row.hours] == [(1, Stands.MISSED), (0, Stands.LATER)]
    assert (row.late, row.light, row.due) == (count - 1, Light.RED, at(20, 30))
    (row,) = queries.board(area, at(21), duty="hours.walk")
    assert row.late == 2 * count - 1
    below = {one.area.pk: one.light for one in queries.parts(row, area, at(12))}
    assert below.pop(district.cast.grids[0].pk) is Light.GREEN
    assert {*below.values()} == {Light.RED}
    (one,) = queries.board(district.cast.grids[0], at(12), duty="hours.walk")
    assert (one.late, one.light) == (0, Light.GREEN)


def test_a_reception_is_due_when_its_hours_end(district: District) -> None:
    head, village = district.cast.head, district.cast.villages[0].code
    district.now = at(9, day=10)
    (one,) = district.owed(head, "hours.receive")
    assert (one.due, one.light, stands(one)) == (at(20, day=10), Light.GREEN, ["later"])
    district.now = at(10, day=10)
    early = district.record(head, "hours.receive", area=village)
    assert early.activity.marks == [marks.OUTSIDE]
    district.now = at(19, 30, day=10)
    (one,) = district.owed(head, "hours.receive")
    assert (one.light, stands(one), one.done) == (Light.YELLOW, ["open"], 0)
    district.now = at(20, 1, day=10)
    (one,) = district.owed(head, "hours.receive")
    assert (one.light, stands(one)) == (Light.RED, ["missed"])
    # held late, at its hours of another day: it counts, late as it is
    district.record(head, "hours.receive", area=village, began=at(18, day=11), ended=at(19, day=11), now=at(19, day=11))
    district.now = at(19, 5, day=11)
    (one,) = district.owed(head, "hours.receive")
    assert one.light is Light.DONE


def test_one_stretch_holds_for_every_activity_of_a_longer_round(district: District) -> None:
    home = district.home(1, kind="3")
    for day, hour, counted in ((1, 18, True), (2, 12, False), (3, 19, True)):
        done = walk(district, at(hour, day=day), 15, "hours.evening", entry=home.pk)
        assert (done.activity.counts, done.activity.slot) == (counted, None)
    (one,) = district.owed(district.cast.worker, "hours.evening")
    assert (one.light, one.due, one.hours) == (Light.DONE, at(20, day=7), ())


def test_a_signature_does_not_bring_it_into_the_hours(district: District) -> None:
    done = walk(district, at(12), duty="hours.signed")
    assert owed(district, at(13), "hours.signed").unsigned == 0
    operations.sign(actor=district.cast.head, now=at(13), activity=done.activity.pk)
    assert owed(district, at(14), "hours.signed").done == 0
    row = Activity.objects.unscoped(reason="test").get(pk=done.activity.pk)
    assert (row.signed_by_id, row.counts) == (district.cast.head.pk, False)


def test_the_day_s_way_goes_by_hours_and_leaves_out_what_is_over(district: District) -> None:
    def stops(when: datetime) -> list[tuple[str, datetime | None]]:
        found = queries.route(account=district.cast.worker, now=when)
        return [(one.owed.planned.name, one.begins) for one in found if one.owed.planned.scheme.id == "hours"]

    district.home(1, kind="3")
    morning = stops(at(7, 30))
    assert dict(morning)["hours.walk"] is None
    assert dict(morning)["hours.evening"] == at(18)
    assert [begins for _, begins in morning] == sorted((begins for _, begins in morning), key=lambda one: one or at(0))
    assert dict(stops(at(12)))["hours.walk"] == at(18)
    assert "hours.walk" not in dict(stops(at(20, 45)))


def test_somebody_else_s_hours_are_nobody_else_s_to_fill(district: District) -> None:
    for who in (district.cast.outsider, district.cast.clerk, district.cast.resident):
        with pytest.raises(Forbidden):
            district.record(who, "hours.walk", began=at(7, 30), ended=at(8), now=at(8))
    assert not district.owed(district.cast.outsider, "hours.walk")


def test_a_duty_without_hours_reads_what_its_index_has(district: District) -> None:
    for name in ("rounds.call_3", "rounds.walk", "hours.evening"):
        planned = plans.find(name, date(2026, 6, 3))
        assert planned is not None
        one = planned.round_on(date(2026, 6, 3))
        assert one is not None
        for area in (district.cast.district, district.cast.grids[0]):
            scope = Scope(planned, one, area.path, one.last)
            said = sums._statement(scope, sums._given(scope)) + sums._counted(scope) + sums._objects(scope)
            assert "slot" not in said


def test_what_reaches_into_two_hours_fills_the_first_that_nothing_fills_yet(district: District) -> None:
    long = walk(district, at(8), 11 * 60)
    assert (long.activity.slot, long.activity.marks) == (1, [])
    assert stands(owed(district, at(19))) == ["done", "open"]
    # the morning has its own: then it is the evening's
    walk(district, at(7, 10, day=4))
    evening = walk(district, at(8, day=4), 11 * 60)
    assert (evening.activity.slot, evening.activity.marks) == (2, [])
    assert stands(owed(district, at(19, 30, day=4))) == ["done", "done"]
    third = walk(district, at(8, 30, day=4), 11 * 60)
    assert (third.activity.slot, third.activity.marks) == (1, [marks.SAME_HOURS])
