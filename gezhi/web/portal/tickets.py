"""Number and code of a case, one's own or one that is followed: kept in the session, on a slip, in a QR code."""

from collections.abc import Sequence

import segno
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from gezhi.people.models import Account
from gezhi.web import questions
from gezhi.web.questions import Kept

_STORE, _FOLLOWED = "tracked", "followed"
MOST_TRACKED = 20


def remember(request: HttpRequest, number: str, secret: str) -> None:
    """Let this browser open the case until the session ends."""
    _keep(request, _STORE, number, secret)


def code_of(request: HttpRequest, number: str) -> str:
    """Return the code that this browser has shown for a case, or an empty string."""
    return str(request.session.get(_STORE, {}).get(number, ""))


def tracked(request: HttpRequest) -> list[str]:
    """Return the numbers that this browser may open, newest first."""
    return list(reversed(request.session.get(_STORE, {})))


def remember_followed(request: HttpRequest, number: str, secret: str) -> None:
    """Let this browser open a followed case until the session ends; `secret` is empty where an account opens it."""
    _keep(request, _FOLLOWED, number, secret)


def forget_followed(request: HttpRequest, number: str) -> None:
    """Let this browser open a followed case no longer."""
    store = {**request.session.get(_FOLLOWED, {})}
    store.pop(number, None)
    request.session[_FOLLOWED] = store


def code_of_followed(request: HttpRequest, number: str) -> str:
    """Return the follower's code that this browser has for a case, or an empty string."""
    return str(request.session.get(_FOLLOWED, {}).get(number, ""))


def followed(request: HttpRequest) -> list[str]:
    """Return the numbers of the cases that this browser follows, newest first."""
    return list(reversed(request.session.get(_FOLLOWED, {})))


def resident(request: HttpRequest) -> Account | None:
    """Return the resident who is signed in; staff report and follow as anybody else does, by number and code."""
    user = request.user
    return user if isinstance(user, Account) and not user.is_staff_member else None


def _keep(request: HttpRequest, name: str, number: str, secret: str) -> None:
    store = {**request.session.get(name, {})}
    store.pop(number, None)
    store[number] = secret
    request.session[name] = dict(list(store.items())[-MOST_TRACKED:])


def link(number: str, secret: str) -> str:
    """Return the full address that opens a case without typing."""
    return settings.PUBLIC_ADDRESS.rstrip("/") + reverse("web:portal_open", kwargs={"number": number, "secret": secret})


def qr(address: str) -> SafeString:
    """Draw a QR code as SVG; black on white in every theme, so that scanners read it."""
    drawing = segno.make(address, error="m")
    return SafeString(drawing.svg_inline(border=0, dark="#000", omitsize=True))


def spaced(secret: str) -> str:
    """Return a code in groups of four, to be read out, however it was typed."""
    secret = "".join(one for one in secret.upper() if one.isalnum())
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def thumbnails(photos: Sequence[str]) -> list[Kept]:
    """Return what a page needs to show photos of a draft."""
    return [questions.keep(row) for row in questions.stored(photos)]
