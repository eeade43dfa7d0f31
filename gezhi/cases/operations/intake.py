"""Intake: from what somebody sends in to a case with its first event, hold, words and effects, in one statement.

Everything is worked out before the database is asked to write: cleaning, place, conflict of interest, the engine's
opening, the log's first link. The client key decides whether it is new: sent again (a resubmitted form, a server
that died between commit and reply, 24 threads at once), the same case comes back with the same tracking code.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

import msgspec
from django.db import IntegrityError, connection
from django.db.models import Model
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gezhi.cases.access import account_id
from gezhi.cases.errors import BadInput, CaseError
from gezhi.cases.models import Case, CaseFile, CaseWords
from gezhi.cases.operations import statements
from gezhi.cases.operations.attaching import named_at_opening
from gezhi.cases.operations.interest import Interested, interested, unnamed
from gezhi.cases.operations.pattern import Pattern, Plain, fill, keep_plain, marks_of, pattern_of, plain_pattern
from gezhi.cases.operations.placing import Located, Spot, locate, route_ahead, top_of
from gezhi.cases.operations.report import PUBLIC_KEY_LENGTH, Report, clean, plain_answers, words_of
from gezhi.cases.operations.sitting import Sitting
from gezhi.enactment import queries as enactment
from gezhi.enactment.models import SchemeVersion
from gezhi.foundation import binary, crypto
from gezhi.foundation.binary import NULL
from gezhi.foundation.files import take
from gezhi.foundation.ids import uuid7, uuid7_bytes
from gezhi.foundation.memory import Memory
from gezhi.foundation.models import StoredFile
from gezhi.foundation.together import Together
from gezhi.people.models import Account
from gezhi.schemes.model import Scheme
from gezhi.schemes.state import REPORTER, Desk, Opening, Refused

_NOBODY = Interested()
# What a report says by fields of its own; among the facts it would pass by what those are held to.
_OWN_FACTS = frozenset({"about", "anonymous", "happened_at"})
_days: Memory[list[date]] = Memory()
_plans_known: Memory[list[tuple[SchemeVersion, Scheme]]] = Memory()
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]


class Opened(msgspec.Struct, frozen=True):
    """A case as it was taken in. `fresh` is False when the client key had already made it."""

    case_id: UUID
    number: str
    secret: str
    fresh: bool
    step: str
    desk_key: str
    step_due: datetime | None
    case_due: datetime | None
    placed: bool


class _Opening(msgspec.Struct, frozen=True, gc=False):
    """What the engine is asked beside the report itself."""

    version: SchemeVersion
    scheme: Scheme
    # Where it is, or the top where nobody knows yet.
    spot: Spot
    at: datetime
    received_by: Desk | None


class _Prepared(msgspec.Struct, frozen=True, gc=False):
    """Rows ready to be joined with others' into one statement, and what the sender is told."""

    # The case's id as text.
    name: str
    client_key: str
    rows: dict[type[Model], list[bytes]]
    opened: Opened


def open_case(*, actor: Account | None, report: Report, now: datetime) -> Opened:
    """Take in one report.

    Raises `BadInput`, `AskArea` (near a border) or the engine's `Refused`; then nothing was kept.
    """

    def take_in() -> Opened:
        one = _prepare(report, Sitting(actor, now), None)
        return _result(one, *_together.ask(one))

    return _twice(take_in)


def open_batch(
    *, actor: Account | None, reports: Sequence[Report], now: datetime
) -> list[Opened | CaseError | Refused]:
    """Take in several reports in one statement; each gets its case or its error, in order. Good ones are kept."""
    return _twice(partial(_open_batch, actor, reports, now))


def _twice[Answer](take_in: Callable[[], Answer]) -> Answer:
    """Take in again what was written for a table that was changed meanwhile under the running program.

    Or what named a file that was swept between the look and the statement: the second look says that it is gone.
    """
    try:
        return take_in()
    except (binary.OutdatedError, IntegrityError):
        if connection.in_atomic_block:
            raise
        return take_in()


