"""Visits to care cases: owed by the assigned worker, seen by worker and supervisor, counted nowhere else."""

import pytest

from gezhi.duties import queries
from gezhi.duties.errors import BadInput, Forbidden
from gezhi.duties.models import Report
from gezhi.duties.operations import Found
from gezhi.duties.tests.conftest import District
from gezhi.registers.models import CareAssignment, EntryChange
from gezhi.schemes.state import Light

OTHERS = ("other_worker", "leader", "dispatcher", "clerk", "outsider", "resident", "other_head")


def test_a_care_visit_is_owed_by_the_assigned_worker(district: District) -> None:
    cast = district.cast
    row = district.helped(cast.worker, cast.head)
    (owed,) = district.owed(cast.worker, "rounds.look_after")
    assert (owed.asked, owed.done, owed.single) == (1, 0, False)
    district.record(duty="rounds.look_after", entry=row.pk)
    (owed,) = district.owed(cast.worker, "rounds.look_after")
    assert (owed.done, owed.light) == (1, Light.DONE)


@pytest.mark.parametrize("who", [*OTHERS, "head"])
def test_nobody_else_owes_it_or_hears_of_it(district: District, who: str) -> None:
    account = getattr(district.cast, who)
    row = district.helped(district.cast.worker, district.cast.head)
    assert district.owed(account, "rounds.look_after") == []
    # the supervisor sees the case, but holds no post that visits
    with pytest.raises(Forbidden if who == "head" else BadInput):
        district.record(account, "rounds.look_after", entry=row.pk)


def test_worker_and_supervisor_see_the_round_and_the_visits(district: District) -> None:
    cast = district.cast
    row = district.helped(cast.worker, cast.head)
    district.record(duty="rounds.look_after", entry=row.pk)
    for who in (cast.worker, cast.head):
        (one,) = queries.care_visits(account=who, now=district.now)
        assert (one.object.name, one.object.n, one.light) == ("三楼老人", 1, Light.DONE)
        assert len(queries.of_entry(account=who, entry=row.pk, now=district.now)) == 1
    for name in OTHERS:
        account = getattr(cast, name)
        assert queries.care_visits(account=account, now=district.now) == []
        assert queries.of_entry(account=account, entry=row.pk, now=district.now) == []


def test_who_is_no_longer_assigned_no_longer_owes(district: District) -> None:
    cast = district.cast
    row = district.helped(cast.worker, cast.head)
    CareAssignment.objects.filter(entry=row, account=cast.worker).update(until=district.now)
    assert district.owed(cast.worker, "rounds.look_after") == []
    assert queries.care_visits(account=cast.worker, now=district.now) == []


def test_boards_count_no_care_case(district: District) -> None:
    district.helped(district.cast.worker, district.cast.head)
    for area in (district.cast.grids[0], district.cast.villages[0], district.cast.district):
        assert not [one for one in queries.board(area, district.now) if one.planned.of_care]


def test_no_figure_of_a_notice_or_report_counts_a_care_case(district: District) -> None:
    cast = district.cast
    helped = district.helped(cast.worker, cast.head)
    EntryChange.objects.create(
        entry=helped, version=1, kind="open", side="grid_worker", actor=str(cast.worker.pk), at=district.now
    )
    district.record(
        duty="rounds.look_after", entry=helped.pk, findings=(Found(text="楼道堆物", way="spot", result="已清走"),)
    )
    district.record()
    today = district.now.date()
    for area in (cast.grids[0], cast.villages[0]):
        whole, below = queries.figures(area=area, first=today, last=today)
        assert (whole.visits, whole.patrols, whole.findings, whole.changes) == (0, 1, 0, 0)
        assert sum(one.visits + one.changes + one.findings for one in below) == 0
    report = Report.objects.get(pk=district.record(duty="rounds.tell", remarks="一切如常").activity.pk)
    assert (report.figures["visits"], report.figures["changes"], report.figures["patrols"]) == (0, 0, 1)
