"""Codes of areas: the Chinese 12- and 15-digit ones are checked, other countries' are free.

12 digits = 6 county + 3 township (001-099 street, 100-199 town, 200-399 township, 400-599 other) + 3 village
(001-199 residents' committee, 200-399 villagers' committee, 400-598 the like); 15 = those + 3 for the grid, numbered
from 001 (statistical area codes; unit grid code of GB/T 30428.1). Higher levels have 2, 4, 6 or 9 digits.
"""

import re
from dataclasses import dataclass

LENGTHS = (2, 4, 6, 9, 12, 15)
_FREE = re.compile(r"[^/\x00-\x1f]+")  # a slash separates codes in a path
_LOOKS_CHINESE = re.compile(r"[1-9]\d*")
_WIDE = {ord(wide): str(digit) for digit, wide in enumerate("０１２３４５６７８９")}
# first two digits: the regions of GB/T 2260
_REGIONS = frozenset(
    str(region)
    for decade in ((11, 16), (21, 24), (31, 38), (41, 47), (50, 55), (61, 66), (71, 72), (81, 83))
    for region in range(*decade)
)


@dataclass(frozen=True, slots=True)
class CodeFault:
    """What is wrong with a code, as a message key with its values, and a code that would do, if one is evident."""

    key: str
    values: dict[str, str]
    suggestion: str = ""


def clean(raw: str) -> str:
    """Return a code as a spreadsheet may have mangled it: without blanks, an apostrophe, `.0`, wide digits."""
    if raw.isascii() and raw.isalnum():
        return raw
    text = raw.strip().translate(_WIDE).lstrip("'").replace(" ", "").replace("\u3000", "")
    return text[:-2] if text.endswith(".0") and text[:-2].isdigit() else text


def from_name(name: str) -> str:
    """Return a name as a free code: what can't stand in a code becomes a hyphen."""
    return re.sub(r"[/\x00-\x1f]+", "-", name.strip()).strip("- ")


def is_chinese(code: str) -> bool:
    """Say whether a code is one of the Chinese lengths, all digits, in a region that exists."""
    return len(code) in LENGTHS and bool(_LOOKS_CHINESE.fullmatch(code)) and code[:2] in _REGIONS


def fault(code: str, *, free: bool) -> CodeFault | None:
    """Return what is wrong with a code, or None; `free` allows codes of other countries' making."""
    if not _FREE.fullmatch(code):
        return CodeFault("code_signs", {"code": code}, from_name(code))
    if free:
        return None
    if re.fullmatch(r"\d(\.\d+)?[eE]\+?\d+", code):
        return CodeFault("code_scientific", {"code": code})
    if not code.isdigit() or len(code) not in LENGTHS:
        return CodeFault("code_length", {"code": code, "length": str(len(code))}, _nearest_length(code))
    if code[:2] not in _REGIONS:
        return CodeFault("code_region", {"code": code, "region": code[:2]})
    return _segment_fault(code)


def _nearest_length(code: str) -> str:
    """Return the code cut of trailing zeros to a known length, when that is what it evidently is."""
    stripped = code.rstrip("0")
    fitting = [length for length in LENGTHS if len(stripped) <= length < len(code)]
    return code[: fitting[0]] if code.isdigit() and fitting and fitting[0] >= 6 else ""


def _segment_fault(code: str) -> CodeFault | None:
    township, village, grid = code[6:9], code[9:12], code[12:15]
    if township == "000" and village in {"", "000"} and not grid:
        return None  # the published placeholder of a county that has no townships (350527000000)
    if township and not 1 <= int(township) <= 599:
        return CodeFault("code_township", {"code": code, "part": township})
    if village and not 1 <= int(village) <= 599:
        return CodeFault("code_village", {"code": code, "part": village})
    if grid == "000":
        return CodeFault("code_grid", {"code": code, "part": grid}, code[:12] + "001")
    return None


def parent_of(code: str) -> str | None:
    """Return the code of the level above of a Chinese code, or None at the top or for a free code."""
    if not is_chinese(code) or len(code) == LENGTHS[0]:
        return None
    return code[: LENGTHS[LENGTHS.index(len(code)) - 1]]
