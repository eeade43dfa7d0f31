"""What travels through the REST doors: typed, bounded, and the source of the published OpenAPI document."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from gezhi.sync.shapes import Difference

BATCH = 500

Crs = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]


class NewCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A matter to take in. The sender makes a `client_key` once per matter: sent again, the same case comes back."""

    client_key: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    item: Annotated[str, msgspec.Meta(min_length=1, max_length=80, description="An item of the catalogue")]
    title: str = ""
    text: str = ""
    lon: float | None = None
    lat: float | None = None
    crs: Crs = "wgs84"
    address: str = ""
    area: Annotated[str, msgspec.Meta(description="An area's code, chosen by hand; wins over the point")] = ""
    channel: Literal["api", "hotline", "phone", "counter", "import", "field", "reception", "portal"] = "api"
    scheme: Annotated[str, msgspec.Meta(description="Needed only where several plans in force know the item")] = ""
    anonymous: bool = False
    contact: str = ""
    urgency: str = ""
    facts: dict[str, Any] = {}
    about: Annotated[tuple[str, ...], msgspec.Meta(max_length=20, description="Desks complained about")] = ()
    happened_at: datetime | None = None
    received_at: datetime | None = None
    files: tuple[UUID, ...] = ()


class NewCases(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Several matters at once. Each gets its own case or its own error, in order; the good ones are kept."""

    cases: Annotated[tuple[NewCase, ...], msgspec.Meta(min_length=1, max_length=BATCH)]


class Opened(msgspec.Struct, frozen=True):
    """A case as it was taken in. `secret` lets the reporter follow it; `created` is False for a repeated client key."""

    number: str
    secret: str
    created: bool
    step: str
    holder: str
    step_due: datetime | None
    case_due: datetime | None
    placed: bool


class Candidate(msgspec.Struct, frozen=True):
    """An area that a point near a border may belong to."""

    code: str
    name: str
    metres: float


class Meanwhile(msgspec.Struct, frozen=True):
    """Something that happened to the case since the caller read it."""

    action: str
    desk: str
    at: datetime


class Wrong(msgspec.Struct, frozen=True):
    """One of several answers that the form does not take."""

    field: str
    message: str


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was wrong: a code for programs, words for people, the input concerned, the plan's clause that forbids it."""

    code: str
    message: str
    field: str = ""
    clause: str = ""
    candidates: tuple[Candidate, ...] = ()
    meanwhile: tuple[Meanwhile, ...] = ()
    answers: tuple[Wrong, ...] = ()


class Faulty(msgspec.Struct, frozen=True):
    """The body of every answer that is not a success."""

    error: Fault


class BatchEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one of several: a case or an error."""

    case: Opened | None = None
    error: Fault | None = None


class BatchAnswer(msgspec.Struct, frozen=True):
    """One entry per case sent, in order: a case or an error."""

    results: tuple[BatchEntry, ...]
    created: int
    repeated: int
    refused: int


class DoAction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answers to what the plan asks for the action. `version` guards against acting on an outdated view."""

    answers: dict[str, Any] = {}
    desk: Annotated[str, msgspec.Meta(description="Which of the caller's desks, such as department:water")] = ""
    part: int = 0
    version: int | None = None


class Acted(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the case stands after the action. `proposal` is set where it now waits for an approver."""

    number: str
    step: str
    holder: str
    version: int
    step_due: datetime | None
    case_due: datetime | None
    closed_at: datetime | None
    proposal: UUID | None = None


class Stored(msgspec.Struct, frozen=True):
    """A file that was taken in; name its id in `files` of a case or in an answer."""

    id: UUID
    kind: str
    bytes: int


class Clock(msgspec.Struct, frozen=True, omit_defaults=True):
    """A running or stopped limit with its light now."""

    id: str
    limit: str
    light: str
    started: datetime
    due: datetime | None = None
    clause: str = ""
    provisional: bool = False


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the log: what was done, at which desk, when."""

    action: str
    desk: str
    at: datetime


class Offer(msgspec.Struct, frozen=True, omit_defaults=True):
    """An action that the caller may take now; `blocked` says why not for the moment."""

    action: str
    desk: str
    blocked: str = ""
    clause: str = ""
    part: int = 0
    proposal: bool = False


class CaseRow(msgspec.Struct, frozen=True):
    """A case in a list. Contact details never leave through this door."""

    number: str
    title: str
    item: str
    channel: str
    urgency: str
    step: str
    holder: str
    opened_at: datetime
    changed_at: datetime
    step_due: datetime | None
    case_due: datetime | None
    closed_at: datetime | None
    in_time: bool | None
    outcome: str
    paused: bool
    area: str
    lon: float | None
    lat: float | None
    address: str
    version: int


class CaseWhole(msgspec.Struct, frozen=True):
    """A case with its clocks, its log and what the caller may do."""

    case: CaseRow
    text: str
    scheme: str
    scheme_version: str
    clocks: tuple[Clock, ...]
    log: tuple[Entry, ...]
    actions: tuple[Offer, ...]


class CasePage(msgspec.Struct, frozen=True):
    """A page of cases, newest first; `next` continues it, empty at the end."""

    cases: tuple[CaseRow, ...]
    next: str


class CatalogueItem(msgspec.Struct, frozen=True):
    """Something that can be reported, by the plans in force today."""

    scheme: str
    id: str
    title: str
    parent: str
    procedure: str
    department: str


class Catalogue(msgspec.Struct, frozen=True):
    """What can be reported today."""

    items: tuple[CatalogueItem, ...]


class EntryRow(msgspec.Struct, frozen=True):
    """An entry of a register in a list: nothing that is sensitive. `waiting` differences wait for a decision."""

    register: str
    code: str
    name: str
    address: str
    area: str
    facets: dict[str, Any]
    lon: float | None
    lat: float | None
    state: str
    version: int
    waiting: int
    opened_at: datetime
    changed_at: datetime


class EntryPage(msgspec.Struct, frozen=True):
    """A page of entries, newest first; `next` continues it, empty at the end."""

    entries: tuple[EntryRow, ...]
    next: str


class EntryWhole(msgspec.Struct, frozen=True):
    """An entry with its values by field; those of sensitive fields are in `masked`, as pages show them."""

    entry: EntryRow
    values: dict[str, Any]
    masked: dict[str, Any]
    part_of: str
    parts: tuple[str, ...]
    form: str
    writable: bool


class SaveEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Answers by field for a new entry, or, with `entry`, for the one of that code; what is not named stays.

    The sender makes a `client_key` once per writing: sent again, nothing is written twice. `version` is the one that
    the sender saw: what somebody changed since is kept beside it and decided by people.
    """

    client_key: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    register: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    answers: dict[str, Any]
    entry: Annotated[str, msgspec.Meta(max_length=80, description="The code of the entry to change")] = ""
    version: int | None = None
    area: Annotated[str, msgspec.Meta(max_length=40, description="An area's code; else the place says it")] = ""
    part_of: Annotated[str, msgspec.Meta(max_length=80, description="The code of the entry that holds it")] = ""
    at: Annotated[datetime | None, msgspec.Meta(description="When it was collected, with offset")] = None
    purpose: Annotated[str, msgspec.Meta(max_length=200)] = ""
    basis: Annotated[str, msgspec.Meta(max_length=200)] = ""
    note: Annotated[str, msgspec.Meta(max_length=200)] = ""


class EntrySaved(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of it: accepted, duplicate, proposed (another side's word stands) or conflict (changed meanwhile).

    `differences` say both versions in words, sensitive ones masked. `alike` are codes of entries that may be the same
    thing; `left` are answers that the form does not ask for any more.
    """

    outcome: Annotated[str, msgspec.Meta(description="accepted, duplicate, proposed or conflict")]
    register: str
    code: str
    version: int
    differences: tuple[Difference, ...] = ()
    alike: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
