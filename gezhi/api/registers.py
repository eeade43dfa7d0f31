"""Entries of registers: found, read with what is sensitive masked, and written by the one door that pages use too."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from gezhi.api.doors import Call, door
from gezhi.api.faults import ApiError, answer, register_refusal
from gezhi.api.reading import cursor_of, limit_of
from gezhi.api.shapes import EntryPage, EntryRow, EntrySaved, EntryWhole, SaveEntry
from gezhi.cases.operations.report import plain, plain_answers
from gezhi.registers import ledgers, operations, queries
from gezhi.registers.errors import NotFound, Refused
from gezhi.registers.ledgers import Ledger
from gezhi.registers.models import Entry, State
from gezhi.registers.operations import save
from gezhi.registers.queries import Wanted
from gezhi.sync.operations.onto_registers import differences
from gezhi.territory import queries as territory

_FILTERS = frozenset({"register", "q", "area", "state", "limit", "after"})
_save = msgspec.json.Decoder(SaveEntry)
_WAITS = (operations.PROPOSED_ONLY, operations.CONFLICT)
_YEARS_BACK = timedelta(days=366 * 50)

type View = Callable[..., HttpResponse]


def _refusing(view: View) -> View:
    """Let what this room refuses become an answer."""

    @wraps(view)
    def guarded(call: Call, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(call, *args, **kwargs)
        except Refused as refused:
            return register_refusal(refused)

    return guarded


@door("entries:read")
@_refusing
def get_entries(call: Call) -> HttpResponse:
    """Answer a page of entries, newest first: of one register or all, by words, area and state."""
    asked = call.request.GET
    if unknown := sorted(set(asked) - _FILTERS):
        words = _("There is no filter “%(name)s”.") % {"name": unknown[0][:40]}
        raise ApiError(422, "bad_input", words, field=unknown[0][:40])
    register = asked.get("register", "")
    if register:
        _ledger(call, register)
    state = asked.get("state", State.ACTIVE)
    if state not in (State.ACTIVE, State.ENDED):
        raise ApiError(422, "bad_input", _("state is active or ended."), field="state")
    after = str(cursor_of(asked["after"])) if asked.get("after") else ""
    wanted = Wanted(
        register=register, words=asked.get("q", "").replace("\x00", "")[:80], area=_path(call, asked.get("area", "")),
        state=state,
    )  # fmt: skip
    limit = limit_of(asked.get("limit", ""))
    page = queries.entries(account=call.account, now=call.now, wanted=wanted, after=after, size=limit)
    return answer(EntryPage(tuple(_row(one) for one in page.rows), page.next))


@door("entries:read")
@_refusing
def get_entry(call: Call, code: str) -> HttpResponse:
    """Answer one entry; what is sensitive comes masked. `register` is needed where two registers have the code.

    One that was merged is the one it was merged into.
    """
    found = _entry(call, call.request.GET.get("register", ""), code)
    found = found.merged_into or found
    if found.state == State.ERASED:
        raise NotFound
    page = queries.entry_page(account=call.account, now=call.now, register=found.register, code=found.code)
    operations.note_opening(actor=call.account, now=call.now, entry=page.entry)
    whole = EntryWhole(
        entry=_row(page.entry),
        values=page.plain,
        masked=page.masked,
        part_of=page.entry.part_of.code if page.entry.part_of else "",
        parts=tuple(one.code for one in page.parts),
        form=page.form.print,
        writable=page.may_write,
    )
    return answer(whole)


@door("entries:write")
@_refusing
def post_entry(call: Call) -> HttpResponse:
    """Write a new entry or change one, as its side: 201 when it is new, 200 when it is written or was before.

    202 where another side's word stands, or somebody changed the same meanwhile: kept, and waiting for a decision.
    """
    sent = call.body(_save)
    _check_key(sent.client_key)
    ledger = _ledger(call, sent.register)
    target = _entry(call, sent.register, sent.entry) if sent.entry else None
    if target is not None:  # as it is read: `version` is then the version of the one that it was merged into
        target = target.merged_into or target
    whole = _entry(call, ledger.register.part_of, sent.part_of) if sent.part_of else None
    saved = save(
        actor=call.account, now=call.now, register=sent.register, answers=plain_answers(sent.answers),
        area=plain(sent.area) or None, entry=target, base=sent.version or 0, key=sent.client_key,
        at=_collected(call, sent.at), part_of=whole, purpose=plain(sent.purpose), basis=plain(sent.basis),
        note=plain(sent.note),
    )  # fmt: skip
    body = EntrySaved(
        outcome=saved.outcome,
        register=saved.entry.register,
        code=saved.entry.code,
        version=saved.entry.version,
        differences=differences(ledger.form, saved),
        alike=tuple(one.code for one in saved.alike),
        left=saved.left,
    )
    fresh = target is None and saved.outcome == operations.ACCEPTED
    return answer(body, 201 if fresh else 202 if saved.outcome in _WAITS else 200)


def _check_key(key: str) -> None:
    if key != plain(key):
        words = _("A client key has no control characters, and no spaces at its ends.")
        raise ApiError(422, "bad_input", words, field="client_key")


def _collected(call: Call, at: datetime | None) -> datetime | None:
    """Return when it was collected; raise `ApiError` for a time without an offset, or of long ago."""
    if at is None:
        return None
    if at.tzinfo is None:
        words = _("Give the time with its offset from UTC, for example 2026-05-09T10:20:00+08:00.")
        raise ApiError(422, "bad_input", words, field="at")
    if at < call.now - _YEARS_BACK:
        raise ApiError(422, "bad_input", _("This time is more than fifty years back. Check the year."), field="at")
    return at


def _ledger(call: Call, register: str) -> Ledger:
    return ledgers.ledger(register, timezone.localdate(call.now))


def _entry(call: Call, register: str, code: str) -> Entry:
    code = plain(code)
    if register:
        return queries.entry(account=call.account, now=call.now, register=register, code=code)
    rows = Entry.objects.visible_to(call.account, now=call.now).filter(code=code)
    found = list(rows.exclude(state=State.ERASED).select_related("merged_into").defer("data", "sealed", "sides")[:2])
    if not found:
        raise NotFound
    if len(found) > 1:
        words = _("Several registers have an entry with this code; name one with register=.")
        raise ApiError(422, "ambiguous", words, field="register")
    return found[0]


def _path(call: Call, code: str) -> str:
    if not code:
        return ""
    area = territory.by_code(code[:40], timezone.localdate(call.now))
    if area is None:
        raise ApiError(422, "bad_input", _("There is no area with this code."), field="area")
    return area.path


def _row(entry: Entry) -> EntryRow:
    return EntryRow(
        register=entry.register, code=entry.code, name=entry.name, address=entry.address,
        area=entry.area.code, facets=entry.facets, lon=entry.lon, lat=entry.lat, state=entry.state,
        version=entry.version, waiting=entry.waiting, opened_at=entry.opened_at, changed_at=entry.changed_at,
    )  # fmt: skip
