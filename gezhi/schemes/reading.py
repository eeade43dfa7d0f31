"""How values of a document are read, whatever table they stand in."""

from collections.abc import Mapping
from typing import Any

from gezhi.schemes.text import Text

Table = Mapping[str, Any]


def wording(value: Any, default: str = "") -> Text:
    """Read a wording: a string, or a table with zh and en."""
    if isinstance(value, dict):
        return Text(value.get("zh", ""), value.get("en", ""))
    return Text(value or default)


def words(value: Any) -> tuple[str, ...]:
    """Read one word or a list of words."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def clause(table: Table) -> str:
    """Read the clause or clauses that a rule carries out, several joined by a space."""
    return " ".join(words(table.get("clause")))
