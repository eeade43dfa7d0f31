"""The number of a case that people read out: date, count of the day, one check digit (`260421-0137`).

The check digit is Damm's: it shows every wrong digit and every pair of swapped neighbours. The count comes from one
sequence (no gaps are promised, no row is locked), from which each day's first number is taken off.
"""

import re
from datetime import date

# Damm's quasigroup of order 10; the migration's SQL function carries the same table, and a test holds them together.
TABLE = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
_SHAPE = re.compile(r"^\s*(\d{6})\s*[-–—]?\s*(\d{4,12})\s*$")


def check_digit(digits: str) -> str:
    """Return the digit that makes the whole check."""
    interim = 0
    for digit in digits:
        interim = int(TABLE[interim][int(digit)])
    return str(interim)


def compose(day: date, count: int) -> str:
    """Return the number of a day's nth case; at least four digits after the dash, the last one the check digit."""
    head, tail = day.strftime("%y%m%d"), f"{count:03d}"
    return f"{head}-{tail}{check_digit(head + tail)}"


def tidy(raw: str) -> str | None:
    """Return the number as it is stored, or None when it can't be one (a slip of a digit, a wrong length).

    Full-width digits, spaces and a missing dash are put right.
    """
    found = _SHAPE.match("".join(str(ord(c) - 0xFF10) if 0xFF10 <= ord(c) <= 0xFF19 else c for c in raw))
    if found is None:
        return None
    head, tail = found.groups()
    return f"{head}-{tail}" if check_digit((head + tail)[:-1]) == tail[-1] else None
