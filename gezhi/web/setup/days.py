"""The day that a page of the ground shows: today unless the address says another; with the days on which it changed."""

from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from gezhi.people import spans
from gezhi.territory import atlas
from gezhi.territory.models import AreaChange
from gezhi.web import wording


@dataclass(frozen=True, slots=True)
class Day:
    """A day that can be chosen: what changed then, in words; `here` is the day shown."""

    on: date
    words: str
    what: str
    here: bool
    today: bool
    to_come: bool


@dataclass(frozen=True, slots=True)
class When:
    """The day shown, and the instant at which people's posts are read for it."""

    on: date
    today: date
    at: datetime

    @property
    def is_today(self) -> bool:
        """Whether the page shows the ground as it lies now."""
        return self.on == self.today

    @property
    def to_come(self) -> bool:
        """Whether the day lies ahead."""
        return self.on > self.today

    @property
    def query(self) -> str:
        """What an address needs to keep the day; empty for today."""
        return "" if self.is_today else f"?on={self.on.isoformat()}"

    @property
    def more(self) -> str:
        """The same behind another parameter."""
        return "" if self.is_today else f"&on={self.on.isoformat()}"

    @property
    def words(self) -> str:
        """The day in words."""
        return wording.say_day(self.on, self.today)


def when(request: HttpRequest, now: datetime) -> When:
    """Return the day that the address asks for; what is no day means today."""
    today = timezone.localdate(now)
    try:
        on = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        on = today
    if not 1900 <= on.year <= 2200:
        on = today
    return When(on, today, now if on == today else spans.begin_of(on))


def days(shown: When) -> list[Day]:
    """Return the days on which the ground changed, oldest first, with today and the day shown among them."""
    known = {one.on: (one.kinds, one.areas) for one in atlas.days_of_change()}
    known.setdefault(shown.today, ((), 0))
    known.setdefault(shown.on, ((), 0))
    return [
        Day(
            on=on,
            words=wording.say_day(on, shown.today),
            what=_what(kinds, areas) if kinds else gettext("today") if on == shown.today else "",
            here=on == shown.on,
            today=on == shown.today,
            to_come=on > shown.today,
        )
        for on, (kinds, areas) in sorted(known.items())
    ]


def _what(kinds: tuple[str, ...], areas: int) -> str:
    words = gettext(", ").join(str(AreaChange.Kind(kind).label) for kind in kinds)
    return gettext("%(what)s (%(n)d areas)") % {"what": words, "n": areas}


def placed(index: list[Day]) -> int:
    """Return the place of the day shown, for the slider."""
    return next((place for place, day in enumerate(index) if day.here), 0)
