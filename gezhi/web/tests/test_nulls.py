"""A null character in an address or a form is no fault of the server."""

import pytest
from django.test import Client

from gezhi.cases.tests.conftest import District
from gezhi.people.tests.cast import Cast


@pytest.mark.parametrize("address", ["/grid?q=a%00b", "/grid?under=a%00b", "/report?area=a%00b", "/grid/a%00b"])
def test_a_stranger_with_a_null_character(client: Client, district: District, address: str) -> None:
    assert district.now
    assert client.get(address).status_code < 500


@pytest.mark.parametrize(
    "address",
    [
        "/desk/?area=a%00b",
        "/desk/cases?item=a%00b",
        "/desk/cases?item=a%%0000b",
        "/desk/triage?channel=a%00b",
        "/desk/supervised?q=a%00b",
    ],
)
def test_a_desk_with_a_null_character(client: Client, district: District, address: str) -> None:
    client.force_login(district.cast.dispatcher)
    assert client.get(address).status_code < 500


def test_a_null_character_where_one_signs_in(client: Client, cast: Cast) -> None:
    assert cast.worker
    assert client.post("/login", {"login": "wor\x00ker", "username": "a\x00", "password": "x\x00"}).status_code < 500


def test_a_null_character_where_a_case_is_given_a_place(client: Client, district: District) -> None:
    number = district.open().number
    client.force_login(district.cast.dispatcher)
    sent = {"area": "a\x00b", "reason": "对\x00岸"}
    assert client.post(f"/desk/case/{number}/place", sent).status_code < 500
