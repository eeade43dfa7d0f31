"""Doors for other systems: tokens with which programs ask, webhooks by which they are told. Secrets are shown once."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from gezhi.notices import operations as notices
from gezhi.notices import queries as notices_queries
from gezhi.notices.models import Endpoint
from gezhi.people import directory, operations
from gezhi.people import queries as people
from gezhi.people.models import Account, ApiToken
from gezhi.web.setup import fields
from gezhi.web.setup.fields import Form
from gezhi.web.setup.pages import deed_for_setup, for_setup, form_for_setup, shown

_MOST_DAYS = 3660


@for_setup
def offices(request: HttpRequest, account: Account, now: datetime) -> HttpResponse:
    """Show the departments with who holds posts there."""
    titles = people.all_titles(request.LANGUAGE_CODE or "zh-hans")
    words = {"rows": directory.department_rows(now), "titles": titles}
    return shown(request, account, now, "setup/staff/departments.html", words)


@form_for_setup
def doors(request: HttpRequest, account: Account, now: datetime) -> HttpResponse:
    """Show tokens and webhooks; make one, and show its secret this once."""
    form, secret = fields.read(request), ""
    if request.method == "POST":
        secret = _token(request, account, form, now) if "token" in form.said else _endpoint(account, form, now)
    form.said.setdefault("days", "365")
    words = {
        "form": form,
        "secret": secret,
        "what": "token" if "token" in form.said else "endpoint",
        "tokens": [(row, _state(row, now)) for row in people.tokens()[:200]],
        "endpoints": notices_queries.endpoints(),
        "scopes": [(scope, title, scope in request.POST.getlist("scopes")) for scope, title in _scope_titles()],
    }
    return shown(request, account, now, "setup/staff/doors.html", words, status=422 if form.errors else 200)


def _scope_titles() -> tuple[tuple[str, str], ...]:
    known = {
        "cases:read": gettext("read cases that the account sees"),
        "cases:write": gettext("bring in cases and act on them"),
        "cases:batch": gettext("bring in many cases at once"),
        "entries:read": gettext("read entries of registers that the account sees, what is sensitive masked"),
        "entries:write": gettext("write entries of registers as the account's side"),
        "field:sync": gettext("work as the field app of a phone does"),
    }
    return tuple((scope, known.get(scope, scope)) for scope in operations.SCOPES)


def _state(row: ApiToken, now: datetime) -> str:
    if row.revoked_at is not None:
        return "revoked"
    return "expired" if row.expires_at is not None and row.expires_at <= now else "open"


def _token(request: HttpRequest, account: Account, form: Form, now: datetime) -> str:
    name, days = form.text("name", 80, required=True), form.whole("days", _MOST_DAYS)
    found = directory.found(form.said.get("who", ""))
    if len(found) != 1:
        form.errors["who"] = gettext("Please give the login name of the account that it acts for.")
    if form.errors:
        return ""
    try:
        _row, secret = operations.issue_token(
            actor=account, account=found[0], name=name, scopes=request.POST.getlist("scopes"),
            expires_at=now + timedelta(days=days) if days else None, now=now,
        )  # fmt: skip
    except ValidationError as error:
        form.refused(error, "scopes")
        return ""
    return secret


def _endpoint(account: Account, form: Form, now: datetime) -> str:
    title, url = form.text("title", 80), form.text("url", 500, required=True)
    if form.errors:
        return ""
    try:
        _row, secret = notices.add_endpoint(
            actor=account, title=title, url=url, topics=form.said.get("topics", "").replace(",", " ").split(), now=now
        )
    except ValidationError as error:
        form.refused(error, "url")
        return ""
    return secret


@deed_for_setup
def revoke(request: HttpRequest, account: Account, now: datetime, token: UUID) -> HttpResponse:
    """End a token at once."""
    row = ApiToken.objects.filter(pk=token).first()
    if row is None:
        raise Http404
    operations.revoke_token(actor=account, token=row, now=now)
    messages.success(request, gettext("“%(name)s” is revoked; it opens nothing any more.") % {"name": row.name})
    return redirect("web:setup_doors")


@deed_for_setup
def endpoint(request: HttpRequest, account: Account, now: datetime, endpoint: UUID, what: str) -> HttpResponse:
    """Switch a webhook off or on."""
    row = Endpoint.objects.filter(pk=endpoint).first()
    if row is None or what not in {"off", "on"}:
        raise Http404
    if what == "off":
        notices.disable_endpoint(actor=account, endpoint=row, reason=gettext("switched off by the office"), now=now)
    else:
        notices.enable_endpoint(actor=account, endpoint=row, now=now)
    messages.success(request, gettext("Saved."))
    return redirect("web:setup_webhook", endpoint=row.pk)
