"""Putting a scheme into force. A version, once in force, is never edited: a change is a new version."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gezhi.enactment import queries as plans
from gezhi.enactment.models import Cancellation, SchemeVersion
from gezhi.foundation import journal
from gezhi.people import access, queries, spans
from gezhi.people import operations as people
from gezhi.people.models import Account
from gezhi.schemes import source
from gezhi.schemes.check import check
from gezhi.schemes.documents import main_of
from gezhi.schemes.model import Finding, Scheme, SchemeError

ENACT = "enact"
BOOK = "schemes"
_ITEMS_NAMED = 8

type Files = Path | source.Source | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Enacted:
    """The version now in force from its date, the scheme it holds, and the reminders that came with it."""

    row: SchemeVersion
    scheme: Scheme
    reminders: tuple[Finding, ...]


class NotEnacted(ValidationError):
    """The scheme has errors and was not put into force; `findings` say where and how to mend it."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        language = get_language() or ""
        lines = [f"{one.place} {one.path}: {one.text.say(language)}" for one in findings]
        super().__init__([_("The scheme has errors and was not put into force. Nothing was changed."), *lines])


def enact(
    *,
    files: Files,
    actor: Account | None,
    on: date,
    now: datetime,
    note: str = "",
    accepted: Mapping[str, str] | None = None,
    newest: UUID | None = None,
) -> Enacted:
    """Check a scheme and put it into force from the start of a day.

    `files` is the scheme's folder, or its texts by name as `schemes.source` reads them; what it extends comes along.
    `accepted` maps a reminder, named `code path`, to the office's reason for living with it. Raises `NotEnacted` for
    errors, `ValidationError` when the version exists or the day is past, `access.Denied` without the right. Running
    cases keep the version that they began under. `newest` is the version that whoever decides saw as the scheme's
    last; when another came meanwhile, nothing is done.
    """
    access.require(actor, ENACT, now)
    if on < spans.day_of(now):
        raise ValidationError(
            _("%(on)s is past. A scheme can come into force today or later; what has begun keeps its rules.")
            % {"on": on.isoformat()}
        )
    text = _gathered(files)
    findings = check(text, filled=queries.filled(now))
    if errors := [one for one in findings if one.severity == "error"]:
        raise NotEnacted(errors)
    scheme = source.load(text)
    reminders = tuple(findings)
    row = SchemeVersion(
        scheme=scheme.id,
        version=scheme.version,
        title=scheme.title.say("zh-hans"),
        title_en=scheme.title.en,
        source={"main": text.main, "files": dict(text.files)},
        sha256=fingerprint(text),
        in_force_from=on,
        enacted_at=now,
        enacted_by=actor,
        note=note.strip(),
        accepted=_accepted(reminders, accepted or {}),
    )
    _put_into_force(row, scheme, actor, newest)
    return Enacted(row, scheme, reminders)


def fingerprint(text: source.Source) -> str:
    """Return the SHA-256 of a scheme's files in their canonical form, the same for the same words."""
    body = {"main": text.main, "files": dict(text.files)}
    return hashlib.sha256(journal.canonical(body)).hexdigest()


def _gathered(files: Files) -> source.Source:
    try:
        if isinstance(files, Path):
            return source.gather(files)
    except SchemeError as error:
        raise NotEnacted(error.findings) from None
    return files if isinstance(files, source.Source) else source.Source(main_of(files), files)


