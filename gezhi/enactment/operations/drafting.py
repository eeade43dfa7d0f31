"""Drafts: begun from a version, from what ships, or from a file; changed, checked, and put into force or dropped."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gezhi.enactment import queries
from gezhi.enactment.models import SchemeDraft, SchemeVersion
from gezhi.enactment.operations.enacting import BOOK, Enacted, enact
from gezhi.foundation import journal
from gezhi.people import access
from gezhi.people.models import Account
from gezhi.schemes import edits, parcels, source
from gezhi.schemes.documents import shipped
from gezhi.schemes.durations import BadDuration
from gezhi.schemes.duties import BadDuty
from gezhi.schemes.model import Scheme, SchemeError
from gezhi.schemes.xlsforms import Carried, adding

_NAME = 200


@dataclass(frozen=True, slots=True)
class LimitChange:
    """Another limit at a rule: `keys` name its table (procedures, report_up, steps, station), `at` the alternative."""

    keys: tuple[str, ...]
    limit: str
    at: int = 0
    # How long before its end the light turns yellow; None leaves that as it is.
    warn: str | None = None


@dataclass(frozen=True, slots=True)
class RateChange:
    """How often a duty is done, or of how large a share, and at which hours; an empty `rate` stays as it is."""

    duty: str
    rate: str
    # none: at any hour; None leaves them as they are
    hours: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class AsksChange:
    """What an opening (procedures, report_up) or an action (…, actions, settle) asks: by id whether it must be said."""

    keys: tuple[str, ...]
    wanted: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class EvidenceChange:
    """In which form a duty is written down, none if empty, and which photos it needs."""

    duty: str
    form: str
    photos: str


@dataclass(frozen=True, slots=True)
class WordsChange:
    """Other words at a table of the plan (posts, grid_worker): by key, in Chinese and in English if any."""

    keys: tuple[str, ...]
    words: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class HoursChange:
    """Other hours of business: `08:30-12:00`, `14:00-17:30`."""

    hours: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row of the catalogue or the departments changed or added; `is_new` refuses an id that stands there already."""

    table: str
    row: str
    values: Mapping[str, str]
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class RowDropped:
    """A row taken out of the scheme's own table."""

    table: str
    row: str


@dataclass(frozen=True, slots=True)
class VersionChange:
    """Another name for the version."""

    version: str


@dataclass(frozen=True, slots=True)
class FormTaken:
    """A form from an XLSForm workbook; `replace` writes over one of the same id that came so before."""

    form: str
    carried: Carried = field(repr=False)
    replace: bool = False


type RuleChange = LimitChange | RateChange | AsksChange | EvidenceChange | WordsChange | HoursChange | VersionChange
type Change = RuleChange | RowChange | RowDropped | FormTaken


def upload_draft(*, actor: Account | None, file_name: str, raw: bytes, now: datetime) -> SchemeDraft:
    """Keep what an office sent in as a draft. Raises SchemeError with findings for what can't be opened."""
    access.require(actor, access.SETUP, now)
    parcel = parcels.unpack(file_name, raw)
    return begin_draft(
        actor=actor, text=parcel.source, origin=parcel.kind, file_name=file_name, sheets=parcel.sheets, now=now
    )


def draft_from(
    *, actor: Account | None, version: UUID | None = None, piece: str = "", change: Change | None = None, now: datetime
) -> SchemeDraft:
    """Begin a draft from a version that was put into force, or from a shipped scheme; with a first change, if any."""
    access.require(actor, access.SETUP, now)
    base = SchemeVersion.objects.filter(pk=version).first() if version else None
    if base is not None:
        text, origin = queries.source_of(base.pk), "version"
        text = edits.set_version(text, _free_version(base.scheme, base.version))
    else:
        folder = shipped() / piece
        if not piece.replace("-", "").isalnum() or not (folder / "scheme.toml").is_file():
            raise ValidationError(_("There is no shipped scheme “%(name)s”.") % {"name": piece})
        text, origin = source.gather(folder), "shipped"
        text = edits.set_version(text, _free_version_of(text))
    if change is not None:
        text = _changed(text, change)
    return begin_draft(actor=actor, text=text, origin=origin, base=base, now=now)


