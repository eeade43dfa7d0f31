"""How cases sound, for the search by pinyin: written after intake, some hundred cases at a time, never by intake."""

from datetime import timedelta
from uuid import UUID

from django.db import connection

from gezhi.foundation.ids import before
from gezhi.foundation.words import sound

AT_ONCE = 500
# An intake may commit a moment after a later one: so far back the newest cases are looked at again.
_LATE = timedelta(minutes=10)
_UNHEARD = """
select c.id, c.title || ' ' || c.address from cases_case c
where not exists (select 1 from cases_casesound s where s.case_id = c.id) and c.id > %s order by c.id limit %s
"""
_NEWEST = "select s.case_id from cases_casesound s order by s.case_id desc limit 1"
_WRITE = """
insert into cases_casesound (case_id, heard) select * from unnest(%s::uuid[], %s::text[]) on conflict do nothing
"""


def hear(*, after: UUID | None = None, most: int = AT_ONCE) -> tuple[int, UUID | None]:
    """Write down how cases sound that have not been heard yet, in the order they came; return how many, and the last.

    Without `after` it begins a little before the newest that was heard.
    """
    with connection.cursor() as cursor:
        if after is None:
            cursor.execute(_NEWEST)
            newest = cursor.fetchone()
            after = before(newest[0], _LATE) if newest else UUID(int=0)
        cursor.execute(_UNHEARD, [after, most])
        rows = cursor.fetchall()
        if rows:
            cursor.execute(_WRITE, [[row[0] for row in rows], [sound(row[1]) for row in rows]])
    return len(rows), rows[-1][0] if rows else None
