"""Many new entries at once, in few statements: for tables and generated districts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils import timezone

from gezhi.foundation.ids import uuid7
from gezhi.registers.ledgers import Ledger
from gezhi.registers.models import Entry, EntryChange, EntryKey, EntryWords, Kind
from gezhi.registers.operations import codes, photos
from gezhi.registers.operations.writing import By, divided, fill_in, pairs_of, seal
from gezhi.registers.values import codes_on, digests_of, is_blank, photos_in, searched, sensitive_ids
from gezhi.territory.models import Area

_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry to be: answers that the form takes, where it lies, a code that was brought along, what it is part of."""

    values: Mapping[str, Any]
    area: Area
    side: str = ""
    code: str = ""
    part_of: UUID | None = None
    id: UUID = field(default_factory=uuid7)


def open_many(*, ledger: Ledger, drafts: Sequence[Draft], by: By) -> list[Entry]:
    """Write new entries whose answers were held against the form before, in the caller's transaction."""
    made: list[Entry] = []
    given = _codes(ledger, drafts, by)
    for start in range(0, len(drafts), _AT_ONCE):
        some = drafts[start : start + _AT_ONCE]
        entries = [_entry(ledger, one, given[one.id], by) for one in some]
        pairs = [(entry, draft.values, draft.side or by.at.side) for entry, draft in zip(entries, some, strict=True)]
        Entry.objects.unscoped(reason="new rows are written, none is read").bulk_create(entries)
        EntryWords.objects.bulk_create([_words(entry) for entry in entries])
        EntryKey.objects.bulk_create([key for entry, values, _side in pairs for key in _keys(ledger, entry, values)])
        EntryChange.objects.bulk_create([_change(ledger, entry, values, side, by) for entry, values, side in pairs])
        for entry, values, _side in pairs:
            if photos_in(ledger.form, values):
                photos.hold(entry, ledger.form, by.now)
        made += entries
    return made


def _codes(ledger: Ledger, drafts: Sequence[Draft], by: By) -> dict[UUID, str]:
    on = timezone.localdate(by.now)
    given = {one.id: one.code for one in drafts if one.code}
    by_area: dict[str, list[UUID]] = {}
    for one in drafts:
        if not one.code:
            by_area.setdefault(one.area.code, []).append(one.id)
    for area, ids in by_area.items():
        fresh = codes.take(ledger.register, area, on, len(ids))
        rows = Entry.objects.unscoped(reason="a code is given once, whoever may see its entry")
        taken = set(rows.filter(register=ledger.id, code__in=fresh).values_list("code", flat=True))
        taken |= set(given.values()) & set(fresh)
        for pk, code in zip(ids, fresh, strict=True):
            given[pk] = code if code not in taken else codes.fresh(ledger.register, area, on)
    return given


def _entry(ledger: Ledger, draft: Draft, code: str, by: By) -> Entry:
    entry = Entry(
        id=draft.id, register=ledger.id, code=code, area=draft.area, area_path=draft.area.path,
        part_of_id=draft.part_of, opened_at=by.now, changed_at=by.now,
    )  # fmt: skip
    fill_in(entry, ledger, ledger.form, draft.values)
    side = draft.side or by.at.side
    entry.sides = dict.fromkeys((one for one, value in draft.values.items() if not is_blank(value)), side)
    return entry


def _words(entry: Entry) -> EntryWords:
    words, heard = searched(entry.code, entry.name, entry.address)
    return EntryWords(entry=entry, words=words, heard=heard, areas=codes_on(entry.area_path))


def _keys(ledger: Ledger, entry: Entry, values: Mapping[str, Any]) -> list[EntryKey]:
    return [EntryKey(entry=entry, field=name, digest=digest) for name, digest in digests_of(ledger.form, values)]


def _change(ledger: Ledger, entry: Entry, values: Mapping[str, Any], side: str, by: By) -> EntryChange:
    plain, hidden = divided(pairs_of({}, values, list(values)), sensitive_ids(ledger.form))
    return EntryChange(
        entry=entry, version=1, kind=Kind.OPEN, at=by.now, actor=by.id, side=side, fields=plain, sealed=seal(hidden),
        batch=by.batch,
    )  # fmt: skip
