"""The browser itself: the front page comes up in both languages, and nothing on it breaks its own security policy."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "expected"), [("zh-CN", "zh-hans"), ("en-GB", "en")])
def test_the_front_page_speaks_the_visitors_language(visit: Callable[..., Page], language: str, expected: str) -> None:
    page = visit("/", language=language, phone=True)
    assert (page.locator("html").get_attribute("lang") or "").lower().startswith(expected[:2])
    assert page.locator("main h1").count() == 1
