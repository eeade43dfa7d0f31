"""Writing an entry's values and its book of changes: what every operation of this room ends with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from dateutil.relativedelta import relativedelta

from gezhi.foundation import outbox
from gezhi.people.models import Account
from gezhi.registers import access
from gezhi.registers.access import Standpoint
from gezhi.registers.errors import Impossible, NotFound
from gezhi.registers.ledgers import Ledger
from gezhi.registers.models import NAME, Entry, EntryChange, EntryKey, EntryWords, Import, Kind, Proposal, State
from gezhi.registers.values import (
    Values,
    address_of,
    codes_on,
    digests_of,
    facets_of,
    is_blank,
    plain,
    point_of,
    searched,
    sensitive_ids,
    title_of,
)
from gezhi.schemes.durations import Duration, Unit
from gezhi.schemes.forms import Form

# What a change may say beside the fields of a form.
_OF_ENTRIES = ("area", "files")

type Pairs = dict[str, list[Any]]
OPENED, CHANGED, PROPOSED, ENDED = "entry.opened", "entry.changed", "entry.proposed", "entry.ended"


@dataclass(frozen=True, slots=True)
class By:
    """Who writes, in whose name, when, under which key of the sender."""

    actor: Account | None
    at: Standpoint
    now: datetime
    collected_at: datetime | None = None
    key: str | None = None
    batch: Import | None = None

    @property
    def id(self) -> str:
        """The account's id, empty for the system."""
        return str(self.actor.pk) if self.actor else ""


def locked(entry: Entry | UUID, actor: Account | None, now: datetime) -> Entry:
    """Return an entry, locked until the end of the transaction, if the actor may see it; one merged is the other."""
    pk = entry.pk if isinstance(entry, Entry) else entry
    rows = Entry.objects.unscoped(reason="locked by key; sight is checked next").select_for_update(of=("self",))
    found = rows.filter(pk=pk).first()
    if found is None or not (actor is None or access.can_see(actor, found, now)):
        raise NotFound
    if found.merged_into_id is not None:
        return locked(found.merged_into_id, actor, now)
    if found.state == State.ERASED:
        raise Impossible(
            "这个条目的保存期已满，内容已经删除，不能再改。",
            "The time for which this entry may be kept is over; its content was erased and can't be changed.",
        )
    return found


def values_of(entry: Entry) -> Values:
    """Return all values of an entry, the sealed ones opened. Not for pages: they show `masked` ones."""
    return {**entry.data, **sealed_of(entry)}


def sealed_of(entry: Entry) -> Values:
    """Return the sensitive values of an entry."""
    return dict(msgspec.json.decode(entry.sealed)) if entry.sealed else {}


def seal(values: Mapping[str, Any]) -> str:
    """Return values as the text that is kept encrypted; empty for none."""
    return msgspec.json.encode(values, order="sorted").decode() if values else ""


def opened(text: str | None) -> Values:
    """Return what `seal` made."""
    return dict(msgspec.json.decode(text)) if text else {}


def divided(pairs: Mapping[str, Any], sensitive: frozenset[str]) -> tuple[Values, Values]:
    """Return what is plain and what must be sealed."""
    open_ones = {key: one for key, one in pairs.items() if key not in sensitive}
    return open_ones, {key: one for key, one in pairs.items() if key in sensitive}


def fill_in(entry: Entry, ledger: Ledger, form: Form, values: Mapping[str, Any]) -> None:
    """Put values into an entry's columns, not yet into the database."""
    kept = {key: plain(value) for key, value in values.items() if not is_blank(value)}
    # what a form asked once and does not ask any more stays sealed if it was
    gone = {key for key in sealed_of(entry) if key not in form.by_id}
    entry.data, sealed = divided(kept, sensitive_ids(form) | gone)
    entry.sealed = seal(sealed)
    register = ledger.register
    entry.name = (title_of(register, form, kept) or entry.code)[:NAME]
    entry.address = address_of(register, form, kept)[:300]
    entry.facets = facets_of(register, form, kept)
    point = point_of(kept.get(register.place)) if register.place in form.by_id else None
    entry.lon, entry.lat = (point.lon, point.lat) if point else (None, None)
    entry.form_print = form.print


def make_findable(entry: Entry, form: Form) -> None:
    """Write what an entry is found by: words and sounds of what is plain, keyed hashes of what is sealed."""
    words, heard = searched(entry.code, entry.name, entry.address)
    found = {"words": words, "heard": heard, "areas": codes_on(entry.area_path)}
    EntryWords.objects.update_or_create(entry=entry, defaults=found)
    EntryKey.objects.filter(entry=entry).delete()
    EntryKey.objects.bulk_create(
        [EntryKey(entry=entry, field=field, digest=digest) for field, digest in digests_of(form, values_of(entry))]
    )


def note_change(
    entry: Entry, by: By, kind: Kind, pairs: Mapping[str, Any], form: Form | None = None, *, note: str = "",
    side: str | None = None,
) -> EntryChange:  # fmt: skip
    """Append what happened to the book of changes."""
    open_ones, hidden = divided(pairs, _hidden(pairs, form))
    return EntryChange.objects.create(
        entry=entry, version=entry.version, kind=kind, at=by.now, collected_at=by.collected_at, actor=by.id,
        side=by.at.side if side is None else side, fields=open_ones, sealed=seal(hidden), note=note[:NAME],
        client_key=by.key, batch=by.batch,
    )  # fmt: skip


def _hidden(pairs: Mapping[str, Any], form: Form | None) -> frozenset[str]:
    """Return what of a change must be sealed: the sensitive, and what nobody can say of whether it is."""
    if form is None:
        return frozenset()
    return sensitive_ids(form) | {key for key in pairs if key not in form.by_id and key not in _OF_ENTRIES}


def tell(topic: str, entry: Entry, now: datetime, **body: Any) -> None:
    """Let upper rooms hear of it."""
    outbox.tell(
        topic,
        {"entry": str(entry.pk), "register": entry.register, "area": entry.area_path, **body},
        now,
    )


def count_waiting(entry: Entry) -> None:
    """Write how many differing words wait."""
    entry.waiting = Proposal.objects.filter(entry=entry, decision=Proposal.Decision.OPEN).count()
    entry.save(update_fields=["waiting"])


def until(since: datetime, written: str) -> datetime | None:
    """Return when a span of keeping ends: `24 months`, `30 days`; None for always."""
    if not written:
        return None
    span = Duration.parse(written)
    if span.unit is Unit.MONTHS:
        return since + relativedelta(months=span.amount)
    hours = {Unit.MINUTES: 1 / 60, Unit.HOURS: 1.0, Unit.WORKHOURS: 1.0}.get(span.unit, 24.0)
    return since + relativedelta(minutes=round(span.amount * hours * 60))


def pairs_of(before: Mapping[str, Any], after: Mapping[str, Any], keys: Sequence[str]) -> Pairs:
    """Return field → [before, after] of those that differ."""
    found = {key: [plain(before.get(key)), plain(after.get(key))] for key in keys}
    return {
        key: [None if is_blank(old) else old, None if is_blank(new) else new]
        for key, (old, new) in found.items()
        if not (is_blank(old) and is_blank(new)) and old != new
    }
