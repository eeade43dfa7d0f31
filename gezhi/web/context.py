"""What every page may say in its frame."""

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from gezhi.foundation import clock
from gezhi.people import access
from gezhi.people.models import Account
from gezhi.territory import queries as territory
from gezhi.web import areas, preferences

_DISTRICT_KEPT_SECONDS = 60


def page(request: HttpRequest) -> dict[str, object]:
    """Give templates the browser's preferences, the address to come back to, and whose service this is."""
    return {
        "preferences": preferences.read(request),
        "here": request.get_full_path() if request.method == "GET" else "/",
        "district": SimpleLazyObject(_district),
        "postless": lambda: _is_postless(request),
    }


def _is_postless(request: HttpRequest) -> bool:
    """Say whether somebody who works for the district holds no post now: then refusals have a reason to name."""
    account = getattr(request, "user", None)
    if not isinstance(account, Account) or not account.is_staff_member or account.steward:
        return False
    return not access.reach(account, clock.now()).grants


def _district() -> str:
    """Return the district's name; asked of the database once a minute, as it changes once in years."""
    kept: str | None = cache.get("web.district")
    if kept is None:
        area = areas.district(timezone.localdate(clock.now()))
        kept = territory.short_name(area.name) if area else ""
        cache.set("web.district", kept, _DISTRICT_KEPT_SECONDS)
    return kept
