"""Pages for those who work for the district: a resident or a stranger is shown the way instead."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate

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
            return redirect_to_login(request.get_full_path())
        if not account.is_staff_member:
            raise PermissionDenied(gettext("These pages are for those who work for the district."))
        return page(request, account, *args, **kwargs)

    return view
