"""Looking for words at a cost that does not grow with the number of cases.

First the index of words is asked, and the newest cases whose words are not in it yet, for no more than `FEW` cases.
A rare word is settled by that: its cases are known, and lists only have to keep those. A common one is met again and
again on the way through a list, so the list is walked in its own order and the words of each case are held against it,
until a page is full.

Latin letters are also looked for among the sounds of Chinese words.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

# ruff: noqa: S608  the conditions are fixed words of this file, values always travel as parameters
from django.db import connection

from gezhi.foundation.words import is_sound, patterns, sought

FEW = 2_000
_NAMED = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class Search:
    """Words as conditions of a statement with their parameters.

    `few`: all cases that fit are known, and can be counted at no cost.
    """

    conditions: tuple[str, ...] = ()
    params: dict[str, Any] = field(default_factory=dict)
    few: bool = True
    found: tuple[UUID, ...] | None = None

    @property
    def positional(self) -> tuple[str, tuple[Any, ...]]:
        """Return the conditions as one, with the parameters in their order."""
        sql = " and ".join(self.conditions)
        names = _NAMED.findall(sql)
        return _NAMED.sub("%s", sql), tuple(self.params[name] for name in names)


@dataclass(frozen=True, slots=True)
class _Word:
    n: int
    heard: bool

    @property
    def indexed(self) -> str:
        """Return the statement of the cases that have the word, by the indexes."""
        # What the worker has not put into the index yet is read one by one.
        fits = f"select case_id from cases_casewords where words like %(word{self.n})s and"
        written = f"{fits} indexed union all {fits} not indexed"
        heard = f" union select case_id from cases_casesound where heard like %(heard{self.n})s"
        return written + heard if self.heard else written

    def walked(self, case_id: str) -> str:
        """Return the condition for one row: values of their own, not joins, so each row is looked up by key."""
        written = f"(select w.words from cases_casewords w where w.case_id = {case_id}) like %(word{self.n})s"
        heard = f"(select s.heard from cases_casesound s where s.case_id = {case_id}) like %(heard{self.n})s"
        return f"({written} or {heard})" if self.heard else written


def search_for(text: str, case_id: str) -> Search:
    """Return how to keep the rows whose words fit; `case_id` is the statement's word for the case."""
    wanted = sought(text)
    if not wanted:
        return Search()
    words = [_Word(n, is_sound(one)) for n, one in enumerate(wanted)]
    params = {f"word{n}": one for n, one in enumerate(patterns(text))}
    params |= {f"heard{word.n}": f"%{wanted[word.n]}%" for word in words if word.heard}
    found = _few(words, params)
    if found is not None:
        return Search((f"{case_id} = any(%(found)s::uuid[])",), {"found": found}, found=tuple(found))
    return Search(tuple(word.walked(case_id) for word in words), params, few=False)


def _few(words: list[_Word], params: dict[str, str]) -> list[UUID] | None:
    """Return the cases that fit, or None where there are more than `FEW`."""
    first, *others = [word.indexed for word in words]
    others = [f" and case_id in ({one})" for one in others]
    statement = f"select case_id from ({first}) f where true{''.join(others)} limit {FEW + 1}"
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        found = [row[0] for row in cursor.fetchall()]
    return found if len(found) <= FEW else None
