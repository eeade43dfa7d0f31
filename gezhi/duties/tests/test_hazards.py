"""A hazard found on a round: its limit with interim measures stands on the case at once, and somebody else ends it."""

from datetime import UTC, date, datetime

import pytest

from gezhi.cases import queries as cases
from gezhi.duties.operations import Found
from gezhi.duties.tests.conftest import District
from gezhi.enactment import operations as enactment
from gezhi.people.tests.cast import Cast
from gezhi.schemes.documents import Source, complete

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
