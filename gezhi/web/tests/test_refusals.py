"""When the product fails or refuses, it says what was kept and what to do, in the reader's language."""

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import BadRequest
from django.test import Client, RequestFactory

from gezhi.web import refusals, undo
from gezhi.web.templatetags.gezhi import undo_address


@pytest.mark.parametrize(
    ("language", "words"), [("zh-CN", "您写的内容还在浏览器里"), ("en-GB", "What you typed is still")]
)
def test_a_fault_needs_no_database_and_speaks_the_readers_language(language: str, words: str) -> None:
    request = RequestFactory().get("/", headers={"accept-language": language})
    for answer, status in (
        (refusals.server_error(request), 500),
        (refusals.bad_request(request, BadRequest("broken")), 400),
    ):
        assert answer.status_code == status
        assert words in answer.content.decode()


def test_a_fault_keeps_the_theme_that_was_chosen() -> None:
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = "dark"
    assert 'data-theme="dark"' in refusals.server_error(request).content.decode()


@pytest.mark.django_db
def test_what_is_not_there_leads_on() -> None:
    words = Client().get("/nowhere", headers={"accept-language": "zh-CN"}).content.decode()
    assert 'href="/track"' in words
    assert "English" in words


@pytest.mark.django_db
def test_what_is_done_can_carry_its_undoing() -> None:
    client = Client()
    request = client.get("/login").wsgi_request
    undo.done(request, "已合并", "/desk/case/1/unmerge")
    told = list(get_messages(request))[-1]
    assert (str(told), undo_address(told.extra_tags)) == ("已合并", "/desk/case/1/unmerge")
    assert undo_address("") == undo_address(None) == ""
