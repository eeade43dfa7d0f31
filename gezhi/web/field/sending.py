"""Forms of the field that a script sends: it is told where to go on, so that it can tell a dead spot from an answer."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse

from gezhi.people.models import Account


def by_script[**P](
    page: Callable[Concatenate[HttpRequest, Account, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Account, P], HttpResponse]:
    """Answer a script that sent a form with `{"to": …}` in place of a redirect; all else stays as it is.

    It stands within `for_staff`: who is signed out is led to the login as ever.
    """

    @wraps(page)
    def view(request: HttpRequest, account: Account, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        answer = page(request, account, *args, **kwargs)
        asked = request.method == "POST" and request.headers.get("Accept") == "application/json"
        return JsonResponse({"to": answer.url}) if asked and isinstance(answer, HttpResponseRedirect) else answer

    return view
