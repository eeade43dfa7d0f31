"""What is owed: by post and place, with light, from what was really done; nobody sees what is not theirs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gezhi.cases.tests.conftest import District as Cases
from gezhi.duties import plans, queries
from gezhi.duties.models import Start
from gezhi.duties.queries import sums
from gezhi.duties.queries.sums import Scope, Wanted
from gezhi.duties.tests.conftest import District
from gezhi.schemes.state import Light


def test_two_patrols_a_day(district: District) -> None:
    (owed,) = district.owed(district.cast.worker, "rounds.walk")
    assert (owed.asked, owed.done, owed.light, owed.single) == (2, 0, Light.GREEN, True)
    district.record()
    (owed,) = district.owed(district.cast.worker, "rounds.walk")
    assert (owed.done, owed.left) == (1, 1)
    district.later(hours=4)
    (owed,) = district.owed(district.cast.worker, "rounds.walk")
    assert owed.light is Light.YELLOW
    district.record()
    (owed,) = district.owed(district.cast.worker, "rounds.walk")
    assert (owed.done, owed.light) == (2, Light.DONE)
    district.later(days=1)
    (owed,) = district.owed(district.cast.worker, "rounds.walk")
    assert owed.done == 0


def test_a_round_by_rule_is_red_after_its_day(district: District) -> None:
    (owed,) = district.owed(district.cast.head, "rounds.fortnight")
    assert owed.light is Light.RED
    assert owed.round is not None
    assert owed.round.due.day == 1
    district.record(district.cast.head, "rounds.fortnight", area=district.cast.villages[0].code)
    (owed,) = district.owed(district.cast.head, "rounds.fortnight")
    assert owed.light is Light.DONE


@pytest.mark.parametrize("who", ["leader", "clerk", "outsider", "resident", "dispatcher"])
def test_who_holds_no_such_post_owes_nothing(district: District, who: str) -> None:
    assert not [
        one
        for one in queries.due(account=getattr(district.cast, who), now=district.now)
        if one.planned.scheme.id == "rounds"
    ]


def test_households_by_class_in_the_own_grid(district: District) -> None:
    homes = [district.home(n) for n in range(3)]
    district.home(9, kind="1")
    district.home(10, district.cast.grids[1])
    (owed,) = district.owed(district.cast.worker, "rounds.call_3")
    assert (owed.asked, owed.done, owed.single) == (3, 0, False)
    district.record(duty="rounds.call_3", entry=homes[0].pk)
    (owed,) = district.owed(district.cast.worker, "rounds.call_3")
    assert owed.done == 0
    district.record(duty="rounds.call_3", entry=homes[0].pk)
    (owed,) = district.owed(district.cast.worker, "rounds.call_3")
    assert (owed.done, owed.sum.activities) == (1, 2)
    planned = plans.find("rounds.call_3", district.now.date())
    assert planned is not None
    one = planned.round_on(district.now.date())
    assert one is not None
    scope = Scope(planned, one, district.cast.grids[0].path, district.now.date())
    left = sums.objects(scope, Wanted())
    assert [row.name for row in left] == ["住户1", "住户2"]
    after = sums.objects(scope, Wanted(after=(left[0].area_path, left[0].id)))
    assert [row.name for row in after] == ["住户2"]


def test_sums_of_a_whole_district_go_through_no_area_for_each_area(district: District) -> None:
    """What a database that has not looked at its tables yet takes for one area may be ten thousand."""
    planned = plans.find("rounds.walk", district.now.date())
    assert planned is not None
    one = planned.round_on(district.now.date())
    assert one is not None
    top = f"{district.cast.grids[0].path.partition('/')[0]}/"
    scope = Scope(planned, one, top, district.now.date())
    for ask in (lambda: sums.total(scope), lambda: sums.by_area(scope), lambda: sums.objects(scope, Wanted())):
        with CaptureQueriesContext(connection) as asked:
            ask()
        said = [query["sql"] for query in asked]
        assert any("enable_nestloop = off" in one for one in said)
        with connection.cursor() as cursor:
            cursor.execute("set local enable_nestloop = off")
            cursor.execute("explain " + next(one for one in said if "with o as" in one))
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "Nested Loop" not in plan


def test_a_sample_asks_for_its_share(district: District) -> None:
    for n in range(11):
        district.home(n)
    (owed,) = district.owed(district.cast.head, "rounds.check_3")
    assert (owed.sum.objects, owed.asked) == (11, 3)


def test_the_questions_do_not_grow_with_the_households(district: District) -> None:
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            queries.due(account=district.cast.worker, now=district.now)
        return len(seen)

    district.home(0)
    queries.due(account=district.cast.worker, now=district.now)
    district.later(minutes=1)
    before = asked()
    for n in range(1, 40):
        district.home(n)
    district.later(minutes=1)
    assert asked() == before


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12)
@given(visits=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 40)), max_size=14))
def test_sums_of_coverage_are_the_objects(district: District, visits: list[tuple[int, int]]) -> None:
    from gezhi.duties.models import Activity, ActivityEvent

    if not district.homes:
        for n in range(6):
            district.home(n, district.cast.grids[n % 2])
    ActivityEvent.objects.all()._raw_delete("default")
    Activity.objects.unscoped(reason="a test begins anew").delete()
    for n, ago in visits:
        home = district.homes[n]
        who = district.cast.worker if home.area_id == district.cast.grids[0].pk else district.cast.other_worker
        at = district.now - timedelta(days=ago)
        district.record(who, "rounds.call_3", entry=home.pk, began=at, ended=at)
    planned = plans.find("rounds.call_3", district.now.date())
    assert planned is not None
    one = planned.round_on(district.now.date())
    assert one is not None
    scope = Scope(planned, one, district.cast.township.path, district.now.date())
    total = sums.total(scope)
    parts = sums.by_area(scope)
    assert total.objects == len(district.homes) == sum(part.objects for part in parts.values())
    assert total.done == sum(part.done for part in parts.values())
    assert total.left == len(sums.objects(scope, Wanted()))
    counted = [sum(1 for m, ago in visits if m == n) for n in range(6)]
    assert total.activities == sum(min(many, one.amount) for many in counted)
    assert total.done == sum(each >= 2 for each in counted)


def test_what_events_started_asks_the_same_however_many(district: District) -> None:
    planned = plans.find("rounds.first_call", district.now.date())
    assert planned is not None
    version = planned.version

    def started(n: int) -> None:
        home = district.home(n)
        Start.objects.create(
            scheme="rounds", scheme_version_id=version, duty="first_call", by_event="entry:homes",
            source=str(home.pk), area=home.area, area_path=home.area_path, entry=home, entry_name=home.name,
            at=district.now, due=district.now + timedelta(days=7),
        )  # fmt: skip

    def asked() -> int:
        with CaptureQueriesContext(connection) as some:
            stops = queries.route(account=district.cast.worker, now=district.now)
            owed = queries.due(account=district.cast.worker, now=district.now)
            assert all(one.start.entry.name for one in owed if one.start and one.start.entry)
        assert stops
        return len(some)

    started(1)
    few = asked()
    for n in range(2, 7):
        started(n)
    assert asked() <= few


def test_a_case_about_somebody_starts_nothing_that_this_person_hears_of(district: District) -> None:
    planned = plans.find("rounds.first_call", district.now.date())
    assert planned is not None
    cases, ground = Cases(district.cast, district.now), district.cast.grids[0]
    for item in ("env.litter", "staff.grid"):
        case = cases.case(cases.open(item=item, anonymous=True).number)
        Start.objects.create(
            scheme="rounds", scheme_version_id=planned.version, duty="first_call", by_event="look_back",
            source=str(case.pk), area=ground, area_path=ground.path, case=case, entry_name=case.title,
            at=district.now,
        )  # fmt: skip
    found = [one.start.case for one in district.owed(district.cast.worker, "rounds.first_call") if one.start]
    assert [one.item for one in found if one] == ["env.litter"]
