"""The hours of a round: of each stretch of its day whether it is still to come, open, missed or done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gezhi.duties.plans import Planned
from gezhi.duties.queries.sums import Sum
from gezhi.schemes.rounds import Round
from gezhi.schemes.text import Text


class Stands(StrEnum):
    """Where a stretch of hours stands."""

    LATER = "later"
    OPEN = "open"
    MISSED = "missed"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Hour:
    """A stretch of the hours on the due day of a round; of several `done` says at how many of the objects."""

    text: Text
    opens: datetime
    closes: datetime
    stands: Stands
    done: int = 0


def filled(planned: Planned, found: Sum) -> tuple[bool, ...]:
    """Return which of several stretches every object has filled; nothing where there is one, or none."""
    return tuple(n >= found.objects for n in found.filled) if len(planned.duty.hours) > 1 else ()


def hours(planned: Planned, one: Round, found: Sum, now: datetime, *, done: bool) -> tuple[Hour, ...]:
    """Return the hours of a round that is due on one day; none for a period of days, where each day has them."""
    if not planned.duty.hours or (planned.duty.rate and planned.duty.rate.per != "day"):
        return ()
    full = filled(planned, found)
    counts: Sequence[int] = found.filled if full else [found.done]
    return tuple(
        Hour(stretch.text, opens, closes, _stands(opens, closes, now, done=done or bool(full and full[n])), counts[n])
        for n, (stretch, (opens, closes)) in enumerate(zip(planned.duty.hours, planned.spans(one), strict=True))
    )


def next_due(planned: Planned, one: Round, found: Sum, now: datetime) -> datetime:
    """Return by when the next thing of a round is to be done."""
    return planned.next_due(one, now, filled(planned, found))


def _stands(opens: datetime, closes: datetime, now: datetime, *, done: bool) -> Stands:
    if done:
        return Stands.DONE
    if closes <= now:
        return Stands.MISSED
    return Stands.OPEN if opens <= now else Stands.LATER


def late(planned: Planned, one: Round, found: Sum, now: datetime) -> int:
    """Return how much of a round of several stretches is late: of areas what each missed, of entries those that did."""
    over = sum(closes <= now for _, closes in planned.spans(one))
    if not over:
        return 0
    if not planned.of_entries:
        return found.objects * over - sum(found.filled[:over])
    return found.objects - found.upto[over - 1]
