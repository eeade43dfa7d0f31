"""Many records in one push: what they all ask is asked once, so that 500 rounds cost what they write."""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from gezhi.sync.tests.conftest import District, Phone
from gezhi.sync.tests.test_rounds_and_entries import rounds

__all__ = ["rounds"]
# What a round writes and looks up that no other has asked for: receipt, activity, its log, its key, what waits for it.
MOST_EACH = 11
SHARED = ("people_appointment", "people_post", "territory_area", "enactment_schemeversion", "territory_succession")


def _walks(phone: Phone, n: int) -> list[dict[str, Any]]:
    code = phone.district.cast.grids[0].code

    def ago(minutes: int) -> str:
        return (phone.now - timedelta(minutes=minutes)).isoformat()

    return [
        phone.record(
            "activity",
            {"duty": "rounds.walk_with_form", "area": code, "began": ago(30 + k), "ended": ago(k),
             "answers": {"weather": "fine"}},
        )
        for k in range(n)
    ]  # fmt: skip


def test_what_all_rounds_of_a_push_ask_is_asked_once(rounds: District) -> None:
    phone = Phone(rounds, rounds.cast.worker)
    n = 20
    with CaptureQueriesContext(connection) as asked:
        results = phone.send(*_walks(phone, n))
    assert {one.outcome for one in results} == {"accepted"}
    said = [one["sql"] for one in asked if "SAVEPOINT" not in one["sql"]]
    for table in SHARED:
        assert sum(f'FROM "{table}"' in sql for sql in said) <= 4, table
    assert len(said) <= MOST_EACH * n + 20, len(said) / n


def test_a_post_that_ended_counts_for_what_was_done_before_and_for_nothing_after(rounds: District) -> None:
    phone = Phone(rounds, rounds.cast.worker)
    before, after = _walks(phone, 2)
    ended = rounds.now - timedelta(hours=2)
    rounds.cast.worker.appointments.update(until=ended)
    for record, hours in ((before, 3), (after, 1)):
        at = phone.now - timedelta(hours=hours)
        record["data"] |= {"began": at.isoformat(), "ended": (at + timedelta(minutes=5)).isoformat()}
    taken, refused = phone.send(before, after)
    assert (taken.outcome, refused.outcome, refused.code) == ("accepted", "refused", "forbidden")
