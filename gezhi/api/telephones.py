"""Doors for telephones: what they take along, what they bring, photos in pieces.

A program comes with a token; the field pages come with the session of who is signed in, and then with its CSRF token.
"""

import gzip
import re
from functools import wraps
from typing import Any

import msgspec
from django.contrib.auth import get_user
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from gezhi.api.doors import Call, View, admit
from gezhi.api.faults import ApiError, answer, refusal
from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.sync import operations, queries
from gezhi.sync.errors import UploadRefused
from gezhi.sync.shapes import Push, Uploaded

SCOPE = "field:sync"
_push = msgspec.json.Decoder(Push)
_RANGE = re.compile(r"bytes (\d{1,12})-(\d{1,12})/(\d{1,12})")
# Smaller answers gain nothing by it.
_WORTH_PACKING = 1400


def telephone(view: View) -> View:
    """Guard a door for telephones: a token of the scope, or the session of somebody who works for the district."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answered = admitted(request, *args, **kwargs)
        # what is somebody's is kept by nobody between here and that person's phone
        answered.headers["Cache-Control"] = "no-store"
        return answered

    def admitted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with translation.override(translation.get_language_from_request(request)):
            try:
                call = admit(request, SCOPE) if "HTTP_AUTHORIZATION" in request.META else _by_session(request)
                if not call.account.is_staff_member:
                    raise ApiError(403, "forbidden", _("This is for those who work for the district."))
                return view(call, *args, **kwargs)
            except ApiError as error:
                return refusal(error)
            except UploadRefused as error:
                body = {"error": {"code": error.code, "message": str(error)}, "received": error.received}
                return answer(body, error.status)
            except RequestDataTooBig:
                return refusal(ApiError(413, "too_large", _("The body is too large; send fewer records at once.")))

    return guarded


@telephone
def get_download(call: Call) -> HttpResponse:
    """Answer with what is new since the cursor, or (`only=size`) with how many bytes that would be."""
    asked = call.request.GET
    download = queries.download(
        account=call.account, now=call.now, since=asked.get("since", ""), only_size=asked.get("only") == "size"
    )
    return _packed(call.request, answer(download, headers={"Gezhi-Bytes": str(download.bytes)}))


@telephone
def post_records(call: Call) -> HttpResponse:
    """Take records; each gets its own result."""
    push = call.body(_push)
    pushed = operations.take(actor=call.account, now=call.now, said_now=push.now, records=push.records)
    return answer(pushed)


@telephone
def get_photo(call: Call, key: str) -> HttpResponse:
    """Say how much of a photo is here: where its sender goes on."""
    found = operations.state_of(actor=call.account, key=key)
    return answer(found or Uploaded(key, 0, 0, done=False))


@telephone
def put_photo(call: Call, key: str) -> HttpResponse:
    """Take a piece of a photo: its bytes as the body, its place in Content-Range. 201 when the photo is whole."""
    place = _RANGE.fullmatch(call.request.headers.get("Content-Range", ""))
    if place is None:
        raise ApiError(
            422, "bad_input", _("Say where the piece lies: Content-Range: bytes 0-262143/900000"), field="Content-Range"
        )
    start, end, size = (int(one) for one in place.groups())
    piece = call.request.body
    if end - start + 1 != len(piece):
        raise ApiError(422, "cut_short", _("The piece came only in part. Send it again."), field="Content-Range")
    taken = operations.receive(
        actor=call.account, key=key, name=call.request.headers.get("Gezhi-Name", "")[:200], start=start, size=size,
        piece=piece, now=call.now,
    )  # fmt: skip
    return answer(taken, 201 if taken.done else 200)


def _by_session(request: HttpRequest) -> Call:
    """Admit who is signed in to the pages. What writes carries the pages' CSRF token, as every form of theirs does."""
    account = getattr(request, "user", None) or get_user(request)
    if not isinstance(account, Account):
        raise ApiError(401, "signed_out", _("Sign in again. Everything on this phone is kept."))
    if request.method != "GET" and _check(request) is not None:
        raise ApiError(403, "csrf", _("The page is out of date. Open it again; everything on this phone is kept."))
    return Call(request, account, clock.now())


def _check(request: HttpRequest) -> object | None:
    guard = CsrfViewMiddleware(_nothing)
    guard.process_request(request)
    return guard.process_view(request, _nothing, (), {})


def _nothing(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def _packed(request: HttpRequest, told: HttpResponse) -> HttpResponse:
    if len(told.content) >= _WORTH_PACKING and "gzip" in request.headers.get("Accept-Encoding", ""):
        told.content = gzip.compress(told.content, 5, mtime=0)
        told.headers["Content-Encoding"] = "gzip"
    told.headers["Vary"] = "Accept-Encoding"
    return told
