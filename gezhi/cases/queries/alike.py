"""Cases that may be the same matter: near in place, alike in words, or from the same reporter, and why we think so.

Only what the account may see is looked at, and only a little of it: what lies around the point and what came last in
the same area. That two matters are one person's is said only to who may see the contact.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from gezhi.cases.access import SEE_CONTACT, may
from gezhi.cases.models import Case
from gezhi.people.models import Account
from gezhi.schemes.model import CLOSED

MOST = 5
ALIKE_DAYS = timedelta(days=90)
LOOKED_THROUGH = 60
_NEAR_METRES = 60
_ALIKE = 0.4
_EARTH = 6_371_000


@dataclass(frozen=True, slots=True)
class Alike:
    """A case that may be the same. `metres` and `words` (a share of 1) say why; None or 0 where that is no reason."""

    case: Case
    metres: float | None = None
    words: float = 0.0
    same_item: bool = False
    same_reporter: bool = False

    @property
    def weight(self) -> float:
        """How likely it is the same, to put the likeliest first."""
        near = 0.0 if self.metres is None else 1 - self.metres / (2 * _NEAR_METRES)
        return near + self.words + 0.5 * self.same_item + 0.5 * self.same_reporter


def alike(case: Case, around: Iterable[Case], account: Account, now: datetime) -> tuple[Alike, ...]:
    """Return what may be the same matter, the likeliest first. `around` is what the page has read already."""
    if case.closed_at is not None or case.merged_into_id is not None:
        return ()
    rows = {one.pk: one for one in around if one.merged_into_id is None}
    found = [_judged(case, one, same_reporter=_seen_as_one(case, one, account, now)) for one in rows.values()]
    kept = [one for one in found if one is not None and set(one.case.about_keys) == set(case.about_keys)]
    return tuple(sorted(kept, key=lambda one: (one.case.step == CLOSED, -one.weight))[:MOST])


def _judged(case: Case, other: Case, *, same_reporter: bool) -> Alike | None:
    metres = _metres(case, other)
    found = Alike(
        other,
        metres=metres if metres is not None and metres <= _NEAR_METRES else None,
        words=share if (share := likeness(case.title, other.title)) >= _ALIKE else 0.0,
        same_item=other.item == case.item,
        same_reporter=same_reporter,
    )
    reasons = (found.metres is not None) + (found.words > 0) + found.same_item + found.same_reporter
    return found if reasons >= 2 else None


def likeness(one: str, other: str) -> float:
    """Return how many pairs of neighbouring signs two texts share, from 0 to 1."""
    pairs = [{text[at : at + 2] for at in range(len(text) - 1)} for text in (_bare(one), _bare(other))]
    return len(pairs[0] & pairs[1]) / len(pairs[0] | pairs[1]) if all(pairs) else 0.0


def _bare(text: str) -> str:
    return "".join(sign for sign in text.lower() if sign.isalnum())


def _metres(case: Case, other: Case) -> float | None:
    if case.lat is None or case.lon is None or other.lat is None or other.lon is None:
        return None
    north = math.radians(other.lat - case.lat)
    east = math.radians(other.lon - case.lon) * math.cos(math.radians(case.lat))
    return _EARTH * math.hypot(north, east)


def _seen_as_one(case: Case, other: Case, account: Account, now: datetime) -> bool:
    """Say whether both are one person's, to whoever may see the contact of the one as of the other."""
    if case.reporter_id is None or other.reporter_id != case.reporter_id or case.anonymous or other.anonymous:
        return False
    return may(account, SEE_CONTACT, case, now) and may(account, SEE_CONTACT, other, now)
