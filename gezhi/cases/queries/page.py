"""Everything that a case's page shows, in a fixed number of queries however long the case has run."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from django.db.models import Q, Value

from gezhi.cases.access import may_see_contact, works_on
from gezhi.cases.errors import NotFound
from gezhi.cases.models import Case, CaseEvent, CaseFile, Comment, Proposal, SupervisionWatch
from gezhi.cases.operations.log import desk_from
from gezhi.cases.operations.projection import load_state
from gezhi.cases.queries.alike import ALIKE_DAYS, LOOKED_THROUGH, Alike, alike
from gezhi.cases.queries.lists import find_with_followers
from gezhi.cases.queries.names import Names, names_for
from gezhi.cases.queries.story import Entry, desks_in, office_story
from gezhi.enactment import queries as enactment
from gezhi.people.access import standing
from gezhi.people.models import Account
from gezhi.schemes import engine
from gezhi.schemes.model import Question, Scheme
from gezhi.schemes.state import REPORTER, CaseState, Choice, Clock, Desk, HoldTime, Light
from gezhi.territory import queries as territory
from gezhi.territory.models import Area

RELATED = 6
_NEAR_DEGREES = 0.001  # about 100 m
_RELATED_DAYS = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class ClockView:
    """A clock with its light now."""

    clock: Clock
    light: Light


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case as an office sees it. The contact is not in it: `operations.look_at_contact` shows and logs it.

    `state.answers` and the story leave out what the reporter chose (ratings). `can_*` say what beside `choices` is
    offered.
    """

    case: Case
    scheme: Scheme
    state: CaseState
    names: Names
    areas: tuple[Area, ...]
    clocks: tuple[ClockView, ...]
    look_back: tuple[HoldTime, ...]
    part_times: tuple[HoldTime, ...]
    choices: tuple[Choice, ...]
    story: tuple[Entry, ...]
    files: tuple[CaseFile, ...]
    comments: tuple[Comment, ...]
    proposals: tuple[Proposal, ...]
    watches: tuple[SupervisionWatch, ...]
    related: tuple[Case, ...]
    alike: tuple[Alike, ...]
    withdrawn: tuple[CaseFile, ...]
    duplicates: tuple[Case, ...]
    main: Case | None
    followers: int
    has_contact: bool
    can_see_contact: bool
    works_on: bool


def case_page(*, account: Account, number: str, now: datetime, language: str = "zh-hans") -> CasePage:
    """Return a case's page for an account. Raises `NotFound` also for a case that the account may not see."""
    case = find_with_followers(account=account, number=number, now=now)
    if case is None:
        raise NotFound
    scheme = enactment.scheme(case.scheme_version_id)
    state = load_state(case.state)
    desks = _desks(account, case, now)
    log = list(CaseEvent.objects.filter(case_id=case.pk).order_by("seq"))
    comments = tuple(Comment.objects.filter(case=case).order_by("at"))
    every_file = tuple(CaseFile.objects.filter(case=case).select_related("file").order_by("at"))
    files = tuple(one for one in every_file if one.withdrawn_at is None)
    proposals = tuple(Proposal.objects.filter(case=case).order_by("at"))
    watches = tuple(SupervisionWatch.objects.filter(case=case).order_by("since")) if case.supervised else ()
    near, lately = _around(case, account, now)
    names = _names(scheme, state, language, log=log, comments=comments, proposals=proposals, watches=watches)
    holders = [hold.desk.key for hold in state.holds if hold.until is None]
    return CasePage(
        case=case,
        scheme=scheme,
        state=without_ratings(scheme, state),
        names=names,
        areas=_line(case.area) if case.area else (),
        clocks=tuple(ClockView(clock, engine.light(clock, now)) for clock in state.clocks),
        look_back=engine.look_back(scheme, state, now),
        part_times=engine.part_times(scheme, state, now),
        choices=engine.choices(scheme, state, desks, now) if case.area_id and not case.merged_into_id else (),
        story=office_story(scheme, names, log, comments, files),
        files=files,
        comments=comments,
        proposals=proposals,
        watches=watches,
        related=tuple(one for one in near if one.merged_into_id != case.pk and one.pk != case.merged_into_id),
        alike=alike(case, (*near, *lately), account, now),
        withdrawn=tuple(one for one in every_file if one.withdrawn_at is not None),
        duplicates=tuple(one for one in near if one.merged_into_id == case.pk),
        main=next((one for one in near if one.pk == case.merged_into_id), None),
        followers=case.follower_count,  # type: ignore[attr-defined]
        has_contact=bool(case.contact),
        can_see_contact=bool(case.contact) and may_see_contact(account, case, holders, now),
        works_on=works_on(account, case, now),
    )


