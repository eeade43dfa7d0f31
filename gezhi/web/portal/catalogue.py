"""What can be reported: the items of every scheme in force, grouped as the catalogue groups them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from gezhi.enactment import queries as enactment
from gezhi.schemes.disclosure import asks_for_papers
from gezhi.schemes.model import Item, Scheme
from gezhi.web import wording

_EMERGENCY_NUMBER = re.compile(r"(?<!\d)1\d{2}(?!\d)")


@dataclass(frozen=True, slots=True)
class Entry:
    """An item that can be chosen, in the reader's language."""

    id: str
    scheme: str
    title: str
    group: str
    divert: str
    note: str
    limit: str
    about_staff: bool
    applied_for: bool

    @property
    def words(self) -> str:
        """What a search on the page looks at."""
        return f"{self.title} {self.group}"

    @property
    def numbers(self) -> list[str]:
        """The emergency numbers to call first."""
        return emergency_numbers(self.divert)


@dataclass(slots=True)
class Group:
    """A heading of the catalogue with what stands under it."""

    title: str
    entries: list[Entry] = field(default_factory=list)


def emergency_numbers(divert: str) -> list[str]:
    """Return the three-digit numbers that an item tells people to call: 110, 119, 120."""
    return list(dict.fromkeys(_EMERGENCY_NUMBER.findall(divert)))


def groups(on: date) -> list[Group]:
    """Return everything that can be reported, by heading, in the catalogue's order."""
    found: dict[str, Group] = {}
    for entry in entries(on):
        found.setdefault(entry.group, Group(entry.group)).entries.append(entry)
    return list(found.values())


def entries(on: date) -> Iterator[Entry]:
    """Return every item that is no heading and has a procedure, of every scheme in force."""
    for _, scheme in enactment.all_in_force(on):
        headings = {item.parent for item in scheme.items.values()}
        for item in scheme.items.values():
            if item.procedure and item.id not in headings:
                yield _entry(item, scheme)


def find(item_id: str, on: date, scheme_id: str = "") -> Entry | None:
    """Return one item that can be reported."""
    return next((one for one in entries(on) if one.id == item_id and (not scheme_id or one.scheme == scheme_id)), None)


def _entry(item: Item, scheme: Scheme) -> Entry:
    top = scheme.items[scheme.lineage(item.id)[-1]]
    return Entry(
        id=item.id,
        scheme=scheme.id,
        title=wording.say(item.title),
        group=wording.say(top.title),
        divert=wording.say(item.divert),
        note=wording.say(item.note),
        limit=wording.say_limit(item.limit) if item.limit else "",
        about_staff=item.about_staff,
        applied_for=asks_for_papers(scheme.procedures[item.procedure]),
    )
