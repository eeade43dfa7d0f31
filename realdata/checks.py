"""What a check against real data is, and where the data lie."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "GEZHI_SHARED_DATA"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what was checked, what was to be expected, what was measured, whether it is so."""

    name: str
    expected: str
    measured: str
    ok: bool


# What takes long measures several things at once.
type Check = Callable[[Path], Row | Sequence[Row]]


def data_folder() -> Path | None:
    """Return the folder of the real data, or None where there is none."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else beside
    return folder if folder.is_dir() else None


def at_least(name: str, bound: float, hits: int, total: int) -> Row:
    """Compare a share with a lower bound; no rows at all is a failure."""
    share = hits / total if total else 0.0
    return Row(name, f"≥ {bound:.1%}", f"{share:.2%} ({hits:,} of {total:,})", share >= bound)


def rows_of(module: str, check: Check, data: Path) -> list[Row]:
    """Return what a check found; data that can't be read are a row that failed."""
    try:
        found = check(data)
    except OSError as error:
        # a part of the data that is missing must not hide what the other checks find
        return [Row(f"{module}: {check.__name__}", "data", f"can't be read: {error}", ok=False)]
    return [found] if isinstance(found, Row) else list(found)
