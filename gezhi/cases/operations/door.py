"""The one door: every change of a case goes through `change_case`, and everything that people do through `act`.

The case's row is locked first, then what fell due is settled, then right, state and answers are checked by the
engine, and the event, the fold, the columns, the holds and the effects are written in one statement of the same
transaction. Whatever fails on the way takes everything back and tells nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from gezhi.cases import number as numbers
from gezhi.cases.access import account_id, visible
from gezhi.cases.errors import BadInput, Conflict, Impossible, Meanwhile, NotFound
from gezhi.cases.models import Case, CaseEvent, Proposal, SupervisionWatch
from gezhi.cases.operations import statements
from gezhi.cases.operations.attaching import as_ids, attach_to
from gezhi.cases.operations.intake import tidy_code
from gezhi.cases.operations.log import RECORD, Pen, Record, effect_row, outbox_row
from gezhi.cases.operations.projection import Around, columns, dump_state, hold_rows, load_state
from gezhi.cases.operations.report import plain_answers
from gezhi.cases.operations.statements import Row, as_bytea
from gezhi.cases.persons import misplaced
from gezhi.enactment import queries as enactment
from gezhi.foundation import crypto
from gezhi.people.access import desks_of
from gezhi.people.models import Account
from gezhi.schemes import engine
from gezhi.schemes.model import Scheme
from gezhi.schemes.state import REPORTER, Act, CaseState, Choice, Desk, Outcome, Refused

# Clocks of several servers may differ, and whoever waits for a row has read the clock before: so much is evened out.
_SKEW = timedelta(minutes=1)


@dataclass(slots=True)
class Open:
    """A case with its row locked, on the way to being changed."""

    case: Case
    scheme: Scheme
    state: CaseState
    before: CaseState
    pen: Pen
    now: datetime
    events: list[Row] = field(default_factory=list)
    effects: list[Row] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)

    def accept(self, outcome: Outcome) -> None:
        """Take over an outcome of the engine."""
        self.events.append(self.pen.event(outcome.event))
        self.effects.append(effect_row(self.case.pk, self.pen.seq, outcome, self.now))
        self.state = outcome.state

    def note(self, action: str, /, *, by: str, actor: str, **about: Any) -> None:
        """Note something in the log that changes no state."""
        self.events.append(self.pen.record(Record(action, by, self.now, actor, about)))

    def tell(self, topic: str, /, **body: Any) -> None:
        """Tell an upper room or the notices of it, once this is committed."""
        self.effects.append(outbox_row(topic, {"case": str(self.case.pk), "seq": self.pen.seq, **body}, self.now))

    def settle_expired(self) -> None:
        """Do what fell due before now, each at its own instant."""
        if self.case.wake_at is not None and self.case.wake_at <= self.now:
            for outcome in engine.expire(self.scheme, self.state, self.now):
                self.accept(outcome)


@dataclass(frozen=True, slots=True)
class Acted:
    """What an act led to. `proposal` is set where the desk could only propose it: then the case has not moved."""

    number: str
    step: str
    desk_key: str
    version: int
    step_due: datetime | None
    case_due: datetime | None
    closed_at: datetime | None
    proposal: UUID | None = None


def act(
    *, actor: Account | None, number: str, action: str, answers: Mapping[str, Any] | None = None,
    desk: Desk | None = None, part: int = 0, version: int | None = None, secret: str = "", now: datetime,
) -> Acted:  # fmt: skip
    """Do an action on a case: as an office (`actor`), or as who reported it (by account or by tracking code).

    `desk` says for which of the actor's desks, where several could. `version` is the case's version that the actor
    saw: when somebody else acted since, raises `Conflict` with what happened. Raises `NotFound` (or not to be seen),
    the engine's `Refused`, `BadInput`; then nothing was changed and nobody was told.
    """
    given = plain_answers(answers or {})
    with transaction.atomic():
        opened = open_locked(actor=actor, number=number, version=version, secret=secret, now=now)
        opened.settle_expired()
        choice = _choose(opened, actor, action=action, desk=desk, part=part, secret=secret)
        if choice is not None and choice.proposal:
            proposal = _propose(opened, actor, choice, given)
            write(opened)
            return acted(opened, proposal.pk)
        by = choice.by if choice is not None else _any_desk(opened, actor, desk, secret)
        perform(opened, action=action, by=by, actor=actor, answers=given, part=part)
        write(opened)
        return acted(opened)


def open_locked(
    *, actor: Account | None, number: str, now: datetime, version: int | None = None, secret: str = ""
) -> Open:
    """Lock a case's row that the actor may see (or whose code is given) and return it ready to be changed.

    Must be called inside a transaction.
    """
    tidied = numbers.tidy(number)
    if tidied is None:
        raise NotFound
    rows = Case.objects.unscoped(reason="the next line says who").filter(number=tidied)
    rows = (
        rows.filter(secret_hash=crypto.hash_secret(tidy_code(secret))) if secret else rows.filter(visible(actor, now))
    )
    case = rows.select_for_update(of=("self",)).first()
    if case is None:
        raise NotFound
    if version is not None and version != case.version:
        raise _conflict(case, version)
    return begin(case, now)


def begin(case: Case, now: datetime) -> Open:
    """Return a locked case ready to be changed; `now` is evened out with the log's last entry."""
    if case.changed_at > now:
        if case.changed_at - now > _SKEW:
            raise Impossible(
                _("The clock stands before this case's last entry (%(at)s). Check the server's clock.")
                % {"at": case.changed_at.isoformat()}
            )
        now = case.changed_at
    state = load_state(case.state)
    pen = Pen(case.pk, case.log_seq, bytes(case.log_head))
    return Open(case, enactment.scheme(case.scheme_version_id), state, state, pen, now)


