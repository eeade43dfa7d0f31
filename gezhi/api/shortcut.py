"""The short way for programs: REST doors need no session, CSRF token or page language, so they skip those layers."""

from collections.abc import Callable
from functools import lru_cache

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve

from gezhi.api.faults import ApiError, refusal

PREFIX = "/api/"
# The field pages ask these with their session, so they need the layers for pages, too; programs bring a token.
_WITH_SESSION = "/api/v1/sync"
# The same few addresses are asked for all the time.
_resolve = lru_cache(maxsize=1024)(resolve)


def shortcut(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer addresses below /api/ at once; whatever stands after this middleware is for pages.

    What the layers for pages would cost an intake is measured by `bench/intake.py`.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX) or _by_page(request):
            return get_response(request)
        try:
            found = _resolve(request.path_info)
        except Resolver404:
            return refusal(ApiError(404, "not_found", "There is no such door; see /api/v1/openapi.json."))
        answered: HttpResponse = found.func(request, *found.args, **found.kwargs)
        answered.headers["Content-Length"] = str(len(answered.content))
        answered.headers["Cache-Control"] = "no-store"
        answered.headers["X-Content-Type-Options"] = "nosniff"
        return answered

    return middleware


def _by_page(request: HttpRequest) -> bool:
    return request.path_info.startswith(_WITH_SESSION) and "HTTP_AUTHORIZATION" not in request.META
