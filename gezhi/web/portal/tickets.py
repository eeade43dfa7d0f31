"""Number and code of a case: remembered in the session, printed on a slip, carried by a QR code."""

from collections.abc import Sequence

import segno
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from gezhi.web import questions
from gezhi.web.questions import Kept

_STORE = "tracked"
MOST_TRACKED = 20


def remember(request: HttpRequest, number: str, secret: str) -> None:
    """Let this browser open the case until the session ends."""
    store = {**request.session.get(_STORE, {})}
    store.pop(number, None)
    store[number] = secret
    request.session[_STORE] = dict(list(store.items())[-MOST_TRACKED:])


def code_of(request: HttpRequest, number: str) -> str:
    """Return the code that this browser has shown for a case, or an empty string."""
    return str(request.session.get(_STORE, {}).get(number, ""))


def tracked(request: HttpRequest) -> list[str]:
    """Return the numbers that this browser may open, newest first."""
    return list(reversed(request.session.get(_STORE, {})))


def link(number: str, secret: str) -> str:
    """Return the full address that opens a case without typing."""
    return settings.PUBLIC_ADDRESS.rstrip("/") + reverse("web:portal_open", kwargs={"number": number, "secret": secret})


def qr(address: str) -> SafeString:
    """Draw a QR code as SVG; black on white in every theme, so that scanners read it."""
    drawing = segno.make(address, error="m")
    return SafeString(drawing.svg_inline(border=0, dark="#000", omitsize=True))


def spaced(secret: str) -> str:
    """Return a code in groups of four, to be read out."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def thumbnails(photos: Sequence[str]) -> list[Kept]:
    """Return what a page needs to show photos of a draft."""
    return [questions.keep(row) for row in questions.stored(photos)]