@transaction.atomic
def begin_draft(
    *,
    actor: Account | None,
    text: source.Source,
    origin: str,
    file_name: str = "",
    base: SchemeVersion | None = None,
    sheets: Mapping[str, tuple[str, int]] | None = None,
    now: datetime,
) -> SchemeDraft:
    """Keep a scheme's files as a draft, whatever they say: the check judges them afterwards."""
    access.require(actor, access.SETUP, now)
    row = SchemeDraft(
        origin=origin, file_name=file_name[-_NAME:], begun_at=now, begun_by=actor, changed_at=now, changed_by=actor
    )
    row.sheets = {path: list(place) for path, place in (sheets or {}).items()}
    _keep(row, text)
    row.base = base if base is not None else queries.newest(row.scheme)
    row.save(force_insert=True)
    _journal(row, "draft", actor, now, {"origin": origin, "file": row.file_name})
    return row


@transaction.atomic
def change_draft(*, actor: Account | None, draft: UUID, seen: int, change: Change, now: datetime) -> SchemeDraft:
    """Change one thing in a draft. `seen` is the revision that whoever changes it was looking at."""
    access.require(actor, access.SETUP, now)
    row = _open(draft, seen)
    _keep(row, _changed(_text(row), change))
    return _store(row, actor, now, "change", {"change": repr(change)[:400]})


@transaction.atomic
def accept_reminder(*, actor: Account | None, draft: UUID, name: str, reason: str, now: datetime) -> SchemeDraft:
    """Live with a reminder of the check, named `code path`, for a reason that is kept and journaled."""
    access.require(actor, access.SETUP, now)
    if not reason.strip():
        raise ValidationError(_("Give a reason for accepting the reminder “%(name)s”.") % {"name": name})
    row = _open(draft)
    kept = [one for one in row.accepted if one["name"] != name]
    row.accepted = [*kept, {"name": name, "reason": reason.strip()[:500], "by": str(actor.pk) if actor else ""}]
    return _store(row, actor, now, "accept_reminder", {"reminder": name, "reason": reason.strip()[:500]})


@transaction.atomic
def withdraw_acceptance(*, actor: Account | None, draft: UUID, name: str, now: datetime) -> SchemeDraft:
    """No longer live with a reminder."""
    access.require(actor, access.SETUP, now)
    row = _open(draft)
    row.accepted = [one for one in row.accepted if one["name"] != name]
    return _store(row, actor, now, "withdraw_acceptance", {"reminder": name})


@transaction.atomic
def discard_draft(*, actor: Account | None, draft: UUID, now: datetime) -> SchemeDraft:
    """Drop a draft: it leaves the lists, its row stays."""
    access.require(actor, access.SETUP, now)
    row = _open(draft)
    row.discarded_at = now
    return _store(row, actor, now, "discard", {})


@transaction.atomic
def enact_draft(
    *,
    actor: Account | None,
    draft: UUID,
    seen: int,
    on: date,
    note: str = "",
    newest: UUID | None = None,
    now: datetime,
) -> Enacted:
    """Put a draft into force from the start of a day; see `enact`, which refuses what `enact` refuses.

    `seen` and `newest` are what whoever decides was looking at: the draft's revision, the scheme's last version.
    """
    row = _open(draft, seen)
    reasons = {one["name"]: one["reason"] for one in row.accepted}
    enacted = enact(
        files=_text(row), actor=actor, on=on, now=now, note=note, newest=newest,
        accepted=_still_said(_text(row), reasons, now),
    )  # fmt: skip
    row.enacted = enacted.row
    row.changed_at, row.changed_by = now, actor
    row.save(update_fields=["enacted", "changed_at", "changed_by"])
    return enacted


def _still_said(text: source.Source, reasons: Mapping[str, str], now: datetime) -> dict[str, str]:
    """Return the reasons for reminders that the check still gives: a change may have settled others."""
    said = {f"{one.code} {one.path}" for one in queries.findings(text, now)}
    return {name: reason for name, reason in reasons.items() if name in said}


def _text(row: SchemeDraft) -> source.Source:
    return source.Source(row.source["main"], row.source["files"])


def _keep(row: SchemeDraft, text: source.Source) -> None:
    """Put the text into the row, with what it says of itself."""
    row.source = {"main": text.main, "files": dict(text.files)}
    try:
        document, scheme = source.read(text)
    except SchemeError:
        return
    rules = document.rules
    row.scheme = str(rules.get("scheme", row.scheme))[:64]
    row.version = str(rules.get("version", row.version))[:40]
    if scheme is not None:
        row.title, row.title_en = scheme.title.say("zh-hans")[:160], scheme.title.en[:200]


