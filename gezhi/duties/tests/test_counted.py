"""Counted once and where it belongs; read by who may read it; excused by who may excuse it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from gezhi.duties import operations, queries
from gezhi.duties.answers import private_of
from gezhi.duties.errors import BadInput
from gezhi.duties.models import Activity, Drawn
from gezhi.duties.operations import Found
from gezhi.duties.tests.conftest import SHANGHAI, District


def walked(district: District) -> int:
    (owed,) = district.owed(district.cast.worker, "rounds.walk")
    return owed.done


def test_a_patrol_past_a_household_fills_the_grid(district: District) -> None:
    home = district.home(1)
    district.record(entry=home.pk)
    assert walked(district) == 1


def test_a_patrol_of_a_village_says_for_which_grid(district: District) -> None:
    with pytest.raises(BadInput) as refused:
        district.record(
            district.cast.head, "rounds.joint", area=district.cast.villages[0].code, others=(district.cast.worker.pk,)
        )
    assert refused.value.field == "area"


def test_a_village_round_recorded_in_a_grid_counts_for_the_village(district: District) -> None:
    # as a stand-in of both posts would: the head is in the grid
    row = district.record(district.cast.head, "rounds.fortnight").activity
    assert row.area_id == district.cast.villages[0].pk
    (owed,) = district.owed(district.cast.head, "rounds.fortnight")
    assert owed.done == 1


def test_a_minute_before_midnight_is_that_day(district: District) -> None:
    at = datetime(2026, 6, 3, 23, 59, tzinfo=SHANGHAI)
    row = district.record(began=at, ended=at + timedelta(minutes=5), now=at + timedelta(minutes=6)).activity
    assert row.day == date(2026, 6, 3)


def test_a_rule_with_a_month_between_is_seen_when_it_was_missed(district: District) -> None:
    district.now = datetime(2026, 6, 16, 10, 0, tzinfo=SHANGHAI)
    missed = queries.missed(account=district.cast.head, now=district.now)
    assert [one.round.due for one in missed if one.planned.name == "rounds.fortnight"] == [date(2026, 6, 1)]


def test_an_own_absence_entered_afterwards_excuses_nothing(district: District) -> None:
    yesterday = timezone.localdate(district.now) - timedelta(days=1)
    given: dict[str, Any] = {"account": district.cast.worker, "first": yesterday, "last": yesterday, "reason": "sick"}
    row = operations.go_away(actor=district.cast.worker, now=district.now, **given)

    def said() -> str:
        missed = queries.missed(account=district.cast.worker, now=district.now)
        return next(one.away for one in missed if one.planned.name == "rounds.walk" and one.round.last == yesterday)

    assert said() == ""
    operations.come_back(actor=district.cast.worker, absence=row.pk, now=district.now)
    operations.go_away(actor=district.cast.head, now=district.now, **given)
    assert said() == "sick"


def test_days_at_the_end_of_the_calendar_are_refused(district: District) -> None:
    with pytest.raises(BadInput):
        operations.object_to(
            actor=district.cast.worker, duty="rounds.walk", area=district.cast.grids[0].code, on=date.max,
            reason="x", now=district.now,
        )  # fmt: skip
    with pytest.raises(BadInput):
        operations.go_away(
            actor=district.cast.worker, account=district.cast.worker, first=date.max, last=date.max, reason="sick",
            now=district.now,
        )  # fmt: skip


def test_a_diary_names_no_care_case_and_shows_others_none(district: District) -> None:
    row = district.record(entry=district.home(1).pk, remarks="刑满释放人员").activity
    Activity.objects.unscoped(reason="as of a care register").filter(pk=row.pk).update(guarded=True)
    day = timezone.localdate(district.now)
    given: dict[str, Any] = {"account": district.cast.worker, "now": district.now, "first": day, "last": day}
    (own,) = queries.lines(**given)
    assert ("住户1" in own.what, own.note) == (False, "")
    assert queries.lines(reader=district.cast.head, **given) == []
    assert queries.lines(reader=district.cast.other_head, **given) == []


def test_a_limit_without_an_item_says_that_nobody_watches_it(district: District) -> None:
    found = Found("栏杆松", way="limited", interim="拉警戒线", until=date(2026, 6, 9))
    row = district.record(findings=(found,)).activity
    assert row.findings.get().trouble


def test_an_answer_of_a_field_that_is_gone_is_kept_sealed(district: District) -> None:
    row = district.record(
        duty="rounds.walk_with_form", answers={"weather": "fine", "gone": "旧字段"}, form_print="of another day"
    ).activity
    assert "旧字段" not in str(row.answers) + str(row.faults)
    assert private_of(row.sealed)[""] == {"gone": "旧字段"}


def test_an_erased_household_leaves_its_draw_without_a_name(district: District) -> None:
    home = district.home(1)
    row = operations.draw(
        actor=district.cast.head, duty="rounds.check_3", area=district.cast.villages[0].code, now=district.now
    )
    assert Drawn.objects.get(draw=row).name == "住户1"
    operations.forget_entry(entry=home.pk, now=district.now)
    assert Drawn.objects.get(draw=row).name == ""