def _open_batch(actor: Account | None, reports: Sequence[Report], now: datetime) -> list[Opened | CaseError | Refused]:
    prepared: list[_Prepared | CaseError | Refused] = []
    sitting = Sitting(actor, now)
    ahead = route_ahead(reports, on=sitting.today) if len(reports) > 1 else {}
    for n, report in enumerate(reports):
        try:
            prepared.append(_prepare(report, sitting, ahead.get(n)))
        except (CaseError, Refused) as error:
            prepared.append(error)
    written = iter(_write([one for one in prepared if isinstance(one, _Prepared)]))
    return [_result(one, *next(written)) if isinstance(one, _Prepared) else one for one in prepared]


def tracking_code(case_id: UUID) -> str:
    """Return the code that, with the number, lets whoever reported a case follow it.

    Made from the id and the data key.
    """
    return as_code(crypto.ring().digest(f"track:{case_id}"))


def as_code(digest: bytes) -> str:
    """Return the first 40 bits of a digest in the alphabet of codes, which has no two letters that look alike."""
    bits = int.from_bytes(digest[:5])
    return _PAIRS[bits >> 30] + _PAIRS[bits >> 20 & 1023] + _PAIRS[bits >> 10 & 1023] + _PAIRS[bits & 1023]


def tidy_code(raw: str) -> str:
    """Return a tracking code as it was given out: capitals, without dashes, with look-alike letters put right."""
    kept = "".join(c for c in raw.upper() if c.isascii() and c.isalnum())
    return kept.translate(str.maketrans("OIL", "011"))


def _prepare(report: Report, sitting: Sitting, ahead: Located | None) -> _Prepared:
    report = clean(report, now=sitting.now)
    photos = _photos(report)
    report = _placed_by_photo(report, photos)
    at, on = sitting.at, sitting.today
    if report.received_at is not None:
        # Whole seconds, as the engine counts.
        at, on, ahead = report.received_at.replace(microsecond=0), timezone.localdate(report.received_at), None
    version, scheme = _scheme(report, on)
    located = locate(report, on=on, ahead=ahead)
    # Without a place the areas end at the top, and the engine gives it to the desk there: the triage queue.
    spot = located.spot or _nowhere(scheme, on)
    opened = _Opening(version, scheme, spot, at, report.received_by or sitting.desk_of(report.channel))
    pattern, concerned = _pattern(report, opened, sitting.now)
    shown = (
        [*(("report", photo) for photo in photos), *_asked_photos(report, scheme)]
        if report.files or report.facts
        else ()
    )
    return _write_up(report, sitting, opened, pattern, located=located, concerned=concerned, photos=shown)


def _pattern(report: Report, of: _Opening, now: datetime) -> tuple[Pattern, Interested]:
    """Return the rows that the engine's opening comes to, and whom the report concerns."""
    plain = None
    if not (report.facts or report.urgency or report.about or report.happened_at):
        plain = Plain(
            binary.generation(), of.version.pk, report.item, report.channel,
            of.received_by.key if of.received_by else "", report.anonymous, of.at, of.spot.level_ids,
        )  # fmt: skip
        if (known := plain_pattern(plain)) is not None:
            return known, _NOBODY
    concerned = interested(report.about, now)
    opening = Opening(
        item=report.item, channel=report.channel, at=of.at, areas=dict(of.spot.levels), facts=_facts(report),
        received_by=of.received_by, about=concerned.skipped,
    )  # fmt: skip
    if not report.about:
        concerned = unnamed(of.scheme, opening, now)
        if concerned.skipped:
            opening = msgspec.structs.replace(opening, about=concerned.skipped)
    pattern = pattern_of(of.version, of.scheme, opening)
    if plain is not None and not of.scheme.items[report.item].about_staff:
        keep_plain(plain, pattern)
    return pattern, concerned


