"""Pages for those who work for the district: a resident or a stranger is shown the way instead."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate
from urllib.parse import urlencode, urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.utils.translation import gettext

from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.web.held import giving

# Where forms are held for who was signed out. The field keeps its own in the phone's outbox.
_HELD = ("desk_", "setup_")
# What pages send by themselves, without anybody having pressed anything.
_BY_ITSELF = frozenset({"desk_here"})


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
    own = came_from.netloc == request.get_host() and came_from.path
    page = f"{came_from.path}?{came_from.query}".rstrip("?") if own else ""
    name = request.resolver_match.url_name if request.resolver_match else ""
    if page and name == "desk_act":
        page = _opened(page, request.POST)
    if name not in _BY_ITSELF:
        giving.refuse(request, page or request.path, clock.now(), keep=str(name).startswith(_HELD))
    return redirect_to_login(page)


def _opened(page: str, sent: QueryDict) -> str:
    """Return a case's address with the action open whose form was sent."""
    part = sent.get("part", "0")
    key = sent.get("action", "") if part == "0" else f"{sent.get('action', '')}-{part}"
    return f"{page.partition('?')[0]}?{urlencode({'do': key})}"
