"""A scheme as the engine reads it: immutable, every reference resolved or reported by the check.

Nothing here decides anything; `build` makes these from the files, `check` judges them, the engine runs them.
Wherever a plan may say "it depends", the model holds a tuple of alternatives: the first whose condition holds is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gezhi.schemes.text import Text

if TYPE_CHECKING:
    from gezhi.schemes.duties import Duty, Phase
    from gezhi.schemes.forms import Form, Register

CLOSED = "closed"
UNSAID = Text()
_UNASKED: Mapping[str, Any] = {"whole": 0, "money": 0.0, "yes_no": False, "departments": [], "photos": []}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule stands: the file (relative to the schemes folder) and its line, 0 when unknown."""

    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Finding:
    """What the check says: an error keeps the scheme from being put into force, a reminder may be accepted."""

    severity: str
    code: str
    path: str
    text: Text
    place: Place = Place()
    clause: str = ""


class SchemeError(Exception):
    """The files do not make a scheme; `findings` say what, where and how to mend it."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("; ".join(f"{one.place} {one.path}: {one.text.en}" for one in findings))
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Override:
    """A rule that this scheme took from another file and changed: both values and both places."""

    path: str
    old: Any
    new: Any
    old_place: Place
    new_place: Place


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way out of several: `value` counts when the condition `when` (CEL) holds; an empty condition always does."""

    value: str
    when: str = ""


type Either = tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """The sizes that an area of a level should have, both ends included."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Level:
    """A level of the territory; the first in the scheme is the top."""

    id: str
    title: Text
    centre: Text = UNSAID
    households: Band | None = None
    people: Band | None = None
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """A role at the areas of one level (or inside departments, `at = "department"`); `superior` is the post above.

    `excused_by`: the post that decides on objections and absences of its holders, where that is not the superior.
    `rights` name what its holders may do beyond working their desk: `supervise`, `see_contact`, `setup`, `enact` …
    """

    id: str
    title: Text
    at: str
    seats: int = 1
    superior: str = ""
    clause: str = ""
    rights: tuple[str, ...] = ()
    excused_by: str = ""

    @property
    def excuser(self) -> str:
        """Return the post that decides what excuses a holder; none where the plan names none: then nobody does."""
        return self.excused_by or self.superior


@dataclass(frozen=True, slots=True)
class Department:
    """An office with a duty, at a level; `superior` is the post that takes over complaints about the office itself."""

    id: str
    title: Text
    level: str = ""
    superior: str = ""
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Urgency:
    """A degree of urgency with the limit that it gives where a rule says `urgency`."""

    id: str
    title: Text
    limit: str = ""
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the catalogue. Without a procedure it is a heading that only groups others.

    `divert` tells people what to do instead or first (an emergency number). `about_staff` marks complaints about
    officials: the desk named in them never holds them. `confidential` items are never published. `publish` says what of
    a case everybody may read (`disclosure` answers it for an item).
    """

    id: str
    title: Text
    parent: str = ""
    procedure: str = ""
    department: str = ""
    urgency: str = ""
    limit: str = ""
    clause: str = ""
    divert: Text = UNSAID
    about_staff: bool = False
    confidential: bool = False
    publish: str = ""
    note: Text = UNSAID
    heading: bool = False
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that a question of kind `choice` offers."""

    id: str
    title: Text


@dataclass(frozen=True, slots=True)
class Question:
    """What an action or an opening asks.

    `kind`: text, choice, department, departments, whole, money, date, photos, person, area, yes_no.
    `low` and `high` bound whole numbers and money; for dates they are durations counted from the moment of asking.
    """

    id: str
    kind: str
    title: Text
    required: bool = True
    choices: tuple[Option, ...] = ()
    low: str = ""
    high: str = ""
    hint: Text = UNSAID


@dataclass(frozen=True, slots=True)
class Alarm:
    """What happens when a clock warns or runs out: who is told, by which template, which action is taken."""

    notify: tuple[str, ...] = ()
    notice: str = ""
    do: str = ""

    def __bool__(self) -> bool:
        return bool(self.notify or self.do)


@dataclass(frozen=True, slots=True)
class Rule:
    """A clock as the scheme writes it: alternatives for the limit, the warning, what stops it, what happens then."""

    id: str
    limit: Either
    warn: str = ""
    met_by: tuple[str, ...] = ()
    counting: str = ""
    on_warn: Alarm = Alarm()
    on_overdue: Alarm = Alarm()
    title: Text = UNSAID
    clause: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Joint:
    """Parts for co-handlers: whose they are, what is asked of each, their clocks."""

    desks: tuple[str, ...]
    task: str = ""
    clock: Rule | None = None
    response: Rule | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """How far an action lengthens which clocks: `answer` names the question that gives the number of `unit`."""

    answer: str
    unit: str
    clocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A station on a case's way: who holds it, its clocks, and what is special about it.

    `not_doer`: whoever did the work is skipped upwards here. `reporter_time`: the waiting is the resident's, so the
    office's case clock stands still. `published`: what waits here is on public notice. `listed`: from here until its
    close a case stands on the list of hazards under supervised rectification.
    """

    id: str
    title: Text
    holder: Either
    clock: Rule | None = None
    response: Rule | None = None
    stages: tuple[Rule, ...] = ()
    not_doer: bool = False
    reporter_time: bool = False
    published: bool = False
    listed: bool = False
    clause: str = ""
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class Action:
    """Something that may be done.

    `ways` maps each step it may be taken from to where it leads: a step, `closed`, `stay` (nothing moves), `again` (the
    same step anew), `doer` (the step that did the work, at the desk that did it).
    `part`: what it does to a co-handler's part: `finish`, `return`, `cancel`, `arrive`, `rate`.
    `open_parts`: `block` (refused while parts are open), `cancel` (they are cancelled), `leave`.
    """

    id: str
    title: Text
    ways: Mapping[str, Either]
    by: tuple[str, ...] = ("holder",)
    proposed_by: tuple[str, ...] = ()
    asks: tuple[Question, ...] = ()
    when: str = ""
    why_not: Text = UNSAID
    times: int = 0
    within: str = ""
    does_work: bool = False
    pauses: bool = False
    resumes: bool = False
    while_paused: bool = False
    extends: Extension | None = None
    sets_limit: tuple[Rule, ...] = ()
    meets: tuple[str, ...] = ()
    holder: Either = ()
    joint: Joint | None = None
    part: str = ""
    open_parts: str = "block"
    outcome: str = ""
    public: bool = False
    clause: str = ""
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class Procedure:
    """The way of a case: the steps, the actions between them, the clock of the whole."""

    id: str
    title: Text
    steps: Mapping[str, Step]
    actions: Mapping[str, Action]
    first: Either
    clock: Rule | None = None
    asks: tuple[Question, ...] = ()
    clause: str = ""
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class Notice:
    """A template of words sent when something happens.

    `on`: `opened`, `enter`, `enter:STEP`, `act:ACTION`, `warn`, `warn:CLOCK`, `overdue`, `overdue:CLOCK`, `closed`,
    `recount`. `to`: desk words.
    """

    id: str
    on: tuple[str, ...]
    to: tuple[str, ...]
    subject: Text
    body: Text
    when: str = ""
    clause: str = ""
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class FollowUp:
    """An event that starts something elsewhere (a duty, a look-back visit): its name and how long after."""

    id: str
    on: tuple[str, ...]
    after: str = ""
    when: str = ""
    clause: str = ""


