"""The catalogue as a tree: headings with what stands under them, each item with what the plan says of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from gezhi.schemes.explain import limit_word
from gezhi.schemes.model import Item, Scheme
from gezhi.territory import pinyin
from gezhi.web import wording


@dataclass(frozen=True, slots=True)
class Branch:
    """An item or a heading. `open` counts the open cases about it and about what stands under it."""

    item: Item
    title: str
    procedure: str
    department: str
    limit: str
    urgency: str
    open: int
    below: tuple["Branch", ...] = ()
    count: int = 0


def branches(scheme: Scheme, counts: Mapping[str, int], words: str = "") -> tuple[Branch, ...]:
    """Return the tree; with words only what is found by title, pinyin, id or department, and the headings over it."""
    return _below(scheme, "", counts, words.strip().lower())


def _below(scheme: Scheme, parent: str, counts: Mapping[str, int], words: str) -> tuple[Branch, ...]:
    found = (_branch(scheme, item, counts, words) for item in scheme.children(parent))
    return tuple(branch for branch in found if branch is not None)


def _branch(scheme: Scheme, item: Item, counts: Mapping[str, int], words: str) -> Branch | None:
    hit = not words or _found(scheme, item, words)
    # whoever searches for a heading wants all that stands under it
    below = _below(scheme, item.id, counts, "" if hit else words)
    if not hit and not below:
        return None
    procedure, office = scheme.procedures.get(item.procedure), scheme.departments.get(item.department)
    urgency = scheme.urgencies.get(item.urgency)
    return Branch(
        item=item,
        title=wording.say(item.title),
        procedure=wording.say(procedure.title) if procedure else "",
        department=wording.say(office.title) if office else "",
        limit=wording.say(limit_word(item.limit)) if item.limit else "",
        urgency=wording.say(urgency.title) if urgency else "",
        open=counts.get(item.id, 0) + sum(one.open for one in below),
        below=below,
        count=sum(one.count or 1 for one in below),
    )


def _found(scheme: Scheme, item: Item, words: str) -> bool:
    office = scheme.departments.get(item.department)
    said = f"{item.title.zh} {item.title.en} {item.id} {office.title.zh if office else ''}".lower()
    return words in said or words.replace(" ", "") in pinyin.keys(item.title.zh)
