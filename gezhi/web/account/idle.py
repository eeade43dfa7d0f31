"""Sessions that end when nobody has used them for a while, with a warning that asks before it happens.

Reads that a page makes by itself (`Gezhi-Background: 1`, and asking how long is left) do not count as use.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from gezhi.foundation import clock
from gezhi.web.held import keeping
from gezhi.web.portal import drafts

SEEN = "seen"
_JUST_ENDED = "gezhi.just_ended"
# The session's row is written at most once in this many seconds.
_NOTED_EVERY = 60

Answer = Callable[[HttpRequest], HttpResponse]


class IdleSession:
    """Middleware after authentication: ends idle sessions and notes use."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """End the session when it was idle too long; else note that it is used."""
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            _judge(request, clock.now())
        return self.get_response(request)


def seconds_left(request: HttpRequest, now: datetime) -> int:
    """Return how long the session lasts if nobody uses it."""
    seen = int(request.session.get(SEEN, now.timestamp()))
    idle: int = settings.SESSION_IDLE_SECONDS
    return max(0, seen + idle - int(now.timestamp()))


def ends_at(request: HttpRequest, now: datetime) -> datetime:
    """Return when the session ends if nobody uses it."""
    return datetime.fromtimestamp(int(now.timestamp()) + seconds_left(request, now), UTC)


def note_use(request: HttpRequest, now: datetime) -> None:
    """Begin the idle time anew."""
    request.session[SEEN] = int(now.timestamp())


def end(request: HttpRequest) -> None:
    """End a session that nobody used. What a resident was reporting stays in this browser, without name and number.

    Whose session it was is kept, so that what that person sends too late is held for nobody else.
    """
    whose, reports = str(request.user.pk), drafts.carried(request)
    logout(request)
    drafts.carry(request, reports)
    request.session[keeping.ENDED] = whose
    request.META[_JUST_ENDED] = True


def has_just_ended(request: HttpRequest) -> bool:
    """Say whether the session ended with this very request."""
    return _JUST_ENDED in request.META


def _judge(request: HttpRequest, now: datetime) -> None:
    seen = request.session.get(SEEN)
    if seen is not None and seconds_left(request, now) == 0:
        if _is_background(request):
            # told that nobody is signed in; what the person sends at this very moment still finds whose session it was
            request.user = AnonymousUser()
            return
        end(request)
        messages.info(request, _("You were signed out, because nobody had used this page for a while."))
        return
    stale = seen is None or int(now.timestamp()) - seen >= _NOTED_EVERY
    if stale and not _is_background(request):
        note_use(request, now)


def _is_background(request: HttpRequest) -> bool:
    return "Gezhi-Background" in request.headers or request.path == reverse("web:account_session")
