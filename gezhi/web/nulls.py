"""Null characters in addresses: the database takes none, and nobody types one, so they are left out of every query."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

_NULL = "%00"


def without_nulls(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Return the middleware that takes null characters out of the query before anything reads it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if _NULL in query:
            request.META["QUERY_STRING"] = query.replace(_NULL, "")
        return get_response(request)

    return middleware
