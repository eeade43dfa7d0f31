"""The duties of the schemes in force, and their rounds: reckoned, with the answers of one day kept in memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from uuid import UUID

from gezhi.enactment import queries as enactment
from gezhi.schemes import rounds as reckoning
from gezhi.schemes.clocks import calendar_of
from gezhi.schemes.duties import Duty
from gezhi.schemes.forms import Form
from gezhi.schemes.model import Scheme
from gezhi.schemes.rounds import Round
from gezhi.schemes.state import Light
from gezhi.schemes.worktime import WorkCalendar

DAY = timedelta(days=1)
# A round turns yellow when so much of it is left, but half a day before it is due at the latest.
_WARN_SHARE = 5
_WARN_LEAST = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Planned:
    """A duty with the scheme and the version that it stands in."""

    version: UUID
    scheme: Scheme
    duty: Duty

    @property
    def name(self) -> str:
        """What tells it from all others: scheme and duty."""
        return f"{self.scheme.id}.{self.duty.id}"

    @property
    def form(self) -> Form | None:
        """What it asks; None where it asks nothing."""
        return self.scheme.forms.get(self.duty.form)

    @property
    def of_entries(self) -> bool:
        """Whether it is about entries of a register; else about areas of a level."""
        return self.duty.of.of in self.scheme.registers

    @property
    def sampled(self) -> bool:
        """Whether a random sample is drawn for it, so that only what was drawn counts."""
        return bool(self.duty.verifies and self.duty.rate and self.duty.rate.share)

    @property
    def of_care(self) -> bool:
        """Whether it is about care cases, which only their assigned people know of."""
        register = self.scheme.registers.get(self.duty.of.of)
        return register is not None and register.care

    @property
    def days(self) -> WorkCalendar:
        """The calendar that its rounds are moved by."""
        return calendar_of(self.scheme)

    def round_on(self, on: date) -> Round | None:
        """Return the round that a day belongs to."""
        return _round_on(self.version, self.duty.id, on)

    def rounds(self, low: date, high: date) -> tuple[Round, ...]:
        """Return the rounds that fall due between two days, both included."""
        return _rounds(self.version, self.duty.id, low, high)

    def announced_on(self, one: Round) -> date | None:
        """Return the day from which residents read of a round; None where the plan announces nothing."""
        return reckoning.announced_on(self.days, self.duty, one)

    def due_at(self, one: Round) -> datetime:
        """Return the instant by which a round is to be done: the end of its due day, or of the last hours of it."""
        return self.spans(one)[-1][1] if self.duty.hours else end_of(one.due, self.days)

    def spans(self, one: Round) -> tuple[tuple[datetime, datetime], ...]:
        """Return from when to when the hours of a round's due day are."""
        return tuple(stretch.on(one.due, self.days.zone) for stretch in self.duty.hours)

    def light(self, one: Round, now: datetime, *, done: bool, filled: Sequence[bool] = ()) -> Light:
        """Return a round's light; of several stretches of hours `filled` says which have theirs."""
        missed = any(not full and closes <= now for full, (_, closes) in zip(filled, self.spans(one), strict=False))
        if missed and not done:
            return Light.RED
        due = self.next_due(one, now, filled)
        return light_of(midnight(one.first, self.days), due, now, done=done, least=self.warned)

    def next_due(self, one: Round, now: datetime, filled: Sequence[bool] = ()) -> datetime:
        """Return by when the next thing is to be done: the end of the first hours that are neither filled nor over."""
        ends = [closes for full, (_, closes) in zip(filled, self.spans(one), strict=False) if not full]
        return next((closes for closes in ends if closes > now), self.due_at(one))

    @property
    def warned(self) -> timedelta:
        """How long before it is due a round turns yellow at the latest: half of its hours, of a day, half of that."""
        shortest = min((one.minutes for one in self.duty.hours), default=0)
        return timedelta(minutes=shortest / 2) if shortest else _WARN_LEAST


def in_force(on: date) -> list[Planned]:
    """Return every duty of the schemes in force on a date."""
    return [
        Planned(version.pk, scheme, duty)
        for version, scheme in enactment.all_in_force(on)
        for duty in scheme.duties.values()
    ]


def find(duty: str, on: date) -> Planned | None:
    """Return a duty in force by `scheme.duty`, or by its own id where only one scheme has such a duty."""
    fits = [one for one in in_force(on) if duty in (one.name, one.duty.id)]
    return fits[0] if len(fits) == 1 else next((one for one in fits if one.name == duty), None)


def of_version(version: UUID, duty: str) -> Planned | None:
    """Return a duty as a version of a scheme has it."""
    scheme = enactment.scheme(version)
    return Planned(version, scheme, scheme.duties[duty]) if duty in scheme.duties else None


def light_of(
    began: datetime, due: datetime, now: datetime, *, done: bool, least: timedelta = _WARN_LEAST
) -> Light:  # fmt: skip
    """Return the light of what began, is due and is done or not."""
    if done:
        return Light.DONE
    if now >= due:
        return Light.RED
    return Light.YELLOW if due - now <= max((due - began) / _WARN_SHARE, least) else Light.GREEN


def midnight(on: date, days: WorkCalendar) -> datetime:
    """Return when a day begins in a calendar's zone."""
    return datetime.combine(on, time(), days.zone)


def end_of(on: date, days: WorkCalendar) -> datetime:
    """Return when a day ends in a calendar's zone."""
    return midnight(on + DAY, days)


@lru_cache(maxsize=4096)
def _round_on(version: UUID, duty: str, on: date) -> Round | None:
    scheme = enactment.scheme(version)
    return reckoning.round_at(scheme, calendar_of(scheme), scheme.duties[duty], on)


@lru_cache(maxsize=4096)
def _rounds(version: UUID, duty: str, low: date, high: date) -> tuple[Round, ...]:
    scheme = enactment.scheme(version)
    return reckoning.rounds(scheme, calendar_of(scheme), scheme.duties[duty], low, high)
