"""Proposals: what a desk asked for, said in words with its consequence, for whoever decides on it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from gezhi.cases import queries
from gezhi.cases.models import Proposal
from gezhi.cases.operations.projection import load_state
from gezhi.cases.queries import CasePage
from gezhi.enactment import queries as enactment
from gezhi.people import access
from gezhi.people.models import Account
from gezhi.schemes.model import Action, Scheme
from gezhi.schemes.state import CaseState, Desk
from gezhi.web import wording
from gezhi.web.desk.previews import Shift, shifts
from gezhi.web.desks import called, parse


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal as a page shows it. `mine` says whether the reader may decide, `own` whether the reader made it."""

    id: UUID
    number: str
    title: str
    action: str
    by: str
    approver: str
    at: datetime
    facts: tuple[tuple[str, str], ...]
    shifts: tuple[Shift, ...]
    clause: str
    mine: bool
    own: bool


def proposal_rows(account: Account, now: datetime) -> list[ProposalRow]:
    """Return what waits for the reader's decision, oldest first."""
    found = list(queries.proposals_for(account=account, now=now)[:100])
    names = _names(found, now)
    return [
        _row(one, enactment.scheme(one.case.scheme_version_id), load_state(one.case.state), names, account, now=now)
        for one in found
    ]


def open_on(page: CasePage, account: Account, now: datetime) -> list[ProposalRow]:
    """Return the proposals of a case that nobody has decided yet."""
    names = {
        key: page.names.desk(key)
        for one in page.proposals
        for key in (one.by_key, one.approver_key)
    }  # fmt: skip
    waiting = [one for one in page.proposals if one.state == Proposal.State.OPEN]
    for one in waiting:
        one.case = page.case
    return [_row(one, page.scheme, page.state, names, account, now=now) for one in waiting]


def _names(found: Iterable[Proposal], now: datetime) -> dict[str, str]:
    names: dict[str, str] = {}
    by_scheme: dict[UUID, list[Desk]] = {}
    for one in found:
        by_scheme.setdefault(one.case.scheme_version_id, []).extend((parse(one.by_key), parse(one.approver_key)))
    for version, desks in by_scheme.items():
        names |= {key: name.name for key, name in called(desks, enactment.scheme(version), now).items()}
    return names


def _row(
    one: Proposal, scheme: Scheme, state: CaseState, names: Mapping[str, str], account: Account, *, now: datetime
) -> ProposalRow:
    action = scheme.procedures[state.procedure].actions[one.action]
    desks = {desk.key for desk in access.desks_of(account, now)}
    own = one.by_actor == str(account.pk)
    return ProposalRow(
        id=one.pk,
        number=one.case.number,
        title=one.case.title,
        action=wording.say(action.title),
        by=names.get(one.by_key, one.by_key),
        approver=names.get(one.approver_key, one.approver_key),
        at=one.at,
        facts=tuple(_facts(action, scheme, one.answers)),
        shifts=tuple(_shifts(scheme, state, action, one.answers, now)),
        clause=action.clause,
        mine=one.approver_key in desks and not own,
        own=one.by_key in desks,
    )


def _shifts(scheme: Scheme, state: CaseState, action: Action, answers: Mapping[str, Any], now: datetime) -> list[Shift]:
    amount = answers.get(action.extends.answer) if action.extends else None
    return shifts(scheme, state, action, amount, now) if isinstance(amount, int) else []


def _facts(action: Action, scheme: Scheme, answers: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for question in action.asks:
        answer = answers.get(question.id)
        if answer in (None, "", []) or question.kind == "photos":
            continue
        options = {option.id: wording.say(option.title) for option in question.choices}
        if question.kind in ("department", "departments"):
            options = {one.id: wording.say(one.title) for one in scheme.departments.values()}
        said = answer if isinstance(answer, list) else [answer]
        yield wording.say(question.title), "、".join(options.get(str(value), str(value)) for value in said)
