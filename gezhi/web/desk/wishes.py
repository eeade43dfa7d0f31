"""What a list is asked for, read from its address: every filter is a link, and the address is the view."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import get_language

from gezhi.cases.queries import Filter, Wanted
from gezhi.enactment import queries as enactment
from gezhi.people import access
from gezhi.people.models import Account
from gezhi.schemes.model import Scheme
from gezhi.schemes.state import Light
from gezhi.territory import queries as territory
from gezhi.web import wording

LONGEST_WORDS = 80
MOST_OFFERS = 80
_KEPT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter and how it is called."""

    value: str
    title: str


@dataclass(frozen=True, slots=True)
class Menu:
    """A filter that is chosen from a menu: its name in the address, and what it offers."""

    name: str
    title: str
    chosen: str
    choices: tuple[Choice, ...]

    @property
    def label(self) -> str:
        """What is chosen, else the filter's name."""
        return next((one.title for one in self.choices if one.value == self.chosen), self.title)


@dataclass(frozen=True, slots=True)
class Wish:
    """The filters of an address; what it names wrongly is left out rather than refused."""

    light: Light | None = None
    area: str = ""
    item: str = ""
    channel: str = ""
    words: str = ""
    desk: str = ""
    state: str = "open"
    after: str = ""

    @property
    def narrow(self) -> bool:
        """Whether anything is filtered out."""
        return bool(self.light or self.area or self.item or self.channel or self.words)


def read(query: QueryDict) -> Wish:
    """Return what an address asks for."""
    light = query.get("light", "")
    state = query.get("state", "open")
    return Wish(
        light=Light(light) if light in set(Light) else None,
        area=query.get("area", "")[:LONGEST_WORDS],
        item=query.get("item", "")[:LONGEST_WORDS],
        channel=query.get("channel", "")[:20],
        words=query.get("q", "").strip()[:LONGEST_WORDS],
        desk=query.get("desk", "")[:120],
        state=state if state in ("open", "closed", "all") else "open",
        after=query.get("after", ""),
    )


def queue_filter(wish: Wish, schemes: Sequence[Scheme], now: datetime) -> Filter:
    """Return the filter of a queue."""
    return Filter(
        light=wish.light if wish.light is not Light.DONE else None,
        items=_items(wish.item, schemes),
        area=_path(wish.area, now),
        channel=wish.channel,
        text=wish.words,
    )


def case_filter(wish: Wish, schemes: Sequence[Scheme], now: datetime) -> Wanted:
    """Return the filter of a list of cases."""
    return Wanted(
        open={"open": True, "closed": False}.get(wish.state),
        light=wish.light,
        items=_items(wish.item, schemes),
        area=_path(wish.area, now),
        channel=wish.channel,
        text=wish.words,
    )


def schemes_in_force(now: datetime) -> list[Scheme]:
    """Return the schemes whose words the filters use."""
    return [scheme for _, scheme in enactment.all_in_force(timezone.localdate(now))]


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


def _items(item: str, schemes: Iterable[Scheme]) -> tuple[str, ...]:
    """Return an item with all below it; an item that no scheme knows finds nothing."""
    if not item:
        return ()
    below = {one for scheme in schemes for one in scheme.items if item in scheme.lineage(one)}
    return tuple(sorted(below | {item}))


def _path(code: str, now: datetime) -> str:
    if not code:
        return ""
    area = territory.areas(timezone.localdate(now)).filter(code=code).only("path").first()
    return area.path if area else f"{code}/"
