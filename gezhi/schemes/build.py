"""Turns the merged document into the immutable scheme: `based_on` worked out, defaults filled in."""

import copy
import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from gezhi.schemes import build_duties
from gezhi.schemes.documents import Document, Keys, Row, overlay
from gezhi.schemes.model import (
    Action,
    Alarm,
    Alternative,
    Band,
    CalendarRule,
    Department,
    Either,
    Extension,
    FollowUp,
    Item,
    Joint,
    Level,
    Notice,
    Option,
    Place,
    Post,
    Procedure,
    Question,
    Rule,
    Scheme,
    Step,
    Urgency,
)
from gezhi.schemes.reading import Table, clause, wording, words
from gezhi.schemes.shapes import judge_grown
from gezhi.schemes.text import Text

_YES = {"yes", "true", "1", "是"}


def either(value: Any, key: str) -> Either:
    """Read one value or a list of alternatives."""
    listed = value if isinstance(value, list) else [] if value is None else [value]
    return tuple(
        Alternative(one[key], one.get("when", "")) if isinstance(one, dict) else Alternative(one) for one in listed
    )


def build(document: Document) -> Scheme:
    """Make the scheme of a document that has the right shape; references are not judged here."""
    _inherit(document)
    judge_grown(document)
    rules = document.rules
    questions = {key: _question(key, table) for key, table in rules.get("questions", {}).items()}
    builder = _Builder(document, questions)
    return Scheme(
        id=rules["scheme"],
        version=rules["version"],
        title=wording(rules["title"]),
        timezone=rules.get("timezone", "Asia/Shanghai"),
        calendar=_calendar(rules.get("calendar", {})),
        levels={table["id"]: _level(table) for table in rules["levels"]},
        posts={key: _post(key, table) for key, table in rules.get("posts", {}).items()},
        departments={key: _department(key, row) for key, row in document.rows.get("departments", {}).items()},
        urgencies={key: _urgency(key, table) for key, table in rules.get("urgencies", {}).items()},
        channels={key: wording(value) for key, value in rules.get("channels", {}).items()},
        questions=questions,
        items=_items(document),
        procedures={key: builder.procedure(key, table) for key, table in rules.get("procedures", {}).items()},
        notices={key: _notice(document, key, table) for key, table in rules.get("notices", {}).items()},
        follow_ups={key: _follow_up(key, table) for key, table in rules.get("follow_ups", {}).items()},
        forms={key: build_duties.form(document, key, table) for key, table in rules.get("forms", {}).items()},
        registers={
            key: build_duties.register(document, key, table) for key, table in rules.get("registers", {}).items()
        },
        phases={key: build_duties.phase(key, table) for key, table in rules.get("phases", {}).items()},
        duties={key: build_duties.duty(document, key, table) for key, table in rules.get("duties", {}).items()},
        handbook=words(rules.get("handbook")),
        conflict_desk=rules.get("conflict_desk", ""),
        clause=clause(rules),
        overrides=tuple(document.overrides),
    )


# ── inheritance between procedures ──


def _inherit(document: Document) -> None:
    """Work out `based_on`: copy the named procedures or pieces, in order, then lay the procedure's own table over."""
    procedures = document.rules.get("procedures", {})
    done: dict[Keys, dict[str, Any]] = {}
    for name in procedures:
        _grown(document, ("procedures", name), done, ())
    for name in procedures:
        procedures[name] = done.get(("procedures", name), procedures[name])


