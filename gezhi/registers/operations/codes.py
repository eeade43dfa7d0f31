"""Codes of entries, by the register's pattern: one counter for each fixed part of a code, never the same twice."""

import re
from datetime import date
from uuid import UUID

from django.db import connection

from gezhi.foundation.ids import uuid7
from gezhi.registers.errors import Refused
from gezhi.registers.models import CODE, CodeCount, Entry
from gezhi.schemes.forms import Register

_COUNT = re.compile(r"\{n(?::0?(\d+))?\}")
# The row of the counter is locked until the caller's transaction ends, so two at once wait for each other.
_TAKE = f"""
insert into {CodeCount._meta.db_table} (id, register, prefix, last) values (%s, %s, %s, %s)
on conflict (register, prefix) do update set last = {CodeCount._meta.db_table}.last + excluded.last
returning last
"""  # noqa: S608  the table's name comes from the model


def take(register: Register, area: str, on: date, count: int = 1) -> list[str]:
    """Return the next codes of a register at an area."""
    fixed = register.code.replace("{area}", area).replace("{year}", f"{on:%Y}").replace("{register}", register.id)
    found = _COUNT.search(fixed)
    if found is None:
        fixed, found = f"{fixed}-{{n:05}}", _COUNT.search(f"{fixed}-{{n:05}}")
    width = int(found[1] or 1) if found else 1
    last = _last(register.id, _COUNT.sub("#", fixed), count)
    numbers = range(last - count + 1, last + 1)
    return [_COUNT.sub(f"{number:0{width}}", fixed) for number in numbers]


def fresh(register: Register, area: str, on: date) -> str:
    """Return a code that no entry has, also where codes were brought along from elsewhere."""
    while True:
        code = take(register, area, on)[0]
        if not _taken(register.id, code):
            return code


def usable(code: str) -> str:
    """Return a code that was brought along as it is kept; raise Refused for one that no address or column holds."""
    tidy = code.strip()
    if not tidy or len(tidy) > CODE or "/" in tidy or not tidy.isprintable():
        raise Refused(f"编号“{tidy[:40]}”不可用。", f"The code “{tidy[:40]}” can't be used.", field="code")
    return tidy


def given(register: Register, code: str, entry: UUID | None = None) -> str:
    """Return a code that was brought along; raise Refused when it is not usable or another entry has it."""
    tidy = usable(code)
    holder = _taken(register.id, tidy)
    if holder and holder != entry:
        raise Refused(
            f"编号 {tidy} 已属于另一条目。请打开它修改，或留空由系统编号。",
            f"The code {tidy} belongs to another entry. Open that one to change it, or leave the code empty.",
            field="code",
        )
    return tidy


def _taken(register: str, code: str) -> UUID | None:
    rows = Entry.objects.unscoped(reason="a code is given once, whoever may see its entry")
    found: UUID | None = rows.filter(register=register, code=code).values_list("pk", flat=True).first()
    return found


def _last(register: str, prefix: str, count: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [uuid7(), register, prefix[:CODE], count])
        row = cursor.fetchone()
    return int(row[0])