def perform(
    opened: Open, *, action: str, by: Desk, actor: Account | None, answers: dict[str, Any], part: int = 0
) -> None:
    """Let the engine judge and carry out an action on an opened case."""
    if opened.case.area_id is None:
        raise Impossible(_("This case has no place yet. Give it one first; then it goes its way."))
    if opened.case.merged_into_id is not None:
        raise Impossible(
            _("This case was merged into another one and follows it. Act on the main case, or take the merge back.")
        )
    who = "" if by == REPORTER else account_id(actor)
    asked = opened.scheme.procedures[opened.state.procedure].actions.get(action)
    if wrong := misplaced(asked, answers, opened.case.area_path, opened.now):
        raise wrong
    opened.accept(engine.act(opened.scheme, opened.state, Act(action, by, opened.now, answers, who, part)))
    _keep_photos(opened, action, by, who, answers)
    _keep_watch(opened, action, by, who, answers)


def write(opened: Open) -> None:
    """Write everything that an opened case has gathered, in one statement; bump the version if the flow moved."""
    if not opened.events and not opened.extra:
        return
    case, state = opened.case, opened.state
    watches = (
        list(SupervisionWatch.objects.filter(case=case, until=None))
        if case.supervised or "supervised" in opened.extra
        else []
    )
    around = Around(
        area_path=opened.extra.get("area_path", case.area_path),
        watch_keys=tuple(watch.desk_key for watch in watches),
        watch_limit=min(
            (w.limit_at for w in watches if w.limit_at and not w.told_at and not state.closed_at), default=None
        ),
    )
    moved = any(row["kind"] != RECORD for row in opened.events)
    values = columns(opened.scheme, state, around) | opened.extra
    values |= {
        "id": case.pk, "version": case.version + moved, "log_seq": opened.pen.seq,
        "log_head": as_bytea(opened.pen.head), "changed_at": opened.now,
    }  # fmt: skip
    changed = moved or "area_path" in opened.extra
    holds = hold_rows(str(case.pk), state, around, since=_comparable(opened)) if changed else []
    statements.change(values, opened.events, holds, opened.effects)
    case.version, case.log_seq, case.log_head, case.changed_at = (
        values["version"],
        opened.pen.seq,
        opened.pen.head,
        opened.now,
    )
    case.state = dump_state(state)
    if moved:
        _lapse_proposals(opened)


def acted(opened: Open, proposal: UUID | None = None) -> Acted:
    """Return what the caller is told."""
    state = opened.state
    step, whole = state.clock("step"), state.clock("case")
    return Acted(
        opened.case.number, state.step, state.desk.key if state.desk else "", opened.case.version,
        step.due if step else None, whole.due if whole else None, state.closed_at, proposal,
    )  # fmt: skip


def reporter_desk(opened: Open, actor: Account | None, secret: str) -> Desk | None:
    """Return the reporter's desk when the actor is the one who reported: by the code, or by the account."""
    mine = actor is not None and opened.case.reporter_id == actor.pk
    return REPORTER if secret or mine else None


def own_desks(opened: Open, actor: Account | None, secret: str) -> tuple[Desk, ...]:
    """Return every desk for which the actor may speak on this case."""
    desks = desks_of(actor, opened.now) if actor is not None and not secret else ()
    reporter = reporter_desk(opened, actor, secret)
    return (*desks, reporter) if reporter else desks


