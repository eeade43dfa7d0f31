"""Null characters in addresses and forms: the database takes none, and nobody types one.

They are left out of queries and of what forms send, for all pages in this one place. A path with one leads nowhere.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict, UnreadablePostError

NULL = "\x00"
_IN_QUERY = "%00"
_MULTIPART = "multipart/form-data"
_FORMS = ("application/x-www-form-urlencoded", _MULTIPART)
_PAGES = "web"


class WithoutNulls:
    """Middleware that takes null characters out before any page reads them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Tidy the query."""
        query = request.META.get("QUERY_STRING", "")
        if _IN_QUERY in query:
            # what closes up after one is taken out may be another
            while _IN_QUERY in query:
                query = query.replace(_IN_QUERY, "")
            request.META["QUERY_STRING"] = query
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], _args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> None:
        """Tidy what a form sent, here where the check of its token reads it too; refuse a path."""
        found = request.resolver_match
        if found is None or _PAGES not in found.namespaces:
            return
        if any(isinstance(one, str) and NULL in one for one in kwargs.values()):
            raise Http404
        # who takes a body in pieces reads it without us
        by_itself = request.content_type == _MULTIPART and getattr(view, "csrf_exempt", False)
        if request.method == "POST" and request.content_type in _FORMS and not by_itself:
            _tidy(request)


def _tidy(request: HttpRequest) -> None:
    try:
        sent = request.POST
    except UnreadablePostError:
        return  # the sender is gone; the check of the token says so
    if not any(NULL in one for name, values in sent.lists() for one in (name, *values)):
        return
    kept = QueryDict(mutable=True, encoding=sent.encoding)
    for name, values in sent.lists():
        for one in values:
            kept.appendlist(name.replace(NULL, ""), one.replace(NULL, ""))
    kept._mutable = False  # as any request's
    request.POST = kept  # type: ignore[assignment]