def _line(area: Area) -> tuple[Area, ...]:
    """Return an area with all above it, top first: one query, also when the area has been closed since."""
    above = area.path.split("/")[:-2]
    found = {one.code: one for one in territory.areas().filter(code__in=above)}
    return (*(found[code] for code in above if code in found), area)


def without_ratings(scheme: Scheme, state: CaseState) -> CaseState:
    """Return the state without what the reporter chose: offices learn ratings as sums only."""
    hidden = rating_questions(scheme, state.procedure)
    kept = {name: answer for name, answer in state.answers.items() if name not in hidden}
    return msgspec.structs.replace(state, answers=kept)


def rating_questions(scheme: Scheme, procedure: str) -> frozenset[str]:
    """Return the questions in which a reporter rates: those of a reporter's actions that are no plain text."""
    return frozenset(one.id for one in reporter_questions(scheme, procedure) if one.kind == "choice")


def reporter_questions(scheme: Scheme, procedure: str) -> tuple[Question, ...]:
    """Return what the actions ask that only the reporter does."""
    actions = scheme.procedures[procedure].actions.values()
    steps = {step.id for step in scheme.procedures[procedure].steps.values() if _reporters(step.holder)}
    asked = (a for a in actions if "reporter" in a.by or (set(a.ways) <= steps and "holder" in a.by))
    return tuple(question for action in asked for question in action.asks)


def _reporters(holder: Iterable[object]) -> bool:
    return any(getattr(way, "value", "") == REPORTER.key for way in holder)


def _desks(account: Account, case: Case, now: datetime) -> tuple[Desk, ...]:
    desks = standing(account, now).desks
    return (*desks, REPORTER) if case.reporter_id == account.pk else desks


def _names(
    scheme: Scheme, state: CaseState, language: str, *, log: list[CaseEvent], comments: Iterable[Comment],
    proposals: Iterable[Proposal], watches: Iterable[SupervisionWatch],
) -> Names:  # fmt: skip
    desks = desks_in(log) | {hold.desk for hold in state.holds} | {part.desk for part in state.parts}
    desks |= {desk_from(note.desk_key) for note in comments}
    desks |= {desk_from(key) for one in proposals for key in (one.by_key, one.approver_key)}
    desks |= {desk_from(watch.desk_key) for watch in watches}
    if state.received_by:
        desks.add(state.received_by)
    desks |= set(state.about)
    actors = {row.actor for row in log} | {note.actor for note in comments} | {watch.actor for watch in watches}
    actors |= {str(one) for note in comments for one in note.mentions or ()}
    return names_for(scheme, language, desks, actors - {""})


def _around(case: Case, account: Account, now: datetime) -> tuple[list[Case], list[Case]]:
    """Return what the page shows beside the case, and what else may be the same matter: one query.

    The first are its main case, duplicates, parent and children, then what is near in place and time with the same
    item; the second what came last in the same area, where the case is still open.
    """
    seen = (
        Case.objects.visible_to(account, now=now)
        .exclude(pk=case.pk)
        .select_related("area")
        .defer("text", "contact", "state", "log_head", "area__boundary")
        .order_by("-pk")
    )
    beside = seen.filter(_ties(case) | _near(case)).annotate(found_as=Value("beside"))[: RELATED * 2]
    if case.closed_at is None and case.merged_into_id is None:
        lately = seen.filter(area_path=case.area_path, opened_at__gte=case.opened_at - ALIKE_DAYS)
        beside = beside.union(lately.annotate(found_as=Value("lately"))[:LOOKED_THROUGH], all=True)
    found: tuple[list[Case], list[Case]] = ([], [])
    for one in beside:
        found[one.__dict__["found_as"] == "lately"].append(one)
    return found


def _ties(case: Case) -> Q:
    return (
        Q(merged_into=case.pk)
        | Q(parent=case.pk)
        | Q(pk__in=[one for one in (case.merged_into_id, case.parent_id) if one])
    )


def _near(case: Case) -> Q:
    if case.lat is None or case.lon is None:
        return Q(pk__in=[])
    return Q(
        lat__range=(case.lat - _NEAR_DEGREES, case.lat + _NEAR_DEGREES),
        lon__range=(case.lon - _NEAR_DEGREES, case.lon + _NEAR_DEGREES),
        item=case.item,
        opened_at__gte=case.opened_at - _RELATED_DAYS,
    )
