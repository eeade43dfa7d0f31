"""What a handler says of a record that it took."""

from dataclasses import dataclass, field
from typing import Any

from gezhi.sync.shapes import Difference, Theirs


@dataclass(frozen=True, slots=True)
class Done:
    """What the record became (`subject`: a case's number, an entry's code), and what the sender should know of it.

    `fresh` is False when its own room had taken the key before. `marks` are kept with the receipt.
    """

    subject: str
    facts: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    marks: dict[str, Any] = field(default_factory=dict)
    fresh: bool = True
    # Fields on which another's version stands: changed meanwhile (`theirs`), or another side's word counts.
    differences: tuple[Difference, ...] = ()
    theirs: Theirs | None = None
    proposed: bool = False
