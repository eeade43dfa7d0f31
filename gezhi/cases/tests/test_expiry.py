import threading
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from gezhi.cases import operations, queries
from gezhi.cases.models import CaseEvent
from gezhi.cases.operations import expiry, statements, verify_log
from gezhi.cases.operations.log import replayed
from gezhi.cases.operations.projection import load_state
from gezhi.cases.tests.conftest import SHANGHAI, District
from gezhi.cases.tests.test_door import to_review, to_sign
from gezhi.foundation.models import Outbox
from gezhi.schemes import clocks
from gezhi.schemes.model import Scheme
from gezhi.schemes.state import Refused
from gezhi.schemes.worktime import WorkCalendar


def waiting(district: District, count: int = 1) -> list[str]:
    """Return cases that wait for a signature, which is accepted silently after 7 days."""
    numbers = [district.open().number for _ in range(count)]
    for number in numbers:
        to_sign(district, number)
    return numbers


def wakes_at(district: District, number: str) -> datetime:
    at = district.case(number).wake_at
    assert at is not None
    return at


def expirations(district: District, number: str) -> int:
    return CaseEvent.objects.filter(case_id=district.case(number).pk, kind="expire").count()


def test_silence_is_acceptance_once_at_its_own_instant(district: District) -> None:
    (number,) = waiting(district)
    due = wakes_at(district, number)
    assert operations.sweep(now=due - timedelta(seconds=1)).events == 0
    swept = operations.sweep(now=due + timedelta(days=30))
    case = district.case(number)
    assert (swept.cases, swept.events, case.step, case.outcome, case.closed_at) == (1, 1, "closed", "accepted", due)
    assert operations.sweep(now=due + timedelta(days=31)).cases == 0
    assert expirations(district, number) == 1
    assert verify_log(case).whole


def test_an_act_after_the_due_time_meets_what_the_time_already_did(district: District) -> None:
    (number,) = waiting(district)
    district.now = wakes_at(district, number) + timedelta(days=2)
    with pytest.raises(Refused):
        district.act(district.cast.worker, number, "confirm")
    assert district.case(number).step == "sign", "a refused act takes back also what fell due; the sweeper does it"


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_work_and_do_nothing_twice(district: District) -> None:
    numbers = waiting(district, 8)
    now = district.now + timedelta(days=20)
    gate = threading.Barrier(2)
    swept: list[Any] = []

    def work() -> None:
        gate.wait()
        try:
            swept.append(operations.sweep(now=now))
        except Exception as error:  # noqa: BLE001  the test must see it
            swept.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    operations.sweep(now=now)
    assert [expirations(district, number) for number in numbers] == [1] * 8
    assert all(verify_log(district.case(number)).whole for number in numbers)


