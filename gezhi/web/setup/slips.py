"""Slips for the first sign-in, to print and hand over: shown once, kept nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from gezhi.people import spans
from gezhi.people.models import Account
from gezhi.people.operations import Slip
from gezhi.web.setup.pages import shown


@dataclass(frozen=True, slots=True)
class Printed:
    """A slip as it is printed: the picture is a path in units of one module."""

    name: str
    username: str
    code: str
    address: str
    until: date
    path: str
    size: int


def slips_page(
    request: HttpRequest, account: Account, now: datetime, slips: Sequence[Slip], *, onward: str
) -> HttpResponse:
    """Return the page of slips. It answers the form itself: a slip must never be found again under an address."""
    words = {"slips": [_printed(slip) for slip in slips], "onward": onward}
    return shown(request, account, now, "setup/staff/slips.html", words)


def _printed(slip: Slip) -> Printed:
    site = settings.PUBLIC_ADDRESS.rstrip("/")
    address = site + reverse("web:login_slip_code", args=[slip.code])
    rows = [list(row) for row in segno.make(address, error="m").matrix_iter(border=1)]
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return Printed(
        name=slip.account.name,
        username=slip.account.username,
        code=slip.code,
        address=site + reverse("web:login_slip"),
        until=spans.last_day_of(slip.expires_at),
        path=path,
        size=len(rows),
    )
