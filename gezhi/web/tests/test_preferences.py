"""A browser's choices: kept in cookies, and never a way to send somebody elsewhere."""

from django.test import RequestFactory

from gezhi.web import preferences


def test_choices_are_kept_and_the_page_comes_back() -> None:
    answer = preferences.change(
        RequestFactory().post(
            "/preferences", {"theme": "dark", "text": "large", "language": "en", "next": "/track?a=1"}
        )
    )
    assert answer["Location"] == "/track?a=1"
    assert {name: morsel.value for name, morsel in answer.cookies.items()} == {
        "theme": "dark",
        "text": "large",
        "django_language": "en",
    }


def test_unknown_values_and_foreign_addresses_are_ignored() -> None:
    answer = preferences.change(
        RequestFactory().post(
            "/preferences", {"theme": "pink", "language": "xx-yy", "next": "https://elsewhere.example/"}
        )
    )
    assert answer["Location"] == "/"
    assert not answer.cookies


def test_a_broken_cookie_is_the_default() -> None:
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = '"><script>'
    assert preferences.read(request) == preferences.Preferences(theme="system", text="normal")
