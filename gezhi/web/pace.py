"""How often one address may send something without signing in. A brake on floods, counted over all processes."""

from datetime import datetime, timedelta

from django.http import HttpRequest

from gezhi.people import operations as people
from gezhi.web.visitors import of_visitor

WINDOW = timedelta(minutes=10)
MOST_IN_WINDOW = 30


def too_fast(request: HttpRequest, purpose: str, now: datetime, most: int = MOST_IN_WINDOW) -> bool:
    """Count one more try from the sender's address and say whether there were too many in the last ten minutes."""
    return people.count_sending(purpose=purpose, ip=of_visitor(request), window=WINDOW, now=now) > most
