"""The stories of several cases at once, as their offices read them: a handful of statements, however many there are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gezhi.cases.access import works_on
from gezhi.cases.models import Case, CaseEvent, CaseFile, Comment
from gezhi.cases.operations.log import desk_from
from gezhi.cases.operations.projection import load_state
from gezhi.cases.queries.names import names_for
from gezhi.cases.queries.story import Entry, desks_in, office_story, title_of
from gezhi.enactment import queries as enactment
from gezhi.people.models import Account


@dataclass(frozen=True, slots=True)
class Told:
    """A line of a story with what it is called."""

    title: str
    entry: Entry


def stories(
    *, account: Account, numbers: Iterable[str], now: datetime, language: str = "zh-hans"
) -> Mapping[str, tuple[Told, ...]]:
    """Return number → story, newest first, of those cases that somebody works on."""
    rows = Case.objects.visible_to(account, now=now).filter(number__in=list(numbers)).select_related("area")
    cases = [one for one in rows if works_on(account, one, now)]
    logs: dict[UUID, list[CaseEvent]] = defaultdict(list)
    notes: dict[UUID, list[Comment]] = defaultdict(list)
    files: dict[UUID, list[CaseFile]] = defaultdict(list)
    for event in CaseEvent.objects.filter(case__in=cases).order_by("seq"):
        logs[event.case_id].append(event)
    for note in Comment.objects.filter(case__in=cases).order_by("at"):
        notes[note.case_id].append(note)
    for file in CaseFile.objects.filter(case__in=cases, withdrawn_at=None).order_by("at"):
        files[file.case_id].append(file)
    found: dict[str, tuple[Told, ...]] = {}
    for version in {one.scheme_version_id for one in cases}:
        some = [one for one in cases if one.scheme_version_id == version]
        scheme = enactment.scheme(version)
        desks = {desk for one in some for desk in desks_in(logs[one.pk])}
        desks |= {desk_from(note.desk_key) for one in some for note in notes[one.pk]}
        actors = {row.actor for one in some for row in logs[one.pk]} | {n.actor for one in some for n in notes[one.pk]}
        names = names_for(scheme, language, desks, actors - {""})
        for one in some:
            state = load_state(one.state)
            dues = {clock.due for clock in state.clocks} | {hold.due for hold in state.holds}
            story = office_story(scheme, names, logs[one.pk], notes[one.pk], files[one.pk])
            found[one.number] = tuple(Told(title_of(entry, dues), entry) for entry in story)
    return found
