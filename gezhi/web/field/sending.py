"""Forms of the field that a script sends: it is told where to go on, so that it can tell a dead spot from an answer.

Each carries the key under which the phone's outbox would send it: a form whose reply was lost is taken once, whichever
way it comes again.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect

from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.sync import operations as sync
from gezhi.sync.models import KEY_LENGTH

type Page[**P] = Callable[Concatenate[HttpRequest, Account, P], HttpResponse]
_SHORTEST = 8


def by_script[**P](page: Page[P]) -> Page[P]:
    """Answer a script that sent a form with `{"to": …}` in place of a redirect; all else stays as it is.

    It stands within `for_staff`: who is signed out is led to the login as ever.
    """

    @wraps(page)
    def view(request: HttpRequest, account: Account, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        answer = page(request, account, *args, **kwargs)
        asked = request.method == "POST" and request.headers.get("Accept") == "application/json"
        return JsonResponse({"to": answer.url}) if asked and isinstance(answer, HttpResponseRedirect) else answer

    return view


def once[**P](kind: str) -> Callable[[Page[P]], Page[P]]:
    """Take a form at most once by its `key`: what was taken answers with a redirect, and does so again.

    `kind` is the record that the outbox makes of the same form. It stands within `by_script`.
    """

    def wrap(page: Page[P]) -> Page[P]:
        @wraps(page)
        def view(request: HttpRequest, account: Account, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            key = request.POST.get("key", "")
            if request.method != "POST" or not _SHORTEST <= len(key) <= KEY_LENGTH or not key.isprintable():
                return page(request, account, *args, **kwargs)
            with sync.once(actor=account, key=key, kind=kind, now=clock.now()) as turn:
                if turn.known is not None:
                    return redirect(str(turn.known.get("to") or "web:field_today"))
                answer = page(request, account, *args, **kwargs)
                if isinstance(answer, HttpResponseRedirect):
                    turn.done = {"to": answer.url} | _became(kwargs)
                return answer

        return view

    return wrap


def _became(named: dict[str, Any]) -> dict[str, Any]:
    """Return what a record of the outbox would have become: the case or the activity of the page's address."""
    if "number" in named:
        return {"subject": named["number"], "facts": {"number": named["number"]}}
    return {"facts": {"activity": str(named["pk"])}} if "pk" in named else {}