def test_a_fault_is_kept_where_it_is_seen_and_the_others_go_on(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = waiting(district, 2)
    broken = district.case(first).pk
    settle = expiry._settle

    def fail(case: Any, now: Any) -> int:
        if case.pk == broken:
            raise RuntimeError("a rule that fails")
        return settle(case, now)

    now = district.now + timedelta(days=20)
    with monkeypatch.context() as patched:
        patched.setattr(expiry, "_settle", fail)
        swept = operations.sweep(now=now)
    assert (swept.failed, swept.cases) == ((first,), 1)
    assert "a rule that fails" in district.case(first).trouble
    assert district.case(second).step == "closed"
    assert operations.sweep(now=now + timedelta(minutes=16)).cases == 1
    assert (district.case(first).step, district.case(first).trouble) == ("closed", "")


def test_a_crash_in_the_middle_leaves_it_for_the_next(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    (number,) = waiting(district)
    now = district.now + timedelta(days=20)
    effects = Outbox.objects.count()

    def die(*_args: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(statements, "change", die)
        with pytest.raises(SystemExit):
            operations.sweep(now=now)
    assert (district.case(number).step, Outbox.objects.count()) == ("sign", effects)
    assert operations.sweep(now=now).cases == 1


def test_replaying_the_log_gives_the_state(district: District) -> None:
    opened = district.open(district.cast.resident, reporter=district.cast.resident)
    to_review(district, opened.number)
    case = district.case(opened.number)
    assert replayed(CaseEvent.objects.filter(case_id=case.pk).order_by("seq")) == load_state(case.state)
    assert verify_log(case).whole


@pytest.mark.parametrize(
    ("sql", "broken_at"),
    [
        ("update cases_caseevent set body = replace(body, 'settle', 'report') where seq = 2", 2),
        ("update cases_caseevent set actor = '', link = '\\x00' where seq = 1", 1),
        ("delete from cases_caseevent where seq = 2", 2),
        ("delete from cases_caseevent where seq = 3", 3),
        ("update cases_case set state = jsonb_set(state, '{step}', '\"closed\"')", 3),
    ],
)
def test_whoever_touches_the_log_is_found_out(district: District, sql: str, broken_at: int) -> None:
    opened = district.open()
    district.act(district.cast.worker, opened.number, "settle", answers={"result": "扫了"})
    district.act(district.cast.head, opened.number, "confirm")
    assert verify_log(district.case(opened.number)).whole
    with connection.cursor() as cursor:
        cursor.execute(sql)
    checked = verify_log(district.case(opened.number))
    assert (checked.whole, checked.broken_at) == (False, broken_at)


def test_what_was_swept_is_told(district: District) -> None:
    (number,) = waiting(district)
    operations.sweep(now=district.now + timedelta(days=20))
    last = Outbox.objects.filter(topic="case.changed").order_by("id").last()
    assert last is not None
    assert (last.body["kind"], last.body["step"]) == ("expire", "closed")
    assert queries.counts(account=district.cast.worker, now=district.now).total == 0
    assert number


def test_a_new_years_calendar_counts_again_whatever_stands_still_before_it(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    district.now = datetime(2026, 12, 28, 10, tzinfo=SHANGHAI)
    still, runs = district.open(), district.open()
    district.act(district.cast.worker, still.number, "pause", answers={"reason": "等材料"})
    before = district.case(runs.number)
    assert [clock["provisional"] for clock in before.state["clocks"] if clock["id"] == "case"] == [True]
    assert operations.recount(now=district.later(minutes=1), limit=1) == 0
    plain = clocks.calendar_of

    def published(scheme: Scheme) -> WorkCalendar:
        holidays = (date(2027, 1, 5), date(2027, 1, 6))
        calendar = replace(scheme.calendar, published_until=date(2027, 12, 31), rest=holidays)
        return plain(replace(scheme, calendar=calendar))

    monkeypatch.setattr(clocks, "calendar_of", published)
    assert operations.recount(now=district.later(minutes=1), limit=1) == 1
    after = district.case(runs.number)
    assert before.case_due is not None
    assert after.case_due == before.case_due + timedelta(days=2)
    assert verify_log(after).whole


def test_the_next_years_notice_moves_what_falls_due_in_the_last_days_of_this_one(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    district.now = datetime(2026, 12, 8, 10, tzinfo=SHANGHAI)
    opened = district.open()
    before = district.case(opened.number)
    # the notice of this year says that it is a workday, so it is not provisional
    assert before.case_due == datetime(2026, 12, 29, 17, 30, tzinfo=SHANGHAI)
    assert not any(clock.get("provisional") for clock in before.state["clocks"] if clock["id"] == "case")
    assert operations.recount(now=district.later(minutes=1)) == 0
    plain = clocks.calendar_of

    def moved(scheme: Scheme) -> WorkCalendar:
        return plain(replace(scheme, calendar=replace(scheme.calendar, rest=(date(2026, 12, 29),))))

    monkeypatch.setattr(clocks, "calendar_of", moved)
    assert operations.recount(now=district.later(minutes=1)) == 1
    after = district.case(opened.number)
    assert after.case_due == datetime(2026, 12, 30, 17, 30, tzinfo=SHANGHAI)
    assert verify_log(after).whole
    assert operations.recount(now=district.later(minutes=2)) == 0
