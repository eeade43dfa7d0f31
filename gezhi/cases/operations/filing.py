"""Words for search, put into the index after intake, some hundred cases at a time, never by intake.

Until then a search reads them one by one: nothing is missed, and with the worker off for long it only takes longer.
"""

from django.db import connection

AT_ONCE = 500
_FILE = """
update cases_casewords w set indexed = true
from (select case_id from cases_casewords where not indexed order by case_id limit %s for update skip locked) fresh
where w.case_id = fresh.case_id
"""


def file_words(*, most: int = AT_ONCE) -> int:
    """Put the words of the oldest cases that wait into the index; return how many cases they were of."""
    with connection.cursor() as cursor:
        cursor.execute(_FILE, [most])
        return int(cursor.rowcount)