def _write_up(
    report: Report, sitting: Sitting, of: _Opening, pattern: Pattern, *, located: Located, concerned: Interested,
    photos: Sequence[tuple[str, StoredFile]],
) -> _Prepared:  # fmt: skip
    """Put the report's columns and the engine's together, with the log's first entry, the words and the effect."""
    case_id, key = uuid7(), _scoped_key(report, sitting)
    name, own = str(case_id), binary.uuid(case_id)
    title = report.title or of.scheme.items[report.item].title.say(get_language() or "zh-hans")
    ring, text, spot = sitting.ring, binary.text, located.spot
    secret = as_code(ring.digest(f"track:{name}"))
    columns = {
        "id": own,
        "client_key": text(key),
        "secret_hash": text(ring.digest(secret).hex()),
        "title": text(title),
        "text": text(report.text),
        "lon": NULL if located.lon is None else binary.float8(located.lon),
        "lat": NULL if located.lat is None else binary.float8(located.lat),
        "crs": text("" if located.lon is None else report.crs),
        "border_m": NULL if located.border_m is None else binary.float8(located.border_m),
        "address": text(report.address),
        "area_id": binary.uuid(spot.area_id) if spot else NULL,
        "area_path": text(of.spot.path),
        "anonymous": binary.boolean(report.anonymous),
        "contact": text(ring.encrypt(report.contact) if report.contact else b""),
        "reporter_id": binary.uuid(report.reporter.pk) if report.reporter else NULL,
        "about_keys": binary.texts(concerned.blind),
    }
    filled = fill(
        pattern, marks_of(of.spot.levels), name=name, effect_id=binary.raw_uuid(uuid7_bytes()), report=columns,
        at=sitting.moment,
    )  # fmt: skip
    words_row = {"case_id": own, "words": text(words_of(title, report.address, report.text))}
    filled.rows[CaseWords] = [_words_form(binary.generation()).fill(words_row)]
    if photos:
        filled.rows[CaseFile] = _file_rows(report, photos, sitting.actor, case_id, now=sitting.now)
    opened = Opened(
        case_id=case_id, number="", secret=secret, fresh=True, step=pattern.step, desk_key=filled.desk_key,
        step_due=pattern.step_due, case_due=pattern.case_due, placed=spot is not None,
    )  # fmt: skip
    return _Prepared(name, key, filled.rows, opened)


@lru_cache(maxsize=1)
def _words_form(_generation: int) -> binary.Form:
    return statements.form(CaseWords, statements.written(CaseWords, {"indexed": False}), ("case_id", "words"))


def _write(prepared: Sequence[_Prepared]) -> list[tuple[str, Case | None]]:
    """Write what is new in one statement; return each one's number, or the case that its client key had made before."""
    if not prepared:
        return []
    # In one order everywhere: two statements that bring the same keys must not wait for each other.
    numbers = statements.insert(_rows(sorted(prepared, key=lambda one: one.client_key)))
    known = _known([one for one in prepared if one.name not in numbers])
    return [(numbers.get(one.name, ""), known.get(one.client_key)) for one in prepared]


_together = Together(_write)


def _rows(prepared: Sequence[_Prepared]) -> dict[type[Model], list[bytes]]:
    together = defaultdict[type[Model], list[bytes]](list)
    for one in prepared:
        for table, rows in one.rows.items():
            together[table] += rows
    return together


def _known(prepared: Sequence[_Prepared]) -> dict[str, Case]:
    if not prepared:
        return {}
    keys = [one.client_key for one in prepared]
    rows = Case.objects.unscoped(reason="the sender's own key names the sender's own case").filter(client_key__in=keys)
    return {case.client_key: case for case in rows}


def _result(one: _Prepared, number: str, case: Case | None) -> Opened:
    if case is None:
        return msgspec.structs.replace(one.opened, number=number)
    secret = tracking_code(case.pk)
    return Opened(
        case_id=case.pk, number=case.number, secret=secret if crypto.hash_secret(secret) == case.secret_hash else "",
        fresh=False, step=case.step, desk_key=case.desk_key, step_due=case.step_due, case_due=case.case_due,
        placed=case.area_id is not None,
    )  # fmt: skip


def _scheme(report: Report, on: date) -> tuple[SchemeVersion, Scheme]:
    """Return the plan that applies."""
    # By the span of days in which the same versions hold, not by the day: an import may be dated back over years.
    span = bisect_right(_days.get("", enactment.days_of_change), on)
    for version, scheme in _plans_known.get((report.scheme, span), partial(_plans, report.scheme, on)):
        item = scheme.items.get(report.item)
        if item is not None and item.procedure:
            return version, scheme
    raise BadInput(
        _("No plan in force knows the item “%(item)s”. Choose one from the catalogue.") % {"item": report.item[:80]},
        field="item",
    )


