"""docs/schemes/clauses.md says which rule carries out which clause of the shipped plans, and what tries it."""

from gezhi.schemes.source import load, shipped
from scripts import clauses


def test_the_page_of_clauses_is_up_to_date() -> None:
    assert clauses.PAGE.read_text("utf-8") == clauses.page(), "run .venv/bin/python scripts/clauses.py"


def test_every_duty_of_a_shipped_plan_carries_a_clause() -> None:
    for path in shipped().glob("*/scheme.toml"):
        scheme = load(path.parent)
        assert [duty.id for duty in scheme.duties.values() if not duty.clause] == [], scheme.id
