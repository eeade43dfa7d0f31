"""How often one address may send or read something without working here: a brake on floods and on harvesting.

Counted over all processes. A whole street, a school or a market may stand behind one address: the bounds are wide.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from http import HTTPStatus
from typing import Concatenate

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from gezhi.foundation import clock
from gezhi.people import operations as people
from gezhi.people.models import Account
from gezhi.web.visitors import of_visitor

WINDOW = timedelta(minutes=10)
MOST_IN_WINDOW = 30
# What is read in one go with a page: several small pictures.
PICTURES = 6


def too_fast(request: HttpRequest, purpose: str, now: datetime, most: int = MOST_IN_WINDOW) -> bool:
    """Count one more try from the sender's address and say whether there were too many in the last ten minutes."""
    return people.count_sending(purpose=purpose, ip=of_visitor(request), window=WINDOW, now=now) > most


def gently[**P](
    purpose: str = "read", times: int = 1
) -> Callable[
    [Callable[Concatenate[HttpRequest, P], HttpResponseBase]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]
]:
    """Let a public page be read at a person's pace: beyond, it says so (429) and when to come back.

    Whoever works for the district reads as often as the work asks. All pages of one purpose count together.
    """

    def guard(
        page: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(page)
        def view(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            works_here = isinstance(request.user, Account) and request.user.is_staff_member
            if not works_here and too_fast(request, purpose, clock.now(), most=settings.PUBLIC_PAGES * times):
                return slow_down(request)
            return page(request, *args, **kwargs)

        return view

    return guard


def slow_down(request: HttpRequest) -> HttpResponse:
    """Answer that too much came from the reader's network, in the reader's language."""
    minutes = int(WINDOW.total_seconds() // 60)
    answer = render(request, "429.html", {"minutes": minutes}, status=HTTPStatus.TOO_MANY_REQUESTS)
    answer["Retry-After"] = str(int(WINDOW.total_seconds()))
    answer["Cache-Control"] = "no-store"
    return answer
