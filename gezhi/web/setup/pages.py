"""What every page of the setup is made with: who may open it, and the frame around it."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.foundation import clock
from gezhi.people import access
from gezhi.people.models import Account
from gezhi.web.desk.frame import frame
from gezhi.web.staff import for_staff

# The entry of the navigation under which the templates of a folder stand.
_SECTIONS = {"ground": "web:setup_areas", "staff": "web:setup_people"}

type Page[**P] = Callable[Concatenate[HttpRequest, Account, datetime, P], HttpResponseBase]
type View[**P] = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def for_setup[**P](page: Page[P]) -> View[P]:
    """Give a page to read to who has the right `setup`; others are refused with the words of the missing right."""
    return require_GET(_guarded(page))


def for_readers[**P](page: Page[P]) -> View[P]:
    """Give a page to read to everybody who works for the district: a plan in force is no secret to who works by it."""

    @never_cache
    @for_staff
    @wraps(page)
    def view(request: HttpRequest, account: Account, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return page(request, account, clock.now(), *args, **kwargs)

    return require_GET(view)


def form_for_setup[**P](page: Page[P]) -> View[P]:
    """Give a page that shows a form and takes it to who has the right `setup`."""
    return require_http_methods(["GET", "HEAD", "POST"])(_guarded(page))


def deed_for_setup[**P](page: Page[P]) -> View[P]:
    """Give an address that only takes a form to who has the right `setup`."""
    return require_POST(_guarded(page))


def _guarded[**P](page: Page[P]) -> View[P]:
    @never_cache
    @for_staff
    @wraps(page)
    def view(request: HttpRequest, account: Account, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        now = clock.now()
        access.require(account, access.SETUP, now)
        return page(request, account, now, *args, **kwargs)

    return view


def shown(
    request: HttpRequest, account: Account, now: datetime, template: str, words: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Return a page in the desk's frame."""
    around = {"now": now, "frame": frame(account, now), "section": _SECTIONS.get(template.split("/")[1], "")}
    return render(request, template, around | words, status=status)
