"""Taking what a telephone brings: each record at most once by its key, each alone, in the order in which it was made.

A receipt is written in the transaction of what the record does. So a key that was taken is known for certain: sent
again after a lost reply, or by two tabs at once, it gets the first reply and does nothing more.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from gezhi.enactment import queries as enactment
from gezhi.people import access
from gezhi.people.models import Account
from gezhi.sync.errors import RecordRefused
from gezhi.sync.models import Receipt
from gezhi.sync.operations import onto_cases, onto_duties, onto_registers, receipts, reports
from gezhi.sync.operations.context import Taking, photos_of, shift_of
from gezhi.sync.operations.done import Done
from gezhi.sync.operations.replies import REFUSALS, refusal, said, told_of
from gezhi.sync.shapes import Pushed, Record, Result
from gezhi.territory import queries as territory

_log = logging.getLogger(__name__)
type Handler = Callable[[Taking, Record], Done]
HANDLERS: Mapping[str, Handler] = {
    "report": reports.report,
    "act": onto_cases.act,
    "correct": onto_cases.correct,
    "note": onto_cases.note,
    "photos": onto_cases.photos,
    "entry": onto_registers.entry,
    "activity": onto_duties.activity,
    "amend": onto_duties.amend,
    "excuse": onto_duties.excuse,
    "sign": onto_duties.sign,
}


def take(*, actor: Account, now: datetime, said_now: datetime, records: Sequence[Mapping[str, Any]]) -> Pushed:
    """Take records; return a result for each, in order. What one of them meets harms no other."""
    results: dict[int, Result] = {}
    read: dict[int, Record] = {}
    for n, raw in enumerate(records):
        found = _read(raw)
        if isinstance(found, Record):
            read[n] = found
        else:
            results[n] = found
    taking = Taking(actor, now, shift_of(said_now, now), photos_of(actor, read.values()))
    with enactment.remembering(), access.remembering(), territory.remembering():
        results |= _all(taking, read)
    return Pushed(now, round(taking.shift.total_seconds()), tuple(results[n] for n in range(len(records))))


def _all(taking: Taking, read: Mapping[int, Record]) -> dict[int, Result]:
    """Take what is new: plain reports together, then everything else in its order; say again what is not new."""
    told = receipts.told(taking.actor, [one.key for one in read.values()])
    results = {n: said(one, told[one.key]) for n, one in read.items() if one.key in told}
    first: dict[str, int] = {}
    for n, record in read.items():
        first.setdefault(record.key, n)
    new = {n: one for n, one in read.items() if n not in results and first[one.key] == n}
    results |= _in_bulk(taking, {n: one for n, one in new.items() if reports.is_plain(one)})
    results |= {n: _alone(taking, one) for n, one in new.items() if n not in results}
    return results | {n: _again(results[first[one.key]]) for n, one in read.items() if n not in results}


def _read(raw: Mapping[str, Any]) -> Record | Result:
    key = raw.get("key")
    try:
        record = msgspec.convert(raw, Record)
        if not record.key.isprintable():  # the database holds no such key, and the others must not fail with it
            raise msgspec.ValidationError("key")
        return record
    except msgspec.ValidationError as error:
        return Result(
            key=key if isinstance(key, str) else "", outcome="refused", code="bad_input",
            reason=_("The record can't be read: %(why)s") % {"why": error},
            todo=_("Send it in the shape that is published."),
        )  # fmt: skip


def _in_bulk(taking: Taking, plain: Mapping[int, Record]) -> dict[int, Result]:
    """Take many plain reports in one statement; where that breaks, leave them all to be taken alone."""
    if len(plain) < 2:
        return {}
    try:
        with transaction.atomic():
            done = reports.in_bulk(taking, list(plain.values()))
            taken = [(record, one) for record, one in zip(plain.values(), done, strict=True) if isinstance(one, Done)]
            Receipt.objects.bulk_create([_receipt(taking, record, one) for record, one in taken], ignore_conflicts=True)
    except Exception:  # noqa: BLE001  each of them is taken alone and meets its own error
        _log.exception("a push of %d reports is taken one by one", len(plain))
        return {}
    return {
        n: told_of(record, one) if isinstance(one, Done) else refusal(record, one, taking.actor, taking.now)
        for (n, record), one in zip(plain.items(), done, strict=True)
    }


def _alone(taking: Taking, record: Record) -> Result:
    handler = HANDLERS.get(record.kind)
    if handler is None:
        error = RecordRefused(
            "unknown_kind", _("This server does not know records of the kind “%(kind)s”.") % {"kind": record.kind[:40]}
        )
        return refusal(record, error, taking.actor, taking.now)
    try:
        with transaction.atomic():
            row = receipts.begin(_receipt(taking, record))
            done = handler(taking, record)
            _finish(row, record, done)
    except receipts.Known:
        return said(record, receipts.told(taking.actor, [record.key]).get(record.key, {}))
    except REFUSALS as error:
        return refusal(record, error, taking.actor, taking.now)
    except Exception:  # noqa: BLE001  one record that breaks must not stop the others
        _log.exception("a record of the kind %s failed", record.kind)
        return Result(
            key=record.key, outcome="failed", code="failed", reason=_("Something broke here."),
            todo=_("It is sent again by itself."),
            kept=_("Nothing of it was written. What you wrote and photographed stays on this phone."),
        )  # fmt: skip
    return told_of(record, done)


def _finish(row: Receipt, record: Record, done: Done) -> None:
    Receipt.objects.filter(pk=row.pk).update(
        subject=done.subject[:120], marks=done.marks, reply=receipts.as_kept(told_of(record, done))
    )


def _receipt(taking: Taking, record: Record, done: Done | None = None) -> Receipt:
    return Receipt(
        account=taking.actor, key=record.key, kind=record.kind, subject=done.subject[:120] if done else "",
        said_at=record.at, at=taking.when(record), shift_seconds=round(taking.shift.total_seconds()),
        received_at=taking.now, marks=done.marks if done else {},
        reply=receipts.as_kept(told_of(record, done)) if done else {},
    )  # fmt: skip


def _again(first: Result) -> Result:
    """Return the result of a key that stood twice in one push."""
    return msgspec.structs.replace(first, outcome="duplicate") if first.outcome == "accepted" else first
