"""Giving back what was held: after the sign-in, the page on which it was typed shows it in its form again."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext

from gezhi.foundation import clock
from gezhi.web.held import keeping
from gezhi.web.held.filling import draft_of, filled
from gezhi.web.held.keeping import Held

type Answer = Callable[[HttpRequest], HttpResponse]
_NO_PAGE = (HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_FOUND)


class GiveBack:
    """Middleware after the one that ends idle sessions."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Fill the page that somebody was sent back to; forget what was held once it is taken."""
        if not keeping_something(request):
            return self.get_response(request)
        now = clock.now()
        keeping.forget_discarded(request, now)
        held = keeping.find(request, now)
        if held is None:
            return self.get_response(request)
        here = request.path == urlsplit(held.page).path
        if request.method == "GET" and here:
            return _with(request, held, self.get_response(request))
        answer = self.get_response(request)
        if held.is_same(request) and answer.status_code < HTTPStatus.BAD_REQUEST:
            keeping.forget(request)
        return answer


def keeping_something(request: HttpRequest) -> bool:
    """Say whether anything may be held for who asks, without asking the database."""
    return request.user.is_authenticated and keeping.anything(request)


def _with(request: HttpRequest, held: Held, answer: HttpResponse) -> HttpResponse:
    if answer.status_code in _NO_PAGE and (above := held.page.partition("?")[0].rstrip("/").rpartition("/")[0]):
        # it was typed on an answer to something sent, whose address shows nothing by itself
        above = f"/{above.lstrip('/')}"  # on this site, whatever the address said
        keeping.move(request, held, above)
        return redirect(above)
    if answer.status_code != HTTPStatus.OK or answer.streaming or "text/html" not in answer.get("Content-Type", ""):
        return answer
    page = answer.content.decode()
    extra = {f"{name}.kept": tokens for name, tokens in held.files.items()}
    values = {name: sent for name, sent in held.values.items() if name not in ("version", "seen")}
    put_back = filled(page, page=request.get_full_path(), to=held.path, values=values, extra=extra)
    draft = draft_of(page, page=request.get_full_path(), to=held.path, values=values) if put_back else ""
    said = render_to_string(
        "web/parts/held.html",
        {
            "back": put_back is not None,
            "draft": draft,
            "words": held.words,
            "files": sum(len(tokens) for tokens in held.files.values()),
            "refused": held.refused,
        },
        request,
    )
    answer.content = _said((put_back or page), said).encode()
    if answer.has_header("Content-Length"):
        answer["Content-Length"] = str(len(answer.content))
    return answer


def _said(page: str, words: str) -> str:
    """Put words at the beginning of the page's main part."""
    at = page.find(">", page.find("<main")) + 1
    return page[:at] + words + page[at:] if at else page


def refuse(request: HttpRequest, page: str, now: datetime, *, keep: bool) -> None:
    """Say that nothing was sent, and what becomes of what was typed."""
    if keep and keeping.hold(request, page, now):
        words = gettext("Not sent: you have to sign in again first. What you typed comes back in its form then.")
    else:
        words = gettext("Not sent: you have to sign in again first. What you typed is kept in this browser tab.")
    messages.warning(request, words)
