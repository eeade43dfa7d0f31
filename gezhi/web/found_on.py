"""What a case's page says of the activity that found it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gezhi.cases.models import Case
from gezhi.duties import plans, queries
from gezhi.people.models import Account
from gezhi.territory import queries as territory
from gezhi.web import wording


@dataclass(frozen=True, slots=True)
class FoundOn:
    """An activity in a line: what and where, when, who; and the interim measures of a limited finding."""

    activity_id: UUID
    words: str
    at: datetime
    who: str
    interim: str


def found_on(account: Account, case: Case, now: datetime) -> list[FoundOn]:
    """Return the activities that found a case, as far as somebody may see them."""
    return [_one(row) for row in queries.of_case(account=account, case=case.pk, now=now)]


def _one(row: queries.Finding) -> FoundOn:
    activity = row.activity
    planned = plans.of_version(activity.scheme_version_id, activity.duty)
    title = wording.say(planned.duty.title) if planned else activity.duty
    where = activity.entry_name or territory.short_name(activity.area.name)
    return FoundOn(activity.pk, f"{title} · {where}", activity.began, activity.account.name, row.interim)
