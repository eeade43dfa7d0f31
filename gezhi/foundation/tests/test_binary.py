import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from gezhi.foundation import binary, prepared

ID = UUID("01a215f7-5296-77f7-8115-76afe3acdddd")
AT = datetime(2026, 11, 26, 11, 47, 39, 123456, tzinfo=timezone(timedelta(hours=8)))
TYPES = {
    "a_uuid": "uuid",
    "a_text": "text",
    "a_word": "varchar(20)",
    "a_float": "float8",
    "a_time": "timestamptz",
    "a_bool": "boolean",
    "a_small": "smallint",
    "an_int": "integer",
    "a_big": "bigint",
    "a_json": "jsonb",
    "some_bytes": "bytea",
    "words": "varchar(20)[]",
}
ROWS: list[dict[str, Any]] = [
    {
        "a_uuid": ID, "a_text": '井盖\t"\\ \n', "a_word": "井盖🕳️", "a_float": -103.63781048846185, "a_time": AT,
        "a_bool": True, "a_small": -2, "an_int": -70_000, "a_big": -5_000_000_000, "a_json": {"a": ["井", None, 1.5]},
        "some_bytes": b"\x00\xff", "words": ["井", "a,{}\"'\\"],
    },
    {
        "a_uuid": ID, "a_text": "", "a_word": "", "a_float": 0.0, "a_time": datetime(9999, 12, 31, tzinfo=UTC),
        "a_bool": False, "a_small": 0, "an_int": 0, "a_big": 0, "a_json": [], "some_bytes": b"", "words": [],
    },
    dict.fromkeys(TYPES),
]  # fmt: skip


@pytest.fixture
def kinds(db: None) -> binary.Table:
    columns = ", ".join(f"{name} {kind}" for name, kind in TYPES.items())
    prepared.run(f"create temporary table kinds (dropped text, {columns})")
    prepared.run("alter table kinds drop column dropped")
    binary._forget()
    return binary.table("kinds")


def test_each_kind_of_value_comes_back_as_it_went(kinds: binary.Table) -> None:
    assert _stored(kinds, [kinds.form(kinds.written(row)).fill({}) for row in ROWS]) == ROWS


def test_gaps_are_filled_row_by_row(kinds: binary.Table) -> None:
    form = kinds.form(kinds.written({"a_text": "the same", "words": ["one"]}), ("a_float", "a_word"))
    rows = [form.fill({"a_word": binary.text(word), "a_float": binary.float8(len(word))}) for word in ("x", "xyz")]
    empty = dict.fromkeys(TYPES)
    assert _stored(kinds, rows) == [
        empty | {"a_text": "the same", "words": ["one"], "a_word": word, "a_float": float(len(word))}
        for word in ("x", "xyz")
    ]


def test_a_column_that_is_not_there_is_said(kinds: binary.Table) -> None:
    with pytest.raises(LookupError, match="kinds has no column"):
        kinds.written({"nothing_of_ours": 1})
    with pytest.raises(LookupError, match="kinds has no column"):
        kinds.form({}, ("nothing_of_ours",))


def _stored(table: binary.Table, rows: list[bytes]) -> list[dict[str, Any]]:
    prepared.run("truncate kinds")
    binary.insert("insert into kinds select * from unnest(%s::kinds[])", [table.array(rows)])
    stored = [dict(zip(TYPES, row, strict=True)) for row in prepared.run("select * from kinds order by ctid")]
    return [row | {"a_json": row["a_json"] and json.loads(row["a_json"])} for row in stored]
