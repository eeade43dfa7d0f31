"""Where somebody goes after signing in."""

from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from gezhi.people import access
from gezhi.people.models import Account
from gezhi.territory.models import Area
from gezhi.web.setup import beginning

FIELD, DESK = "/field/", "/desk/"


def safe(request: HttpRequest, target: str) -> str:
    """Return a target within this site, or an empty string."""
    allowed = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if allowed else ""


def home(account: Account, now: datetime) -> str:
    """Return where a person works: residents on the portal, staff of the lowest areas in the field.

    Other staff work at a desk. Who holds no post sets the district up where that is granted; else the own account's
    page says that there is none.
    """
    if not account.is_staff_member:
        return reverse("web:portal_home")
    grants = access.reach(account, now).grants
    if not grants:
        return _keepers(now) if account.steward else reverse("web:account")
    codes = [grant.area for grant in grants if grant.area]
    if codes and len(codes) == len(grants) and not Area.objects.filter(parent__code__in=codes, until=None).exists():
        return FIELD
    return DESK


def _keepers(now: datetime) -> str:
    """Return where the keeper begins: at the first steps while the district is still to be set up."""
    return reverse("web:setup_begin" if beginning.is_empty(now) else "web:setup_schemes")