def _grown(document: Document, path: Keys, done: dict[Keys, dict[str, Any]], trail: tuple[Keys, ...]) -> dict[str, Any]:
    if path in done:
        return done[path]
    own = document.rules.get(path[0], {}).get(path[1])
    if own is None or path in trail:
        name, circle = path[1], " → ".join(one[1] for one in (*trail, path))
        document.error(
            "unknown_base",
            (*trail[-1], "based_on"),
            f"based_on 所写的“{name}”不存在或成环（{circle}）。",
            f"“{name}” in based_on does not exist or goes in a circle ({circle}).",
        )
        return {}
    grown: dict[str, Any] = {}
    own_places = _places_under(document, path, path)
    for base in words(own.get("based_on")):
        home = _home(document, base, path)
        parent = _grown(document, home, done, (*trail, path))
        _lay(document, grown, parent, path, _places_under(document, home, path))
    _lay(document, grown, {key: value for key, value in own.items() if key != "based_on"}, path, own_places)
    if path[0] == "procedures":
        done[path] = grown
    return grown


def _home(document: Document, base: str, heir: Keys) -> Keys:
    """Return where a base stands; a procedure based on its own name means the piece of that name."""
    own_name = base == heir[1] and base in document.rules.get("pieces", {})
    known = base in document.rules.get("procedures", {}) and not own_name
    return ("procedures" if known else "pieces", base)


def _places_under(document: Document, home: Keys, path: Keys) -> dict[Keys, Place]:
    depth = len(home)
    return {(*path, *keys[depth:]): place for keys, place in document.places.items() if keys[:depth] == home}


def _lay(
    document: Document, grown: dict[str, Any], table: dict[str, Any], path: Keys, places: Mapping[Keys, Place]
) -> None:
    overlay(document, grown, copy.deepcopy(table), path, places)


# ── simple tables ──


def _calendar(table: Table) -> CalendarRule:
    plain = CalendarRule()
    return CalendarRule(
        statutory=table.get("statutory", plain.statutory),
        hours=tuple(table.get("hours", plain.hours)),
        counting=table.get("counting", plain.counting),
        rest=tuple(table.get("rest", ())),
        work=tuple(table.get("work", ())),
        published_until=table.get("published_until"),
    )


def _band(value: Any) -> Band | None:
    return Band(*value) if value else None


def _level(table: Table) -> Level:
    return Level(
        table["id"],
        wording(table["title"]),
        wording(table.get("centre")),
        _band(table.get("households")),
        _band(table.get("people")),
        clause(table),
    )


def _post(key: str, table: Table) -> Post:
    title, seats, superior = wording(table["title"]), table.get("seats", 1), table.get("superior", "")
    excused_by = table.get("excused_by", "")
    return Post(key, title, table["at"], seats, superior, clause(table), words(table.get("rights")), excused_by)


def _department(key: str, row: Row) -> Department:
    title = Text(row.get("title", ""), row.get("title_en", ""))
    return Department(key, title, row.get("level", ""), row.get("superior", ""), row.get("clause", ""))


def _urgency(key: str, table: Table) -> Urgency:
    return Urgency(key, wording(table.get("title"), key), table.get("limit", ""), clause(table))


def _question(key: str, table: Table) -> Question:
    choices = tuple(Option(one, wording(title)) for one, title in table.get("choices", {}).items())
    low, high = (str(table.get(end, "")) for end in ("low", "high"))
    hint, required = wording(table.get("hint")), table.get("required", True)
    return Question(key, table["kind"], wording(table["title"]), required, choices, low, high, hint)


def _items(document: Document) -> dict[str, Item]:
    rows = document.rows.get("catalogue", {})

    def inherited(row_id: str, column: str) -> str:
        seen: set[str] = set()
        while row_id in rows and row_id not in seen:
            seen.add(row_id)
            if rows[row_id].get(column):
                return rows[row_id][column]
            row_id = rows[row_id].get("parent", "")
        return ""

    headings = {row.get("parent", "") for row in rows.values()}
    return {key: _item(document, key, row, inherited, heading=key in headings) for key, row in rows.items()}


