"""What a list is asked for, read from its address: every filter is a link, and the address is the view."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from gezhi.cases.queries import Filter, Sort, Wanted
from gezhi.enactment import queries as enactment
from gezhi.schemes.model import Scheme
from gezhi.schemes.state import Light
from gezhi.territory import queries as territory

LONGEST_WORDS = 80


@dataclass(frozen=True, slots=True)
class Wish:
    """The filters of an address; what it names wrongly is left out rather than refused."""

    light: Light | None = None
    area: str = ""
    item: str = ""
    channel: str = ""
    urgency: str = ""
    watched: bool = False
    back: bool = False
    holder: str = ""
    words: str = ""
    desk: str = ""
    state: str = "open"
    sort: Sort = Sort.PRESSING
    after: str = ""

    @property
    def narrow(self) -> bool:
        """Whether anything is filtered out."""
        return bool(self.light) or self.narrow_beside_light

    @property
    def narrow_beside_light(self) -> bool:
        """Whether anything but a light is filtered out."""
        of_case = self.area, self.item, self.channel, self.urgency, self.watched, self.back
        return any((*of_case, self.holder, self.words))


def read(query: QueryDict) -> Wish:
    """Return what an address asks for."""
    light = query.get("light", "")
    state, sort = query.get("state", "open"), query.get("sort", "")
    return Wish(
        light=Light(light) if light in set(Light) else None,
        area=query.get("area", "")[:LONGEST_WORDS],
        item=query.get("item", "")[:LONGEST_WORDS],
        channel=query.get("channel", "")[:20],
        urgency=query.get("urgency", "")[:LONGEST_WORDS],
        watched=query.get("watched") == "yes",
        back=query.get("back") == "yes",
        holder=query.get("holder", "")[:120],
        words=query.get("q", "").strip()[:LONGEST_WORDS],
        desk=query.get("desk", "")[:120],
        state=state if state in ("open", "closed", "all") else "open",
        sort=Sort(sort) if sort in set(Sort) else Sort.PRESSING,
        after=query.get("after", ""),
    )


def own_list(address: str) -> str:
    """Return an address to go back to if it is a list of the desk, else the queue's."""
    lists = [reverse(f"web:desk_{name}") for name in ("queue", "cases", "supervised", "triage")]
    return address if address.partition("?")[0] in lists else lists[0]


def queue_filter(wish: Wish, schemes: Sequence[Scheme], now: datetime) -> Filter:
    """Return the filter of a queue."""
    return Filter(
        light=wish.light if wish.light is not Light.DONE else None,
        items=_items(wish.item, schemes),
        area=_path(wish.area, now),
        channel=wish.channel,
        urgency=wish.urgency,
        supervised=wish.watched,
        came_back=wish.back,
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
        urgency=wish.urgency,
        supervised=wish.watched or None,
        came_back=wish.back,
        holder=wish.holder,
        text=wish.words,
    )


def schemes_in_force(now: datetime) -> list[Scheme]:
    """Return the schemes whose words the filters use."""
    return [scheme for _, scheme in enactment.all_in_force(timezone.localdate(now))]


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
