"""Reads of registers: lists, one entry, search. Care cases are nowhere but in the lists of those assigned."""

from gezhi.registers.queries.alike import alike
from gezhi.registers.queries.caring import Holder, care_holders
from gezhi.registers.queries.lists import (
    A_PAGE,
    MOST_COUNTED,
    Page,
    Shelf,
    Wanted,
    entries,
    imports,
    more_than,
    of,
    sealed_at,
    shelves,
    sizes,
)
from gezhi.registers.queries.looks import looks
from gezhi.registers.queries.nearby import Nearby, at_place
from gezhi.registers.queries.runs import run, runs
from gezhi.registers.queries.story import EntryPage, batch, entry, entry_page, held, may_show

__all__ = [
    "A_PAGE",
    "MOST_COUNTED",
    "EntryPage",
    "Holder",
    "Nearby",
    "Page",
    "Shelf",
    "Wanted",
    "alike",
    "at_place",
    "batch",
    "care_holders",
    "entries",
    "entry",
    "entry_page",
    "held",
    "imports",
    "looks",
    "may_show",
    "more_than",
    "of",
    "run",
    "runs",
    "sealed_at",
    "shelves",
    "sizes",
]
