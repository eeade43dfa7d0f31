"""Where a request comes from."""

from django.conf import settings
from django.http import HttpRequest


def of_visitor(request: HttpRequest) -> str:
    """Return the visitor's network address; behind proxies of one's own, the one that the outermost of them saw."""
    hops = settings.TRUSTED_PROXIES
    if hops:
        seen = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        if len(seen) >= hops:
            return str(seen[-hops])
    return str(request.META.get("REMOTE_ADDR", ""))
