"""Recording: once per key, never by who has no such post, kept and marked where it is odd, the log whole."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from gezhi.cases.models import Case
from gezhi.duties import operations
from gezhi.duties.errors import BadAnswers, BadInput, Forbidden
from gezhi.duties.logbook import LogClosed
from gezhi.duties.models import Activity, ActivityEvent
from gezhi.duties.operations import Found
from gezhi.duties.operations.log import facts, first_broken, replayed
from gezhi.duties.tests.conftest import District


def rows() -> list[Activity]:
    return list(Activity.objects.unscoped(reason="a test looks").order_by("pk"))


def test_a_patrol_is_kept_with_its_day_and_post(district: District) -> None:
    done = district.record(place=(*district.cast.point(1), 12.0))
    row = done.activity
    assert (done.outcome, row.kind, row.day) == ("accepted", "patrol", timezone.localdate(district.now))
    assert row.desk_key == f"grid_worker@{district.cast.grids[0].code}"
    assert row.counts
    assert row.distance_m == 0
    assert done.notes == ()


def test_the_same_key_again_is_the_same_activity_and_the_same_cases(district: District) -> None:
    found = (Found(text="路口一堆垃圾", item="env.litter"),)
    first = district.record(key="once", findings=found)
    again = district.record(key="once", findings=found)
    assert (again.outcome, again.activity.pk, again.cases) == ("duplicate", first.activity.pk, first.cases)
    assert len(rows()) == 1
    assert Case.objects.unscoped(reason="a test counts").count() == 1


def test_anothers_key_is_anothers(district: District) -> None:
    district.record(key="same")
    other = district.record(district.cast.other_worker, key="same", area=district.cast.grids[1].code)
    assert other.outcome == "accepted"


@pytest.mark.parametrize("who", ["other_worker", "head", "dispatcher", "leader", "clerk", "outsider", "resident"])
def test_who_has_no_such_post_there_is_refused(district: District, who: str) -> None:
    with pytest.raises(Forbidden):
        district.record(getattr(district.cast, who))
    assert rows() == []


def test_a_finding_becomes_a_case_linked_both_ways(district: District) -> None:
    done = district.record(findings=(Found(text="路口一堆垃圾", item="env.litter"),))
    case = Case.objects.unscoped(reason="a test looks").get(number=done.cases[0])
    finding = done.activity.findings.get()
    assert (finding.case_id, finding.number, finding.trouble) == (case.pk, case.number, "")
    assert case.area_id == district.cast.grids[0].pk
    assert case.channel == "field"
    assert [one.activity_id for one in case.findings.all()] == [done.activity.pk]


def test_what_was_put_right_on_the_spot_is_settled_as_the_plan_says(district: District) -> None:
    done = district.record(findings=(Found(text="小广告", item="env.adverts", way="spot", result="已清除"),))
    case = Case.objects.unscoped(reason="a test looks").get(number=done.cases[0])
    finding = done.activity.findings.get()
    # Shawan wants photos of the result, and there were none: it is handed on, and the reason stands beside it.
    assert (case.step != "scene") or finding.trouble


def test_a_limited_finding_says_until_when_and_what_is_done_meanwhile(district: District) -> None:
    with pytest.raises(BadInput) as refused:
        district.record(findings=(Found(text="电线裸露", item="env.litter", way="limited"),))
    assert refused.value.field == "findings.0"
    assert rows() == []
    kept = Found(text="电线裸露", item="env.litter", way="limited", interim="拉警戒线", until=date(2026, 6, 9))
    assert district.record(findings=(kept,)).activity.findings.get().until == date(2026, 6, 9)


def test_an_unknown_item_keeps_the_finding_and_says_why_there_is_no_case(district: District) -> None:
    done = district.record(findings=(Found(text="不知何事", item="no.such.item"),))
    finding = done.activity.findings.get()
    assert (done.outcome, finding.case_id) == ("accepted", None)
    assert "no.such.item" in finding.trouble


def test_three_kilometres_off_is_kept_and_marked(district: District) -> None:
    lon, lat = district.cast.point(1)
    done = district.record(place=(lon - 0.04, lat, 20.0))
    assert done.activity.marks == ["far"]
    assert done.activity.distance_m is not None
    assert 2500 < done.activity.distance_m < 3500
    assert done.activity.counts
    assert "km" in done.notes[0]


def test_a_clock_ahead_is_kept_for_the_day_it_arrived(district: District) -> None:
    ahead = district.now + timedelta(days=3)
    done = district.record(began=ahead, ended=ahead + timedelta(minutes=5))
    assert done.activity.marks == ["clock"]
    assert done.activity.day == timezone.localdate(district.now)
    assert done.activity.began == ahead


def test_a_day_before_the_grid_existed_is_kept_and_marked(district: District) -> None:
    grid = district.cast.grids[0]
    grid.since = grid.state_since = date(2026, 6, 1)
    grid.save()
    done = district.record(began=district.now - timedelta(days=5), ended=district.now - timedelta(days=5))
    assert done.activity.marks == ["before_area"]


def test_a_missing_check_in_is_marked_where_the_plan_wants_one(district: District) -> None:
    done = district.record(duty="rounds.walk_with_form", answers={"weather": "fine"})
    assert done.activity.marks == ["no_place"]


def test_answers_that_do_not_fit_their_own_form_are_refused_with_the_field(district: District) -> None:
    with pytest.raises(BadAnswers) as refused:
        district.record(duty="rounds.walk_with_form", answers={"weather": "snow"})
    assert refused.value.faults[0][0] == "weather"
    assert rows() == []


def test_a_form_that_changed_meanwhile_loses_nothing(district: District) -> None:
    done = district.record(
        duty="rounds.walk_with_form", answers={"weather": "fine", "mood": "good"}, form_print="0123456789abcdef"
    )
    assert done.activity.marks == ["no_place", "form_changed"]
    assert done.activity.answers == {"weather": "fine"}
    assert done.activity.faults[0]["path"] == "mood"


def test_sensitive_answers_are_sealed(district: District) -> None:
    done = district.record(duty="rounds.walk_with_form", answers={"weather": "fine", "phone": "13800000000"})
    row = Activity.objects.unscoped(reason="a test looks").get(pk=done.activity.pk)
    assert "phone" not in row.answers
    assert "13800000000" in row.sealed
    assert "13800000000" not in ActivityEvent.objects.get(activity=row).body


def test_together_counts_only_with_all_posts(district: District) -> None:
    alone = district.record(duty="rounds.joint")
    assert (alone.activity.counts, alone.activity.marks) == (False, ["alone"])
    both = district.record(duty="rounds.joint", others=(district.cast.head.pk,))
    assert both.activity.counts


def test_a_report_says_something_or_that_there_is_nothing(district: District) -> None:
    with pytest.raises(BadInput):
        district.record(duty="rounds.tell")
    assert district.record(duty="rounds.tell", nil=True).activity.counts
    with pytest.raises(BadInput):
        district.record(nil=True)


def test_two_workers_at_one_household_are_both_kept(district: District) -> None:
    home = district.home(1)
    district.record(duty="rounds.call_3", entry=home.pk)
    from gezhi.people import operations as people

    people.appoint(
        actor=None, account=district.cast.outsider, post="grid_worker", area=district.cast.grids[0], stand_in=True,
        since=district.now - timedelta(days=1), now=district.now,
    )  # fmt: skip
    again = district.record(district.cast.outsider, duty="rounds.call_3", entry=home.pk)
    assert (again.outcome, again.activity.marks) == ("accepted", ["same_day"])
    assert len(rows()) == 2


def test_an_entry_of_another_grid_is_not_seen(district: District) -> None:
    home = district.home(1, district.cast.grids[3])
    with pytest.raises(BadInput):
        district.record(duty="rounds.call_3", entry=home.pk)


def test_begun_at_the_place_and_ended_later(district: District) -> None:
    begun = district.record(ended=None, place=(*district.cast.point(1), 5.0))
    assert not begun.activity.counts
    district.later(minutes=30)
    done = operations.finish(actor=district.cast.worker, now=district.now, activity=begun.activity.pk)
    assert done.activity.counts
    again = operations.finish(actor=district.cast.worker, now=district.now, activity=begun.activity.pk)
    assert again.outcome == "duplicate"
    with pytest.raises(Forbidden):
        operations.finish(actor=district.cast.head, now=district.now, activity=begun.activity.pk)


def test_the_log_gives_the_state_and_shows_a_touch(district: District) -> None:
    begun = district.record(ended=None)
    row = operations.finish(
        actor=district.cast.worker, now=district.later(minutes=5), activity=begun.activity.pk
    ).activity
    row = Activity.objects.unscoped(reason="a test looks").get(pk=row.pk)
    events = list(ActivityEvent.objects.filter(activity=row).order_by("seq"))
    assert [one.kind for one in events] == ["record", "finish"]
    assert replayed(events) == facts(row)
    assert first_broken(row) is None
    row.remarks = "改过"
    assert first_broken(row) is not None
    with pytest.raises(LogClosed):
        ActivityEvent.objects.all().update(actor="x")


def test_what_was_erased_is_gone_from_its_activities_and_their_logs(district: District) -> None:
    home = district.home(1)
    done = district.record(duty="rounds.call_3", entry=home.pk, remarks="住户1 说楼道灯坏了", place=(103.5, 29.4, 8))
    kept = district.record(remarks="巷口")
    assert operations.forget_entry(entry=home.pk, now=district.later(minutes=1)) == 1
    assert operations.forget_entry(entry=home.pk, now=district.later(minutes=1)) == 0
    row = Activity.objects.unscoped(reason="a test looks").get(pk=done.activity.pk)
    assert (row.entry_name, row.remarks, row.lon, row.counts) == ("", "", None, done.activity.counts)
    assert "住户1" not in "".join(ActivityEvent.objects.values_list("body", flat=True))
    assert first_broken(row) is None
    row.remarks = "改过"
    assert first_broken(row) is not None
    whole = Activity.objects.unscoped(reason="a test looks").get(pk=kept.activity.pk)
    ActivityEvent.objects.filter(activity=whole).emptied()  # emptied without an erasure: a touch
    assert first_broken(whole) is not None


def test_times_that_make_no_sense_name_their_field(district: District) -> None:
    with pytest.raises(BadInput) as refused:
        district.record(ended=district.now - timedelta(hours=1))
    assert refused.value.field == "ended"
    with pytest.raises(BadInput):
        district.record(began=district.now.replace(tzinfo=None))


def test_an_unknown_duty_is_refused(district: District) -> None:
    with pytest.raises(BadInput) as refused:
        district.record(duty="rounds.nothing")
    assert refused.value.field == "duty"
    with pytest.raises(BadInput):
        district.record(photos=(UUID(int=1),))
