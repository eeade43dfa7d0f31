"""Whatever stands in a workbook, it becomes a form that the language knows, or is refused in words."""

import tomllib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gezhi.schemes import toml, xlsforms
from gezhi.schemes.build_duties import form as build
from gezhi.schemes.documents import Document
from gezhi.schemes.model import Finding, SchemeError
from gezhi.schemes.shapes import judge
from gezhi.schemes.tests.test_xlsforms import SURVEY, book

TYPES = st.sampled_from(
    [
        "text", "integer", "decimal", "date", "select_one kinds", "select_multiple kinds", "select_one yes_no", "note",
        "image", "geopoint", "calculate", "begin group", "end group", "begin repeat", "end repeat", "start", "rubbish",
    ]
)  # fmt: skip
NAMES = st.sampled_from(["a", "b", "c", "Door-No", "value", "in", "1x", "a b", ""])
FORMULAS = st.sampled_from(
    [
        "", "", "${a} = 'x'", "${b} > 3 or ${a} != ''", ". > 1 and . < 9", "selected(${a}, 'shop')", "regex(., '^a')",
        "((", "today() > .", "not(${c})", "${a} = ${b}", "1 + 1", ". >= today() - 3",
    ]
)  # fmt: skip
LABELS = st.sampled_from(["", "名称", "Name", "= 1", "\u0001", "“"])
ROWS = st.tuples(TYPES, NAMES, LABELS, LABELS, LABELS, st.sampled_from(["", "yes", "no", "${a}"]), FORMULAS, FORMULAS)


@st.composite
def likely(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    """Rows that mostly make a form: one name each, a label, formulas that ask about the rows before."""
    rows: list[tuple[Any, ...]] = []
    for name in ("a", "b", "c", "Door-No", "value")[: draw(st.integers(1, 5))]:
        kind = draw(TYPES.filter(lambda one: not one.startswith(("begin", "end", "rubbish"))))
        formula = draw(FORMULAS) if len(rows) > 2 else ""
        cells = (kind, name, "题", draw(LABELS) or "Q", "", draw(st.sampled_from(["", "yes"])))
        rows.append((*cells, formula if "." not in formula.split("'")[0] else "", draw(FORMULAS) if rows else ""))
    if draw(st.booleans()):
        around = draw(st.sampled_from(["group", "repeat"]))
        rows = [(f"begin {around}", "inside", "组", "G"), *rows, (f"end {around}", "")]
    return rows


@settings(max_examples=150, deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=6) | likely())
def test_a_workbook_becomes_a_form_or_is_refused(rows: list[tuple[Any, ...]]) -> None:
    clean = [tuple(str(one).replace("\u0001", "") for one in row) for row in rows]
    carried, findings = _read(book([SURVEY[0], *clean]))
    assert all(one.text.zh and one.text.en for one in findings)
    if carried is None:
        return
    table = tomllib.loads(toml.document({"forms": {carried.id: carried.table}}))
    document = Document("x", rules={"scheme": "x", "version": "1", "title": "x", "levels": [], **table})
    judge(document)
    assert document.findings == []
    form = build(Document("x"), carried.id, table["forms"][carried.id])
    assert xlsforms.read(xlsforms.write(form).data).table["fields"].keys() == carried.table["fields"].keys()


def _read(data: bytes) -> tuple[xlsforms.Carried | None, list[Finding]]:
    try:
        return xlsforms.read(data), []
    except SchemeError as bad:
        return None, bad.findings
