"""Whatever is answered, filling never fails, keeps nothing twice differently, and says of everything where it went."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gezhi.schemes import trees
from gezhi.schemes.conditions import ConditionError, said
from gezhi.schemes.filled import fill
from gezhi.schemes.forms import FIELD_KINDS, Field, Form
from gezhi.schemes.id_numbers import BadNumber, check_digit, id_number
from gezhi.schemes.model import Option
from gezhi.schemes.text import Text

NOW = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
PLAIN = [kind for kind in FIELD_KINDS if kind not in ("group", "repeat", "note")]
OPTIONS = (Option("a", Text("甲", "A")), Option("b", Text("乙", "B")))
NAMES = ("a", "b", "c", "d")

junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates() | st.datetimes(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3),
    max_leaves=8,
)
told = st.sampled_from(
    ["12", "3.5", "是", "a", "甲", "2026-03-05", "08:30", "2026-03-05 08:30", "13800138000", "11010519491231002X"]
) | st.fixed_dictionaries({"lon": st.floats(-180, 180), "lat": st.floats(-90, 90)})


@st.composite
def forms(draw: st.DrawFn) -> Form:
    fields = []
    for name in NAMES:
        kind = draw(st.sampled_from(PLAIN))
        when = draw(st.sampled_from(["", "", "a == 'a'", "b == true || a == 12", "size(a) > 1", "nonsense"]))
        fields.append(Field(name, kind, Text(name), draw(st.booleans()), OPTIONS, when=when))
    inner = tuple(Field(one.id, one.kind, one.title, one.required, OPTIONS) for one in fields)
    return Form("f", Text("f"), (*fields, Field("rows", "repeat", Text("rows"), fields=inner)))


ANSWERS = st.dictionaries(
    st.sampled_from([*NAMES, "rows", "more"]),
    junk | told | st.lists(st.dictionaries(st.sampled_from(NAMES), junk | told), max_size=3),
)


@settings(max_examples=300, deadline=None)
@given(forms(), ANSWERS)
def test_every_answer_is_kept_or_named(form: Form, answers: dict[str, Any]) -> None:
    first = fill(form, answers, at=NOW)
    named = {fault.path.partition(".")[0] for fault in first.faults} | set(first.left_out)
    for name, value in answers.items():
        said_nothing = value is None or value in ([], {}) or (isinstance(value, str) and not value.strip())
        assert name in first.values or name in named or said_nothing
    assert all(fault.text.zh and fault.text.en for fault in first.faults)
    # what is kept is good as it is: kept again it stays the same
    again = fill(form, first.values, at=NOW)
    assert again.values == first.values
    assert {one.code for one in again.faults} <= {"missing"}


@given(st.integers(10**16, 10**17 - 1), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_of_an_identity_number_is_found(seventeen: int, at: int, more: int) -> None:
    digits = f"{seventeen}"[:6] + "19900307" + f"{seventeen}"[14:]
    good = digits + check_digit(digits)
    assert id_number(good) == good
    bad = good[:at] + str((int(good[at]) + more) % 10) + good[at + 1 :]
    try:
        id_number(bad)
    except BadNumber:
        return
    raise AssertionError(bad)


literals = (
    st.sampled_from(["true", "false", "null", "'x'", '"é"', "''", "'好'"])
    | st.integers(-1000, 1000).map(str)
    | st.sampled_from(["0.5", "-1.25", "3.0"])
)
values = (
    st.none()
    | st.booleans()
    | st.integers(-1000, 1000)
    | st.sampled_from([0.5, 3.0, -1.25])
    | st.sampled_from(["x", "é", "", "好"])
    | st.lists(st.sampled_from(["x", "好"]), max_size=2)
)


def joined(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    signs = st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "in", "&&", "||"])
    return (
        st.tuples(inside, signs, inside).map(" ".join)
        | inside.map("!({})".format)
        | inside.map("({})".format)
        | inside.map("size({})".format)
        | st.lists(inside, max_size=2).map(lambda listed: f"[{', '.join(listed)}]")
    )


conditions = st.recursive(literals | st.sampled_from(NAMES), joined, max_leaves=8)


@settings(max_examples=1500, deadline=None)
@given(conditions, st.fixed_dictionaries(dict.fromkeys(NAMES, values)))
def test_a_tree_says_what_cel_says(condition: str, answers: dict[str, Any]) -> None:
    tree = trees.tree(condition)
    assert tree is not None, condition
    try:
        by_tree: Any = trees.work_out(tree, answers)
    except trees.WorkedOutNot:
        by_tree = None
    try:
        by_cel: Any = said(condition, answers)
    except ConditionError:
        by_cel = None
    assert (by_tree if isinstance(by_tree, bool) else None) is by_cel


@given(st.text(max_size=40))
def test_no_condition_breaks_the_reader_of_trees(condition: str) -> None:
    trees.tree(condition)


def test_what_a_page_can_not_work_out_has_no_tree() -> None:
    for condition in (
        "a.matches('^1')",
        "a + 1 > 2",
        "x.y == 1",
        "has(a.b)",
        "a ? b : c",
        "r'x' == a",
        "1u == a",
        "a[",
    ):
        assert trees.tree(condition) is None
