"""The log of one activity: what was recorded, then each correction, signature and withdrawal, chained.

`facts` is what an activity states; the log's bodies are such facts (whole at first, then what changed), so that
folding them gives the row again. Of sealed answers the log keeps a keyed hash: it shows a change without the words.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from gezhi.duties.models import Activity, ActivityEvent
from gezhi.foundation import crypto
from gezhi.foundation.journal import GENESIS, canonical, chain

FORGET, SEAL = "forget", "seal"
_STATED = (
    "scheme", "duty", "kind", "area_id", "area_path", "entry_id", "entry_name", "guarded", "case_id", "confirms_id",
    "day", "began", "ended", "account_id", "desk_key", "others", "lon", "lat", "accuracy_m", "distance_m", "form",
    "form_print", "answers", "faults", "remarks", "nil", "marks", "found", "agrees", "signed_by_id", "signed_at",
    "withdrawn_at", "counts", "declined_by_id", "declined_at", "declined_why",
)  # fmt: skip
# What older logs do not state, as it was then.
_LATER = {"declined_by_id": None, "declined_at": None, "declined_why": ""}


def facts(activity: Activity) -> dict[str, Any]:
    """Return what an activity states, as plain JSON."""
    stated = {name: _plain(getattr(activity, name)) for name in _STATED}
    # said where there is one only: records from before hours could be written read as they did
    stated |= {"slot": activity.slot} if activity.slot is not None else {}
    return stated | {"sealed": crypto.hash_secret(activity.sealed) if activity.sealed else ""}


def append(activity: Activity, kind: str, *, before: dict[str, Any], actor: str, now: datetime) -> None:
    """Write what changed since `before` into the log and move the activity's head on. The caller saves the row."""
    after = facts(activity)
    changed = {name: value for name, value in after.items() if name not in before or before[name] != value}
    body = canonical(changed)
    activity.log_seq += 1
    activity.log_head = chain(bytes(activity.log_head or GENESIS), sealed(activity.pk, activity.log_seq, kind, body))
    ActivityEvent(
        activity=activity,
        seq=activity.log_seq,
        kind=kind,
        actor=actor,
        at=now,
        body=body.decode(),
        link=activity.log_head,
    ).save(force_insert=True)


def empty(activity: Activity, *, now: datetime) -> None:
    """Take the words out of a log whose entry was erased. A last one states whole what is left; the links stay."""
    append(activity, FORGET, before={}, actor="", now=now)
    ActivityEvent.objects.filter(activity=activity, seq__lt=activity.log_seq).emptied()


def close(activity: Activity, *, before: dict[str, Any], now: datetime) -> None:
    """Note that something of an activity became sensitive, and put all that its log said before under seal.

    Nothing is taken out: the links hold over the same words, and who may open them can check the log as ever.
    """
    append(activity, SEAL, before=before, actor="", now=now)
    rows = ActivityEvent.objects.filter(activity=activity, seq__lt=activity.log_seq)
    ActivityEvent.objects.all().sealed_now([one for one in rows if one.body])


def sealed(activity: UUID, seq: int, kind: str, body: bytes) -> bytes:
    """Return what an entry's link is computed over."""
    return f"{activity}:{seq}:{kind}:".encode() + body


def replayed(events: Iterable[ActivityEvent]) -> dict[str, Any]:
    """Return the facts that a log folds to."""
    state: dict[str, Any] = {**_LATER}
    for one in events:
        state |= msgspec.json.decode(one.words) if one.words else {}
    return state


def first_broken(activity: Activity) -> int | None:
    """Return where the log was touched or does not give what the row keeps; None when all is whole."""
    events = list(ActivityEvent.objects.filter(activity=activity).order_by("seq"))
    head = GENESIS
    emptied = max((place for place, one in enumerate(events, start=1) if one.kind == FORGET), default=0)
    for place, one in enumerate(events, start=1):
        if place < emptied and not one.words:
            head = bytes(one.link)  # its words are gone; what follows still stands on its link
            continue
        link = chain(head, sealed(activity.pk, place, one.kind, one.words.encode()))
        if one.seq != place or link != bytes(one.link):
            return place
        head = link
    if len(events) != activity.log_seq or head != bytes(activity.log_head) or replayed(events) != facts(activity):
        return len(events) + 1
    return None


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        value = value.astimezone(UTC)
    return msgspec.json.decode(canonical(value))
