"""What the how-tos show of registers, forms and duties is a plan that passes the check and says what they say."""

import re
from pathlib import Path

import pytest

from gezhi.schemes.check import check
from gezhi.schemes.documents import shipped
from gezhi.schemes.explain_duties import duty_rows
from gezhi.schemes.source import gather, load
from gezhi.schemes.yearly import rounds_of_year

DOCS = Path(__file__).parents[3] / "docs" / "how-to"
_BLOCK = re.compile(r"((?:^        .*\n|^\n)+)", re.MULTILINE)


@pytest.fixture
def files() -> dict[str, str]:
    """Return Shawan's files with what both how-tos write, the department that they name being Shawan's."""
    plan = gather(shipped() / "shawan")
    department = next(iter(load(plan).departments))
    text = "".join(
        block.replace("\n        ", "\n").replace("department:water", f"department:{department}")
        for name in ("add-a-register.md", "add-a-duty.md")
        for block in _BLOCK.findall((DOCS / name).read_text(encoding="utf-8"))
        if block.strip().startswith("[")
    )
    return {**plan.files, "shawan/wells.toml": text}


def test_the_register_and_the_duties_of_the_how_tos_pass_the_check(files: dict[str, str]) -> None:
    before = set(check(gather(shipped() / "shawan")))
    assert [one for one in check(files) if one not in before] == []
    scheme = load(files)
    assert {"wells"} <= set(scheme.registers)
    rows = {row.id: row for row in duty_rows(scheme)}
    assert rows["test_wells"].of.zh == "水井（用途：饮用）"
    assert rows["test_wells"].verified.zh.endswith("每半年不少于 10%")
    assert [row["due"] for row in rounds_of_year(scheme, 2027, ["test_wells"])] == ["2027-12-31"]


@pytest.mark.parametrize("line", [line for line in (DOCS / "add-a-duty.md").read_text(encoding="utf-8").splitlines()
                                  if line.startswith("| ") and "`" in line])  # fmt: skip
def test_every_phrase_of_the_table_is_a_duty(files: dict[str, str], line: str) -> None:
    phrases = re.findall(r"`(\w+ = [^`]+)`", line.split("|")[2])
    named = {"verifies = …": 'verifies = "test_wells"'}
    extra = [
        named.get(one, one).replace("its_name", "relapse_check").replace("grid_chief", "station_head")
        for one in phrases
    ]
    extra = [one for one in extra if not one.startswith("after")]
    if not any(one.split()[0] in ("at_least", "on", "sample", "starts_on") for one in extra):
        extra.append('at_least = "1 per week"')
    duty = ['[duties.phrase]', 'title = {zh = "话", en = "Phrase"}', 'activity = "patrol"', 'who = "centre_staff"',
            'of = "grid"', 'clause = "P1"', *extra]  # fmt: skip
    found = check({**files, "shawan/phrase.toml": "\n".join(duty) + "\n"})
    assert [one for one in found if one.severity == "error"] == []
