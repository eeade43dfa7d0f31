"""What can be reported: the items of every scheme in force, grouped as the catalogue groups them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from gezhi.enactment import queries as enactment
from gezhi.schemes.disclosure import asks_for_papers
from gezhi.schemes.model import Item, Scheme
from gezhi.territory.pinyin import keys
from gezhi.web import limits, wording

_HAN, _WORDS = re.compile(r"[\u3400-\u9fff]+"), re.compile(r"[a-z]{4,}")
# A character in so few titles says something; so much must fit before an item is suggested.
_RARE, _SOUNDS_LIKE = 4, 2
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
    department: str = ""

    @property
    def words(self) -> str:
        """What a search on the page looks at: also as it is typed on a keyboard, in pinyin or initials."""
        return f"{self.title} {self.group} {keys(self.title)}"

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


def numbers_to_call(on: date) -> list[str]:
    """Return every emergency number that a plan in force names."""
    plans = [scheme for _, scheme in enactment.all_in_force(on)]
    return sorted({one for plan in plans for item in plan.items.values() for one in emergency_numbers(item.divert.zh)})


def groups(on: date) -> list[Group]:
    """Return everything that can be reported, by heading, in the catalogue's order."""
    return grouped(entries(on))


def grouped(offered: Iterable[Entry]) -> list[Group]:
    """Return items by heading, in their order."""
    found: dict[str, Group] = {}
    for entry in offered:
        found.setdefault(entry.group, Group(entry.group)).entries.append(entry)
    return list(found.values())


def entries(on: date) -> Iterator[Entry]:
    """Return every item that is no heading and has a procedure, of every scheme in force."""
    for _, scheme in enactment.all_in_force(on):
        headings = {item.parent for item in scheme.items.values()}
        for item in scheme.items.values():
            if item.procedure and item.id not in headings:
                yield _entry(item, scheme)


def suggested(text: str, offered: Sequence[Entry], most: int = 3) -> list[Entry]:
    """Return the items that a description sounds like. The page's own script reckons alike, while it is being typed."""
    said, letters = _pieces(text), Counter(sign for entry in offered for sign in set(entry.title.lower()))
    scored = []
    for entry in offered:
        title = entry.title.lower()
        rare = sum(1 for sign in set(title) & set(text.lower()) if sign > "\u3400" and letters[sign] <= _RARE)
        score = 2 * len(_pieces(title) & said) + rare
        if score >= _SOUNDS_LIKE:
            scored.append((-score, entry.title, entry))
    return [entry for *_, entry in sorted(scored, key=lambda one: one[:2])[:most]]


def common(ids: Sequence[tuple[str, str]], offered: Sequence[Entry], most: int = 6) -> list[Entry]:
    """Return what is reported most, from (scheme, item) in that order; else the first of each group."""
    known = {(entry.scheme, entry.id): entry for entry in offered if not (entry.about_staff or entry.applied_for)}
    found = [known[one] for one in ids if one in known]
    firsts = {entry.group: entry for entry in reversed(list(known.values())) if not entry.divert}
    found += [entry for entry in reversed(list(firsts.values())) if entry not in found]
    return found[:most]


def _pieces(text: str) -> set[str]:
    """Return pairs of Chinese characters, and the beginnings of other words."""
    lower = text.lower()
    pairs = {one[at : at + 2] for one in _HAN.findall(lower) for at in range(len(one) - 1)}
    return pairs | {word[:5] for word in _WORDS.findall(lower)}


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
        limit=limits.of_item(scheme, item),
        about_staff=item.about_staff,
        department=wording.say(scheme.departments[item.department].title)
        if item.department in scheme.departments
        else "",
        applied_for=asks_for_papers(scheme.procedures[item.procedure]),
    )
