"""What a resident sees with number and code: what happened, which office has it, when it is due, what to sign."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gezhi.cases import number as numbers
from gezhi.cases.models import Case, CaseEvent, CaseFile, Comment
from gezhi.cases.operations.intake import tidy_code
from gezhi.cases.operations.projection import load_state
from gezhi.cases.queries.names import Names, names_for
from gezhi.cases.queries.similar import followers
from gezhi.cases.queries.story import Entry, desks_in, public_story
from gezhi.enactment import queries as enactment
from gezhi.foundation import crypto
from gezhi.people.models import Account
from gezhi.schemes import engine
from gezhi.schemes.model import Scheme
from gezhi.schemes.state import REPORTER, CaseState, Choice, Clock, Light


@dataclass(frozen=True, slots=True)
class Tracking:
    """A case as its reporter sees it: no internal note, no colleague's name, no one's contact.

    For a merged case, `state`, `story` and `due` are the main case's progress; `choices` are then empty.
    """

    number: str
    title: str
    text: str
    address: str
    item: str
    area: str
    opened_at: datetime
    closed_at: datetime | None
    outcome: str
    step: str
    step_title: str
    office: str
    case_clock: Clock | None
    step_clock: Clock | None
    case_light: Light | None
    step_light: Light | None
    paused: bool
    in_time: bool | None
    version: int
    merged_into: str
    choices: tuple[Choice, ...]
    story: tuple[Entry, ...]
    files: tuple[CaseFile, ...]
    names: Names
    scheme: Scheme
    procedure: str
    state: CaseState
    followers: int


def track(*, number: str, secret: str, now: datetime, language: str = "zh-hans") -> Tracking | None:
    """Return the tracking page for a number and its code, or None when the two don't belong together."""
    tidied = numbers.tidy(number)
    code = tidy_code(secret)
    if tidied is None or not code:
        return None
    rows = Case.objects.unscoped(reason="the code given is the right to look")
    return _view(rows.filter(number=tidied, secret_hash=crypto.hash_secret(code)), now, language)


def track_own(*, account: Account, number: str, now: datetime, language: str = "zh-hans") -> Tracking | None:
    """Return the tracking page of a case that the account itself reported."""
    tidied = numbers.tidy(number)
    if tidied is None:
        return None
    return _view(Case.objects.visible_to(account, now=now).filter(number=tidied, reporter=account), now, language)


def _view(rows: Any, now: datetime, language: str) -> Tracking | None:
    case = rows.select_related("area", "merged_into").first()
    if case is None:
        return None
    lead = case.merged_into or case
    scheme, state = enactment.scheme(lead.scheme_version_id), load_state(lead.state)
    log = list(CaseEvent.objects.filter(case_id=lead.pk).order_by("seq"))
    comments = list(Comment.objects.filter(case=case, public=True).order_by("at"))
    files = list(CaseFile.objects.filter(case=lead, withdrawn_at=None).select_related("file").order_by("at"))
    own = lead.pk == case.pk
    # A main case's reporter is another person: what that one sent is not shown to who reported the same.
    shown = tuple(file for file in files if (own if file.desk_key == REPORTER.key else file.public))
    names = names_for(scheme, language, desks_in(log) | {hold.desk for hold in state.holds}, ())
    return _tracking(
        case, lead, scheme=scheme, state=state, names=names, files=shown, now=now,
        story=public_story(scheme, names, log, comments, shown, own=own),
    )  # fmt: skip


def _tracking(
    case: Case, lead: Case, *, scheme: Scheme, state: CaseState, names: Names, story: tuple[Entry, ...],
    files: tuple[CaseFile, ...], now: datetime,
) -> Tracking:  # fmt: skip
    language = names.language
    whole, step = state.clock("case"), state.clock("step")
    steps = scheme.procedures[state.procedure].steps
    own = lead.pk == case.pk
    return Tracking(
        number=case.number,
        title=case.title,
        text=case.text,
        address=case.address,
        item=scheme.items[state.item].title.say(language) if state.item in scheme.items else state.item,
        area=case.area.name if case.area else "",
        opened_at=case.opened_at,
        closed_at=lead.closed_at,
        outcome=lead.outcome,
        step=state.step,
        step_title=steps[state.step].title.say(language) if state.step in steps else "",
        office=names.office(state.desk) if state.desk else "",
        case_clock=whole,
        step_clock=step,
        case_light=engine.light(whole, now) if whole else None,
        step_light=engine.light(step, now) if step else None,
        paused=state.paused,
        in_time=state.in_time,
        version=case.version,
        merged_into="" if own else lead.number,
        choices=engine.choices(scheme, state, (REPORTER,), now) if own and case.area_id else (),
        story=story,
        files=files,
        names=names,
        scheme=scheme,
        procedure=state.procedure,
        state=state,
        followers=followers([lead.pk]).get(lead.pk, 0),
    )
