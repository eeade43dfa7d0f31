"""Plays a scenario: a table of who did what when, run through the engine, with the state after each row.

An office tries a plan with it before adopting it; the shipped schemes are tested with it. The columns are described in
docs/schemes/plays.md.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gezhi.schemes import clocks, engine
from gezhi.schemes.model import CLOSED, Scheme
from gezhi.schemes.state import (
    REPORTER,
    SYSTEM,
    Act,
    CaseState,
    Clock,
    Desk,
    Event,
    Light,
    Opening,
    Outcome,
    Refused,
)

OUT = (
    "ok", "reason", "step", "holder", "step_due", "case_due", "step_light", "case_light", "actions", "notices",
)  # fmt: skip
LOOK_BACK = ("holder", "step", "from", "to", "work_seconds", "overdue_seconds")
WANT = "want_"
# what an `open` row may say about the case besides the questions of its procedure
_OPENING = ("item", "channel", "areas", "received_by", "about")


class PlayError(ValueError):
    """A row that can't be read: its number and why."""

    def __init__(self, row: int, why: str) -> None:
        super().__init__(f"row {row}: {why}")


@dataclass(frozen=True)
class Played:
    """What came of a play: each row with its answers, the log, the last state, the time of the last row."""

    rows: list[dict[str, str]]
    events: list[Event]
    state: CaseState | None
    until: datetime | None


def desk(word: str) -> Desk:
    """Read a desk as scenarios write it: a post id, `post@area`, `department:ID`, `person:ID`, `reporter`, `system`."""
    if word == "reporter":
        return REPORTER
    if word == "system":
        return SYSTEM
    kind, colon, name = word.partition(":")
    if colon and kind in ("department", "person"):
        return Desk("department" if kind == "department" else "person", name)
    post, _, area = word.partition("@")
    return Desk("post", post, area)


def when(scheme: Scheme, written: str) -> datetime:
    """Read a time as scenarios write it; without an offset it is in the scheme's zone."""
    at = datetime.fromisoformat(written)
    return at if at.tzinfo else at.replace(tzinfo=clocks.calendar_of(scheme).zone)


