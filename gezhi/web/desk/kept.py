"""What was typed is kept also where the case itself is out of sight: a post that ended, a case that moved away."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Concatenate

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from gezhi.foundation import clock
from gezhi.people import access
from gezhi.people import queries as people
from gezhi.people.models import Account
from gezhi.web.desk.frame import frame
from gezhi.web.held.keeping import written

_LATELY = timedelta(days=30)


def typed(request: HttpRequest) -> tuple[str, ...]:
    """Return the words that somebody typed, so that they can be copied where the form itself is gone."""
    return written(dict(request.POST.lists()))


def keeps_what_was_typed[**P](
    page: Callable[Concatenate[HttpRequest, Account, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Account, P], HttpResponse]:
    """Show what was typed, why it was not sent and whom to ask, where the case can't be seen (any more)."""

    @wraps(page)
    def view(request: HttpRequest, account: Account, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return page(request, account, *args, **kwargs)
        except Http404:
            words = typed(request)
            if not words:
                raise
            return _lost(request, account, words, clock.now())

    return view


def _lost(request: HttpRequest, account: Account, words: tuple[str, ...], now: datetime) -> HttpResponse:
    titles = people.post_titles(now, get_language() or "")
    ended = [
        (titles.get(one.post, one.post), one)
        for one in people.history(account)[:20]
        if one.until is not None and now - _LATELY <= one.until <= now
    ]
    shown = {
        "now": now,
        "frame": frame(account, now),
        "words": words,
        "ended": ended,
        "helpers": people.holders_of(access.SETUP, now)[:3],
    }
    return render(request, "desk/lost.html", shown, status=404)
