"""Rows of the desk's lists: light, title, where, whose turn, what is left and by which clause."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from gezhi.cases.models import Case
from gezhi.cases.queries import QueueRow
from gezhi.enactment import queries as enactment
from gezhi.schemes.clocks import calendar_of
from gezhi.schemes.model import CLOSED, Procedure, Scheme, Step
from gezhi.schemes.state import Light
from gezhi.territory import queries as territory
from gezhi.web import wording
from gezhi.web.clocks import row_words
from gezhi.web.desk.finds import Marked, shown_why

URGENT_FIRST = (Light.RED, Light.YELLOW, Light.GREEN, Light.PAUSED, Light.DONE)


@dataclass(frozen=True, slots=True)
class Row:
    """A case as a line of a list."""

    number: str
    title: str
    light: Light
    left: str
    due: str
    clause: str
    step: str
    place: str
    channel: str
    tags: tuple[str, ...]
    version: int = 0
    marked: tuple[Marked, ...] = ()
    why: tuple[Marked, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one light (or of all, in another order); `count` is how many there are, None where nobody counted."""

    light: Light | None
    rows: tuple[Row, ...]
    count: int | None = None


def queue_row(found: QueueRow, now: datetime, sought: str = "") -> Row:
    """Make a row of a queue: the clock is that of the hold."""
    case, scheme = found.case, enactment.scheme(found.case.scheme_version_id)
    procedure = scheme.procedures[case.procedure]
    step = procedure.steps.get(found.step)
    words = row_words(found.due, found.light, calendar_of(scheme), now)
    told = ((found.came_back, gettext("came back")), (found.part, gettext("co-handler")))
    tags = (*_tags(case, scheme), *(words for holds, words in told if holds))
    return _row(
        case,
        scheme,
        step,
        found.light,
        words=words,
        clause=_clause(step, procedure) if not found.part else "",
        tags=tags,
        sought=sought,
    )


def case_row(case: Case, now: datetime, sought: str = "") -> Row:
    """Make a row of a list of cases: the clock is that of the whole case."""
    scheme = enactment.scheme(case.scheme_version_id)
    step, light = scheme.procedures[case.procedure].steps.get(case.step), case_light(case, now)
    if light is Light.DONE and case.closed_at is not None:
        words = gettext("done"), wording.say_past(case.closed_at, now)
    else:
        words = row_words(case.case_due, light, calendar_of(scheme), now)
    rule = scheme.procedures[case.procedure].clock
    clause = rule.clause or scheme.procedures[case.procedure].clause if rule and light is not Light.DONE else ""
    return _row(case, scheme, step, light, words=words, clause=clause, tags=_tags(case, scheme), sought=sought)


def case_light(case: Case, now: datetime) -> Light:
    """Return the light of a case as a whole."""
    if case.closed_at is not None:
        return Light.DONE
    if case.paused:
        return Light.PAUSED
    if case.case_due is not None and now > case.case_due:
        return Light.RED
    return Light.YELLOW if case.case_warn is not None and now >= case.case_warn else Light.GREEN


def by_light(rows: Iterable[Row], counts: dict[Light, int] | None = None) -> list[Group]:
    """Group rows by light, the urgent first; within a light they stay in order."""
    found = list(rows)
    groups = []
    for light in URGENT_FIRST:
        mine = tuple(row for row in found if row.light is light)
        if mine:
            groups.append(Group(light, mine, counts.get(light) if counts is not None else None))
    return groups


def in_order(rows: Iterable[Row]) -> list[Group]:
    """Return rows as they are, without headings."""
    found = tuple(rows)
    return [Group(None, found)] if found else []


def place_of(case: Case) -> str:
    """Return where a case is, as people say it: 云台村 第1网格."""
    if case.area is None:
        return gettext("no place yet")
    above = territory.short_name(case.area.parent.name) if case.area.parent else ""
    here = territory.short_name(case.area.name)
    return here if here.startswith(above) else f"{above} {here}".strip()


def channel_title(scheme: Scheme, channel: str) -> str:
    """Return how a case came in, in the scheme's words."""
    return wording.say(scheme.channels[channel]) if channel in scheme.channels else channel


def _row(
    case: Case, scheme: Scheme, step: Step | None, light: Light, *, words: tuple[str, str], clause: str,
    tags: tuple[str, ...], sought: str,
) -> Row:  # fmt: skip
    marked, why = shown_why(case, sought) if sought else ((), ())
    return Row(
        number=case.number,
        title=case.title,
        light=light,
        left=words[0],
        due=words[1],
        clause=clause,
        step=wording.say(step.title) if step else (gettext("closed") if case.step == CLOSED else ""),
        place=place_of(case),
        channel=channel_title(scheme, case.channel),
        tags=tags,
        version=case.version,
        marked=marked,
        why=why,
    )


def _tags(case: Case, scheme: Scheme) -> tuple[str, ...]:
    degree = scheme.urgencies.get(case.urgency)
    usual = next(iter(scheme.urgencies), "")
    told = (
        (degree is not None and degree.id != usual, wording.say(degree.title) if degree else ""),
        (case.supervised, gettext("supervised")),
        (_is_listed(case, scheme), gettext("listed hazard")),
        (case.trouble, gettext("needs a look")),
    )
    return tuple(words for holds, words in told if holds)


def _is_listed(case: Case, scheme: Scheme) -> bool:
    step = scheme.procedures[case.procedure].steps.get(case.step)
    return step is not None and step.listed


def _clause(step: Step | None, procedure: Procedure) -> str:
    """Return the clause that sets a step's limit."""
    if step is None or step.clock is None:
        return ""
    return step.clock.clause or step.clause or procedure.clause
