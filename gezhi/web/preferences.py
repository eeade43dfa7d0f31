"""What a person chose for this browser: language, light or dark, large text, rows of a list in one line or two.

Kept in cookies, never in an account.
"""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_supported_language_variant
from django.views.decorators.http import require_POST

THEMES = ("system", "light", "dark")
TEXT_SIZES = ("normal", "large")
ROWS = ("roomy", "tight")
_THEME_COOKIE = "theme"
_TEXT_COOKIE = "text"
_ROWS_COOKIE = "rows"
_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Preferences:
    """A browser's choices; unknown cookie values fall back to the default."""

    theme: str
    text: str
    rows: str = "roomy"


def read(request: HttpRequest) -> Preferences:
    """Return the choices in the request's cookies."""
    theme = request.COOKIES.get(_THEME_COOKIE, "system")
    text = request.COOKIES.get(_TEXT_COOKIE, "normal")
    rows = request.COOKIES.get(_ROWS_COOKIE, "roomy")
    return Preferences(
        theme=theme if theme in THEMES else "system",
        text=text if text in TEXT_SIZES else "normal",
        rows=rows if rows in ROWS else "roomy",
    )


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Keep what the form says (`language`, `theme`, `text`, `rows`, each optional) and go back to `next`."""
    answer = HttpResponseRedirect(_safe_next(request))
    for cookie, allowed in ((_THEME_COOKIE, THEMES), (_TEXT_COOKIE, TEXT_SIZES), (_ROWS_COOKIE, ROWS)):
        chosen = request.POST.get(cookie, "")
        if chosen in allowed:
            _keep(answer, cookie, chosen)
    language = _language(request.POST.get("language", ""))
    if language:
        _keep(answer, settings.LANGUAGE_COOKIE_NAME, language)
    return answer


def _safe_next(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe else "/"


def _language(code: str) -> str:
    try:
        return get_supported_language_variant(code) if code else ""
    except LookupError:
        return ""


def _keep(answer: HttpResponse, cookie: str, value: str) -> None:
    answer.set_cookie(
        cookie,
        value,
        max_age=_YEAR,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
