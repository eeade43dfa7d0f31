"""What is said after something was done: with a link to the case, and the way back where the plan has one."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from gezhi.cases import queries
from gezhi.people.models import Account
from gezhi.web import wording
from gezhi.web.acting import Tried


def say_done(request: HttpRequest, account: Account, number: str, tried: Tried, now: datetime) -> None:
    """Say what was done to a case; in the split view the case has left the list, so the link leads to it."""
    links = [(f"{reverse('web:desk_case', args=[number])}{query}", words) for query, words in _ways(
        account, number, tried, now
    )]  # fmt: skip
    said = format_html("{} {}", tried.done, _joined(links)) if links else tried.done
    messages.success(request, said)


def _joined(links: list[tuple[str, str]]) -> SafeString:
    return format_html_join(" · ", '<a href="{}">{}</a>', links)


def _ways(account: Account, number: str, tried: Tried, now: datetime) -> list[tuple[str, str]]:
    """Return the links: to the case where it is still seen, and to what leads back to the step it came from."""
    found = next(iter(queries.standings(account=account, numbers_given=[number], now=now)), None)
    if found is None:
        return []
    links = [("", gettext("Look at %(number)s") % {"number": number})]
    main = [hold for hold in found.state.holds if not hold.part]
    # only a step that was just begun can be taken back: a proposal or a pause leaves the case where it was
    begun = not tried.proposed and len(main) > 1 and main[-1].until is None and main[-1].since >= now
    before = main[-2].step if begun else ""
    for choice in found.choices:
        action = found.action(choice)
        ways = action.ways.get(found.state.step, ())
        if before and not choice.blocked and ways and all(way.value in (before, "previous") for way in ways):
            links.append((f"?do={action.id}#do-{action.id}", gettext("Take it back: %(action)s") % {
                "action": wording.say(action.title)
            }))  # fmt: skip
            break
    return links
