"""Holding what was sent in the browser's session: sealed, for a few hours, for whose session had ended there."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.http import HttpRequest

from gezhi.foundation import crypto, files
from gezhi.people.models import Account
from gezhi.web import pace, questions
from gezhi.web.held.filling import PRESSED

KEPT_FOR = timedelta(hours=12)
MOST_BYTES = 200_000
# Whose session it was that ended for idleness in this browser, kept in the one that follows it.
ENDED = "ended"
_STORE = "held"
# What was thrown away may be taken back for a while.
_ASIDE = "held.aside"
TAKE_BACK = timedelta(minutes=10)
# What tells one deed at an address from another.
_WHICH = ("action", "part")
_UNWRITTEN = PRESSED | {
    "csrfmiddlewaretoken", "action", "desk", "part", "version", "back", "seen", "to", "mention", "key", "shown"
}  # fmt: skip
_SECRETS = ("csrfmiddlewaretoken", "password", "code", "old", "new", "again")


@dataclass(frozen=True, slots=True)
class Held:
    """What was sent: to which address, on which page it was typed, its values and the tokens of its files by name."""

    path: str
    page: str
    owner: str
    at: datetime
    values: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, list[str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    @property
    def words(self) -> tuple[str, ...]:
        """Return what was written, to be copied where its form is no more."""
        return written(self.values)

    def is_same(self, request: HttpRequest) -> bool:
        """Say whether this is sent now: to the same address, and there the same deed to the same part."""
        if request.method != "POST" or request.path != self.path:
            return False
        return all(request.POST.getlist(name) == self.values[name] for name in _WHICH if name in self.values)


def written(values: Mapping[str, Sequence[object]]) -> tuple[str, ...]:
    """Return the words among what was sent, without what a form says by itself."""
    return tuple(
        word.strip()
        for name, several in values.items()
        if name not in _UNWRITTEN and not name.endswith(".kept")
        for word in several
        if isinstance(word, str) and len(word.strip()) > 1
    )


def hold(request: HttpRequest, page: str, now: datetime) -> bool:
    """Keep what this request sent for whose session has ended; say whether it is kept."""
    owner = str(request.session.get(ENDED, ""))
    if not owner or pace.too_fast(request, "held", now):
        return False
    values = {name: request.POST.getlist(name) for name in request.POST if name not in _SECRETS}
    if sum(len(value.encode()) for several in values.values() for value in several) > MOST_BYTES:
        return False
    tokens, refused = _files(request, owner, now)
    _write(request, Held(request.path, page, owner, now, values, tokens, refused))
    return True


def anything(request: HttpRequest) -> bool:
    """Say whether the session holds anything, thrown away or not, for whomever."""
    return _STORE in request.session or _ASIDE in request.session


def find(request: HttpRequest, now: datetime) -> Held | None:
    """Return what is held for who is signed in; what is held for somebody else, or for too long, is forgotten."""
    kept = request.session.get(_STORE)
    if kept is None:
        return None
    try:
        held = msgspec.json.decode(crypto.decrypt(base64.b64decode(kept)), type=Held)
    except (ValueError, msgspec.MsgspecError, crypto.Unreadable):
        forget(request)
        return None
    if not isinstance(request.user, Account) or str(request.user.pk) != held.owner or now - held.at > KEPT_FOR:
        forget(request)
        return None
    return held


def move(request: HttpRequest, held: Held, page: str) -> None:
    """Say that the form is looked for on another page."""
    _write(request, Held(held.path, page, held.owner, held.at, held.values, held.files, held.refused))


def forget(request: HttpRequest) -> None:
    """Forget what is held."""
    request.session.pop(_STORE, None)
    request.session.pop(ENDED, None)


def discard(request: HttpRequest, now: datetime) -> Held | None:
    """Throw away what is held for who is signed in; return it, or None where nothing is. It can be taken back."""
    held = find(request, now)
    if held is not None:
        request.session[_ASIDE] = [int(now.timestamp()), request.session.pop(_STORE)]
    return held


def take_back(request: HttpRequest, now: datetime) -> Held | None:
    """Hold again what was thrown away just now; return it, or None where it is gone or another form is held by now."""
    aside = request.session.get(_ASIDE)
    forget_discarded(request, now)
    if aside is None or _ASIDE not in request.session or _STORE in request.session:
        return None
    request.session[_STORE] = request.session.pop(_ASIDE)[1]
    return find(request, now)


def forget_discarded(request: HttpRequest, now: datetime) -> None:
    """Forget what was thrown away too long ago to be taken back."""
    aside = request.session.get(_ASIDE)
    if aside is not None and now.timestamp() - aside[0] > TAKE_BACK.total_seconds():
        del request.session[_ASIDE]


def _write(request: HttpRequest, held: Held) -> None:
    # a session's row is not sealed by itself
    request.session[_STORE] = base64.b64encode(crypto.encrypt(msgspec.json.encode(held).decode())).decode()


def _files(request: HttpRequest, owner: str, now: datetime) -> tuple[dict[str, list[str]], list[str]]:
    """Keep photos and documents that were sent along; name those that are not taken."""
    tokens: dict[str, list[str]] = {}
    refused: list[str] = []
    for name in request.FILES:
        for upload in _few(request.FILES.getlist(name)):
            try:
                row = files.store(upload, actor=owner, now=now)
            except files.FileRefused:
                refused.append(upload.name or name)
            else:
                tokens.setdefault(name, []).append(questions.keep(row).token)
    return tokens, refused


def _few(uploads: Sequence[Any]) -> Sequence[Any]:
    return uploads[: questions.MOST_PHOTOS]
