"""Each address answers each role as `url_table` says; an address that does not stand there fails."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from gezhi.people.tests.cast import ROLES, Cast
from tests.house.url_table import TABLE


def _names(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _names(pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        else:
            assert pattern.name, f"the address {pattern.pattern} has no name"
            yield f"{space}{pattern.name}"


def test_every_address_stands_in_the_table_and_nothing_else() -> None:
    names = list(_names(get_resolver().url_patterns))
    missing = sorted(set(names) - set(TABLE))
    assert not missing, f"say in tests/house/url_table.py who gets what at: {', '.join(missing)}"
    assert sorted(set(TABLE) - set(names)) == [], "these addresses are no more: take them out of the table"


@pytest.mark.parametrize("name", sorted(TABLE))
def test_each_role_gets_what_the_table_says(cast: Cast, name: str) -> None:
    row = TABLE[name]
    address = reverse(name, kwargs=dict(row.args(cast)))
    got = {role: _ask(cast, role, address) for role in ROLES}
    assert got == {role: int(status) for role, status in row.answers.items()}, address


def _ask(cast: Cast, role: str, address: str) -> int:
    client = Client(raise_request_exception=False)
    account = cast.role(role)
    if account is not None:
        client.force_login(account)
    return client.get(address).status_code
