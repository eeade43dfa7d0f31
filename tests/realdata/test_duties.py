"""The due days of a year's duties, as counted by hand in the real data's neighbour folder."""

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from gezhi.schemes.documents import shipped
from gezhi.shell.main import main
from realdata.checks import data_folder

pytestmark = pytest.mark.realdata
DATA = data_folder()
EXPECTED = DATA.parent / "scenarios" / "duties-2026.csv" if DATA else Path("none")


def expected() -> dict[tuple[str, str], list[str]]:
    """Return the due days by scheme and duty; days on which several fall together are one round."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    if EXPECTED.exists():
        with EXPECTED.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found[row["scheme"], row["duty"]].add(row["due"])
    return {key: sorted(days) for key, days in found.items()}


@pytest.mark.parametrize(("key", "days"), expected().items(), ids=lambda one: "/".join(one) if len(one) == 2 else "")
def test_the_rounds_of_a_year_fall_due_as_expected(key: tuple[str, str], days: list[str], tmp_path: Path) -> None:
    scheme, duty = key
    out = tmp_path / "rounds.csv"
    folder = str(shipped() / scheme)
    assert main(["duties", "simulate-calendar", folder, "--year", "2026", "--duty", duty, "-o", str(out)]) == 0
    with out.open(encoding="utf-8", newline="") as file:
        assert [row["due"] for row in csv.DictReader(file)] == days
