"""Several cases at once: foreseen without writing, done each by itself, once, and nothing silently skipped."""

from uuid import uuid4

import pytest

from gezhi.cases import operations, queries
from gezhi.cases.errors import BadInput, NotFound
from gezhi.cases.models import BulkLine, CaseEvent, Comment, SupervisionWatch
from gezhi.cases.operations import Aim
from gezhi.cases.tests.conftest import District
from gezhi.people.models import Account

pytestmark = pytest.mark.django_db


def aims(district: District, *numbers: str) -> list[Aim]:
    cases = [district.case(number) for number in numbers]
    return [Aim(case.number, case.title, case.version) for case in cases]


def states(account: Account, run: object) -> list[str]:
    found = queries.bulk_run(account=account, run=run)  # type: ignore[arg-type]
    assert found is not None
    return [line.state for line in found[1]]


def test_what_is_foreseen_is_what_then_happens_and_foreseeing_writes_nothing(district: District) -> None:
    opened = district.open()
    worker = district.cast.worker
    written = CaseEvent.objects.count()
    standing = queries.standings(account=worker, numbers_given=[opened.number], now=district.now)[0]
    unanswered = queries.foresee(account=worker, standing=standing, action="report_up", answers={}, now=district.now)
    assert unanswered.after is None
    assert unanswered.field == "reason"
    answers = {"reason": "没有设备"}
    ahead = queries.foresee(account=worker, standing=standing, action="report_up", answers=answers, now=district.now)
    assert CaseEvent.objects.count() == written
    assert ahead.after is not None
    assert ahead.after.desk is not None
    acted = operations.act(
        actor=worker, number=opened.number, action="report_up", answers=answers, now=district.now
    )  # fmt: skip
    clock = ahead.after.clock("step")
    assert (acted.step, acted.desk_key) == (ahead.after.step, ahead.after.desk.key)
    assert clock is not None
    assert acted.step_due == clock.due


def test_a_run_does_each_case_once_and_says_why_the_others_are_not_done(district: District) -> None:
    worker = district.cast.worker
    one, two, gone = (district.open().number for _ in range(3))
    seen = aims(district, one, two, gone)
    district.act(worker, gone, "report_up", answers={"reason": "先报一件"})
    key = uuid4()
    for _ in range(2):  # a second press
        run = operations.begin_bulk(
            actor=worker, key=key, kind="act", title="上报", aims=seen, action="report_up",
            answers={"reason": "没有设备"}, now=district.later(minutes=1),
        )  # fmt: skip
        operations.carry_on_bulk(actor=worker, run=run.pk, now=district.now)
    assert states(worker, run.pk) == ["done", "done", "refused"]
    for number in (one, two, gone):
        ups = CaseEvent.objects.filter(case_id=district.case(number).pk, action="report_up")
        assert ups.count() == 1
    assert "别人已经办了" in BulkLine.objects.get(run=run, state="refused").said


def test_a_run_that_was_cut_off_carries_on_where_it_was(district: District) -> None:
    worker = district.cast.worker
    numbers = [district.open().number for _ in range(3)]
    run = operations.begin_bulk(
        actor=worker, key=uuid4(), kind="note", title="备注", aims=aims(district, *numbers),
        answers={"text": "已电话联系"}, now=district.now,
    )  # fmt: skip
    assert operations.carry_on_bulk(actor=worker, run=run.pk, most=2, now=district.now) == 2
    assert states(worker, run.pk) == ["done", "done", "waiting"]
    assert operations.carry_on_bulk(actor=worker, run=run.pk, now=district.now) == 1
    assert Comment.objects.count() == 3


def test_a_run_is_its_beginners_only_and_reaches_no_farther_than_they_do(district: District) -> None:
    cast = district.cast
    number = district.open().number
    key = uuid4()
    run = operations.begin_bulk(
        actor=cast.other_worker, key=key, kind="act", title="上报", aims=aims(district, number), action="report_up",
        answers={"reason": "不是我的"}, now=district.now,
    )  # fmt: skip
    assert queries.bulk_run(account=cast.worker, run=run.pk) is None
    with pytest.raises(NotFound):
        operations.carry_on_bulk(actor=cast.worker, run=run.pk, now=district.now)
    with pytest.raises(NotFound):
        operations.begin_bulk(
            actor=cast.worker, key=key, kind="note", title="备注", aims=aims(district, number), now=district.now
        )
    operations.carry_on_bulk(actor=cast.other_worker, run=run.pk, now=district.now)
    assert states(cast.other_worker, run.pk) == ["refused"]
    assert queries.standings(account=cast.other_worker, numbers_given=[number], now=district.now) == []


def test_supervision_of_several_needs_the_right_for_each(district: District) -> None:
    numbers = [district.open().number for _ in range(2)]
    for who, ended in ((district.cast.worker, "refused"), (district.cast.dispatcher, "done")):
        run = operations.begin_bulk(
            actor=who, key=uuid4(), kind="supervise", title="督办", aims=aims(district, *numbers),
            answers={"reason": "群众关注"}, now=district.now,
        )  # fmt: skip
        operations.carry_on_bulk(actor=who, run=run.pk, now=district.now)
        assert set(states(who, run.pk)) == {ended}, who.username
    assert SupervisionWatch.objects.count() == 2


def test_nothing_and_too_much_are_refused(district: District) -> None:
    worker = district.cast.worker
    many = [Aim(f"260603-{n:04}", "", 1) for n in range(101)]
    for given in ([], many):
        with pytest.raises(BadInput):
            operations.begin_bulk(actor=worker, key=uuid4(), kind="note", title="备注", aims=given, now=district.now)
    with pytest.raises(BadInput):
        operations.begin_bulk(actor=worker, key=uuid4(), kind="delete", title="删除", aims=many[:1], now=district.now)
