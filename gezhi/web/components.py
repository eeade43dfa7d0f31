"""What the design system's larger parts show: plain values that views make and `templates/web/parts` draw."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

SHEETS = tuple(
    f"gezhi/{name}.css"
    for name in (
        "tokens", "base", "buttons", "forms", "time", "proportion", "lists", "panels", "map", "frames", "portal",
        "reporting", "field", "adapt",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RulerCell:
    """One day of the ruler: `kind` is start, done, now, left, rest or over; `text` is what the cell says."""

    kind: str
    text: str
    day: str
    due: bool = False
    now: bool = False
    made_up: bool = False


@dataclass(frozen=True, slots=True)
class ClockView:
    """A limit in the order in which the product says it: light, due, what is left, clause; with its day ruler."""

    title: str
    light: str
    due: str
    due_at: datetime | None
    left: str
    limit: str
    clause: str
    note: str = ""
    ruler: tuple[RulerCell, ...] = ()
    ruler_says: str = ""
    # How the due moment was counted, line by line, and in short what moved it (pauses, extensions).
    working: tuple[str, ...] = ()
    moved: str = ""
    # What it is the limit of: the whole matter, one step, one co-handler's part.
    of: str = ""


@dataclass(frozen=True, slots=True)
class MapView:
    """A map: where its areas come from, bounds and points (JSON), words for ears, the form to pick a point for."""

    areas: str
    view: str
    says: str
    pick: str = ""
    tall: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo with its small copy and what stands on it."""

    address: str
    thumbnail: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class StoryItem:
    """One line of what happened. `state` is past, now or next; spans are working time already in words."""

    icon: str
    title: str
    at: datetime | None = None
    who: str = ""
    say: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    state: str = "past"
    since: bool = False
    held: str = ""
    over: str = ""
    pictures: Sequence[Picture] = ()
    # A note: who may read it (`inside`, `reporter` or nothing), its earlier words, whom it names, and its address
    # while its author may still put it right.
    audience: str = ""
    before: Sequence[str] = ()
    named: Sequence[str] = ()
    mend: str = ""
    taken_back: bool = False


@dataclass(frozen=True, slots=True)
class HoldRow:
    """One holder's share of a case's working time; `percent` parts of the bar are whole numbers."""

    name: str
    seconds: int
    over_seconds: int = 0
    now: bool = False
    percent: int = 0
    over_percent: int = 0


@dataclass(frozen=True, slots=True)
class HoldTable:
    """Who held a case how long: rows that add up to the total exactly."""

    rows: tuple[HoldRow, ...]
    total: int
    over_total: int


def hold_table(rows: Sequence[tuple[str, int, int, bool]]) -> HoldTable:
    """Make the bar and the table of (name, working seconds, overdue seconds of them, holds it now)."""
    total = sum(seconds for _, seconds, _, _ in rows)
    shown = tuple(
        HoldRow(
            name=name,
            seconds=seconds,
            over_seconds=over,
            now=now,
            percent=_share(seconds - over, total),
            over_percent=_share(over, total),
        )
        for name, seconds, over, now in rows
    )
    return HoldTable(rows=shown, total=total, over_total=sum(over for _, _, over, _ in rows))


def _share(part: int, whole: int) -> int:
    """Return a percentage for the bar; what exists is never drawn as nothing."""
    if part <= 0 or whole <= 0:
        return 0
    return max(1, round(100 * part / whole))


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list: number, count of pages, and the numbers to offer (0 is a gap)."""

    number: int
    last: int
    numbers: tuple[int, ...] = ()

    @property
    def previous(self) -> int:
        """The number of the page before this one."""
        return self.number - 1

    @property
    def next(self) -> int:
        """The number of the page after this one."""
        return self.number + 1


def pages(number: int, last: int) -> Page:
    """Return which page numbers to offer: the first, the last and the neighbours of the open one."""
    wanted = sorted({1, last, *(n for n in range(number - 1, number + 2) if 1 <= n <= last)})
    shown: list[int] = []
    for n in wanted:
        if shown and n - shown[-1] > 1:
            shown.append(0)
        shown.append(n)
    return Page(number=number, last=last, numbers=tuple(shown))
