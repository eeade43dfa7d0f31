"""What an action would do to several cases, from the pure engine: nothing is locked and nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from gezhi.cases import number as numbers
from gezhi.cases.access import works_on
from gezhi.cases.models import Case
from gezhi.cases.operations.projection import load_state
from gezhi.cases.operations.report import plain_answers
from gezhi.cases.persons import misplaced
from gezhi.enactment import queries as enactment
from gezhi.people.access import desks_of
from gezhi.people.models import Account
from gezhi.schemes import engine
from gezhi.schemes.model import Action, Scheme
from gezhi.schemes.state import Act, CaseState, Choice, Refused
from gezhi.schemes.text import Text

MOST = 100


@dataclass(frozen=True, slots=True)
class Standing:
    """A case as it stands now, and what the account may do with it."""

    case: Case
    scheme: Scheme
    state: CaseState
    choices: tuple[Choice, ...] = ()
    hindered: str = ""

    def action(self, choice: Choice) -> Action:
        """Return the action of a choice."""
        return self.scheme.procedures[self.state.procedure].actions[choice.action]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What an action would do to a case: the state after it, or why not (`field`: the answer that is wrong).

    `proposal`: it would wait for another desk's decision.
    """

    standing: Standing
    choice: Choice | None = None
    after: CaseState | None = None
    refused: Text | None = None
    clause: str = ""
    field: str = ""
    proposal: bool = False


def standings(*, account: Account, numbers_given: Sequence[str], now: datetime) -> list[Standing]:
    """Return the cases of these numbers that the account works on, in the order given; others are left out."""
    tidied = list(dict.fromkeys(one for raw in numbers_given[:MOST] if (one := numbers.tidy(raw)) is not None))
    rows = Case.objects.visible_to(account, now=now).filter(number__in=tidied).select_related("area__parent")
    by_number = {
        case.number: case
        for case in rows.defer("text", "contact", "log_head", "area__boundary", "area__parent__boundary")
    }
    found = [by_number[number] for number in tidied if number in by_number]
    return [_standing(case, account, now) for case in found if works_on(account, case, now)]


def foresee(
    *, account: Account, standing: Standing, action: str, answers: Mapping[str, Any], now: datetime
) -> Foreseen:
    """Return what an action with these answers would do to a case."""
    offered = [one for one in standing.choices if one.action == action]
    choice = next(iter(sorted(offered, key=lambda one: (bool(one.blocked), one.proposal))), None)
    if standing.hindered:
        return Foreseen(standing, refused=Text(standing.hindered, standing.hindered))
    if choice is None:
        return Foreseen(standing, refused=Text("您在这个环节不能这样办。", "This is not open to you at this step."))
    if choice.blocked:
        return Foreseen(standing, choice, refused=Text(choice.zh, choice.en), clause=choice.clause)
    if wrong := misplaced(standing.action(choice), answers, standing.case.area_path, now):
        return Foreseen(standing, choice, refused=Text(wrong.zh, wrong.en), field=wrong.field)
    by = choice.approver if choice.proposal and choice.approver else choice.by
    who = "" if choice.proposal else str(account.pk)
    try:
        outcome = engine.act(
            standing.scheme, standing.state, Act(action, by, now, plain_answers(answers), who, choice.part)
        )
    except Refused as why:
        return Foreseen(standing, choice, refused=Text(why.zh, why.en), clause=why.clause, field=why.field)
    return Foreseen(standing, choice, outcome.state, clause=choice.clause, proposal=choice.proposal)


def _standing(case: Case, account: Account, now: datetime) -> Standing:
    scheme, state = enactment.scheme(case.scheme_version_id), load_state(case.state)
    if case.wake_at is not None and case.wake_at <= now:
        for outcome in engine.expire(scheme, state, now):
            state = outcome.state
    if case.area_id is None:
        return Standing(case, scheme, state, hindered=_("It has no place yet."))
    if case.merged_into_id is not None:
        return Standing(case, scheme, state, hindered=_("It was merged into another case and follows it."))
    return Standing(case, scheme, state, engine.choices(scheme, state, desks_of(account, now), now))
