"""Each library that the product needs is named in the decision on libraries, with its licence and its reason."""

import re
import tomllib

from tests.house.sources import ROOT


def test_the_decision_names_the_libraries_that_are_needed_and_no_other() -> None:
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = {re.split(r"[\[<>=]", one)[0] for one in needed}
    page = (ROOT / "docs" / "decisions" / "0009-libraries.md").read_text()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("| ")]
    told = {row[0] for row in rows if row[0] != "library"}
    assert told == names
    assert all(all(row) for row in rows)
