"""What travels between a telephone and here: typed, and the source of the published OpenAPI document."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

MOST_RECORDS = 500
KINDS = ("report", "act", "correct", "note", "photos", "entry", "activity", "amend", "excuse", "sign")
type Outcome = Literal["accepted", "duplicate", "conflict", "refused", "failed"]


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that somebody did on a telephone, with or without a network.

    `key` is made on the telephone, once. `at` is by its clock. `base` is the version of the thing that was seen, `form`
    the digest of what was asked. `data` is what the kind needs.
    """

    key: Annotated[str, msgspec.Meta(min_length=8, max_length=100)]
    kind: Annotated[str, msgspec.Meta(description=", ".join(KINDS))]
    at: datetime
    base: int | None = None
    form: str = ""
    data: dict[str, Any] = {}


class Push(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Records to take, in the order in which they were made, and what the telephone's clock says now."""

    now: datetime
    records: Annotated[tuple[dict[str, Any], ...], msgspec.Meta(min_length=1, max_length=MOST_RECORDS)]


class Choice(msgspec.Struct, frozen=True):
    """Something to choose from before a record is sent again, such as the side of a border."""

    value: str
    title: str


class Difference(msgspec.Struct, frozen=True, omit_defaults=True):
    """One field on which two versions differ, in words."""

    field: str
    title: str
    mine: str = ""
    theirs: str = ""


class Theirs(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the thing stands here by now, and what others did to it meanwhile."""

    version: int
    title: str = ""
    lines: tuple[str, ...] = ()
    data: dict[str, Any] = {}


class Result(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a record.

    accepted: taken now. duplicate: this key had been taken before; the same reply again. conflict: others changed the
    thing since `base`; nothing of it was written, both versions are here. refused: `reason` says why, `todo` what to
    do; nothing was written. failed: something broke here; send it again later.
    """

    key: str
    outcome: Outcome
    subject: str = ""
    code: str = ""
    reason: str = ""
    todo: str = ""
    kept: str = ""
    field: str = ""
    choices: tuple[Choice, ...] = ()
    missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    facts: dict[str, Any] = {}
    mine: dict[str, Any] = {}
    theirs: Theirs | None = None
    differences: tuple[Difference, ...] = ()


class Pushed(msgspec.Struct, frozen=True):
    """A result for each record sent, in order. `shift_seconds`: how far the telephone's clock is behind."""

    now: datetime
    shift_seconds: int
    results: tuple[Result, ...]


class Download(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a telephone needs to work without a network, or what of it changed since the cursor.

    `parts` are to be put in place of what the telephone holds under the same name; `gone` are names of what it must
    drop; `full`: it must drop everything that is not in `parts`. With `only=size` there are no parts, only their size.
    """

    cursor: str
    full: bool
    now: datetime
    account: str
    language: str
    keep_days: int
    bytes: int
    count: int
    parts: dict[str, Any] = {}
    gone: tuple[str, ...] = ()


class Uploaded(msgspec.Struct, frozen=True, omit_defaults=True):
    """How much of a photo is here; `done`: all of it, and a record may name its key."""

    key: str
    size: int
    received: int
    done: bool