@dataclass(frozen=True, slots=True)
class CalendarRule:
    """Which calendar counts: the statutory one by its code, the business windows, and the way of counting."""

    statutory: str = "cn"
    hours: tuple[str, ...] = ("08:30-12:00", "14:00-17:30")
    counting: str = "law"
    rest: tuple[date, ...] = ()
    work: tuple[date, ...] = ()
    published_until: date | None = None


@dataclass(frozen=True, eq=False)
class Scheme:
    """A plan made executable."""

    id: str
    version: str
    title: Text
    timezone: str
    calendar: CalendarRule
    levels: Mapping[str, Level] = field(default_factory=dict)
    posts: Mapping[str, Post] = field(default_factory=dict)
    departments: Mapping[str, Department] = field(default_factory=dict)
    urgencies: Mapping[str, Urgency] = field(default_factory=dict)
    channels: Mapping[str, Text] = field(default_factory=dict)
    questions: Mapping[str, Question] = field(default_factory=dict)
    items: Mapping[str, Item] = field(default_factory=dict)
    procedures: Mapping[str, Procedure] = field(default_factory=dict)
    notices: Mapping[str, Notice] = field(default_factory=dict)
    follow_ups: Mapping[str, FollowUp] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)
    registers: Mapping[str, Register] = field(default_factory=dict)
    phases: Mapping[str, Phase] = field(default_factory=dict)
    duties: Mapping[str, Duty] = field(default_factory=dict)
    # The pages of a grid's handbook, in order: forms of registers and of duties.
    handbook: tuple[str, ...] = ()
    conflict_desk: str = ""
    clause: str = ""
    overrides: tuple[Override, ...] = ()

    def children(self, item_id: str) -> tuple[Item, ...]:
        """Return the items directly under one, in the catalogue's order ("" for the top)."""
        return tuple(item for item in self.items.values() if item.parent == item_id)

    def lineage(self, item_id: str) -> tuple[str, ...]:
        """Return the item's id and those of its headings, nearest first."""
        line: list[str] = []
        while item_id in self.items and item_id not in line:
            line.append(item_id)
            item_id = self.items[item_id].parent
        return tuple(line)

    @cached_property
    def untaken(self) -> dict[str, int]:
        """Return a count of nought for every action of any procedure: notices and follow-ups ask about all cases."""
        return {key: 0 for procedure in self.procedures.values() for key in procedure.actions}

    @cached_property
    def unasked(self) -> Mapping[str, Any]:
        """For each question what conditions see while nobody has answered it."""
        return {key: _UNASKED.get(question.kind, "") for key, question in self.questions.items()}

    @cached_property
    def heard(self) -> frozenset[str]:
        """Every event that a notice or a follow-up listens to."""
        told = {name for notice in self.notices.values() for name in notice.on}
        return frozenset(told.union(*(one.on for one in self.follow_ups.values())))

    @cached_property
    def above(self) -> Mapping[str, tuple[str, ...]]:
        """For each post the posts over it by `superior`, nearest first."""
        found: dict[str, tuple[str, ...]] = {}
        for post_id, start in self.posts.items():
            chain: list[str] = []
            post: Post | None = start
            while post and post.superior and post.superior not in chain:
                chain.append(post.superior)
                post = self.posts.get(post.superior)
            found[post_id] = tuple(chain)
        return found
