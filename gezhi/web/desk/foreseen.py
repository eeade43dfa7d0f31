"""Before it is done: what one thing would do to each of several cases, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from gezhi.cases import queries
from gezhi.cases.access import SUPERVISE, may
from gezhi.cases.queries import Foreseen, Standing
from gezhi.people.models import Account
from gezhi.schemes.model import CLOSED
from gezhi.schemes.state import Desk, Light
from gezhi.web import wording
from gezhi.web.desk.rows import case_light, place_of
from gezhi.web.desks import called

if TYPE_CHECKING:
    from gezhi.web.desk.bulk import Offered


@dataclass(frozen=True, slots=True)
class Preview:
    """A case of a selection. `works`: it would be done; else `why` says why not; `asks`: an answer is missing."""

    number: str
    title: str
    version: int
    light: Light
    place: str
    step: str
    works: bool = False
    asks: bool = False
    proposal: bool = False
    next_step: str = ""
    holder: str = ""
    due: str = ""
    why: str = ""
    clause: str = ""


def previews(
    found: Sequence[Standing], account: Account, chosen: "Offered | None", answers: Mapping[str, Any] | None, *,
    now: datetime,
) -> list[Preview]:  # fmt: skip
    """Return a line per case; without `chosen` only how it stands, without `answers` whether it is open at all."""
    if chosen is None:
        return [_plain(one, now) for one in found]
    if chosen.kind != "act":
        return [_beside(one, account, chosen.kind, answered=answers is not None, now=now) for one in found]
    ahead = [
        queries.foresee(account=account, standing=one, action=chosen.action, answers=answers or {}, now=now)
        for one in found
    ]
    names = _names(ahead, now)
    return [_line(one, names, answered=answers is not None, now=now) for one in ahead]


def _plain(one: Standing, now: datetime, **more: Any) -> Preview:
    steps = one.scheme.procedures[one.state.procedure].steps
    return Preview(
        number=one.case.number, title=one.case.title, version=one.case.version, light=case_light(one.case, now),
        place=place_of(one.case),
        step=wording.say(steps[one.state.step].title) if one.state.step in steps else gettext("Closed"), **more,
    )  # fmt: skip


def _line(ahead: Foreseen, names: Mapping[str, str], *, answered: bool, now: datetime) -> Preview:
    one, after = ahead.standing, ahead.after
    if after is None:
        missing = not answered and ahead.choice is not None and not ahead.choice.blocked
        why = "" if missing or ahead.refused is None else wording.say(ahead.refused)
        return _plain(one, now, asks=missing, why=why, clause=ahead.clause)
    if not answered:
        return _plain(one, now, asks=True)
    steps = one.scheme.procedures[after.procedure].steps
    clock = after.clock("step")
    return _plain(
        one, now, works=True, proposal=ahead.proposal, clause=ahead.clause,
        next_step=wording.say(steps[after.step].title) if after.step in steps else gettext("Closed"),
        holder=names.get(after.desk.key, "") if after.desk else "",
        due=wording.say_moment(clock.due, now) if clock and clock.due and clock.met_at is None else "",
    )  # fmt: skip


def _beside(one: Standing, account: Account, kind: str, *, answered: bool, now: datetime) -> Preview:
    """Return the line of what changes no step: a note, a supervision."""
    if kind == "supervise" and one.state.step == CLOSED:
        return _plain(one, now, why=gettext("It is closed."))
    if kind == "supervise" and not may(account, SUPERVISE, one.case, now):
        return _plain(one, now, why=gettext("Your post does not supervise cases here."))
    return _plain(one, now, works=answered, asks=not answered)


def _names(ahead: Sequence[Foreseen], now: datetime) -> dict[str, str]:
    by_scheme: dict[str, list[Foreseen]] = {}
    for one in ahead:
        if one.after is not None and one.after.desk is not None:
            by_scheme.setdefault(one.standing.scheme.version, []).append(one)
    names: dict[str, str] = {}
    for some in by_scheme.values():
        desks: list[Desk] = [one.after.desk for one in some if one.after is not None and one.after.desk is not None]
        names |= {key: name.name for key, name in called(desks, some[0].standing.scheme, now).items()}
    return names