def _accepted(reminders: Sequence[Finding], reasons: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the reminders that the office lives with, each with its reason; a reason for none of them is refused."""
    known = {f"{one.code} {one.path}": one for one in reminders}
    if strange := [name for name in reasons if name not in known]:
        raise ValidationError(_("There is no reminder “%(name)s” to accept.") % {"name": strange[0]})
    if empty := [name for name, reason in reasons.items() if not reason.strip()]:
        raise ValidationError(_("Give a reason for accepting the reminder “%(name)s”.") % {"name": empty[0]})
    return [
        {"code": known[name].code, "path": known[name].path, "zh": known[name].text.zh, "en": known[name].text.en,
         "reason": reason.strip()}
        for name, reason in reasons.items()
    ]  # fmt: skip


@transaction.atomic
def _put_into_force(row: SchemeVersion, scheme: Scheme, actor: Account | None, newest: UUID | None) -> None:
    # one at a time for a scheme: whoever comes second sees what the first has done
    journal.line_up(BOOK)
    if newest is not None:
        _refuse_unseen(row.scheme, newest)
    _refuse_shared_items(scheme, row.in_force_from)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise ValidationError(
            _("Version %(version)s of “%(scheme)s” was put into force before and is never edited: give a new version.")
            % {"version": row.version, "scheme": row.scheme}
        ) from None
    _learn(scheme, row.in_force_from)
    journal.record(
        BOOK,
        "enact",
        actor=str(actor.pk) if actor else "",
        now=row.enacted_at,
        subject=f"{row.scheme} {row.version}",
        body={"sha256": row.sha256, "in_force_from": row.in_force_from.isoformat(), "accepted": row.accepted},
    )


def _refuse_unseen(scheme: str, newest: UUID) -> None:
    last = SchemeVersion.objects.filter(scheme=scheme, cancellation=None).order_by("-enacted_at", "-id").first()
    if last is not None and last.pk != newest:
        raise ValidationError(
            _(
                "Meanwhile %(who)s put version %(version)s into force from %(day)s. Look at what changes against it, "
                "then decide again."
            )
            % {
                "who": last.enacted_by.name if last.enacted_by else _("somebody else"),
                "version": last.version,
                "day": last.in_force_from.isoformat(),
            }
        )


def _refuse_shared_items(scheme: Scheme, since: date) -> None:
    """Refuse items that another plan handles at the same time: a report would not know which of the two applies."""
    for row, other in plans.in_force_from(since):
        shared = sorted(_handled(scheme) & _handled(other)) if other.id != scheme.id else []
        if shared:
            raise ValidationError(
                _(
                    "“%(other)s” %(version)s handles the same items: %(items)s. A report would not know which plan "
                    "applies. Leave them out of one of the two, or give them another id. Nothing was changed."
                )
                % {"other": row.scheme, "version": row.version, "items": ", ".join(shared[:_ITEMS_NAMED])}
            )


def _handled(scheme: Scheme) -> set[str]:
    return {name for name, item in scheme.items.items() if item.procedure}


def _learn(scheme: Scheme, since: date) -> None:
    people.learn_posts(
        scheme=scheme.id,
        since=since,
        posts=[
            people.PostRule(post.id, post.title.say("zh-hans"), post.title.en, post.at, post.seats, post.rights)
            for post in scheme.posts.values()
        ],
        departments=[
            people.DepartmentRule(one.id, one.title.say("zh-hans"), one.title.en, one.level)
            for one in scheme.departments.values()
        ],
    )


@transaction.atomic
def cancel_planned(*, version: UUID, actor: Account | None, reason: str, now: datetime) -> SchemeVersion:
    """Take a planned version back before its day. It stays as a record, with who and why; nothing began under it."""
    access.require(actor, ENACT, now)
    journal.line_up(BOOK)
    row = SchemeVersion.objects.select_for_update().get(pk=version)
    if Cancellation.objects.filter(version=row).exists():
        raise ValidationError(_("Version %(version)s was taken back already.") % {"version": row.version})
    if row.in_force_from <= spans.day_of(now):
        raise ValidationError(
            _("Version %(version)s is in force since %(day)s and can't be taken back: put a new version into force.")
            % {"version": row.version, "day": row.in_force_from.isoformat()}
        )
    if not reason.strip():
        raise ValidationError(_("Say why it is taken back."))
    Cancellation.objects.create(version=row, at=now, by=actor, because=reason.strip())
    left = SchemeVersion.objects.filter(scheme=row.scheme, in_force_from=row.in_force_from, cancellation=None)
    people.forget_posts(scheme=row.scheme, since=row.in_force_from)
    if (same_day := left.order_by("-enacted_at", "-id").first()) is not None:
        _learn(source.load(source.Source(same_day.source["main"], same_day.source["files"])), row.in_force_from)
    journal.record(
        BOOK,
        "cancel",
        actor=str(actor.pk) if actor else "",
        now=now,
        subject=f"{row.scheme} {row.version}",
        body={"in_force_from": row.in_force_from.isoformat(), "reason": reason.strip()},
    )
    return row
