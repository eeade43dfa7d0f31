"""The log of one case: rows to append, and the check that nobody has touched what was written.

An entry's link is a hash over the link before it, the case's id, the position and the event's canonical JSON; the
case keeps the newest link and position, so that a log cut short shows, too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from gezhi.cases.models import Case, CaseEvent
from gezhi.cases.operations.projection import dump_state
from gezhi.cases.operations.statements import FRESH_EFFECT, Row, as_bytea
from gezhi.foundation.ids import uuid7
from gezhi.foundation.journal import GENESIS, canonical, chain
from gezhi.schemes import engine
from gezhi.schemes.state import CaseState, Desk, Event, Outcome

RECORD = "record"
CHANGED = "case.changed"


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """A note in the log of something that happened around the flow; it changes no state."""

    action: str
    by: str
    at: datetime
    actor: str = ""
    about: dict[str, Any] = {}


@dataclass(slots=True)
class Pen:
    """Writes entries one after another, each linked to the one before."""

    case_id: UUID
    seq: int = 0
    head: bytes = GENESIS

    def event(self, event: Event) -> Row:
        """Return the row of an engine's event."""
        return self._row(event, kind=event.kind, by=event.by.key)

    def record(self, record: Record) -> Row:
        """Return the row of a note."""
        return self._row(record, kind=RECORD, by=record.by)

    def _row(self, body: Event | Record, *, kind: str, by: str) -> Row:
        raw = canonical(msgspec.to_builtins(body))
        self.seq += 1
        self.head = chain(self.head, sealed(self.case_id, self.seq, kind, raw))
        return {
            "case_id": self.case_id,
            "seq": self.seq,
            "kind": kind,
            "action": body.action,
            "desk_key": by,
            "actor": body.actor,
            "at": body.at,
            "body": raw.decode(),
            "link": as_bytea(self.head),
        }


def sealed(case_id: UUID | str, seq: int, kind: str, body: bytes) -> bytes:
    """Return what an entry's link is computed over."""
    return f"{case_id}:{seq}:{kind}:".encode() + body


def opening_link(case_id: str, body: bytes) -> bytes:
    """Return the link of a log's first entry, from the event's canonical body."""
    return chain(GENESIS, sealed(case_id, 1, "open", body))


def effect_row(case_id: UUID, seq: int, outcome: Outcome, now: datetime) -> Row:
    """Return the outbox row that tells of an outcome: who is to be told what, and that the case changed."""
    return outbox_row(CHANGED, effect_body(str(case_id), seq, outcome), now)


def effect_body(case_id: str, seq: int, outcome: Outcome) -> Row:
    """Return what the outbox tells of an outcome."""
    event = outcome.event
    return {
        "case": case_id,
        "seq": seq,
        "kind": event.kind,
        "action": event.action,
        "step": outcome.state.step,
        "at": event.at,
        "tellings": [{"template": one.template, "to": msgspec.to_builtins(one.to)} for one in outcome.notices],
        "starts": [{"follow_up": one.follow_up, "at": one.at} for one in outcome.starts],
    }


def outbox_row(topic: str, body: Row, now: datetime) -> Row:
    """Return a row of the outbox, ready to be relayed at once."""
    return {"id": uuid7(), "topic": topic, "body": body, "at": now, "next_try": now, **FRESH_EFFECT}


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check of a log found: whole, or the first position that doesn't hold and why."""

    number: str
    entries: int
    broken_at: int | None = None
    why: str = ""

    @property
    def whole(self) -> bool:
        """Whether nothing was touched."""
        return self.broken_at is None


def verify_log(case: Case) -> Checked:
    """Recompute the chain of a case's log, replay it, and compare with the state that the case's row keeps."""
    entries = list(CaseEvent.objects.filter(case_id=case.pk).order_by("seq"))
    head = GENESIS
    for position, entry in enumerate(entries, start=1):
        link = chain(head, sealed(case.pk, position, entry.kind, entry.body.encode()))
        if entry.seq != position or link != bytes(entry.link):
            return Checked(case.number, len(entries), position, "the entry or one before it was changed or is missing")
        head = link
    if len(entries) != case.log_seq or head != bytes(case.log_head):
        return Checked(case.number, len(entries), len(entries) + 1, "the end of the log is missing or was added to")
    if msgspec.to_builtins(replayed(entries)) != dump_state(msgspec.convert(case.state, CaseState)):
        return Checked(
            case.number, len(entries), len(entries), "replaying the log gives another state than the row keeps"
        )
    return Checked(case.number, len(entries))


def replayed(entries: Iterable[CaseEvent]) -> CaseState:
    """Return the state that the log folds to.

    A later `open` (a case placed or given another item) starts the flow anew.
    """
    state: CaseState | None = None
    for entry in entries:
        if entry.kind != RECORD:
            event = msgspec.json.decode(entry.body, type=Event)
            state = engine.fold(None if event.kind == "open" else state, event)
    if state is None:
        raise ValueError("a log without an opening")
    return state


def desk_from(key: str) -> Desk:
    """Return the desk of a key: `grid_worker@CODE`, `department:ID`, `person:UUID`, `reporter`, `system`."""
    if key in {"reporter", "system"}:
        return Desk(key)  # type: ignore[arg-type]
    kind, colon, rest = key.partition(":")
    if colon and kind in {"department", "person"}:
        return Desk(kind, rest)  # type: ignore[arg-type]
    post, _, area = key.partition("@")
    return Desk("post", post, area)
