"""The catalogue for a thumb: the worker's own most frequent items as chips, all of them to search, by pinyin too."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from gezhi.cases import queries
from gezhi.people.models import Account
from gezhi.territory import pinyin
from gezhi.web.portal import catalogue
from gezhi.web.portal.catalogue import Entry, Group

CHIPS = 5


@dataclass(frozen=True, slots=True)
class Items:
    """What can be chosen: a few at once, everything in groups; `words` is what a search looks at."""

    chips: tuple[Entry, ...]
    groups: tuple[Group, ...]
    count: int


def items(account: Account, now: datetime, chosen: str = "") -> Items:
    """Return the items, the chosen one among the chips."""
    groups = tuple(catalogue.groups(timezone.localdate(now)))
    known = {entry.id: entry for group in groups for entry in group.entries}
    wanted = queries.frequent_items(account=account, now=now, most=CHIPS)
    wanted = [one for one in dict.fromkeys([*wanted, *known]) if one in known][:CHIPS]
    if chosen in known and chosen not in wanted:
        wanted = [chosen, *wanted[: CHIPS - 1]]
    return Items(tuple(known[one] for one in wanted), groups, len(known))


def searched(entry: Entry) -> str:
    """Return what a search on the page looks at: the words, and how they are typed on a keyboard."""
    return f"{entry.words} {pinyin.keys(entry.title)}"
