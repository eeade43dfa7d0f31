"""One webhook: what was sent to it and how that ended, sending again, trying the way, renewing the secret."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from gezhi.notices import operations, queries
from gezhi.notices.endpoint_operations import OLD_SECRET_HOURS
from gezhi.notices.models import Delivery, Endpoint, Message
from gezhi.people.models import Account
from gezhi.web.setup import fields
from gezhi.web.setup.fields import Form
from gezhi.web.setup.pages import deed_for_setup, for_setup, form_for_setup, shown

A_PAGE = 30
_COUNTED = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message to a webhook with its attempts, the last first."""

    message: Message
    attempts: tuple[Delivery, ...]
    again: str

    @property
    def last(self) -> Delivery | None:
        """Return the last attempt, None before the first."""
        return self.attempts[0] if self.attempts else None


@for_setup
def webhook(request: HttpRequest, account: Account, now: datetime, endpoint: UUID) -> HttpResponse:
    """Show a webhook with its messages, the newest first, by their state."""
    return _page(request, account, now, _found(endpoint))


@form_for_setup
def renew(request: HttpRequest, account: Account, now: datetime, endpoint: UUID) -> HttpResponse:
    """Renew the signing secret, and show the new one this once. An address that is only opened leads to the page."""
    row = _found(endpoint)
    if request.method != "POST":
        return redirect("web:setup_webhook", endpoint=row.pk)
    form = fields.read(request)
    try:
        secret = operations.renew_secret(
            actor=account, endpoint=row, seen=_moment(form.said.get("seen", "")) or row.created_at,
            keep_hours=fields.whole(form.said.get("keep", "x")) if form.said.get("keep") else -1, now=now,
        )  # fmt: skip
    except ValidationError as error:
        form.refused(error, "keep")
        return _page(request, account, now, row, form=form, status=422)
    return _page(request, account, now, row, secret=secret)


@deed_for_setup
def test(request: HttpRequest, account: Account, now: datetime, endpoint: UUID) -> HttpResponse:
    """Send a message that says nothing but that the way is open."""
    row = _found(endpoint)
    try:
        operations.send_test(actor=account, endpoint=row, now=now)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(
            request, gettext("A test is on its way. It goes out within a minute; then load this page again.")
        )
    return redirect("web:setup_webhook", endpoint=row.pk)


@deed_for_setup
def again(request: HttpRequest, account: Account, now: datetime, message: UUID) -> HttpResponse:
    """Send one message again."""
    row = queries.to_endpoint(message)
    if row is None:
        raise Http404
    try:
        operations.send_again(actor=account, message=row, now=now)
    except ValidationError as error:
        messages.error(request, gettext("Not done: %(why)s") % {"why": " ".join(error.messages)})
    else:
        messages.success(request, gettext("It goes out again within a minute, under the same number."))
    return redirect("web:setup_webhook", endpoint=row.endpoint_id)


def _found(endpoint: UUID) -> Endpoint:
    row = queries.endpoint(endpoint)
    if row is None:
        raise Http404
    return row


def _page(
    request: HttpRequest, account: Account, now: datetime, row: Endpoint, *, secret: str = "",
    form: Form | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    state = request.GET.get("state", "")
    state = state if state in Message.State.values else ""
    rows = list(_older(queries.outgoing(state=state, endpoint=row), request.GET.get("before", ""))[: A_PAGE + 1])
    listed = rows[:A_PAGE]
    counted = queries.tally(row, since=now - _COUNTED)
    words = {
        "endpoint": row,
        "sent": [_sent(one, row) for one in listed],
        "next": f"{listed[-1].created_at.isoformat()}_{listed[-1].pk}" if len(rows) > A_PAGE else "",
        "state": state,
        "states": [(one.value, one.label, counted.get(one.value, 0)) for one in Message.State],
        "counted": sum(counted.values()),
        "old_until": row.old_until if row.old_until and row.old_until > now else None,
        "keeps": [(hours, _keep_words(hours)) for hours in OLD_SECRET_HOURS],
        "secret": secret,
        "form": form or Form(),
    }
    return shown(request, account, now, "setup/staff/webhook.html", words, status=status)


def _sent(message: Message, endpoint: Endpoint) -> Sent:
    tried = sorted(message.deliveries.all(), key=lambda one: one.at, reverse=True)
    can = endpoint.enabled and message.state != Message.State.SENDING
    again = ""
    if can:
        again = gettext("Try now") if message.state == Message.State.WAITING else gettext("Send again")
    return Sent(message, tuple(tried), again)


def _older(rows: QuerySet[Message], before: str) -> QuerySet[Message]:
    at, _, key = before.partition("_")
    moment = _moment(at)
    try:
        last = UUID(key)
    except ValueError:
        return rows
    if moment is None:
        return rows
    return rows.filter(Q(created_at__lt=moment) | Q(created_at=moment, id__lt=last))


def _moment(written: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _keep_words(hours: int) -> str:
    if hours == 0:
        return gettext("Not at all: it has leaked")
    if hours == 1:
        return gettext("One hour")
    return gettext("%(hours)d hours") % {"hours": hours}