def _keep_photos(opened: Open, action_id: str, by: Desk, who: str, answers: Mapping[str, Any]) -> None:
    """Put the photos that an answer names with the case; those of a public action are shown to the reporter."""
    action = opened.scheme.procedures[opened.before.procedure].actions.get(action_id)
    for question in action.asks if action else ():
        if question.kind == "photos" and answers.get(question.id):
            attach_to(
                opened, as_ids(answers[question.id], question.id), role=question.id,
                public=bool(action and action.public), by=by.key, who=who,
            )  # fmt: skip


def _keep_watch(opened: Open, action_id: str, by: Desk, who: str, answers: Mapping[str, Any]) -> None:
    """Mark a case as supervised when a superior set it a limit by the scheme's own action."""
    action = opened.scheme.procedures[opened.before.procedure].actions.get(action_id)
    if action is None or not action.sets_limit or "superior" not in action.by:
        return
    SupervisionWatch.objects.get_or_create(
        case=opened.case, desk_key=by.key, until=None,
        defaults={"actor": who, "reason": str(answers.get("reason", "")), "since": opened.now},
    )  # fmt: skip
    opened.extra["supervised"] = True


def _comparable(opened: Open) -> CaseState | None:
    """Return the state that holds are compared with, or None when the flow began anew or the copies changed."""
    again = any(row["kind"] == "open" for row in opened.events) or "area_path" in opened.extra
    return None if again else opened.before


def _choose(
    opened: Open, actor: Account | None, *, action: str, desk: Desk | None, part: int, secret: str
) -> Choice | None:
    """Return the open choice of this action for the actor's desks, or None (then the engine says why not)."""
    desks = own_desks(opened, actor, secret)
    if desk is not None:
        desks = tuple(one for one in desks if one == desk)
    offered = [one for one in engine.choices(opened.scheme, opened.state, desks, opened.now) if one.action == action]
    if part:
        offered = [one for one in offered if one.part == part]
    free = [one for one in offered if not one.blocked]
    return next(iter([one for one in free if not one.proposal] or free), None)


def _any_desk(opened: Open, actor: Account | None, desk: Desk | None, secret: str) -> Desk:
    """Return the desk in whose name the engine is asked, so that its refusal fits the one who asks."""
    desks = own_desks(opened, actor, secret)
    if desk is not None:
        if desk not in desks:
            raise Refused("not_yours", "您现在不任这个岗位。", "You do not hold this post now.", field="desk")
        return desk
    keys = {hold.desk for hold in opened.state.holds if hold.until is None}
    return next((one for one in desks if one in keys), desks[0] if desks else Desk("person"))


def _propose(opened: Open, actor: Account | None, choice: Choice, answers: dict[str, Any]) -> Proposal:
    if choice.approver is None:
        raise ValueError(f"the choice {choice.action} is a proposal without an approver")
    waiting = Proposal.objects.filter(
        case=opened.case, action=choice.action, part=choice.part, state=Proposal.State.OPEN
    )
    if waiting.exists():
        raise Impossible(_("This was already proposed and waits for a decision."))
    # Try it, so that answers which could never be approved are refused now; the outcome is thrown away.
    engine.act(opened.scheme, opened.state, Act(choice.action, choice.approver, opened.now, answers, "", choice.part))
    proposal = Proposal.objects.create(
        case=opened.case, action=choice.action, part=choice.part, answers=answers, by_key=choice.by.key,
        by_actor=account_id(actor), entered_at=opened.state.entered_at, approver_key=choice.approver.key, at=opened.now,
    )  # fmt: skip
    opened.note("propose", by=choice.by.key, actor=account_id(actor), action=choice.action, proposal=str(proposal.pk))
    opened.tell("case.proposed", proposal=str(proposal.pk), action=choice.action, to=choice.approver.key)
    return proposal


def _lapse_proposals(opened: Open) -> None:
    """Close proposals of a step that the case has left: what they asked for no longer stands."""
    Proposal.objects.filter(case=opened.case, state=Proposal.State.OPEN).exclude(
        entered_at=opened.state.entered_at
    ).update(state=Proposal.State.LAPSED, decided_at=opened.now)


def _conflict(case: Case, seen: int) -> Conflict:
    moves = (
        CaseEvent.objects.filter(case_id=case.pk).exclude(kind=RECORD).order_by("-seq")[: max(case.version - seen, 1)]
    )
    since: Sequence[Meanwhile] = [Meanwhile(row.action, row.desk_key, row.actor, row.at) for row in reversed(moves)]
    return Conflict(seen=seen, version=case.version, meanwhile=tuple(since))


def check_text(text: str, *, most: int, name: str) -> str:
    """Return a text that must not be empty nor too long."""
    if not text:
        raise BadInput(_("Write something first."), field=name)
    if len(text) > most:
        raise BadInput(_("At most %(most)s characters, please.") % {"most": most}, field=name)
    return text
