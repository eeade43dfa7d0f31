"""Whether anything changed of what somebody owes, without reckoning it: for telephones that ask often."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from gezhi.duties.models import Absence, Activity, Draw, Objection, Start
from gezhi.people.access import standing
from gezhi.people.models import Account
from gezhi.registers.models import CareAssignment

# The longest round that is looked back at, and so long an absence may still excuse one.
_BACK, _AWAY_BACK = timedelta(days=400), timedelta(days=110)
_STATEMENT = f"""
select
  (select (count(*), max(changed_at))::text from {Activity._meta.db_table}
   where area_path like any(%(under)s) and day >= %(since)s),
  (select (count(*), count(answered_by_id), count(called_off_at))::text from {Start._meta.db_table}
   where area_path like any(%(under)s) and at <= %(now)s),
  (select (count(*), max(at), max(withdrawn_at))::text from {Absence._meta.db_table} where last >= %(away_since)s),
  (select (count(*), max(at), max(decided_at), count(*) filter (where state = 'withdrawn'))::text
   from {Objection._meta.db_table} where account_id = %(account)s),
  (select (count(*), max(since), count(until))::text from {CareAssignment._meta.db_table}
   where account_id = %(account)s),
  (select count(*)::text from {Draw._meta.db_table} where area_path like any(%(under)s) and last >= %(since)s)
"""  # noqa: S608  names of tables come from the models


def last_changes(*, account: Account, now: datetime) -> str:
    """Return words that differ when an activity, a start, an absence or an objection of the own ground has changed.

    Absences of everybody: whoever is away is covered by a stand-in elsewhere. One statement.
    """
    paths = standing(account, now).reach.area_paths
    if not paths:
        return ""
    today = timezone.localdate(now)
    given: dict[str, Any] = {
        "under": [f"{path}%" for path in paths], "since": today - _BACK, "now": now, "away_since": today - _AWAY_BACK,
        "account": account.pk,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, given)
        return " ".join(str(value) for value in cursor.fetchone() or ())
