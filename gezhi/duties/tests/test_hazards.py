"""A hazard found on a round: its limit with interim measures stands on the case at once, and somebody else ends it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from gezhi.cases import operations as acts
from gezhi.cases import queries as cases
from gezhi.cases.models import Case
from gezhi.duties import operations, queries
from gezhi.duties.models import Hazard
from gezhi.duties.operations import Found
from gezhi.duties.tests.conftest import District
from gezhi.enactment import operations as enactment
from gezhi.foundation import outbox
from gezhi.people.models import Account
from gezhi.people.tests.cast import Cast
from gezhi.schemes.documents import Source, complete
from gezhi.schemes.state import Light

PLAN = """
scheme = "watch"
version = "1"
title = "隐患排查"
extends = ["common/notices", "common/hazard"]
conflict_desk = "dispatcher"

[[levels]]
id = "district"
title = "区"
[[levels]]
id = "township"
title = "镇街"
[[levels]]
id = "village"
title = "村"
[[levels]]
id = "grid"
title = "网格"

[posts.dispatcher]
title = "派遣员"
at = "district"
[posts.station_head]
title = "站长"
at = "village"
superior = "dispatcher"
[posts.grid_worker]
title = "网格员"
at = "grid"
superior = "station_head"

[channels]
field = "网格上报"

[procedures.hazard]
title = "隐患整改"
based_on = ["hazard"]
steps.found.holder = "grid_worker"
steps.rectify.holder = "grid_worker"
steps.reported.holder = "dispatcher"
steps.listed.holder = "dispatcher"
steps.recheck.holder = "station_head"

[duties.watch]
title = "隐患排查"
activity = "inspection"
who = "grid_worker"
of = "grid"
at_least = "1 per week"
items = ["hazard"]
"""
ITEMS = "id,title,procedure\nhazard,隐患,hazard\nhazard.exit,通道堵塞,hazard\n"


@pytest.fixture
def watched(cast: Cast) -> District:
    """Return the district with a plan for hazards in force."""
    files = {"watch/scheme.toml": PLAN, "watch/catalogue.csv": ITEMS}
    whole = complete(Source("watch", files))
    enactment.enact(files=whole, actor=None, on=date(2026, 1, 1), now=datetime(2025, 12, 31, tzinfo=UTC))
    return District(cast)


def test_a_limited_rectification_stands_on_the_case_with_its_date(watched: District) -> None:
    until = date(2026, 6, 30)
    found = Found(text="通道堵塞", item="hazard.exit", way="limited", interim="专人看守", until=until)
    done = watched.record(duty="watch.watch", findings=(found,))
    assert done.activity.findings.get().trouble == ""
    page = cases.case_page(account=watched.cast.worker, number=done.cases[0], now=watched.now)
    assert page.state.step == "rectify"
    assert page.state.answers["measures"] == "专人看守"
    assert page.state.answers["deadline"] == until.isoformat()


def test_a_date_further_off_than_the_plan_allows_is_said_and_the_case_stays(watched: District) -> None:
    found = Found(text="通道堵塞", item="hazard.exit", way="limited", interim="看守", until=date(2036, 1, 1))
    done = watched.record(duty="watch.watch", findings=(found,))
    assert done.activity.findings.get().trouble
    page = cases.case_page(account=watched.cast.worker, number=done.cases[0], now=watched.now)
    assert page.state.step == "found"


def test_what_was_rectified_on_the_spot_goes_to_somebody_else(watched: District) -> None:
    found = Found(text="通道堵塞", item="hazard.exit", way="spot", result="已清走")
    done = watched.record(duty="watch.watch", findings=(found,))
    page = cases.case_page(account=watched.cast.worker, number=done.cases[0], now=watched.now)
    assert page.state.step == "recheck"
    assert page.choices == ()


def act(district: District, who: Account, number: str, action: str, **answers: Any) -> None:
    page = cases.case_page(account=who, number=number, now=district.now)
    choice = next(one for one in page.choices if one.action == action)
    acts.act(actor=who, number=number, action=action, desk=choice.by, answers=answers, now=district.now)
    while outbox.relay(now=district.now):
        pass


def listed(district: District) -> str:
    """Return the number of a hazard that was found, reported up and put on the list."""
    done = watched_report(district)
    act(
        district, district.cast.worker, done, "report_up", hazard_grade="major", measures="专人看守", reason="超出能力",
    )  # fmt: skip
    act(district, district.cast.dispatcher, done, "list_it", measures="停用并隔离", deadline="2026-06-18")
    return done


def watched_report(district: District) -> str:
    return district.record(duty="watch.watch", findings=(Found("配电房积水", "hazard.exit"),)).cases[0]


def test_a_hazard_is_listed_until_somebody_else_clears_it(watched: District) -> None:
    number, cast = listed(watched), watched.cast
    (one,) = queries.hazards(account=cast.head, now=watched.now)
    assert (one.case.number, one.interim, one.again) == (number, "停用并隔离", False)
    assert one.by is not None
    assert one.by.id == "dispatcher"
    assert one.due is not None
    assert one.due.date().isoformat() == "2026-06-18"
    watched.later(days=30)
    assert queries.hazards(account=cast.head, now=watched.now)[0].light is Light.RED
    act(watched, cast.dispatcher, number, "rectified", result="已抽干并抬高")
    (one,) = queries.hazards(account=cast.head, now=watched.now)
    assert (one.again, one.at and one.at.id, one.rectified_at is not None) == (True, "station_head", True)
    act(watched, cast.head, number, "clear", result="复查合格")
    assert queries.hazards(account=cast.head, now=watched.now) == []
    assert [one.case.number for one in queries.hazards(account=cast.head, now=watched.now, closed=True)] == [number]


def test_the_list_is_for_those_whose_area_it_is(watched: District) -> None:
    number = listed(watched)
    for who in (watched.cast.worker, watched.cast.head, watched.cast.dispatcher, watched.cast.leader):
        assert [one.case.number for one in queries.hazards(account=who, now=watched.now)] == [number]
    for who in (watched.cast.other_head, watched.cast.other_worker, watched.cast.outsider, watched.cast.resident):
        assert queries.hazards(account=who, now=watched.now) == []


def test_a_general_hazard_is_not_listed(watched: District) -> None:
    number = watched_report(watched)
    act(watched, watched.cast.worker, number, "limit_it", measures="看守", deadline="2026-06-12")
    assert queries.hazards(account=watched.cast.head, now=watched.now) == []


@pytest.mark.parametrize("size", [1, 4])
def test_the_list_asks_the_same_however_long(watched: District, size: int, django_assert_max_num_queries: Any) -> None:
    for _ in range(size):
        listed(watched)
    assert Case.objects.unscoped(reason="a test counts").count() == size
    queries.hazards(account=watched.cast.head, now=watched.now)
    with django_assert_max_num_queries(8):
        assert len(queries.hazards(account=watched.cast.head, now=watched.now)) == size


def test_what_is_told_late_leaves_no_cleared_hazard_on_the_list(watched: District) -> None:
    number = listed(watched)
    act(watched, watched.cast.dispatcher, number, "rectified", result="已抽干")
    act(watched, watched.cast.head, number, "clear", result="复查合格")
    (row,) = Hazard.objects.all()
    told = {"case": str(row.case_id), "step": "listed", "at": row.since.isoformat()}
    closed_at = row.closed_at
    row.delete()
    operations.follow_hazard(told, watched.now)
    operations.follow_hazard(told, watched.now)
    assert Hazard.objects.get().closed_at == closed_at
    assert queries.hazards(account=watched.cast.head, now=watched.now) == []
