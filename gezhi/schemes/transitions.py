"""How a case changes: entering and leaving steps, pausing, extending, calling co-handlers, closing and reopening.

A `Draft` is a case being changed within one event; it is thrown away once its state has been taken.
"""

import dataclasses
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

import msgspec

from gezhi.schemes import clocks, limits
from gezhi.schemes.conditions import Facts
from gezhi.schemes.desks import clear, desks_of
from gezhi.schemes.durations import Duration
from gezhi.schemes.model import CLOSED, Action, Either, Joint, Procedure, Rule, Scheme
from gezhi.schemes.state import SYSTEM, CaseState, Clock, Desk, Hold, Part, Pause

CASE = "case"
STEP = "step"

type PartEnd = Literal["finished", "returned", "cancelled"]


class Draft:
    """A case in the middle of one change at one instant."""

    def __init__(self, scheme: Scheme, procedure: Procedure, state: CaseState, at: datetime, by: Desk) -> None:
        self.scheme = scheme
        self.procedure = procedure
        self.state = state
        self.at = at
        self.by = by
        self.calendar = clocks.calendar_of(scheme)

    def put(self, **changes: Any) -> None:
        """Replace fields of the state."""
        self.state = msgspec.structs.replace(self.state, **changes)

    def facts(self) -> Facts:
        """Return what conditions may ask at this point of the change."""
        return Facts(self.scheme, self.procedure, self.state, self.by)

    # ── clocks ──

    def start_clock(self, rule: Rule | None, clock_id: str) -> None:
        """Start a clock by its rule, in place of an older one of the same id; in a pause it waits like the others."""
        if rule is None:
            return
        clock = limits.started(self.scheme, self.procedure, self.state, rule, clock_id=clock_id, at=self.at)
        if clock and self.state.paused:
            clock = clocks.paused(clock, self.at)
        others = tuple(one for one in self.state.clocks if one.id != clock_id)
        self.put(clocks=(*others, clock) if clock else others)

    def each_clock(self, change: Callable[[Clock], Clock]) -> None:
        """Replace every clock by what `change` makes of it."""
        self.put(clocks=tuple(change(clock) for clock in self.state.clocks))

    def meet(self, clock_ids: tuple[str, ...]) -> None:
        """Stop clocks for good: what they asked for has been done."""
        self.each_clock(
            lambda clock: (
                msgspec.structs.replace(clock, met_at=self.at)
                if clock.id in clock_ids and clock.met_at is None
                else clock
            )
        )

    def wake(self, clock: Clock) -> tuple[str, ...]:
        """Return what a clock that moves rings for."""
        due = clocks.counted(self.calendar, msgspec.structs.replace(clock, paused_at=None))
        return limits.wake_of(self.scheme, self.procedure, self.state, due)

    def pause(self) -> None:
        """Let all clocks stand still."""
        self.each_clock(lambda clock: clocks.paused(clock, self.at))
        self._each_open_hold(lambda hold: msgspec.structs.replace(hold, pauses=(*hold.pauses, Pause(self.at))))
        self.put(paused=True)

    def resume(self) -> None:
        """Let all clocks go on."""
        self.put(paused=False)
        self.each_clock(lambda clock: clocks.resumed(self.calendar, clock, self.at, self.wake(clock)))
        self._each_open_hold(lambda hold: _unpaused(hold, self.at))

    def extend(self, action: Action, answers: dict[str, Any]) -> None:
        """Lengthen the clocks that the action names by the answered number of units."""
        extension = action.extends
        if extension is None or not answers.get(extension.answer):
            return
        by = Duration.parse(f"{answers[extension.answer]} {extension.unit}")
        self.each_clock(
            lambda clock: (
                clocks.extended(self.calendar, clock, by, self.at, self.wake(clock))
                if clock.id in extension.clocks and clock.met_at is None
                else clock
            )
        )

    def set_limits(self, action: Action) -> None:
        """Give clocks a new limit that begins now, keeping the warning and the alarms that they had."""
        for rule in action.sets_limit:
            old = limits.rule_of(self.procedure, self.state, rule.id)
            warn = old.warn if old else ""
            self.start_clock(dataclasses.replace(rule, warn=warn), rule.id)

    # ── steps ──

    def enter(self, step_id: str, holder: Desk | None = None) -> None:
        """Move the case into a step (or close it); without a holder the step's own rule says who holds it."""
        self.leave()
        if step_id == CLOSED:
            self._close()
            return
        step = self.procedure.steps[step_id]
        avoid = self.state.doer_desk if step.not_doer else None
        desk = clear(self.scheme, self.state, holder or self.holder_of(step.holder), avoid)
        self.put(step=step_id, desk=desk, entered_at=self.at)
        for rule in (step.clock, step.response, *step.stages):
            self.start_clock(rule, rule.id if rule else "")
        self._hand_case_clock(reporter_time=step.reporter_time)
        self._hold(step_id, desk, STEP)

    def holder_of(self, words: Either) -> Desk:
        """Return the first desk that the alternatives give; what no rule finds a desk for stays with the system."""
        for word in self.facts().possible(words):
            found = desks_of(word, self.scheme, self.state)
            if found:
                return found[0]
        return SYSTEM

    def leave(self) -> None:
        """End the holds and clocks of the present step, and what is left of its parts."""
        if self.state.paused:
            self.resume()
        for part in self.state.parts:
            if part.state == "open":
                self.end_part(part, "cancelled")
        self._each_open_hold(lambda hold: _ended(hold, self.at, self._due(STEP)))
        self.put(clocks=tuple(clock for clock in self.state.clocks if clock.id == CASE))

    def carry(self, areas: dict[str, str]) -> None:
        """Let the case follow its ground to other areas: its posts become those there; step and clocks go on."""
        state = self.state
        new = {code: areas[level] for level, code in state.areas.items() if areas.get(level, code) != code}

        def there[Held: Desk | None](desk: Held) -> Held:
            if desk is None or desk.kind != "post" or desk.area not in new:
                return desk
            return msgspec.structs.replace(desk, area=new[desk.area])

        leaving = [hold for hold in state.holds if hold.until is None and there(hold.desk) != hold.desk]
        kept = tuple(
            _ended(hold, self.at, self._due(f"part:{hold.part}" if hold.part else STEP)) if hold in leaving else hold
            for hold in state.holds
        )
        stands = (Pause(self.at),) if state.paused else ()
        begun = tuple(
            msgspec.structs.replace(
                hold, seq=len(kept) + number, desk=there(hold.desk), since=self.at, actor="", pauses=stands
            )
            for number, hold in enumerate(leaving, start=1)
        )
        self.put(
            areas=dict(areas),
            desk=there(state.desk),
            doer_desk=there(state.doer_desk),
            received_by=there(state.received_by),
            caller=there(state.caller),
            parts=tuple(msgspec.structs.replace(part, desk=there(part.desk)) for part in state.parts),
            holds=(*kept, *begun),
        )

    def _hand_case_clock(self, *, reporter_time: bool) -> None:
        """The office's clock stands still in the reporter's time, and after a close; back at an office it goes on."""
        clock = self.state.clock(CASE)
        if clock is None:
            return
        if not reporter_time:
            if clock.frozen_at or clock.met_at:
                self._put_clock(clocks.unfrozen(self.calendar, clock, self.at, self.wake(clock)))
        elif not clock.frozen_at:
            since = clock.met_at or self.at
            self._put_clock(msgspec.structs.replace(clock, frozen_at=since, met_at=None))

    def _put_clock(self, changed: Clock) -> None:
        self.each_clock(lambda clock: changed if clock.id == changed.id else clock)

    def _hold(self, step_id: str, desk: Desk, clock_id: str, part: int = 0) -> None:
        clock = self.state.clock(clock_id)
        hold = Hold(
            seq=len(self.state.holds) + 1,
            step=step_id,
            desk=desk,
            since=self.at,
            limit=clock.limit if clock else "",
            rule=clock.rule if clock else "",
            clause=clock.clause if clock else "",
            part=part,
            pauses=(Pause(self.at),) if self.state.paused else (),
        )
        self.put(holds=(*self.state.holds, hold))

    def _due(self, clock_id: str) -> datetime | None:
        clock = self.state.clock(clock_id)
        return clocks.due_of(self.calendar, clock) if clock else None

    def _each_open_hold(self, change: Callable[[Hold], Hold], part: int | None = None) -> None:
        self.put(
            holds=tuple(
                change(hold) if hold.until is None and part in (None, hold.part) else hold for hold in self.state.holds
            )
        )

    def _close(self) -> None:
        clock = self.state.clock(CASE)
        came = (clock.frozen_at or self.at) if clock else self.at
        due = clocks.due_of(self.calendar, clock) if clock else None
        self.meet((CASE,))
        self.put(step=CLOSED, desk=None, entered_at=self.at, closed_at=self.at, in_time=due is None or came <= due)

    # ── parts ──

    def call(self, action: Action) -> None:
        """Give each co-handler that the action names a part with clocks of its own; nobody gets two, nor the holder.

        Whoever the case is about gets none; who is above them gets it instead.
        """
        joint = action.joint
        if joint is None:
            return
        taken = {part.desk for part in self.state.parts if part.state == "open"} | {self.state.desk, SYSTEM}
        task = self._words_of(joint.task)
        for word in joint.desks:
            for named in desks_of(word, self.scheme, self.state):
                desk = clear(self.scheme, self.state, named)
                if desk not in taken:
                    taken.add(desk)
                    self._call_one(action, joint, desk, task)

    def _call_one(self, action: Action, joint: Joint, desk: Desk, task: str) -> None:
        number = len(self.state.parts) + 1
        part = Part(number, self.state.step, desk, task=task, action=action.id)
        self.put(parts=(*self.state.parts, part), caller=self.by)
        self.start_clock(joint.clock, f"part:{number}")
        self.start_clock(joint.response, f"part:{number}:response")
        self._hold(self.state.step, desk, f"part:{number}", number)

    def _words_of(self, word: str) -> str:
        """Return the task of co-handlers: an answer (`answer.task` or just `task`), a fact, or the words themselves."""
        kind, dot, name = word.partition(".")
        if not dot and word in self.scheme.questions:
            kind, name = "answer", word
        if kind not in ("answer", "fact") or not name:
            return word
        answers = self.state.answers if kind == "answer" else self.state.facts
        return str(answers.get(name) or "")

    def end_part(self, part: Part, how: PartEnd, result: str = "") -> None:
        """Finish, return or cancel a part: its hold ends and its clocks stop."""
        number = part.number
        self._put_part(msgspec.structs.replace(part, state=how, result=result))
        self._each_open_hold(lambda hold: _ended(hold, self.at, self._due(f"part:{number}")), number)
        self.meet((f"part:{number}", f"part:{number}:response"))

    def arrive(self, part: Part) -> None:
        """A co-handler has come (or answered): its response clock stops."""
        self.meet((f"part:{part.number}:response",))

    def rate(self, part: Part, rating: str) -> None:
        """The lead or the caller rates a co-handler."""
        self._put_part(msgspec.structs.replace(part, rating=rating))

    def _put_part(self, changed: Part) -> None:
        self.put(parts=tuple(changed if part.number == changed.number else part for part in self.state.parts))


def _unpaused(hold: Hold, at: datetime) -> Hold:
    if not hold.pauses or hold.pauses[-1].until:
        return hold
    return msgspec.structs.replace(hold, pauses=(*hold.pauses[:-1], Pause(hold.pauses[-1].since, at)))


def _ended(hold: Hold, at: datetime, due: datetime | None) -> Hold:
    return msgspec.structs.replace(_unpaused(hold, at), until=at, due=due)
