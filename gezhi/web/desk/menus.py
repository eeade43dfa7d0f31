"""The filters of a list as links: menus to choose from, and what is chosen, each to be taken away by a press."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import get_language, gettext, pgettext

from gezhi.cases.queries import Sort
from gezhi.people import access
from gezhi.people.models import Account
from gezhi.schemes.model import Scheme
from gezhi.territory import queries as territory
from gezhi.web import wording
from gezhi.web.desk.wishes import Wish
from gezhi.web.desks import called, parse

MOST_OFFERS = 80
_KEPT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter and how it is called."""

    value: str
    title: str


@dataclass(frozen=True, slots=True)
class Section:
    """A filter in a menu: its name in the address, its title, what is chosen of what it offers."""

    name: str
    title: str
    chosen: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu of one filter or of several."""

    title: str
    sections: tuple[Section, ...]

    @property
    def chosen(self) -> bool:
        """Whether anything is chosen in it."""
        return any(one.chosen for one in self.sections)

    @property
    def offers(self) -> bool:
        """Whether there is anything to choose."""
        return any(one.choices for one in self.sections)


@dataclass(frozen=True, slots=True)
class Taken:
    """A filter that is in force: its name in the address, what it is, what was chosen."""

    name: str
    title: str
    value: str


def menus(account: Account, wish: Wish, schemes: list[Scheme], now: datetime) -> list[Menu]:
    """Return the filters that are chosen from a menu."""
    yes = gettext("Yes")
    return [
        Menu(
            gettext("Area"), (Section("area", gettext("Area"), wish.area, areas_below(account, now)),)
        ),
        Menu(gettext("Item"), (Section("item", gettext("Item"), wish.item, headings(schemes)),)),
        Menu(gettext("Came in by"), (Section("channel", gettext("Came in by"), wish.channel, channels(schemes)),)),
        Menu(
            gettext("More filters"),
            (
                Section("urgency", gettext("Urgency"), wish.urgency, urgencies(schemes)),
                Section("watched", gettext("Supervised"), "yes" if wish.watched else "", (Choice("yes", yes),)),
                Section("back", gettext("Came back"), "yes" if wish.back else "", (Choice("yes", yes),)),
            ),
        ),
    ]  # fmt: skip


def taken(wish: Wish, schemes: Sequence[Scheme], now: datetime) -> list[Taken]:
    """Return the filters in force, in words; a value that nothing has is shown as it was written."""
    item = next((wording.say(one.items[wish.item].title) for one in schemes if wish.item in one.items), wish.item)
    told = (
        ("area", gettext("Area"), _area_name(wish.area, now)),
        ("item", gettext("Item"), item),
        ("channel", gettext("Came in by"), _title(channels(schemes), wish.channel)),
        ("urgency", gettext("Urgency"), _title(urgencies(schemes), wish.urgency)),
        ("watched", "", gettext("Supervised") if wish.watched else ""),
        ("back", "", gettext("Came back") if wish.back else ""),
        ("holder", gettext("Held by"), _holder(wish.holder, schemes, now)),
        ("q", gettext("Words"), f"“{wish.words}”" if wish.words else ""),
    )
    return [Taken(name, title, value) for name, title, value in told if value]


def in_words(wish: Wish, schemes: Sequence[Scheme], now: datetime, desks: Mapping[str, str]) -> list[Taken]:
    """Return everything that a list is asked for, in words: light, filters, desk, order."""
    order = next(one.title for one in sorts() if one.value == wish.sort)
    states = {"closed": pgettext("cases", "Closed"), "all": gettext("All")}
    told = (
        ("light", "", str(wording.LIGHT_WORDS[wish.light]) if wish.light else ""),
        ("desk", gettext("Desk"), desks.get(wish.desk, wish.desk)),
        ("state", "", states.get(wish.state, "")),
    )
    kept = [Taken(name, title, value) for name, title, value in told if value] + taken(wish, schemes, now)
    return kept if wish.sort is Sort.PRESSING else [*kept, Taken("sort", gettext("Order"), order)]


def sorts() -> list[Choice]:
    """Return the orders that a queue may be read in."""
    return [
        Choice(Sort.PRESSING, pgettext("sort", "Most pressing first")),
        Choice(Sort.NEWEST, pgettext("sort", "Newest first")),
        Choice(Sort.OLDEST, pgettext("sort", "Oldest first")),
    ]


def areas_below(account: Account, now: datetime) -> tuple[Choice, ...]:
    """Return the areas directly below those that somebody answers for (a department's: below the district)."""
    tops = access.reach(account, now).area_paths
    kept = f"desk.areas:{timezone.localdate(now)}:{';'.join(tops)}"
    found: list[tuple[str, str]] | None = cache.get(kept)
    if found is None:
        known = territory.areas(timezone.localdate(now))
        above = [path.rstrip("/").rsplit("/", 1)[-1] for path in tops]
        below = (
            known.filter(parent__code__in=above) if tops else known.filter(parent__parent=None, parent__isnull=False)
        )
        found = [
            (code, territory.short_name(name)) for code, name in below.order_by("code").values_list("code", "name")
        ]
        cache.set(kept, found[:MOST_OFFERS], _KEPT_SECONDS)
    return tuple(Choice(code, name) for code, name in found[:MOST_OFFERS])


def headings(schemes: Iterable[Scheme]) -> tuple[Choice, ...]:
    """Return the headings at the top of the catalogues."""
    return tuple(Choice(item.id, wording.say(item.title)) for scheme in schemes for item in scheme.children(""))


def channels(schemes: Iterable[Scheme]) -> tuple[Choice, ...]:
    """Return the ways in which cases come in, each once."""
    found: dict[str, str] = {}
    for scheme in schemes:
        for channel, title in scheme.channels.items():
            found.setdefault(channel, title.say(get_language() or "zh-hans"))
    return tuple(Choice(channel, title) for channel, title in found.items())


def urgencies(schemes: Iterable[Scheme]) -> tuple[Choice, ...]:
    """Return the degrees of urgency, each once."""
    found: dict[str, str] = {}
    for scheme in schemes:
        for one in scheme.urgencies.values():
            found.setdefault(one.id, wording.say(one.title))
    return tuple(Choice(degree, title) for degree, title in found.items())


def _title(choices: Iterable[Choice], value: str) -> str:
    return next((one.title for one in choices if one.value == value), value)


def _holder(key: str, schemes: Sequence[Scheme], now: datetime) -> str:
    if not key or not schemes:
        return key
    desk = parse(key)
    known = next((one for one in schemes if desk.id in one.posts or desk.id in one.departments), schemes[0])
    return called([desk], known, now)[desk.key].name if desk.key else key


def _area_name(code: str, now: datetime) -> str:
    if not code:
        return ""
    kept = f"desk.area:{timezone.localdate(now)}:{code}"
    name: str | None = cache.get(kept)
    if name is None:
        names = territory.areas(timezone.localdate(now)).filter(code=code).values_list("name", flat=True)
        name = territory.short_name(names.first() or code)
        cache.set(kept, name, _KEPT_SECONDS)
    return name
