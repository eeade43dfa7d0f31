"""Who decides on objections and absences: the post that the plan names; a gap is told to them and shown."""

from datetime import UTC, date, datetime, timedelta

import pytest

from gezhi.duties import operations, queries
from gezhi.duties.errors import Forbidden, NotFound
from gezhi.duties.excusing import excusers
from gezhi.duties.models import Absence, Objection
from gezhi.duties.tests.conftest import PLAN, District
from gezhi.enactment import operations as enactment
from gezhi.notices.models import Message
from gezhi.people.models import Account, Appointment


def objection(district: District) -> Objection:
    return operations.object_to(
        actor=district.cast.worker, duty="rounds.walk", area=district.cast.grids[0].code, reason="暴雨",
        on=(district.now - timedelta(days=1)).date(), now=district.now,
    )  # fmt: skip


def away(district: District, actor: Account, whom: Account) -> Absence:
    today = district.now.date()
    return operations.go_away(
        actor=actor, account=whom, first=today, last=today + timedelta(days=2), reason="leave", now=district.now
    )


@pytest.mark.parametrize(
    ("who", "error"),
    [("leader", Forbidden), ("other_head", NotFound), ("worker", Forbidden), ("outsider", NotFound)],
)  # fmt: skip
def test_the_post_directly_above_decides_and_no_other(district: District, who: str, error: type[Exception]) -> None:
    row = objection(district)
    with pytest.raises(error):
        operations.decide(actor=getattr(district.cast, who), objection=row.pk, accept=True, now=district.now)
    done = operations.decide(actor=district.cast.head, objection=row.pk, accept=True, now=district.now)
    assert done.state == Objection.State.ACCEPTED


def test_a_vacant_post_passes_it_up_and_nobody_at_all_leaves_it_open(district: District) -> None:
    row = objection(district)
    cast = district.cast
    Appointment.objects.filter(account=cast.head).update(until=district.now)
    district.later(minutes=1)
    above = set(Appointment.objects.filter(post="centre_staff", until=None).values_list("account", flat=True))
    assert operations.deciders(row, excusers(district.now)) == (above or {cast.leader.pk})
    Appointment.objects.exclude(account=cast.worker).update(until=district.now)
    district.later(minutes=1)
    assert operations.deciders(row, excusers(district.now)) == set()


def test_absences_are_entered_by_oneself_or_who_decides(district: District) -> None:
    cast = district.cast
    for who in (cast.leader, cast.other_head, cast.other_worker, cast.outsider, cast.clerk):
        with pytest.raises(Forbidden):
            away(district, who, cast.worker)
    row = away(district, cast.head, cast.worker)
    assert [one.pk for one in operations.excused_by(cast.head, district.now) if one.pk == cast.worker.pk]
    assert [one.pk for one in operations.excused_by(cast.leader, district.now) if one.pk == cast.worker.pk] == []
    with pytest.raises(Forbidden):
        operations.come_back(actor=cast.leader, absence=row.pk, now=district.now)
    operations.come_back(actor=cast.worker, absence=row.pk, now=district.now)


def test_a_leave_without_a_stand_in_is_told_and_shown(district: District) -> None:
    cast = district.cast
    away(district, cast.worker, cast.worker)
    told = Message.objects.filter(topic="duties.gap")
    assert {row.account_id for row in told} == {cast.head.pk}
    today = district.now.date()
    found = queries.gaps(first=today, last=today, now=district.now, path=cast.villages[0].path)
    assert [(one.post, one.area.code) for one in found] == [("grid_worker", cast.grids[0].code)]
    assert queries.gaps(first=today, last=today, now=district.now, path=cast.villages[1].path) == []
    Appointment.objects.create(
        account=cast.other_worker, post="grid_worker", area=cast.grids[0], since=district.now - timedelta(days=1),
        stand_in=True,
    )  # fmt: skip
    assert queries.gaps(first=today, last=today, now=district.now, path=cast.villages[0].path) == []


def test_a_post_stands_empty_only_while_all_are_away_at_once(district: District) -> None:
    cast, today = district.cast, district.now.date()
    Appointment.objects.create(
        account=cast.other_worker, post="grid_worker", area=cast.grids[0], since=district.now - timedelta(days=1),
        stand_in=True,
    )  # fmt: skip

    def leave(who: Account, first: int, last: int) -> None:
        begins, ends = today + timedelta(days=first), today + timedelta(days=last)
        operations.go_away(actor=who, account=who, first=begins, last=ends, reason="leave", now=district.now)

    def empty(first: int, last: int) -> list[tuple[int, int]]:
        begins, ends = today + timedelta(days=first), today + timedelta(days=last)
        found = queries.gaps(first=begins, last=ends, now=district.now, path=cast.grids[0].path)
        return [((one.since - today).days, (one.until - today).days) for one in found]

    leave(cast.worker, 0, 1)
    leave(cast.other_worker, 2, 9)
    assert empty(0, 9) == []
    leave(cast.worker, 4, 5)
    assert empty(0, 9) == [(4, 5)]
    leave(cast.worker, 6, 20)
    assert empty(0, 9) == [(4, 9)]
    assert empty(5, 5) == [(5, 9)]


def test_on_a_duty_of_one_plan_decides_whom_that_plan_names(district: District) -> None:
    other = PLAN.replace('scheme = "rounds"', 'scheme = "other"').replace(
        'superior = "station_head"', 'superior = "station_head"\nexcused_by = "leader"'
    )
    when = datetime(2025, 12, 31, tzinfo=UTC)
    enactment.enact(files={"other/scheme.toml": other}, actor=None, on=date(2026, 1, 1), now=when)
    cast, row = district.cast, objection(district)
    assert operations.deciders(row, excusers(district.now)) == {cast.head.pk}
    with pytest.raises(Forbidden):
        operations.decide(actor=cast.leader, objection=row.pk, accept=True, now=district.now)
    # an absence concerns the duties of both
    known = excusers(district.now)
    assert known.of(cast.worker.pk, cast.grids[0].path) == {cast.head.pk, cast.leader.pk}
