"""What every REST door does first: token, scope, the caller's language, the body; then errors become answers."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from gezhi.api import wording
from gezhi.api.faults import ApiError, refusal
from gezhi.cases.errors import CaseError
from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.people.operations import accept_token
from gezhi.schemes.state import Refused

BODY_LIMIT = 8 * 1024 * 1024

type View = Callable[..., HttpResponse]


class Call:
    """A request that passed the door: who calls (the token's account) and when."""

    def __init__(self, request: HttpRequest, account: Account, now: datetime) -> None:
        self.request = request
        self.account = account
        self.now = now

    def body[Shape](self, shape: msgspec.json.Decoder[Shape]) -> Shape:
        """Return the decoded JSON body. Raises `ApiError` that names the place of what is wrong."""
        if self.request.content_type not in {"application/json", ""}:
            raise ApiError(415, "unsupported_media_type", _("Send JSON, with Content-Type: application/json."))
        length = self.request.META.get("CONTENT_LENGTH", "")
        if length.isdecimal() and int(length) > BODY_LIMIT:
            raise ApiError(413, "too_large", _("The body is larger than 8 MB; send fewer cases at once."))
        try:
            return shape.decode(self.request.body)
        except msgspec.ValidationError as error:
            raise ApiError(422, "bad_input", wording.said(str(error)), field=_field(str(error))) from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ApiError(
                400, "not_json", _("The body is not valid JSON: %(why)s") % {"why": wording.broken(str(error))}
            ) from error


def door(scope: str) -> Callable[[View], View]:
    """Guard a view of the API: a bearer token of this scope is needed; the view gets a `Call` instead of a request."""

    def guard(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            with translation.override(translation.get_language_from_request(request)):
                try:
                    return view(admit(request, scope), *args, **kwargs)
                except (CaseError, Refused, ApiError) as error:
                    return refusal(error)

        return guarded

    return guard


def methods(**views: View) -> View:
    """Return one view for an address that answers several HTTP methods, each with its own door."""

    @csrf_exempt
    def pick(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        view = views.get(request.method or "")
        if view is None:
            fault = ApiError(405, "method_not_allowed", _("Use one of: %(methods)s") % {"methods": ", ".join(views)})
            answer = refusal(fault)
            answer.headers["Allow"] = ", ".join(views)
            return answer
        return view(request, *args, **kwargs)

    return pick


def admit(request: HttpRequest, scope: str) -> Call:
    """Return the call of a program with a token of this scope. Raises `ApiError`."""
    kind, _space, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise ApiError(401, "no_token", _("Send a token: Authorization: Bearer gz_…"))
    now = clock.now()
    admitted = accept_token(token=token.strip(), now=now)
    if admitted is None:
        raise ApiError(401, "bad_token", _("This token is unknown, expired or revoked. Ask the district's office."))
    if scope not in admitted.scopes:
        raise ApiError(403, "missing_scope", _("This token lacks the scope “%(scope)s”.") % {"scope": scope})
    return Call(request, admitted.account, now)


def _field(message: str) -> str:
    """Return the input that a decoding error names (`… - at `$.cases[3].lon``), without the leading `$.`."""
    _words, mark, path = message.rpartition("`$")
    return path.strip("`.") if mark else message.split("`")[1] if "`" in message else ""