def _plans(scheme: str, on: date) -> list[tuple[SchemeVersion, Scheme]]:
    try:
        return [enactment.in_force(scheme, on)] if scheme else enactment.all_in_force(on)
    except enactment.NotInForce as error:
        raise BadInput(str(error), field="scheme") from error


@receiver(post_save, sender=SchemeVersion)
def _forget(**_signal: Any) -> None:
    """Ask again at once in the process that put a version into force; others do within a second."""
    _days.forget()
    _plans_known.forget()


def _nowhere(scheme: Scheme, on: date) -> Spot:
    top = top_of(scheme, on)
    if top is None:
        raise BadInput(
            _("No areas have been imported yet, so nothing can be reported: run `gezhi territory import`."),
            field="area",
        )
    return top


def _facts(report: Report) -> dict[str, Any]:
    given = {name: value for name, value in plain_answers(report.facts).items() if name not in _OWN_FACTS}
    facts = {**given, "anonymous": report.anonymous}
    if report.urgency:
        facts["urgency"] = report.urgency
    if report.about:
        # As it was named, for whoever looks into it; which desks are kept from it follows from this and is more.
        facts["about"] = list(report.about)
    if report.happened_at:
        facts["happened_at"] = report.happened_at.isoformat()
    return facts


def _scoped_key(report: Report, sitting: Sitting) -> str:
    """Return the sender's key beside the sender, so that no sender meets another's; an anonymous one is nobody's."""
    if sitting.actor is None or report.anonymous:
        if len(report.client_key) < PUBLIC_KEY_LENGTH:
            raise BadInput(
                _("Without signing in, a client key needs at least %(least)s characters that nobody can guess.")
                % {"least": PUBLIC_KEY_LENGTH},
                field="client_key",
            )
        return f"public:{report.client_key}"
    return f"{sitting.sender}:{report.client_key}"


def _photos(report: Report) -> list[StoredFile]:
    """Return the files sent along, in their order. A file that is not here or belongs to another case is refused."""
    if not report.files:
        return []
    # where each statement is for itself, the statement that holds them says whether one went meanwhile: see `_twice`
    held = connection.in_atomic_block
    there = take(report.files) if held else {row.pk: row for row in StoredFile.objects.filter(pk__in=report.files)}
    taken = set(
        CaseFile.objects.filter(file__in=report.files)
        .exclude(case__client_key__endswith=f":{report.client_key}")
        .values_list("file_id", flat=True)
    )
    missing = [str(pk) for pk in report.files if pk not in there or pk in taken]
    if missing:
        raise BadInput(
            _("These files are not here (any more); send them again: %(files)s") % {"files": ", ".join(missing)},
            field="files",
        )
    return [there[pk] for pk in dict.fromkeys(report.files)]


def _placed_by_photo(report: Report, photos: Sequence[StoredFile]) -> Report:
    """Return the report with the first photo's own place where it names none."""
    if report.lon is not None or report.lat is not None or report.area:
        return report
    shown = next((photo for photo in photos if photo.lon is not None and photo.lat is not None), None)
    return msgspec.structs.replace(report, lon=shown.lon, lat=shown.lat, crs="wgs84") if shown else report


def _asked_photos(report: Report, scheme: Scheme) -> list[tuple[str, StoredFile]]:
    """Return the photos that the item's opening asked for, each under its question's id, as those of an action are."""
    return [
        (question, photo)
        for question, ids in named_at_opening(scheme, report.item, report.facts).items()
        for photo in _photos(msgspec.structs.replace(report, files=tuple(ids)))
    ]


def _file_rows(
    report: Report, photos: Sequence[tuple[str, StoredFile]], actor: Account | None, case_id: UUID, *, now: datetime
) -> list[bytes]:
    given = {
        "case_id": case_id, "public": False, "desk_key": REPORTER.key, "at": now,
        "actor": "" if report.anonymous else account_id(actor), "withdrawn_at": None,
    }  # fmt: skip
    form = statements.form(CaseFile, statements.written(CaseFile, given), ("id", "file_id", "role"))
    return [
        form.fill({"id": binary.uuid(uuid7()), "file_id": binary.uuid(photo.pk), "role": binary.text(role)})
        for role, photo in photos
    ]
