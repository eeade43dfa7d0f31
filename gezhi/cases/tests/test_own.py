"""What somebody did: correcting what one has sent, the diary, what came back; never of cases that one may not see."""

from datetime import timedelta

import pytest

from gezhi.cases import operations, queries
from gezhi.cases.errors import BadInput, Conflict, Forbidden, Impossible, NotFound
from gezhi.cases.models import Case, CaseEvent, CaseWords, Comment
from gezhi.cases.operations import Correction, verify_log
from gezhi.cases.tests.conftest import District


def _sent(district: District, **given: object) -> str:
    return district.open(district.cast.worker, channel="field", **given).number


def test_a_correction_is_whole_and_in_the_log(district: District) -> None:
    number = _sent(district, text="")
    now = district.later(minutes=5)
    right = Correction(item="road.lamp", address="滨河路 3 号", point=district.cast.point(1), text="灯杆 17 号")
    assert operations.correct(actor=district.cast.worker, number=number, correction=right, now=now) == (
        "address", "text", "item",
    )  # fmt: skip
    case = district.case(number)
    assert (case.item, case.title, case.address) == ("road.lamp", "路灯不亮", "滨河路 3 号")
    assert Comment.objects.get().text == "灯杆 17 号"
    assert verify_log(case).whole
    body = CaseEvent.objects.get(case_id=case.pk, action="correct").body
    assert "— → 滨河路 3 号" in body
    # the whole limit counts from the first day
    assert case.opened_at < now


def test_a_title_that_somebody_wrote_stays(district: District) -> None:
    number = _sent(district, text="桥头的灯一闪一闪。")
    operations.correct(
        actor=district.cast.worker, number=number, correction=Correction(item="road.lamp"), now=district.now
    )
    assert district.case(number).title == "桥头的灯一闪一闪"


def test_a_corrected_case_is_found_as_it_reads_now_and_its_words_are_kept_once(district: District) -> None:
    number = _sent(district, text="滨河路 3 号的灯杆歪了。", address="清溪路 24 号")
    right = Correction(item="road.lamp", address="滨河路 3 号")
    operations.correct(actor=district.cast.worker, number=number, correction=right, now=district.later(minutes=1))
    assert CaseWords.objects.get(case=district.case(number).pk).words == "滨q河q路 3 号q的q灯q杆q歪q了。"
    elsewhere = Correction(address="望江台")
    operations.correct(actor=district.cast.worker, number=number, correction=elsewhere, now=district.later(minutes=1))
    found = CaseWords.objects.get(case=district.case(number).pk).words
    assert found == "望q江q台\n滨q河q路 3 号q的q灯q杆q歪q了。"


def test_who_may_not_correct(district: District) -> None:
    number, other = _sent(district), district.open().number
    cast, right = district.cast, Correction(text="补一句")
    for who in (cast.head, cast.dispatcher):
        with pytest.raises(Forbidden):
            operations.correct(actor=who, number=number, correction=right, now=district.now)
    with pytest.raises(NotFound):
        operations.correct(actor=cast.outsider, number=number, correction=right, now=district.now)
    with pytest.raises(Forbidden):
        operations.correct(actor=cast.worker, number=other, correction=right, now=district.now)


def test_what_can_not_be_corrected_changes_nothing(district: District) -> None:
    number, worker = _sent(district), district.cast.worker
    with pytest.raises(BadInput):
        operations.correct(actor=worker, number=number, correction=Correction(), now=district.now)
    with pytest.raises(Conflict):
        operations.correct(actor=worker, number=number, correction=Correction(text="迟了"), version=7, now=district.now)
    district.act(worker, number, "settle", answers={"result": "清走了"})
    with pytest.raises(Impossible):
        operations.correct(
            actor=worker,
            number=number,
            correction=Correction(text="还有", item="road.lamp"),
            now=district.later(minutes=1),
        )
    assert Comment.objects.count() == 0
    assert district.case(number).item == "env.litter"


def test_the_diary_holds_ones_own_acts_of_cases_one_may_see(district: District) -> None:
    cast, begin = district.cast, district.now
    mine = _sent(district, text="自己报的")
    other = district.open(text="群众报的").number
    district.act(cast.worker, other, "settle", answers={"result": "好了"})
    district.act(cast.head, other, "confirm")
    until = district.now + timedelta(hours=1)
    found = queries.diary(account=cast.worker, now=district.now, since=begin, until=until)
    assert [(one.number, one.kind) for one in found] == [(mine, "open"), (other, "act")]
    assert found[1].title.zh == "办结"
    assert queries.diary(account=cast.outsider, now=district.now, since=begin, until=until) == ()
    # one that is now about the worker is not in it any more
    Case.objects.unscoped(reason="a complaint comes").filter(number=other).update(
        about_keys=[f"grid_worker@{cast.grids[0].code}"]
    )
    found = queries.diary(account=cast.worker, now=district.now, since=begin, until=until)
    assert [one.number for one in found] == [mine]


def test_passed_on_are_those_that_wait_elsewhere(district: District) -> None:
    cast = district.cast
    kept, up = _sent(district), _sent(district, text="报上去的")
    district.act(cast.worker, up, "report_up", answers={"reason": "要登高车"})
    found = queries.passed_on(account=cast.worker, now=district.now, state="passed_on")
    assert [case.number for case in found.rows] == [up]
    assert kept not in {case.number for case in found.rows}
    assert queries.passed_on(account=cast.worker, now=district.now, state="closed").rows == ()
    assert queries.passed_on(account=cast.other_worker, now=district.now, state="passed_on").rows == ()


def test_frequent_items_are_ones_own_first(district: District) -> None:
    for _ in range(2):
        _sent(district, item="road.lamp")
    district.open(item="env.stalls")
    found = queries.frequent_items(account=district.cast.worker, now=district.now, most=3)
    assert found[0] == "road.lamp"
    assert "env.stalls" in found
    assert queries.frequent_items(account=district.cast.other_worker, now=district.now, most=3) == []