def _item(document: Document, key: str, row: Row, inherited: Any, *, heading: bool) -> Item:
    # a heading's procedure is for what stands under it; nothing is reported as a mere heading
    return Item(
        id=key,
        title=Text(row.get("title", ""), row.get("title_en", "")),
        parent=row.get("parent", ""),
        procedure="" if heading else inherited(key, "procedure"),
        department=inherited(key, "department"),
        urgency=inherited(key, "urgency"),
        limit=inherited(key, "limit"),
        clause=inherited(key, "clause"),
        divert=Text(row.get("divert", ""), row.get("divert_en", "")),
        about_staff=row.get("about_staff", "").lower() in _YES,
        confidential=row.get("confidential", "").lower() in _YES,
        publish=row.get("publish", "").lower(),
        note=Text(row.get("note", ""), row.get("note_en", "")),
        heading=heading,
        place=document.place("catalogue", key),
    )


def _notice(document: Document, key: str, table: Table) -> Notice:
    subject, body = wording(table["subject"]), wording(table["body"])
    place = document.place("notices", key)
    return Notice(
        key, words(table.get("on")), words(table["to"]), subject, body, table.get("when", ""), clause(table), place
    )


def _follow_up(key: str, table: Table) -> FollowUp:
    return FollowUp(key, words(table["on"]), table.get("after", ""), table.get("when", ""), clause(table))


# ── procedures ──


class _Builder:
    def __init__(self, document: Document, questions: Mapping[str, Question]) -> None:
        self.document = document
        self.questions = questions

    def procedure(self, key: str, table: Table) -> Procedure:
        path = f"procedures.{key}"
        steps = {one: self._step(f"{path}.steps.{one}", one, inside) for one, inside in table.get("steps", {}).items()}
        actions = {
            one: self._action(f"{path}.actions.{one}", one, inside, tuple(steps))
            for one, inside in table.get("actions", {}).items()
        }
        return Procedure(
            id=key,
            title=wording(table.get("title"), key),
            steps=steps,
            actions=_with_meetings(steps, actions),
            first=either(table.get("first"), "step") or tuple(Alternative(one) for one in list(steps)[:1]),
            clock=_rule("case", table, path),
            asks=self._asks(table.get("asks", ()), path),
            clause=clause(table),
            place=self.document.place("procedures", key),
        )

    def _step(self, path: str, key: str, table: Table) -> Step:
        response = table.get("response")
        return Step(
            id=key,
            title=wording(table.get("title"), key),
            holder=either(table.get("holder"), "holder"),
            clock=_rule("step", table, path),
            response=_rule("response", response, f"{path}.response") if response else None,
            stages=tuple(
                rule
                for stage in table.get("stages", ())
                if (rule := _rule(f"stage:{stage['id']}", stage, f"{path}.stages.{stage['id']}"))
            ),
            not_doer=table.get("not_doer", False),
            reporter_time=table.get("reporter_time", False),
            published=table.get("published", False),
            listed=table.get("listed", False),
            clause=clause(table),
            place=self.document.place(*path.split(".")),
        )

    def _action(self, path: str, key: str, table: Table, steps: tuple[str, ...]) -> Action:
        return Action(
            id=key,
            title=wording(table.get("title"), key),
            ways=_ways(table, steps),
            by=words(table.get("by", "holder")),
            proposed_by=words(table.get("proposed_by")),
            asks=self._asks(table.get("asks", ()), path),
            when=table.get("when", ""),
            why_not=wording(table.get("why_not")),
            times=table.get("times", 0),
            within=table.get("within", ""),
            does_work=table.get("does_work", False),
            pauses=table.get("pauses", False),
            resumes=table.get("resumes", False),
            while_paused=table.get("while_paused", False),
            extends=_extension(table.get("extends")),
            sets_limit=tuple(
                Rule(clock, either(limit, "limit"), clause=clause(table), path=path)
                for clock, limit in table.get("sets_limit", {}).items()
            ),
            meets=words(table.get("meets")),
            holder=either(table.get("holder"), "holder"),
            joint=_joint(table.get("joint"), path),
            part=table.get("part", ""),
            open_parts=table.get("open_parts", "block"),
            outcome=table.get("outcome", ""),
            public=table.get("public", False),
            clause=clause(table),
            place=self.document.place(*path.split(".")),
        )

    def _asks(self, listed: Iterable[Any], path: str) -> tuple[Question, ...]:
        asked = []
        for one in listed:
            entry = one if isinstance(one, dict) else {"question": one}
            name = str(entry["question"])
            question = self.questions.get(name.removesuffix("?"))
            if question is None:
                self.document.error(
                    "unknown_question",
                    (*path.split("."), "asks"),
                    f"没有名为“{name}”的问题。",
                    f"There is no question “{name}”.",
                )
                continue
            asked.append(_narrowed(question, entry, optional=name.endswith("?")))
        return tuple(asked)


