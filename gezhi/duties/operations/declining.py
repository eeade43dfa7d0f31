"""Telling the doer of a record that it was not signed, and why."""

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from gezhi.duties.models import Activity
from gezhi.duties.plans import Planned
from gezhi.notices import operations as notices
from gezhi.people.models import Account


def tell_declined(row: Activity, planned: Planned, now: datetime) -> None:
    """Send one notice for each refusal to who recorded it; the reason stands on the record's page."""
    doer = Account.objects.get(pk=row.account_id)
    language = doer.language or "zh-hans"
    with translation.override(language):
        notices.send(
            to=[doer], key=f"declined/{row.pk}/{row.version}", topic="duties.declined", now=now,
            subject=_("Not signed: %(duty)s of %(day)s")
            % {"duty": planned.duty.title.say(language), "day": row.day},
            body=_("The reason stands with the record. Put it right, and it is asked for again; or take it back."),
            link=f"/field/activity/{row.pk}",
        )  # fmt: skip
