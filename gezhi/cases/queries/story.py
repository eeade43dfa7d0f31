"""The story of a case: its log and its comments in one order, as an office may read it or as its reporter may."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from gezhi.cases.models import CaseEvent, CaseFile, Comment
from gezhi.cases.operations.log import RECORD, Record
from gezhi.cases.queries.names import Names
from gezhi.schemes.model import Action, Department, Option, Procedure, Scheme
from gezhi.schemes.state import REPORTER, Desk, Event

# What the log notes for the record only: shown elsewhere on the page, or to nobody but an audit.
_SILENT = frozenset({"comment", "attach", "look_at_contact", "correct_note", "take_back_note"})
_OFFICES = frozenset({"department", "departments"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the story. `words` are the answers in words: question title → answer.

    `clock` names the clock that warned or ran out, for what happened by itself.
    """

    at: datetime
    kind: str
    action: str
    title: str
    office: str
    person: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    public: bool = True
    clause: str = ""
    step: str = ""
    files: tuple[CaseFile, ...] = ()
    comment: UUID | None = None
    clock: str = ""
    # A note's earlier words, the newest last; whether it was taken back; whom it names; the account that wrote it.
    before: tuple[str, ...] = ()
    taken_back: bool = False
    named: tuple[str, ...] = ()
    actor: str = ""


def office_story(
    scheme: Scheme, names: Names, log: Sequence[CaseEvent], comments: Iterable[Comment], files: Sequence[CaseFile]
) -> tuple[Entry, ...]:
    """Return everything, newest first, but what a reporter chose: ratings reach offices as sums only."""
    entries = [_entry(scheme, names, row, files, inside=True) for row in log if not _silent(row)]
    entries += [_note(names, note, earlier, files, inside=True) for note, earlier in standing_notes(comments)]
    return _newest_first(entries)


def public_story(
    scheme: Scheme, names: Names, log: Sequence[CaseEvent], comments: Iterable[Comment], files: Sequence[CaseFile],
    *, own: bool = True,
) -> tuple[Entry, ...]:  # fmt: skip
    """Return what the reporter may read: who has had it, what a public action says, public comments.

    No person's name; and not what another reporter said, where the log is a main case's (`own` is False).
    """
    shown = [file for file in files if file.public]
    rows = [row for row in log if row.kind not in {RECORD, "recount"}]
    entries = [_entry(scheme, names, row, shown, inside=False) for row in rows]
    if not own:
        entries = [
            replace(one, words={}) if row.desk_key == REPORTER.key else one
            for one, row in zip(entries, rows, strict=True)
        ]
    entries = [entry for entry in entries if entry.kind != "expire" or entry.step]
    entries += [
        _note(names, note, (), shown, inside=False)
        for note, _earlier in standing_notes(comments)
        if note.public and note.withdrawn_at is None
    ]
    return _newest_first(entries)


