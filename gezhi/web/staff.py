"""Pages for those who work for the district: a resident or a stranger is shown the way instead."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext

from gezhi.people.models import Account


def for_staff[**P](
    page: Callable[Concatenate[HttpRequest, Account, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Give a page the account that is signed in; who is not signed in goes to the login, a resident is refused."""

    @wraps(page)
    def view(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        account = request.user
        if not isinstance(account, Account):
            return _to_login(request)
        if not account.is_staff_member:
            raise PermissionDenied(gettext("These pages are for those who work for the district."))
        return page(request, account, *args, **kwargs)

    return view


def _to_login(request: HttpRequest) -> HttpResponseBase:
    """Send somebody to the login, and afterwards back to the page they were on: a form's own address is no page."""
    if request.method in ("GET", "HEAD"):
        return redirect_to_login(request.get_full_path())
    came_from = urlsplit(request.headers.get("Referer", ""))
    messages.warning(
        request, gettext("Not sent: you have to sign in again first. What you typed is kept in this browser tab.")
    )
    own = came_from.netloc == request.get_host() and came_from.path
    return redirect_to_login(f"{came_from.path}?{came_from.query}".rstrip("?") if own else "")
