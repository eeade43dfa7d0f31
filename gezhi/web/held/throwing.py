"""Throwing away what was held, or taking it back: for whom it was held alone, from the page that shows it."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.web import undo
from gezhi.web.account import addresses
from gezhi.web.held import keeping
from gezhi.web.held.keeping import Held


@never_cache
@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """Throw away what is held for who asks; the message that says so takes it back."""
    now = clock.now()
    held = keeping.discard(request, now) if isinstance(request.user, Account) else None
    if held is None:
        messages.info(request, gettext("Nothing is held for you any more."))
    else:
        undo.done(request, gettext("Discarded: what you typed before you were signed out."), reverse("web:held_back"))
    return redirect(_page(request, held, now))


@never_cache
@require_POST
def back(request: HttpRequest) -> HttpResponse:
    """Hold again what was thrown away just now."""
    now = clock.now()
    held = keeping.take_back(request, now) if isinstance(request.user, Account) else None
    if held is None:
        messages.warning(
            request, gettext("It can't be taken back any more: after ten minutes what was discarded is deleted.")
        )
    return redirect(_page(request, held, now))


def _page(request: HttpRequest, held: Held | None, now: datetime) -> str:
    if held is not None:
        return f"/{held.page.lstrip('/')}"  # on this site, whatever the address said
    return addresses.home(request.user, now) if isinstance(request.user, Account) else reverse("web:login")