def _newest_first(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return entries newest first; of one second the one that was written last."""
    written = sorted(entries, key=lambda entry: entry.at)
    return tuple(written[::-1])


def event_of(row: CaseEvent) -> Event:
    """Return the engine's event of a row of the log."""
    return msgspec.json.decode(row.body, type=Event)


def desks_in(log: Iterable[CaseEvent]) -> set[Desk]:
    """Return the desks that a log names."""
    found: set[Desk] = set()
    for row in log:
        if row.kind != RECORD:
            found.add(event_of(row).by)
    return found


def title_of(entry: Entry, dues: Collection[datetime | None]) -> str:
    """Say what a line of a story is: by the plan's title, as a note of the log, or that a clock warned or ran out.

    `dues` are the instants at which the case's times ran out.
    """
    if entry.kind != "expire" or entry.title:
        return record_word(entry.kind, entry.action) or entry.title
    name = clock_names().get(entry.clock, "")
    said = _("Overdue from now on") if entry.at in dues else _("Due soon")
    return f"{said} · {name}" if name else said


def clock_names() -> dict[str, str]:
    """Return what the clocks of a case are called."""
    return {"step": _("This step"), "case": _("The whole matter"), "response": _("To respond")}


def record_word(kind: str, action: str) -> str:
    """Return what a note of the log is called; empty where the plan's own title says it."""
    known = {
        "propose": _("Proposed"), "decide": _("Decided"), "supervise": _("Supervised"),
        "release": _("Supervision ended"), "merge": _("Merged"), "unmerge": _("Merge taken back"),
        "place": _("Moved to another area"), "change_item": _("Given another item"),
        "withdraw": _("Proposal withdrawn"), "withdraw_file": _("File taken out"),
        "correct": _("Place corrected"), "comment": _("Note"),
    }  # fmt: skip
    if kind == "open":
        return known.get(action) or _("Taken in")
    return known.get(action, "") if kind in ("record", "comment") else ""


def _silent(row: CaseEvent) -> bool:
    return row.kind == RECORD and row.action in _SILENT


def _entry(scheme: Scheme, names: Names, row: CaseEvent, files: Sequence[CaseFile], *, inside: bool) -> Entry:
    if row.kind == RECORD:
        return _recorded(names, row)
    event = event_of(row)
    procedure = scheme.procedures[event.then["procedure"]] if "procedure" in event.then else None
    action = _action(scheme, procedure, event)
    say = names.desk if inside else names.office
    return Entry(
        at=event.at,
        kind=event.kind,
        action=event.action,
        title=action.title.say(names.language) if action else event.action,
        office=say(event.by),
        person=names.person(event.actor) if inside else "",
        words=_words(scheme, action, event, names.language, inside=inside),
        public=bool(action and action.public) or event.kind == "open",
        clause=action.clause if action else "",
        step=str(event.then.get("step", "")),
        files=tuple(file for file in files if file.at == event.at and file.role != "comment"),
        clock=event.clock,
    )


def _action(scheme: Scheme, procedure: Procedure | None, event: Event) -> Action | None:
    if procedure is not None:
        return procedure.actions.get(event.action)
    return next((one.actions[event.action] for one in scheme.procedures.values() if event.action in one.actions), None)


def _words(scheme: Scheme, action: Action | None, event: Event, language: str, *, inside: bool) -> dict[str, str]:
    """Return answers in words; a reporter's own choices are for the sums, and outside only public actions speak."""
    if action is None or not (inside or action.public or event.by == REPORTER):
        return {}
    found = {}
    for question in action.asks:
        answer = event.answers.get(question.id)
        if answer in (None, "", []) or question.kind == "photos":
            continue
        if inside and event.by == REPORTER and question.kind != "text":
            continue
        offices = scheme.departments.values() if question.kind in _OFFICES else ()
        found[question.title.say(language)] = _say((*question.choices, *offices), answer, language)
    return found


def _say(options: Sequence[Option | Department], answer: Any, language: str) -> str:
    titles: dict[str, str] = {option.id: option.title.say(language) for option in options}
    if isinstance(answer, list):
        return "、".join(titles.get(str(one), str(one)) for one in answer)
    return titles.get(str(answer), str(answer))


def _recorded(names: Names, row: CaseEvent) -> Entry:
    record = msgspec.json.decode(row.body, type=Record)
    about = {
        name: str(value)
        for name, value in record.about.items()
        if name in {"reason", "limit", "main", "duplicate", "parent"}
    }
    return Entry(
        at=record.at, kind=RECORD, action=record.action, title=record.action, office=names.desk(record.by),
        person=names.person(record.actor), words={}, text=about.get("reason", ""), public=False, actor=record.actor,
    )  # fmt: skip


def standing_notes(comments: Iterable[Comment]) -> list[tuple[Comment, tuple[str, ...]]]:
    """Return the notes as they read now, each with its earlier words, oldest first."""
    by_id = {note.pk: note for note in comments}
    replaced = {note.replaces_id for note in by_id.values()}
    found = []
    for note in by_id.values():
        if note.pk in replaced:
            continue
        earlier, old = [], by_id.get(note.replaces_id) if note.replaces_id else None
        while old is not None:
            earlier.append(old.text)
            old = by_id.get(old.replaces_id) if old.replaces_id else None
        found.append((note, tuple(reversed(earlier))))
    return found


def _note(
    names: Names, note: Comment, earlier: tuple[str, ...], files: Sequence[CaseFile], *, inside: bool
) -> Entry:  # fmt: skip
    gone = note.withdrawn_at is not None
    text = _("(taken back by who wrote it)") if gone else note.text
    return Entry(
        at=note.at, kind="comment", action="comment", title="", text=text, public=note.public, comment=note.pk,
        office=names.desk(note.desk_key) if inside else names.office(note.desk_key),
        person=names.person(note.actor) if inside else "", before=() if gone else earlier, taken_back=gone,
        named=tuple(names.person(str(one)) for one in note.mentions or ()) if inside else (),
        actor=note.actor if inside else "",
        files=tuple(one for one in files if one.role == "comment" and one.at == note.at and one.actor == note.actor),
    )  # fmt: skip
