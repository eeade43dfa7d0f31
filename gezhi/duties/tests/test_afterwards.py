"""After recording: corrections, signatures, excuses, draws, starts, books, each saying who is refused."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gezhi.cases.models import Case
from gezhi.duties import operations, queries
from gezhi.duties.errors import BadInput, Conflict, Forbidden, NotFound
from gezhi.duties.models import Absence, Activity, Drawn, Leaf, Objection, Population, Remark, Start
from gezhi.duties.operations import Found, Which
from gezhi.duties.operations.drawing import population_hash, sample
from gezhi.duties.operations.log import first_broken
from gezhi.duties.tests.conftest import District
from gezhi.foundation import outbox
from gezhi.people import operations as people
from gezhi.people.models import Account
from gezhi.registers.models import Entry
from gezhi.schemes.state import Light


def again(row: Activity) -> Activity:
    return Activity.objects.unscoped(reason="a test looks").get(pk=row.pk)


def stand_in(district: District) -> Account:
    """Appoint the outsider as stand-in of grid 1."""
    people.appoint(
        actor=None, account=district.cast.outsider, post="grid_worker", area=district.cast.grids[0], stand_in=True,
        since=district.now - timedelta(days=30), now=district.now - timedelta(days=30),
    )  # fmt: skip
    return Account.objects.get(pk=district.cast.outsider.pk)


def test_corrections_stay_in_the_log_and_notice_each_other(district: District) -> None:
    row = district.record().activity
    done = operations.correct(
        actor=district.cast.worker, now=district.later(minutes=1), activity=row.pk, base=1, remarks="补记"
    )
    assert again(row).remarks == "补记"
    assert first_broken(again(row)) is None
    with pytest.raises(Conflict):
        operations.correct(actor=district.cast.worker, now=district.now, activity=row.pk, base=1, remarks="又")
    with pytest.raises(Forbidden):
        operations.correct(actor=district.cast.head, now=district.now, activity=row.pk, remarks="站长改")
    with pytest.raises(NotFound):
        operations.correct(actor=district.cast.other_head, now=district.now, activity=row.pk, remarks="外村改")
    assert done.activity.version == 2


def test_findings_while_under_way_and_at_the_end(district: District) -> None:
    row = district.record(ended=None).activity
    operations.correct(
        actor=district.cast.worker, now=district.now, activity=row.pk, findings=(Found("垃圾", "env.litter"),)
    )
    done = operations.finish(
        actor=district.cast.worker, now=district.now, activity=row.pk, findings=(Found("广告", "env.adverts"),)
    )
    assert [one.place for one in again(row).findings.order_by("place")] == [1, 2]
    assert again(row).found == 2
    assert len(done.cases) == 1


def test_a_withdrawn_record_fills_no_round(district: District) -> None:
    row = district.record().activity
    with pytest.raises(BadInput):
        operations.withdraw(actor=district.cast.worker, now=district.now, activity=row.pk, reason=" ")
    operations.withdraw(actor=district.cast.worker, now=district.now, activity=row.pk, reason="记错了网格")
    (owed,) = district.owed(district.cast.worker, "rounds.walk")
    assert owed.done == 0
    assert first_broken(again(row)) is None


def test_a_signature_by_the_post_and_never_by_the_doer(district: District) -> None:
    row = district.record(duty="rounds.signed").activity
    assert not row.counts
    with pytest.raises(Forbidden):
        operations.sign(actor=district.cast.worker, now=district.now, activity=row.pk)
    with pytest.raises(NotFound):
        operations.sign(actor=district.cast.other_head, now=district.now, activity=row.pk)
    operations.sign(actor=district.cast.head, now=district.now, activity=row.pk)
    assert again(row).counts
    assert operations.sign(actor=district.cast.head, now=district.now, activity=row.pk).outcome == "duplicate"


def test_a_stand_in_owes_when_the_other_is_away(district: District) -> None:
    other = stand_in(district)
    assert district.owed(other, "rounds.walk") == []
    today = timezone.localdate(district.now)
    operations.go_away(
        actor=district.cast.worker,
        account=district.cast.worker,
        first=today,
        last=today,
        reason="sick",
        now=district.now,
    )
    district.later(minutes=1)
    (owed,) = district.owed(other, "rounds.walk")
    assert owed.covering
    (mine,) = district.owed(district.cast.worker, "rounds.walk")
    assert (mine.light, mine.away) == (Light.PAUSED, "sick")


def test_absences_are_entered_by_oneself_or_above(district: District) -> None:
    today = timezone.localdate(district.now)
    given: dict[str, Any] = {
        "account": district.cast.worker,
        "first": today,
        "last": today,
        "reason": "leave",
        "now": district.now,
    }
    for who in (district.cast.other_worker, district.cast.other_head, district.cast.clerk, district.cast.resident):
        with pytest.raises(Forbidden):
            operations.go_away(actor=who, **given)
    row = operations.go_away(actor=district.cast.head, **given)
    with pytest.raises(BadInput):
        operations.go_away(actor=district.cast.worker, **given)
    operations.come_back(actor=district.cast.worker, absence=row.pk, now=district.now)
    assert not Absence.objects.filter(withdrawn_at=None).exists()
    with pytest.raises(BadInput):
        operations.go_away(actor=district.cast.worker, **(given | {"reason": "pregnant"}))


def test_an_objection_is_decided_above_and_stands_beside_the_round(district: District) -> None:
    yesterday = timezone.localdate(district.now) - timedelta(days=1)
    given: dict[str, Any] = {
        "duty": "rounds.walk",
        "area": district.cast.grids[0].code,
        "on": yesterday,
        "now": district.now,
    }
    with pytest.raises(Forbidden):
        operations.object_to(actor=district.cast.other_worker, reason="不是我的", **given)
    with pytest.raises(BadInput):
        operations.object_to(
            actor=district.cast.worker, reason="今天", **(given | {"on": yesterday + timedelta(days=1)})
        )
    row = operations.object_to(actor=district.cast.worker, reason="暴雨停巡", **given)
    with pytest.raises(BadInput):
        operations.object_to(actor=district.cast.worker, reason="暴雨停巡", **given)
    with pytest.raises(Forbidden):
        operations.decide(actor=district.cast.worker, objection=row.pk, accept=True, now=district.now)
    with pytest.raises(NotFound):
        operations.decide(actor=district.cast.other_head, objection=row.pk, accept=True, now=district.now)
    with pytest.raises(BadInput):
        operations.decide(actor=district.cast.head, objection=row.pk, accept=False, now=district.now)
    operations.decide(actor=district.cast.head, objection=row.pk, accept=True, now=district.now)
    missed = [
        one
        for one in queries.missed(account=district.cast.worker, now=district.now)
        if one.planned.name == "rounds.walk"
    ]
    beside = [one.objection.state for one in missed if one.objection is not None]
    assert beside == [Objection.State.ACCEPTED]
    assert [one.state for one in queries.objections(account=district.cast.head, now=district.now)] == ["accepted"]
    assert queries.objections(account=district.cast.other_head, now=district.now) == []


def test_a_draw_can_be_drawn_again_by_anybody(district: District) -> None:
    for n in range(20):
        district.home(n, district.cast.grids[n % 2])
    for who in (district.cast.worker, district.cast.other_head, district.cast.leader):
        with pytest.raises(Forbidden):
            operations.draw(actor=who, duty="rounds.check_3", area=district.cast.villages[0].code, now=district.now)
    row = operations.draw(
        actor=district.cast.head, duty="rounds.check_3", area=district.cast.villages[0].code, now=district.now
    )
    ids = [home.pk for home in district.homes]
    drawn = list(Drawn.objects.filter(draw=row).order_by("place").values_list("object_id", flat=True))
    assert (row.population, row.share, len(drawn)) == (20, 20, 4)
    assert row.population_hash == population_hash(reversed(ids))
    assert drawn == sample(ids, seed=row.seed, share=20)
    assert drawn != sample(ids, seed="another", share=20)
    with pytest.raises(BadInput):
        operations.draw(
            actor=district.cast.head, duty="rounds.check_3", area=district.cast.villages[0].code, now=district.now
        )
    again_ = operations.draw(
        actor=district.cast.head,
        duty="rounds.check_3",
        area=district.cast.villages[0].code,
        why="补抽",
        now=district.now,
    )
    assert again_.seed != row.seed


def test_nobody_verifies_his_own_visit(district: District) -> None:
    home = district.home(1)
    district.record(duty="rounds.call_3", entry=home.pk, others=(district.cast.head.pk,))
    with pytest.raises(Forbidden):
        district.record(district.cast.head, "rounds.check_3", entry=home.pk, agrees=True)
    other = district.home(2)
    district.record(duty="rounds.call_3", entry=other.pk)
    with pytest.raises(BadInput):
        district.record(district.cast.head, "rounds.check_3", entry=other.pk, agrees=False)
    row = operations.draw(
        actor=district.cast.head,
        duty="rounds.check_3",
        area=district.cast.villages[0].code,
        share=100,
        now=district.now,
    )
    done = district.record(district.cast.head, "rounds.check_3", entry=other.pk, agrees=False, remarks="住户说没来过")
    assert Drawn.objects.get(draw=row, object_id=other.pk).verified_by_id == done.activity.pk
    (owed,) = district.owed(district.cast.head, "rounds.check_3")
    assert (owed.asked, owed.done) == (1, 1)


def test_a_new_household_starts_its_first_visit_once(district: District) -> None:
    home = district.home(1)
    assert operations.start_by_entry(entry=home.pk, now=district.now) >= 1
    assert operations.start_by_entry(entry=home.pk, now=district.now) == 0
    (owed,) = district.owed(district.cast.worker, "rounds.first_call")
    assert owed.due is not None
    assert district.owed(district.cast.other_worker, "rounds.first_call") == []
    district.record(duty="rounds.first_call", entry=home.pk)
    assert district.owed(district.cast.worker, "rounds.first_call") == []


def test_the_close_of_a_case_starts_the_duty_that_follows(district: District) -> None:
    done = district.record(findings=(Found("垃圾", "env.litter"),))
    body = {
        "case": str(done.activity.findings.get().case_id), "seq": 2, "kind": "act", "action": "sign", "step": "closed",
        "starts": [{"follow_up": "relapse_check", "at": (district.now + timedelta(days=30)).isoformat()}],
    }  # fmt: skip
    operations.start_by_case(body, district.now)
    operations.start_by_case(body, district.now)
    row = Start.objects.get(by_event="relapse_check")
    assert (row.duty, row.area_id) == ("look_again", district.cast.grids[0].pk)
    assert district.owed(district.cast.head, "shawan.look_again") == []
    district.later(days=31)
    (owed,) = district.owed(district.cast.head, "shawan.look_again")
    assert owed.start == row
    operations.start_by_case(body | {"step": "scene", "starts": []}, district.now - timedelta(days=20))
    assert Start.objects.get(pk=row.pk).called_off_at is not None


def test_the_outbox_brings_it(district: District) -> None:
    home = district.home(1)
    outbox.tell("entry.opened", {"entry": str(home.pk), "register": "homes", "area": home.area_path}, district.now)
    while outbox.relay(district.now):
        continue
    assert Start.objects.filter(entry_id=home.pk, duty="first_call").count() == 1


def test_the_diary_writes_itself_and_keeps_every_remark(district: District) -> None:
    home = district.home(1)
    district.record(findings=(Found("垃圾", "env.litter"),))
    district.later(minutes=20)
    district.record(duty="rounds.call_3", entry=home.pk, remarks="老人独居，水电正常")
    today = timezone.localdate(district.now)
    lines = queries.lines(account=district.cast.worker, now=district.now, first=today, last=today)
    assert [one.did for one in lines if one.activity] == ["网格巡查", "三类户走访"]
    assert any(one.case for one in lines)
    assert "水电正常" in lines[-1].note or any("水电正常" in one.note for one in lines)
    which = Which(Leaf.Book.DAY, today, today, district.cast.worker.pk)
    operations.remark(actor=district.cast.worker, which=which, text="一", now=district.now)
    operations.remark(actor=district.cast.worker, which=which, text="二", now=district.now)
    assert list(Remark.objects.order_by("pk").values_list("text", flat=True)) == ["一", "二"]
    with pytest.raises(Forbidden):
        operations.remark(actor=district.cast.head, which=which, text="三", now=district.now)
    operations.close(actor=district.cast.worker, which=which, now=district.now)
    with pytest.raises(BadInput):
        operations.remark(actor=district.cast.worker, which=which, text="四", now=district.now)
    district.later(minutes=30)
    district.record()
    leaf = queries.leaf_of(which)
    assert leaf is not None
    late = queries.lines(account=district.cast.worker, now=district.now, first=today, last=today, closed=leaf.closed_at)
    assert [one.added for one in late if one.activity] == [False, False, True]


def test_figures_of_an_area_are_those_of_its_parts(district: District) -> None:
    district.record(findings=(Found("垃圾", "env.litter"), Found("已扫净", way="spot")))
    district.record(district.cast.other_worker, area=district.cast.grids[1].code)
    day = date(2026, 6, 1)
    whole, parts = queries.figures(area=district.cast.villages[0], first=day, last=date(2026, 6, 30))
    assert (whole.activities, whole.patrols, whole.findings, whole.on_the_spot, whole.taken_in) == (2, 2, 2, 1, 1)
    assert [one.activities for one in parts] == [1, 1]


def test_the_board_says_what_is_late_without_naming_anybody(district: District) -> None:
    board = queries.board(district.cast.villages[0], district.now)
    by_name = {one.planned.name: one for one in board}
    walk = by_name["rounds.walk"]
    assert (walk.sum.objects, walk.asked, walk.done, walk.missed) == (2, 4, 0, 4)
    assert by_name["rounds.fortnight"].late == 1
    parts = queries.parts(walk, district.cast.villages[0], district.now)
    assert [one.area.code for one in parts] == [grid.code for grid in district.cast.grids[:2]]
    assert sum(one.sum.objects for one in parts) == walk.sum.objects
    district.record()
    (walk,) = queries.board(district.cast.villages[0], district.now, duty=walk.planned.name)
    parts = queries.parts(walk, district.cast.villages[0], district.now)
    assert (walk.asked, walk.done) == (sum(one.asked for one in parts), sum(one.done for one in parts)) == (4, 1)


def test_a_route_goes_to_the_nearest(district: District) -> None:
    for n in range(3):
        home = district.home(n)
        home.lon, home.lat = 103.51, 29.40 + (0.01, 0.001, 0.005)[n]
        home.save()
    stops = [
        one
        for one in queries.route(account=district.cast.worker, now=district.now)
        if one.owed.planned.name == "rounds.call_3"
    ]
    assert {one.object.name for one in stops} == {"住户0", "住户1", "住户2"}
    assert queries.route(account=district.cast.leader, now=district.now) == []


def test_activity_and_case_show_each_other_to_who_may_see_them(district: District) -> None:
    row = district.record(findings=(Found("垃圾", "env.litter"),)).activity
    page = queries.activity_page(account=district.cast.head, pk=row.pk, now=district.now)
    assert page is not None
    assert page.findings[0].light is not None
    assert queries.activity_page(account=district.cast.other_head, pk=row.pk, now=district.now) is None
    case = page.findings[0].finding.case_id
    assert case is not None
    assert [one.activity_id for one in queries.of_case(account=district.cast.head, case=case, now=district.now)] == [
        row.pk
    ]
    assert queries.of_case(account=district.cast.other_head, case=case, now=district.now) == []


def test_a_finding_sent_again_opens_no_second_case(district: District) -> None:
    done = district.record()
    found = Found("路口垃圾", "env.litter")

    def correct(**given: Any) -> operations.Recorded:
        return operations.correct(
            actor=district.cast.worker, activity=done.activity.pk, findings=(found,), now=district.now, **given
        )

    first, again = correct(), correct()
    assert (first.outcome, again.outcome) == ("accepted", "duplicate")
    assert first.cases == again.cases
    assert again.activity.version == first.activity.version
    keyed = correct(key="second-heap")
    assert keyed.cases
    assert keyed.cases != first.cases
    assert correct(key="second-heap").cases == keyed.cases
    assert Case.objects.unscoped(reason="a test counts").count() == 2


def test_what_waits_for_a_signature_says_so_to_its_doer(district: District) -> None:
    (owed,) = district.owed(district.cast.worker, "rounds.signed")
    assert (owed.unsigned, owed.left) == (0, 1)
    done = district.record(duty="rounds.signed")
    (owed,) = district.owed(district.cast.worker, "rounds.signed")
    assert (owed.unsigned, owed.left) == (1, 1)
    operations.sign(actor=district.cast.head, activity=done.activity.pk, now=district.now)
    (owed,) = district.owed(district.cast.worker, "rounds.signed")
    assert (owed.unsigned, owed.light) == (0, Light.DONE)


def test_what_nobody_signs_waits_for_no_signature(district: District) -> None:
    district.record()
    (owed,) = district.owed(district.cast.worker, "rounds.walk")
    assert (owed.unsigned, owed.left) == (0, 1)


def test_only_what_was_drawn_counts_and_anybody_draws_it_again(district: District) -> None:
    homes = [district.home(n) for n in range(5)]
    cast = district.cast
    for home in homes:
        district.record(duty="rounds.call_3", entry=home.pk)
        district.record(cast.head, "rounds.check_3", entry=home.pk, agrees=True)
    (owed,) = district.owed(cast.head, "rounds.check_3")
    assert (owed.asked, owed.done, owed.sum.drawn) == (1, 0, 0)
    row = operations.draw(actor=cast.head, duty="rounds.check_3", area=cast.villages[0].code, now=district.now)
    # what was seen to before the draw need not be seen to again
    (owed,) = district.owed(cast.head, "rounds.check_3")
    assert (owed.asked, owed.done, owed.sum.drawn, owed.light) == (1, 1, 1, Light.DONE)
    found = operations.redraw(row)
    assert found is not None
    assert (found.population, found.drawn, found.whole, found.same) == (5, 1, True, True)
    kept = Population.objects.get(draw=row)
    Population.objects.filter(pk=row.pk).update(ids=bytes(kept.ids)[16:])
    found = operations.redraw(row)
    assert found is not None
    assert not found.whole
    Population.objects.all().delete()
    assert operations.redraw(row) is None


def test_draws_of_an_area_and_of_its_parts_take_turns(district: District) -> None:
    cast = district.cast
    district.home(1)
    Entry.objects.unscoped(reason="a test makes it old").update(opened_at=district.now - timedelta(days=90))
    with CaptureQueriesContext(connection) as asked:
        operations.draw(actor=cast.head, now=district.now, duty="rounds.check_3", area=cast.villages[0].code)
    locks = [one["sql"] for one in asked if "FOR NO KEY UPDATE" in one["sql"] and "territory_area" in one["sql"]]
    assert any(f"'{cast.district.path}'" in one for one in locks)
