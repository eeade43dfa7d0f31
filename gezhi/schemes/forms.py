"""What is asked and kept of a thing: the forms of registers, activities and findings.

A form is data of the scheme. The same fields make a page, a row of a workbook, an XLSForm and a record that a telephone
brings; `gezhi.schemes.filled` holds answers against them.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from gezhi.schemes.model import UNSAID, Option, Place
from gezhi.schemes.text import Text

NOWHERE = Place()
FIELD_KINDS = (
    "text", "long_text", "whole", "decimal", "money", "choice", "choices", "yes_no", "date", "time", "moment", "phone",
    "id_number", "place", "area", "address", "photos", "entry", "group", "repeat", "note",
)  # fmt: skip
# kinds that hold other fields, and those that keep nothing
NESTING = ("group", "repeat")
SILENT = ("note",)
# what identifies or reaches a person is sealed whatever the scheme says
ALWAYS_SENSITIVE = ("phone", "id_number")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form.

    `when` (CEL over the form's other answers) says whether it is asked, `check` (CEL, `value` is the answer) whether an
    answer is good, `why_not` what is said otherwise. `low` and `high` bound numbers (and dates, as durations from the
    moment of asking). `register` is where an answer of kind `entry` is looked up. `sensitive` values are sealed at rest
    and masked on every page. `fields` are those inside a group or of each round of a repeat.
    """

    id: str
    kind: str
    title: Text
    required: bool = False
    choices: tuple[Option, ...] = ()
    low: str = ""
    high: str = ""
    unit: Text = UNSAID
    hint: Text = UNSAID
    when: str = ""
    check: str = ""
    why_not: Text = UNSAID
    sensitive: bool = False
    register: str = ""
    fields: tuple["Field", ...] = ()
    clause: str = ""


def _level(fields: Iterable[Field]) -> Iterator[Field]:
    for one in fields:
        if one.kind == "group":
            yield from _level(one.fields)
        else:
            yield one


def every(fields: Iterable[Field]) -> Iterator[Field]:
    """Yield every field with those inside groups and repeats, outer ones first."""
    for one in fields:
        yield one
        yield from every(one.fields)


@dataclass(frozen=True)
class Form:
    """Fields with the purpose and the legal basis for which they are kept, and how long (a duration, "" for always).

    `print` is a digest of what the fields are: a record brings the one that it was filled under, so that a form which
    changed meanwhile is noticed.
    """

    id: str
    title: Text
    fields: tuple[Field, ...]
    purpose: Text = UNSAID
    basis: Text = UNSAID
    retention: str = ""
    clause: str = ""
    place: Place = NOWHERE

    @cached_property
    def by_id(self) -> dict[str, Field]:
        """The fields at the top by id, those inside groups included (a group adds no level to the answers)."""
        return {one.id: one for one in _level(self.fields)}

    @cached_property
    def print(self) -> str:
        """Sixteen hex digits of what is asked, in whatever language."""
        return hashlib.sha256(repr(self.fields).encode()).hexdigest()[:16]

    @property
    def personal(self) -> bool:
        """Whether any field is sensitive, those of rounds of a repeat included."""
        return any(one.sensitive for one in every(self.fields))


@dataclass(frozen=True, slots=True)
class Register:
    """A ledger: which form its entries fill, who collects, who settles differences.

    `name` and `address` are the fields that an entry is found by, `place` the field with its point. `facets` are choice
    fields by which duties and lists select (`households[class = 3]`). `collect` are the sides that write: desk words,
    a post (`grid_worker`) or `department:ID`, or `departments`. Where one side's value differs from what another side
    wrote, it becomes a proposal, and the post `decides` settles it. `part_of` names the register whose entries hold
    these (residents of a household). `care` registers hold care cases: seen by the assigned worker and supervisor only.
    `code` is the pattern of entry codes, such as `{area}-R{n:04}`.
    """

    id: str
    title: Text
    form: str
    name: str
    address: str = ""
    place: str = ""
    facets: tuple[str, ...] = ()
    code: str = "{area}-{n:05}"
    collect: tuple[str, ...] = ()
    decides: str = ""
    part_of: str = ""
    care: bool = False
    clause: str = ""
    at: Place = NOWHERE
