"""Whatever is written into a scheme, the check answers with findings, never with a crash."""

import copy
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gezhi.schemes import toml
from gezhi.schemes.check import check

SMALL = Path(__file__).parent / "small"
RULES = tomllib.loads((SMALL / "scheme.toml").read_text(encoding="utf-8"))
TABLES = {f"x/{path.name}": path.read_text(encoding="utf-8") for path in SMALL.glob("*.csv")}
JUNK: list[Any] = [
    0, -1, True, False, "", "x", "*", ".", ":", "{x}", "answer.x", "department:", "closed", "doer", "item",
    "3 workdays", "until 2020-01-01", "\u202e", [], {}, ["a"], [1],
    [{}], {"a": 1}, {"zh": ""}, {"when": "x"}, [{"when": "1 +"}],
]  # fmt: skip


def places(table: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inside = table.items() if isinstance(table, dict) else enumerate(table) if isinstance(table, list) else ()
    for key, value in inside:
        yield (*path, key)
        yield from places(value, (*path, key))


PLACES = list(places(RULES))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(PLACES), st.sampled_from([None, *JUNK]))
def test_junk_anywhere_gets_an_answer(path: tuple[Any, ...], junk: Any) -> None:
    rules = copy.deepcopy(RULES)
    table: Any = rules
    for key in path[:-1]:
        table = table[key]
    if junk is None:
        del table[path[-1]]
    else:
        table[path[-1]] = junk
    for finding in check({"x/scheme.toml": toml.document(rules), **TABLES}):
        assert finding.text.zh
        assert finding.text.en
        assert finding.place.file


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80))
def test_any_text_for_a_file_gets_an_answer(text: str) -> None:
    assert check({"x/scheme.toml": text})
    check({"x/scheme.toml": (SMALL / "scheme.toml").read_text(encoding="utf-8"), "x/catalogue.csv": text})
