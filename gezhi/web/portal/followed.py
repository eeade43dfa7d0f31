"""A matter of somebody else that a resident follows: what the plan publishes of it, until it ends."""

from collections.abc import Mapping
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from gezhi.cases import operations as cases
from gezhi.cases import queries
from gezhi.cases.queries import Followed
from gezhi.foundation import clock
from gezhi.schemes.clocks import calendar_of
from gezhi.schemes.model import CLOSED
from gezhi.web import pace, stories
from gezhi.web.clocks import clock_view
from gezhi.web.components import StoryItem
from gezhi.web.portal import tickets


def open_with(request: HttpRequest, number: str, secret: str, now: datetime) -> HttpResponse | None:
    """Open a followed matter by number and the follower's code; None when they don't belong together."""
    seen = queries.followed(number=number, secret=secret, now=now)
    if seen is None:
        return None
    tickets.remember_followed(request, seen.number, secret)
    return redirect("web:portal_followed", number=seen.number)


@never_cache
@require_GET
@pace.gently()
def page(request: HttpRequest, number: str) -> HttpResponse:
    """Show how it stands, with the follower's own code to keep."""
    now = clock.now()
    secret = tickets.code_of_followed(request, number)
    seen = queries.followed(
        number=number, secret=secret, account=tickets.resident(request), now=now, language=get_language() or "zh-hans"
    )
    if seen is None:
        messages.info(request, gettext("Please open the matter with its number and code."))
        return redirect("web:portal_track")
    link = tickets.link(seen.number, secret) if secret else ""
    shown: Mapping[str, object] = {
        "now": now,
        "found": seen,
        "clock": clock_view(seen.clock, seen.light, calendar_of(seen.scheme), now) if seen.clock else None,
        "story": _story(seen),
        "code": tickets.spaced(secret),
        "link": link,
        "qr": tickets.qr(link) if link else "",
    }
    return render(request, "portal/followed.html", shown)


@never_cache
@require_POST
def stop(request: HttpRequest, number: str) -> HttpResponse:
    """Follow it no longer."""
    secret = tickets.code_of_followed(request, number)
    cases.unfollow_as_resident(actor=tickets.resident(request), number=number, secret=secret)
    tickets.forget_followed(request, number)
    messages.success(request, gettext("You follow it no longer."))
    return redirect("web:portal_home")


def _story(seen: Followed) -> list[StoryItem]:
    items = [
        stories.story_item(
            entry, seen.scheme, seen.procedure, lambda _file: ("", ""),
            title=gettext("Reported") if entry.kind == "open" else "",
        )
        for entry in seen.story
    ]  # fmt: skip
    if seen.closed_at is None and seen.step != CLOSED and seen.office:
        items.insert(0, StoryItem(icon="hall", title=seen.step, who=seen.office, state="now"))
    return items
