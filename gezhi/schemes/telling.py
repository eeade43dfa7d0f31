"""Who is to be told what after a change, and what it starts elsewhere: the scheme's notices and follow-ups."""

from collections.abc import Iterable
from datetime import datetime

from gezhi.schemes.clocks import calendar_of
from gezhi.schemes.conditions import Facts
from gezhi.schemes.desks import told
from gezhi.schemes.durations import Duration
from gezhi.schemes.model import Alarm, Procedure, Scheme
from gezhi.schemes.state import CaseState, Desk, Start, Telling


def tellings(
    scheme: Scheme, procedure: Procedure, state: CaseState, names: Iterable[str], by: Desk
) -> tuple[Telling, ...]:
    """Return the notices that listen to any of these names, each desk once for each template."""
    names = frozenset(names)
    facts = Facts(scheme, procedure, state, by)
    found = [
        Telling(notice.id, desk)
        for notice in scheme.notices.values()
        if names.intersection(notice.on) and facts.hold(notice.when)
        for desk in told(notice.to, scheme, state)
    ]
    return tuple(dict.fromkeys(found))


def alarmed(scheme: Scheme, state: CaseState, alarm: Alarm) -> tuple[Telling, ...]:
    """Return the notices that a clock's alarm sends."""
    return tuple(Telling(alarm.notice, desk) for desk in told(alarm.notify, scheme, state))


def starts(
    scheme: Scheme, procedure: Procedure, state: CaseState, names: Iterable[str], at: datetime
) -> tuple[Start, ...]:
    """Return the follow-ups that listen to any of these names, with the instants at which they begin."""
    names = frozenset(names)
    facts = Facts(scheme, procedure, state)
    calendar = calendar_of(scheme)
    return tuple(
        Start(one.id, calendar.due(at, Duration.parse(one.after)).at if one.after else at)
        for one in scheme.follow_ups.values()
        if names.intersection(one.on) and facts.hold(one.when)
    )
