"""What would follow if a report were sent now: who has it, until when, and what the worker may do with it at once.

The engine opens the case on paper. So “settled on the spot” and “report up” stand on the page only where the plan lets
this worker do them, and ask only what the plan asks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from gezhi.cases import operations as cases
from gezhi.cases.errors import CaseError
from gezhi.enactment import queries as enactment
from gezhi.people import access
from gezhi.people.models import Account
from gezhi.schemes import at_once, engine
from gezhi.schemes.clocks import calendar_of
from gezhi.schemes.model import Action, Question, Scheme
from gezhi.schemes.state import CaseState, Choice, Opening, Refused
from gezhi.schemes.text import Text
from gezhi.schemes.ways import Course
from gezhi.territory import queries as territory
from gezhi.web import questions, wording
from gezhi.web.acting import offers_for
from gezhi.web.clocks import clock_view
from gezhi.web.components import ClockView
from gezhi.web.desks import called
from gezhi.web.questions import Form, Offer

CHANNEL = "field"


@dataclass(frozen=True, slots=True)
class Way:
    """Something that the worker may do right after sending, with what the plan asks for it."""

    key: str
    title: str
    help: str
    works: bool
    form: Form
    choice: Choice
    asks: tuple[Question, ...]
    offers: Mapping[str, Sequence[Offer]]


@dataclass(frozen=True, slots=True)
class Ahead:
    """What would follow. `mine`: it comes to one of the worker's own desks; else `holder` has it."""

    mine: bool = False
    holder: str = ""
    clock: ClockView | None = None
    ways: tuple[Way, ...] = ()
    refused: str = ""
    divert: str = ""

    def way(self, key: str) -> Way | None:
        """Return the way of a key."""
        return next((one for one in self.ways if one.key == key), None)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the form says so far."""

    item: str
    area: str
    wrong: Mapping[str, Form] = field(default_factory=dict)


def ahead(account: Account, wanted: Wanted, now: datetime) -> Ahead | None:
    """Return what would follow; None while item or place is not known yet."""
    on = timezone.localdate(now)
    scheme = next((one for _, one in enactment.all_in_force(on) if wanted.item in one.items), None)
    levels = {area.level: area.code for area in territory.chain(wanted.area, on)} if wanted.area else {}
    if scheme is None or not levels or not scheme.items[wanted.item].procedure:
        return None
    divert = wording.say(scheme.items[wanted.item].divert)
    opening = Opening(
        item=wanted.item, channel=CHANNEL, at=now, areas=levels, facts={"anonymous": False},
        received_by=access.first_desk(account, now),
    )  # fmt: skip
    try:
        # What the opening asks is answered further down the same screen.
        state = engine.open_case(at_once.unasked(scheme, wanted.item), opening).state
    except Refused as refusal:
        return Ahead(refused=wording.say(Text(refusal.zh, refusal.en)), divert=divert)
    desks = access.desks_of(account, now)
    named = called([state.desk], scheme, now, with_people=True)[state.desk.key] if state.desk else None
    return Ahead(
        mine=state.desk in desks,
        holder=" ".join((named.name, *named.people[:1])) if named else "",
        clock=_clock(scheme, state, now),
        ways=tuple(_ways(scheme, state, engine.choices(scheme, state, desks, now), wanted.wrong, now)),
        divert=divert,
    )


def _clock(scheme: Scheme, state: CaseState, now: datetime) -> ClockView | None:
    clock = state.clock("step") or state.clock("case")
    if clock is None or clock.due is None:
        return None
    return clock_view(clock, engine.light(clock, now), calendar_of(scheme), now)


def _ways(
    scheme: Scheme, state: CaseState, choices: Sequence[Choice], wrong: Mapping[str, Form], now: datetime
) -> list[Way]:
    """Return what may be done at once, each with its form."""
    some = list(at_once.ways(scheme, state, choices))
    alone = sum(course is Course.LEADS_ON for _, _, course in some) == 1
    found = []
    for choice, action, course in some:
        asks = at_once.asked(action)
        offers = offers_for(scheme, asks, None, now)
        form = wrong.get(action.id) or questions.blank(asks, offers, now, prefix=f"{action.id}-")
        title = _title(action, course, alone=alone)
        leads = _leads(at_once.leads_to(scheme, state, action))
        found.append(Way(action.id, title, leads, action.does_work, form, choice, asks, offers))
    return found


def _title(action: Action, course: Course, *, alone: bool) -> str:
    if course is Course.WORKS:
        return gettext("Done on the spot")
    title = wording.say(action.title)
    return gettext("Not for me: %(action)s") % {"action": title} if alone else title


def _leads(parts: Sequence[Text | str]) -> str:
    said = [wording.say(one) if isinstance(one, Text) else one for one in parts]
    return gettext("next: %(step)s") % {"step": " · ".join(one for one in said if one)} if parts else ""


def read(request: HttpRequest, account: Account, way: Way, now: datetime) -> Form:
    """Read what a way asks."""
    return questions.read(way.asks, request, way.offers, now, actor=str(account.pk), prefix=f"{way.key}-")


def take(account: Account, number: str, way: Way, form: Form, now: datetime) -> str:
    """Do it on the case that was just taken in; return why not, if it could not be done.

    Then the words and the photos are kept as a note, but a photo that is itself the reason.
    """
    wrong = ""
    try:
        cases.act(
            actor=account, number=number, action=way.key, answers=form.answers, desk=way.choice.by, version=1, now=now
        )
    except Refused as refusal:
        why = wording.say(Text(refusal.zh, refusal.en))
    except CaseError as error:
        why, wrong = str(error), getattr(error, "field", "")
    else:
        return ""
    said = "\n".join(one.value for one in form.fields if one.kind == "text" and one.value)
    shown = [one.id for one in way.asks if one.kind == "photos" and one.id != wrong]
    photos = [UUID(one) for name in shown for one in form.answers.get(name, ())]
    if said:
        cases.comment(actor=account, number=number, text=said, files=photos, now=now)
    elif photos:
        cases.attach(actor=account, number=number, files=photos, role="comment", now=now)
    return why
