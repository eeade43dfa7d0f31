"""Where a request comes from."""

from django.conf import settings
from django.http import HttpRequest


def of_visitor(request: HttpRequest) -> str:
    """Return the visitor's network address; behind proxies of one's own, the one that the outermost of them saw."""
    hops = settings.TRUSTED_PROXIES
    if hops:
        seen = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        if len(seen) >= hops:
            return _without_port(seen[-hops])
    return str(request.META.get("REMOTE_ADDR", ""))


def _without_port(seen: str) -> str:
    """Return an address without the port that some proxies write after it: each connection has another."""
    if seen.startswith("["):
        return seen[1:].partition("]")[0]
    return seen.partition(":")[0] if seen.count(":") == 1 else seen
