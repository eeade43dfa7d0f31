"""How often one address may send something without signing in. A brake on floods: the count is per process."""

from django.core.cache import cache
from django.http import HttpRequest

from gezhi.web.account.addresses import of_visitor

WINDOW_SECONDS = 600
MOST_IN_WINDOW = 30


def too_fast(request: HttpRequest, purpose: str, *, most: int = MOST_IN_WINDOW) -> bool:
    """Count one more try from the sender's address and say whether there were too many in the last ten minutes."""
    key = f"pace:{purpose}:{of_visitor(request)}"
    cache.add(key, 0, WINDOW_SECONDS)
    try:
        return cache.incr(key) > most
    except ValueError:
        # it ran out between the two calls
        return False