def _narrowed(question: Question, entry: Table, *, optional: bool) -> Question:
    return Question(
        id=question.id,
        kind=question.kind,
        title=wording(entry["title"]) if "title" in entry else question.title,
        required=entry.get("required", question.required and not optional),
        choices=question.choices,
        low=str(entry.get("low", question.low)),
        high=str(entry.get("high", question.high)),
        hint=question.hint,
    )


def _alarm(value: Any, default_notice: str) -> Alarm:
    table = value or {}
    notify = words(table.get("notify"))
    notice = table.get("notice", default_notice if notify else "")
    return Alarm(notify, notice, table.get("do", ""))


def _rule(clock: str, table: Table, path: str) -> Rule | None:
    limit = either(table.get("limit"), "limit")
    if not limit:
        return None
    overdue = _alarm(table.get("on_overdue"), "overdue")
    if "on_expiry" in table:
        overdue = Alarm(overdue.notify, overdue.notice, table["on_expiry"])
    return Rule(
        id=clock,
        limit=limit,
        warn=table.get("warn", ""),
        met_by=words(table.get("met_by")),
        counting=table.get("counting", ""),
        on_warn=_alarm(table.get("on_warn"), "warn"),
        on_overdue=overdue,
        title=wording(table.get("title")),
        clause=clause(table),
        path=path,
    )


def _extension(table: Table | None) -> Extension | None:
    if table is None:
        return None
    return Extension(table["answer"], table.get("unit", "workdays"), words(table["clocks"]))


def _joint(table: Table | None, path: str) -> Joint | None:
    if table is None:
        return None
    response = table.get("response")
    return Joint(
        desks=words(table["desks"]),
        task=table.get("task", ""),
        clock=_rule("part", table, f"{path}.joint"),
        response=_rule("response", response, f"{path}.joint.response") if response else None,
    )


def _ways(table: Table, steps: tuple[str, ...]) -> dict[str, Either]:
    source = table.get("from", ())
    to = either(table.get("to", "stay"), "step")
    if isinstance(source, dict):
        ways = {step: either(way, "step") for step, way in source.items()}
    else:
        listed = words(source)
        starts = tuple(dict.fromkeys(one for word in listed for one in (steps if word == "*" else (word,))))
        ways = dict.fromkeys(starts, to)
    return {step: way for step, way in ways.items() if step not in words(table.get("except"))}


def _with_meetings(steps: Mapping[str, Step], actions: Mapping[str, Action]) -> dict[str, Action]:
    """Let each action meet the clocks that name it in `met_by`."""
    meets: dict[str, list[str]] = {}
    for step in steps.values():
        for rule in (*step.stages, *((step.response,) if step.response else ())):
            for action in rule.met_by:
                meets.setdefault(action, []).append(rule.id)
    return {key: _meeting(action, tuple(meets[key])) if key in meets else action for key, action in actions.items()}


def _meeting(action: Action, more: tuple[str, ...]) -> Action:
    return dataclasses.replace(action, meets=tuple(dict.fromkeys((*action.meets, *more))))
