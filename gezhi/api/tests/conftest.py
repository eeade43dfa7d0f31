"""The district of the cases' tests, and callers with tokens."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from gezhi.cases.tests.conftest import District, district
from gezhi.people.models import Account
from gezhi.people.operations import issue_token
from gezhi.territory import queries as territory

__all__ = ["District", "district"]

ISSUED = datetime(2026, 1, 1, tzinfo=UTC)
ALL = ("cases:read", "cases:write", "cases:batch")


@pytest.fixture(autouse=True)
def _look_again() -> Iterator[None]:
    territory.look_again()
    yield
    territory.look_again()


class Caller:
    """A program that holds somebody's token."""

    def __init__(self, token: str, language: str) -> None:
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}

    def get(self, path: str, **query: str) -> Any:
        return self.client.get(f"/api/v1{path}", query, headers=self.headers)

    def post(self, path: str, body: Any) -> Any:
        return self.client.post(f"/api/v1{path}", body, content_type="application/json", headers=self.headers)


type MakeCaller = Callable[..., Caller]


@pytest.fixture
def caller(db: None) -> MakeCaller:
    """Return a maker of callers."""

    def make(account: Account, *scopes: str, language: str = "en") -> Caller:
        _row, token = issue_token(actor=None, account=account, name="a hotline", scopes=scopes or ALL, now=ISSUED)
        return Caller(token, language)

    return make
