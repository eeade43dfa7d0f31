"""A case as the engine sees it: desks, clocks, holds, parts and the state that the log folds to.

All of it is immutable and turns into JSON and back (`msgspec`), so that the log can keep it.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

import msgspec


class Desk(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whoever holds a step: a post at an area, a department, a person, the reporter, or the system itself."""

    kind: Literal["post", "department", "person", "reporter", "system"]
    id: str = ""
    area: str = ""

    @property
    def key(self) -> str:
        """The desk as one word for indexes: `grid_worker@511111002001001`, `department:water`, `reporter` …"""
        if self.kind == "post":
            return f"{self.id}@{self.area}" if self.area else self.id
        return f"{self.kind}:{self.id}" if self.id else self.kind

    @property
    def name(self) -> str:
        """The desk without its area, as scenarios write it."""
        return self.id if self.kind == "post" else self.key


REPORTER = Desk("reporter")
SYSTEM = Desk("system")


class Light(StrEnum):
    """The light of a clock: derived from now, never stored."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    PAUSED = "paused"
    DONE = "done"


class Clock(msgspec.Struct, frozen=True, omit_defaults=True):
    """One running limit.

    `id` is `case`, `step`, `response`, `stage:<id>`, `part:<n>` or `part:<n>:response`. `limit` is the limit as it
    came out (`3 workdays`, `until 2026-03-05`), `rule` names where it stands (`procedures.report_up.steps.station`),
    `clause` the plan's clause. While paused, `due` and `warn` are None. `frozen_at`: the reporter's time runs and the
    light stays as it was then. `met_at` is when the clock stopped for good. `moves` are the extensions and the
    stretches left out, in order, so that the due time can always be counted again and shown. `wake` names what is
    still to happen by itself (`warn`, `due`).
    """

    id: str
    limit: str
    started: datetime
    due: datetime | None = None
    warn: datetime | None = None
    clause: str = ""
    rule: str = ""
    warning: str = ""
    counting: str = ""
    provisional: bool = False
    paused_at: datetime | None = None
    frozen_at: datetime | None = None
    met_at: datetime | None = None
    moves: tuple[str, ...] = ()
    wake: tuple[str, ...] = ()


class Pause(msgspec.Struct, frozen=True, omit_defaults=True):
    """A stretch in which the clocks stood still."""

    since: datetime
    until: datetime | None = None


class Hold(msgspec.Struct, frozen=True, omit_defaults=True):
    """One desk's time with a case (or with a part of it): the unit of the look-back."""

    seq: int
    step: str
    desk: Desk
    since: datetime
    until: datetime | None = None
    due: datetime | None = None
    limit: str = ""
    rule: str = ""
    clause: str = ""
    part: int = 0
    pauses: tuple[Pause, ...] = ()
    actor: str = ""


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """A co-handler's share of a jointly handled step, numbered from 1; the lead holds the step itself.

    `action` is the action that called the co-handler.
    """

    number: int
    step: str
    desk: Desk
    task: str = ""
    state: Literal["open", "finished", "returned", "cancelled"] = "open"
    result: str = ""
    rating: str = ""
    action: str = ""


class CaseState(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the log of one case folds to. `step` is `closed` after the end; `desk` is None then."""

    scheme: str
    version: str
    procedure: str
    item: str
    channel: str
    opened_at: datetime
    step: str
    entered_at: datetime
    changed_at: datetime
    desk: Desk | None
    areas: dict[str, str] = {}  # msgspec copies it: level id → area code, for the case's own chain
    facts: dict[str, Any] = {}  # everything conditions may ask: urgency, amount, anonymous …
    answers: dict[str, Any] = {}  # the newest answer to each question
    counts: dict[str, int] = {}  # how often each action happened
    clocks: tuple[Clock, ...] = ()
    holds: tuple[Hold, ...] = ()
    parts: tuple[Part, ...] = ()
    received_by: Desk | None = None
    caller: Desk | None = None
    about: tuple[Desk, ...] = ()
    doer_step: str = ""
    doer_desk: Desk | None = None
    doer_actor: str = ""
    paused: bool = False
    in_time: bool | None = None
    closed_at: datetime | None = None
    outcome: str = ""
    events: int = 0

    def clock(self, clock_id: str) -> Clock | None:
        """Return the clock of that id that is in use, or None."""
        return next((clock for clock in reversed(self.clocks) if clock.id == clock_id), None)


class Opening(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known when a case begins. `areas` maps each level to the area code above (and at) the case's place."""

    item: str
    channel: str
    at: datetime
    areas: dict[str, str] = {}
    facts: dict[str, Any] = {}
    received_by: Desk | None = None
    about: tuple[Desk, ...] = ()


class Act(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody does something: the desk that acts, the person (an opaque id, may be empty), the answers, the time.

    `part` names the co-handler's part that is meant, 0 for the case itself or where the desk has only one.
    """

    action: str
    by: Desk
    at: datetime
    answers: dict[str, Any] = {}
    actor: str = ""
    part: int = 0


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry of the log: what was done and the whole of what it changed, so that folding needs no scheme.

    `then` holds the changed fields of the state (JSON-ready); `fold(None, event)` of an opening gives the first state.
    `clock` names the clock that warned or ran out, for `expire`.
    """

    kind: Literal["open", "act", "expire", "recount"]
    action: str
    by: Desk
    at: datetime
    answers: dict[str, Any] = {}
    actor: str = ""
    part: int = 0
    clock: str = ""
    then: dict[str, Any] = {}


class Outcome(msgspec.Struct, frozen=True):
    """An accepted change: the event to append, the state after it, who is to be told what, what it starts elsewhere."""

    event: Event
    state: CaseState
    notices: tuple["Telling", ...] = ()
    starts: tuple["Start", ...] = ()


class Telling(msgspec.Struct, frozen=True, omit_defaults=True):
    """A notice that the scheme asks for: the template's id and the desk to tell."""

    template: str
    to: Desk


class Start(msgspec.Struct, frozen=True, omit_defaults=True):
    """A follow-up that the scheme declares: its name and when it begins."""

    follow_up: str
    at: datetime


class Choice(msgspec.Struct, frozen=True, omit_defaults=True):
    """An action that somebody may take now.

    `blocked` is the code of why it is refused for the moment, else empty; `zh` and `en` say it in words.
    `part` is the part that the action closes, 0 for the case itself. `proposal` is True where this desk may only
    propose the action to the desk in `approver`.
    """

    action: str
    by: Desk
    blocked: str = ""
    zh: str = ""
    en: str = ""
    clause: str = ""
    part: int = 0
    proposal: bool = False
    approver: Desk | None = None


class HoldTime(msgspec.Struct, frozen=True):
    """A row of the look-back: working seconds held (pauses left out) and those of them after the step's due."""

    hold: Hold
    work_seconds: int
    overdue_seconds: int


class Refused(Exception):
    """The engine does not accept an act: a code for programs, words for people, the clause that forbids it.

    Codes: `unknown_action`, `out_of_order`, `not_yours`, `too_often`, `condition`, `missing_answer`, `bad_answer`,
    `parts_open`, `paused`, `closed`, `conflict_of_interest`, `before_last_event`, `unknown_item`, `unknown_channel`,
    `too_late`, `unknown_part`, `stale` (a limit has run out meanwhile: call expire first).
    """

    def __init__(self, code: str, zh: str, en: str, *, clause: str = "", field: str = "") -> None:
        super().__init__(en)
        self.code = code
        self.zh = zh
        self.en = en
        self.clause = clause
        self.field = field
