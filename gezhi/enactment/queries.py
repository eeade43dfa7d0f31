"""Which schemes are in force, and their parsed text; a version is parsed once per process, because it never changes."""

import re
import threading
from collections import OrderedDict
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from gezhi.enactment.models import SchemeDraft, SchemeVersion
from gezhi.foundation.once import Once
from gezhi.people import queries as people
from gezhi.schemes import source
from gezhi.schemes.check import check
from gezhi.schemes.model import Finding, Scheme

_KEPT_AT_MOST = 64
_parsed: OrderedDict[UUID, Scheme] = OrderedDict()
_DRAFTS_KEPT = 16
_parsed_drafts: dict[tuple[UUID, int], Scheme] = {}
_lock = threading.Lock()
type _InForce = dict[date, list[tuple[SchemeVersion, Scheme]]]
_remembered = Once[_InForce]("schemes_in_force", dict)


class NotInForce(LookupError):
    """No version of a scheme is in force on a date; the message names both."""

    def __init__(self, scheme_id: str, on: date) -> None:
        super().__init__(_("No version of the scheme “%(scheme)s” is in force on %(on)s.") % {
            "scheme": scheme_id, "on": on.isoformat()
        })  # fmt: skip


def in_force(scheme_id: str, on: date) -> tuple[SchemeVersion, Scheme]:
    """Return the version of a scheme that applies to what begins on a date. One query; raises `NotInForce`."""
    row = _of(scheme_id).filter(in_force_from__lte=on).defer("source").first()
    if row is None:
        raise NotInForce(scheme_id, on)
    return row, scheme(row.pk)


def all_in_force(on: date) -> list[tuple[SchemeVersion, Scheme]]:
    """Return every scheme that is in force on a date, each with the version that applies, by scheme id."""
    kept = _remembered.kept
    if kept is None:
        return _all_in_force(on)
    if on not in kept:
        kept[on] = _all_in_force(on)
    return kept[on]


def remembering() -> AbstractContextManager[None]:
    """Ask once which schemes are in force, for a page or an answer that asks in many places and changes nothing."""
    return _remembered.during()


def _all_in_force(on: date) -> list[tuple[SchemeVersion, Scheme]]:
    newest = _of(OuterRef("scheme")).filter(in_force_from__lte=on).values("pk")[:1]
    rows = SchemeVersion.objects.filter(pk=Subquery(newest)).defer("source").order_by("scheme")
    return [(row, scheme(row.pk)) for row in rows]


def in_force_from(on: date) -> list[tuple[SchemeVersion, Scheme]]:
    """Return what is in force on a date, and every version that is to come into force later."""
    later = SchemeVersion.objects.filter(in_force_from__gt=on, cancellation=None).defer("source")
    return all_in_force(on) + [(row, scheme(row.pk)) for row in later.order_by("in_force_from", "scheme")]


def level_words(on: date) -> dict[str, str]:
    """Return the words for the levels of all schemes in force, each with the level's id: titles, parts of them, the id.

    A table says “社区” where the plan says “村（社区）”. A part that two levels share names neither.
    """
    levels = {level.id: level for _, plan in all_in_force(on) for level in plan.levels.values()}
    whole = {
        title.casefold(): one.id for one in levels.values() for title in (one.title.zh, one.title.en, one.id) if title
    }
    parts = [(part.strip().casefold(), whole[title]) for title in whole for part in re.split(r"[（）()/／、]", title)]
    shared = {part for part, level in parts if any(part == other and level != of for other, of in parts)}
    return whole | {part: level for part, level in parts if part and part not in whole and part not in shared}


def days_of_change() -> list[date]:
    """Return the days from which another version of some scheme holds, in order."""
    days = (
        SchemeVersion.objects.filter(cancellation=None)
        .order_by("in_force_from")
        .values_list("in_force_from", flat=True)
    )
    return list(days.distinct())


def versions(scheme_id: str = "") -> QuerySet[SchemeVersion]:
    """Return the versions of one scheme or of all, newest first, without their text; those taken back too."""
    rows = SchemeVersion.objects.select_related("enacted_by", "cancellation__by").defer("source")
    if scheme_id:
        rows = rows.filter(scheme=scheme_id)
    return rows.order_by("scheme", "-in_force_from", "-enacted_at")


def drafts() -> QuerySet[SchemeDraft]:
    """Return the drafts that are still open, those changed last first, without their text."""
    rows = SchemeDraft.objects.filter(enacted=None, discarded_at=None).select_related("changed_by", "base")
    return rows.defer("source", "sheets", "base__source").order_by("-changed_at", "-id")


def draft(pk: UUID) -> SchemeDraft | None:
    """Return one draft with its text, also one that is done with."""
    rows = SchemeDraft.objects.select_related("changed_by", "begun_by", "base", "enacted")
    return rows.defer("base__source", "enacted__source").filter(pk=pk).first()


def source_of(version_pk: UUID) -> source.Source:
    """Return a version's text as it was put into force."""
    text = SchemeVersion.objects.values_list("source", flat=True).get(pk=version_pk)
    return source.Source(text["main"], text["files"])


def findings(text: source.Source, now: datetime) -> list[Finding]:
    """Return what the check says of a text here and now: with the posts that nobody holds."""
    return check(text, filled=people.filled(now))


def newest(scheme_id: str) -> SchemeVersion | None:
    """Return the version of a scheme that was put into force last, in force yet or not, without its text."""
    rows = SchemeVersion.objects.filter(scheme=scheme_id, cancellation=None).defer("source")
    return rows.select_related("enacted_by").order_by("-enacted_at", "-id").first()


def scheme(version_pk: UUID) -> Scheme:
    """Return the parsed scheme of a version, from memory after the first time."""
    with _lock:
        kept = _parsed.get(version_pk)
        if kept is not None:
            _parsed.move_to_end(version_pk)
            return kept
    parsed = source.load(source_of(version_pk))
    with _lock:
        _parsed[version_pk] = parsed
        while len(_parsed) > _KEPT_AT_MOST:
            _parsed.popitem(last=False)
    return parsed


def draft_scheme(draft: SchemeDraft) -> Scheme:
    """Return the parsed scheme of a draft as it stands; raise SchemeError for files that make none."""
    key = (draft.pk, draft.revision)
    with _lock:
        kept = _parsed_drafts.get(key)
    if kept is None:
        kept = source.load(source.Source(draft.source["main"], draft.source["files"]))
        with _lock:
            while len(_parsed_drafts) >= _DRAFTS_KEPT:
                _parsed_drafts.pop(next(iter(_parsed_drafts)))
            _parsed_drafts[key] = kept
    return kept


def _of(scheme_id: Any) -> QuerySet[SchemeVersion]:
    return SchemeVersion.objects.filter(scheme=scheme_id, cancellation=None).order_by(
        "-in_force_from", "-enacted_at", "-id"
    )