def _open(draft: UUID, seen: int | None = None) -> SchemeDraft:
    row = SchemeDraft.objects.select_for_update(of=("self",)).select_related("changed_by").get(pk=draft)
    if row.enacted_id is not None:
        raise ValidationError(_("This draft was put into force meanwhile. Nothing was changed: begin a new draft."))
    if row.discarded_at is not None:
        raise ValidationError(_("This draft was dropped meanwhile. Nothing was changed."))
    if seen is not None and row.revision != seen:
        who = row.changed_by.name if row.changed_by else _("somebody else")
        raise ValidationError(
            _("%(who)s changed this draft meanwhile. Nothing of yours was done: look at it and do it again.")
            % {"who": who}
        )
    return row


def _changed(text: source.Source, change: Change) -> source.Source:
    language = get_language() or ""
    try:
        return _apply(text, change)
    except SchemeError as bad:
        raise ValidationError([one.text.say(language) for one in bad.findings]) from None
    except (BadDuration, BadDuty) as bad:
        raise ValidationError(bad.text.say(language)) from None


def _apply(text: source.Source, change: Change) -> source.Source:
    match change:
        case RowDropped():
            return edits.drop_row(text, change.table, change.row)
        case RowChange():
            _check_row(text, change)
            return edits.set_row(text, change.table, change.row, change.values)
        case FormTaken():
            return adding.added(text, change.carried, replace=change.replace)
        case _:
            return _apply_rule(text, change)


def _apply_rule(text: source.Source, change: RuleChange) -> source.Source:
    """Change one rule of the scheme's files."""
    match change:
        case LimitChange():
            return edits.set_limit(text, change.keys, change.limit, at=change.at, warn=change.warn)
        case RateChange() | AsksChange() | EvidenceChange():
            return _apply_work(text, change)
        case WordsChange():
            return edits.set_words(text, change.keys, change.words)
        case HoursChange():
            return edits.set_hours(text, change.hours)
        case VersionChange():
            if not change.version.strip() or len(change.version) > 40:
                raise ValidationError(_("A version needs a name of at most 40 characters."))
            return edits.set_version(text, change.version.strip())


def _apply_work(text: source.Source, change: RateChange | AsksChange | EvidenceChange) -> source.Source:
    """Change how work is done: how often, what it asks, what shows that it was done."""
    match change:
        case RateChange():
            changed = edits.set_rate(text, change.duty, change.rate) if change.rate else text
            return changed if change.hours is None else edits.set_duty_hours(changed, change.duty, change.hours)
        case AsksChange():
            return edits.set_asks(text, _scheme(text), change.keys, change.wanted)
        case EvidenceChange():
            return edits.set_evidence(text, change.duty, form=change.form, photos=change.photos)


def _scheme(text: source.Source) -> Scheme:
    scheme = source.read(text)[1]
    if scheme is None:
        raise ValidationError(_("This draft can't be read as a plan: mend first what the check says."))
    return scheme


def _check_row(text: source.Source, change: RowChange) -> None:
    if not edits.ID.fullmatch(change.row):
        raise ValidationError(_("An id is made of small letters, digits, dots, dashes and underscores."))
    if change.is_new and change.row in edits.own_rows(text, change.table):
        raise ValidationError(_("The id “%(id)s” stands there already.") % {"id": change.row})
    for value in change.values.values():
        if value[:1] in ("=", "+", "-", "@", "\t", "\r") or any(ord(letter) < 32 for letter in value):
            # a spreadsheet would run it as a formula
            raise ValidationError(_("“%(value)s” can't begin with %(sign)s.") % {"value": value, "sign": value[:1]})


def _free_version_of(text: source.Source) -> str:
    """Return a free name for the version that these files say they are."""
    rules = source.read(text)[0].rules
    return _free_version(str(rules.get("scheme", "")), str(rules.get("version", "")))


def _free_version(scheme: str, version: str) -> str:
    """Return the next name for a version that was not put into force yet."""
    taken = set(SchemeVersion.objects.filter(scheme=scheme).values_list("version", flat=True))
    while version in taken:
        version = edits.next_version(version)
    return version


def _store(row: SchemeDraft, actor: Account | None, now: datetime, action: str, body: Mapping[str, str]) -> SchemeDraft:
    row.revision += 1
    row.changed_at, row.changed_by = now, actor
    row.save()
    _journal(row, action, actor, now, body)
    return row


def _journal(row: SchemeDraft, action: str, actor: Account | None, now: datetime, body: Mapping[str, str]) -> None:
    journal.record(
        BOOK,
        action,
        actor=str(actor.pk) if actor else "",
        now=now,
        subject=f"{row.scheme} {row.version}"[:120],
        body={"draft": str(row.pk), **body},
    )
