"""The two statements that write cases: one for a batch of new ones, one for a change of one.

Each is a single round trip: the rows of new cases travel in PostgreSQL's binary form, those of a change as JSON; lists
of columns are read from the models, so that a new column can't be forgotten here. What a conflict on `client_key`
finds is not written again, and neither are its event, holds, words and outbox rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

# ruff: noqa: S608  names of tables and columns come from the models, values always travel as parameters
import msgspec
from django.conf import settings
from django.db import models

from gezhi.cases.models import Case, CaseEvent, CaseFile, CaseWords, Hold
from gezhi.foundation import binary, prepared
from gezhi.foundation.models import Outbox

type Row = dict[str, Any]
encode = msgspec.json.Encoder().encode
# What an effect's row says while nobody has heard of it yet.
FRESH_EFFECT: Row = {"tries": 0, "done_by": [], "done_at": None, "error": ""}
# Every table that an intake writes, and by what its rows find their case.
_WRITTEN: dict[type[models.Model], str] = {
    Case: "id",
    CaseEvent: "case_id",
    Hold: "case_id",
    CaseWords: "case_id",
    Outbox: "(body->>'case')::uuid",
    CaseFile: "case_id",
}


def form(model: type[models.Model], values: Mapping[str, bytes], gaps: Iterable[str]) -> binary.Form:
    """Return a form for new rows of a table, of values that `written` made.

    Each column of the model must be among the values or the gaps.
    """
    named = {*values, *gaps}
    if missing := [column for column in _columns(model) if column not in named]:
        raise LookupError(f"nobody says what stands in {missing} of {model.__name__}")
    return binary.table(model._meta.db_table).form(values, gaps)


def written(model: type[models.Model], values: Mapping[str, Any]) -> dict[str, bytes]:
    """Return columns' values as `binary` writes them."""
    return binary.table(model._meta.db_table).written(values)


def insert(rows: Mapping[type[models.Model], Sequence[bytes]]) -> dict[str, str]:
    """Write new cases with their rows (of forms) in one statement; return id → number of those that were new.

    A case whose client key is taken is left out with all its rows. Raises `binary.OutdatedError`.
    """
    given = {model: some for model in _WRITTEN if (some := rows.get(model))}
    arrays = [binary.table(model._meta.db_table).array(some) for model, some in given.items()]
    # As the first statement of a request: sent again on a new connection it writes nothing twice, by the client key.
    return dict(binary.insert(_insert_sql(tuple(given)), arrays))


def change(case: Row, events: list[Row], holds: list[Row], outbox: list[Row]) -> None:
    """Write a change of one case in one statement: its columns, the appended events, the holds, the effects."""
    prepared.run(_change_sql(tuple(case)), [prepared.Json(encode(some)) for some in ([case], events, holds, outbox)])


def as_bytea(value: bytes) -> str:
    """Return bytes as PostgreSQL reads them from JSON."""
    return "\\x" + value.hex()


@cache
def _insert_sql(given: tuple[type[models.Model], ...]) -> str:
    """Return the statement for rows of these tables; a table without rows would cost as much as one with."""
    case = _columns(Case)
    values = ", ".join(
        f"cases_number((g.opened_at at time zone '{_zone()}')::date)" if c == "number" else f"g.{c}" for c in case
    )
    parts = [
        (
            f"made as (insert into {_table(Case)} ({', '.join(case)}) select {values} from {_unnest(Case)} g"
            " on conflict (client_key) do nothing returning id, number)"
        ),
        *(_follow(model, _WRITTEN[model]) for model in given if model is not Case),
    ]
    return f"with {', '.join(parts)} select id::text, number from made"


@cache
def _change_sql(columns: tuple[str, ...]) -> str:
    sets = ", ".join(f"{column} = g.{column}" for column in columns if column != "id")
    hold = _columns(Hold)
    again = ", ".join(f"{column} = excluded.{column}" for column in hold if column not in {"case_id", "seq"})
    parts = [
        f"changed as (update {_table(Case)} c set {sets} from {_spread(Case)} g where c.id = g.id)",
        f"logged as ({_put(CaseEvent)})",
        f"held as ({_put(Hold)} on conflict (case_id, seq) do update set {again})",
    ]
    return f"with {', '.join(parts)} {_put(Outbox)}"


def _put(model: type[models.Model]) -> str:
    return f"insert into {_table(model)} ({_list(model)}) select {_list(model)} from {_spread(model)} g"


def _follow(model: type[models.Model], key: str) -> str:
    columns = ", ".join(f"g.{column}" for column in _columns(model))
    key = key.replace("body", "g.body") if "body" in key else f"g.{key}"
    return (
        f"{model._meta.model_name}_rows as (insert into {_table(model)} ({_list(model)})"
        f" select {columns} from {_unnest(model)} g join made on made.id = {key})"
    )


def _unnest(model: type[models.Model]) -> str:
    return f"unnest(%s::{_table(model)}[])"


def _spread(model: type[models.Model]) -> str:
    return f"json_populate_recordset(null::{_table(model)}, %s::json)"


def _table(model: type[models.Model]) -> str:
    return f'"{model._meta.db_table}"'


@cache
def _columns(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.column for field in model._meta.concrete_fields if field.column)


def _list(model: type[models.Model]) -> str:
    return ", ".join(_columns(model))


def _zone() -> str:
    return settings.TIME_ZONE.replace("'", "")
