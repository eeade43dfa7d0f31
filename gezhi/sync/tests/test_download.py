"""What telephones take along: own things only, whole or since a cursor, with what they must drop."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from gezhi.cases import operations as cases
from gezhi.people import operations as people
from gezhi.sync import queries
from gezhi.sync.queries.cases import MOST_LINES
from gezhi.sync.tests.conftest import District, Phone

# Reads of a download, however many cases there are.
MOST_QUERIES = 60


def _case(phone: Phone, number: str) -> dict[str, object]:
    told: dict[str, object] = msgspec.json.decode(phone.parts[f"case/{number}"])
    return told


def test_own_grids_cases_and_catalogue_come_along(phone: Phone, district: District) -> None:
    number = district.open(contact="13900000000").number
    got = phone.refresh()
    assert got.full
    cast = district.cast
    grid = msgspec.json.decode(phone.parts[f"grid/{cast.grids[0].code}"])
    assert (grid["own"], len(grid["outline"])) == (True, 1)
    assert msgspec.json.decode(phone.parts[f"grid/{cast.grids[1].code}"])["own"] is False
    case = _case(phone, number)
    assert case["version"] == 1
    doings = {one["action"]: one for one in case["doings"]}  # type: ignore[attr-defined]
    assert doings["settle"]["usual"]
    asked = {one["id"]: one for one in doings["settle"]["fields"]}
    assert asked["photos_after"]["kind"] == "photos"
    assert asked["result"]["required"]
    items = msgspec.json.decode(phone.parts["items"])
    assert items["chips"]
    # never a contact
    assert b"13900000000" not in msgspec.json.encode(got)


def test_only_what_changed_comes_again_and_what_left_is_named(phone: Phone, district: District) -> None:
    first, second = district.open().number, district.open().number
    phone.refresh()
    assert phone.refresh().parts == {}
    district.act(district.cast.worker, first, "report_up", answers={"reason": "要登高车"})
    got = phone.refresh()
    assert got.gone == (f"case/{first}",)
    assert got.parts == {}
    third = district.open().number
    assert set(phone.refresh().parts) >= {f"case/{third}"}
    assert {name for name in phone.parts if name.startswith("case/")} == {f"case/{second}", f"case/{third}"}


def test_a_post_that_ends_takes_grids_and_cases_from_the_phone(phone: Phone, district: District) -> None:
    number = district.open().number
    phone.refresh()
    post = district.cast.worker.appointments.get()
    people.end_appointment(actor=None, appointment=post, until=district.later(minutes=1), now=district.now)
    district.later(minutes=1)
    people_of = type(phone.account).objects.get(pk=phone.account.pk)
    phone.account = people_of
    got = phone.refresh()
    assert f"case/{number}" in got.gone
    assert f"grid/{district.cast.grids[0].code}" in got.gone
    assert not any(name.startswith(("case/", "grid/")) for name in phone.parts)


def test_the_size_is_said_beforehand(phone: Phone, district: District) -> None:
    district.open()
    size = queries.download(account=phone.account, now=district.now, only_size=True)
    got = phone.refresh()
    assert size.parts == {}
    assert size.bytes == got.bytes == sum(len(name) + len(body) for name, body in got.parts.items())


@pytest.mark.parametrize("since", ["nonsense", "AAAA", "eJyrVkrLz1eyUkpKLFKqBQAgTQP6"])
def test_a_cursor_that_is_none_means_everything(phone: Phone, district: District, since: str) -> None:
    assert queries.download(account=phone.account, now=district.now, since=since).full


def test_a_phone_that_was_off_for_a_month_takes_everything(phone: Phone, district: District) -> None:
    district.open()
    phone.refresh()
    district.later(days=20)
    assert not phone.refresh().full
    district.later(days=32)
    assert phone.refresh().full


def test_another_person_or_language_takes_everything(phone: Phone, district: District) -> None:
    phone.refresh()
    other = queries.download(account=district.cast.other_worker, now=district.now, since=phone.cursor)
    assert other.full
    with translation.override("zh-hans"):
        assert queries.download(account=phone.account, now=district.now, since=phone.cursor).full


def test_a_download_costs_the_same_however_many_cases_there_are(phone: Phone, district: District) -> None:
    def cost() -> int:
        account = type(phone.account).objects.get(pk=phone.account.pk)
        with CaptureQueriesContext(connection) as seen:
            queries.download(account=account, now=district.now + timedelta(seconds=1))
        return len(seen)

    district.open()
    cost()
    few = cost()
    for _ in range(8):
        district.open()
    assert cost() == few <= MOST_QUERIES


def test_what_happened_comes_along_as_the_cases_page_tells_it(phone: Phone, district: District) -> None:
    number = district.open(contact="13900000000").number
    district.later(minutes=5)
    cases.comment(actor=district.cast.head, number=number, text="钥匙在门卫", now=district.now)
    phone.refresh()
    story: Any = _case(phone, number)["story"]
    assert (story[0]["title"], story[0]["say"]) == ("Note", "钥匙在门卫")
    assert district.cast.head.name in story[0]["who"]
    assert "13900000000" not in str(story)
    # what comes later comes at the next refresh, the newest first and so much of it
    for n in range(MOST_LINES):
        district.later(minutes=1)
        cases.comment(actor=district.cast.head, number=number, text=f"第{n}次", now=district.now)
    phone.refresh()
    held: Any = _case(phone, number)
    assert len(held["story"]) == MOST_LINES
    assert held["story"][0]["say"] == f"第{MOST_LINES - 1}次"
    assert held["earlier"] == 2
    other = Phone(district, district.cast.other_worker)
    assert "钥匙在门卫" not in msgspec.json.encode(other.refresh()).decode()
    assert not any(name.startswith("case/") for name in other.parts)