def read_rows(text: str) -> list[dict[str, str]]:
    """Read a scenario; raise PlayError when a needed column is missing."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    missing = {"at", "by", "action"} - set(reader.fieldnames or ())
    if missing:
        raise PlayError(1, f"columns are missing: {', '.join(sorted(missing))}")
    return [{key: value or "" for key, value in row.items() if key} for row in reader]


def play(scheme: Scheme, rows: Iterable[Mapping[str, str]]) -> Played:
    """Run the rows in order; a refused row changes nothing, and what ran out before a row has happened."""
    stage = _Stage(scheme)
    done = [stage.row(number, row) for number, row in enumerate(rows, start=1)]
    return Played(done, stage.events, stage.state, stage.until)


class _Stage:
    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        self.zone = clocks.calendar_of(scheme).zone
        self.state: CaseState | None = None
        self.events: list[Event] = []
        self.told: list[str] = []
        self.until: datetime | None = None

    def row(self, number: int, row: Mapping[str, str]) -> dict[str, str]:
        try:
            at = when(self.scheme, row["at"])
            answers = json.loads(row.get("answers") or "{}")
        except ValueError as bad:
            raise PlayError(number, str(bad)) from bad
        self.until = at
        self.told = []
        self._let_run_out(at)
        ok, reason = True, ""
        try:
            self._do(row, at, answers)
        except Refused as refused:
            ok, reason = False, f"{refused.code}: {refused.en}"
        shown = self._shown(at)
        return {**row, "ok": "yes" if ok else "refused", "reason": reason, **shown}

    def _let_run_out(self, at: datetime) -> None:
        # what runs out at the very instant of a row has not happened before it
        while self.state is not None:
            wake = engine.next_wake(self.state)
            if wake is None or wake >= at:
                return
            for outcome in engine.expire(self.scheme, self.state, wake):
                self._keep(outcome)

    def _do(self, row: Mapping[str, str], at: datetime, answers: dict[str, Any]) -> None:
        action = row["action"]
        if action == "look":
            return
        if action == engine.OPEN:
            if self.state is not None:
                raise Refused("out_of_order", "事项已经立案。", "The case is open already.")
            self._keep(engine.open_case(self.scheme, _opening(at, answers)))
            return
        if self.state is None:
            raise Refused("out_of_order", "还没有立案。", "No case has been opened.")
        part = int(answers.pop("part", 0) or 0)
        deed = Act(action, desk(row["by"]), at, answers, actor=row.get("actor", ""), part=part)
        self._keep(engine.act(self.scheme, self.state, deed))

    def _keep(self, outcome: Outcome) -> None:
        self.state = outcome.state
        self.events.append(outcome.event)
        self.told += [f"{telling.template}>{telling.to.name}" for telling in outcome.notices]

    def _shown(self, at: datetime) -> dict[str, str]:
        state = self.state
        if state is None:
            return dict.fromkeys(OUT[2:], "")
        step, case = state.clock("step"), state.clock("case")
        procedure = self.scheme.procedures[state.procedure]
        now_at = procedure.steps.get(state.step)
        choices = engine.choices(self.scheme, state, [state.desk], at) if state.desk else ()
        return {
            "step": state.step,
            "holder": state.desk.name if state.desk else "",
            "step_due": self._time(step.due if step else None),
            "case_due": self._time(case.due if case else None),
            "step_light": "" if now_at is None or now_at.reporter_time or step is None else _light(step, at),
            "case_light": _case_light(state, at),
            "actions": " ".join(sorted({one.action for one in choices if not one.blocked and not one.proposal})),
            "notices": " ".join(self.told),
        }

    def _time(self, at: datetime | None) -> str:
        return at.astimezone(self.zone).isoformat() if at else ""


def _light(clock: Clock, at: datetime) -> str:
    light = clocks.light(clock, at)
    return "" if light in (Light.PAUSED, Light.DONE) else light.value


def _case_light(state: CaseState, at: datetime) -> str:
    if state.step == CLOSED:
        return Light.GREEN.value if state.in_time else Light.RED.value
    clock = state.clock("case")
    return _light(clock, at) if clock else ""


def _opening(at: datetime, answers: dict[str, Any]) -> Opening:
    received = answers.get("received_by")
    about = answers.get("about", [])
    return Opening(
        item=answers.get("item", ""),
        channel=answers.get("channel", ""),
        at=at,
        areas=answers.get("areas", {}),
        facts={key: value for key, value in answers.items() if key not in _OPENING},
        received_by=desk(received) if received else None,
        about=tuple(desk(one) for one in about),
    )


def look_back_rows(scheme: Scheme, played: Played) -> list[dict[str, str]]:
    """Return the look-back of a play as rows of text."""
    if played.state is None or played.until is None:
        return []
    zone = clocks.calendar_of(scheme).zone
    now = played.until
    return [
        {
            "holder": time.hold.desk.name,
            "step": time.hold.step,
            "from": time.hold.since.astimezone(zone).isoformat(),
            "to": (time.hold.until or now).astimezone(zone).isoformat(),
            "work_seconds": str(time.work_seconds),
            "overdue_seconds": str(time.overdue_seconds),
        }
        for time in engine.look_back(scheme, played.state, now)
    ]


def differences(rows: Iterable[Mapping[str, str]]) -> list[str]:
    """Return where a played row differs from its `want_…` columns; empty wants are not checked, `-` wants nothing."""
    found = []
    for number, row in enumerate(rows, start=1):
        for column, wanted in row.items():
            got = row.get(column.removeprefix(WANT), "")
            if column.startswith(WANT) and wanted and got != ("" if wanted == "-" else wanted):
                found.append(f"row {number} ({row.get('at')} {row.get('action')}): {column} {wanted!r}, got {got!r}")
    return found
