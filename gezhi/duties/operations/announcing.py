"""Telling whoever does what residents now read of: once for each round, whether or not the server slept that day."""

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from gezhi.duties.operations.telling import by_language
from gezhi.duties.queries.announced import Announced, announced_now
from gezhi.notices import operations as notices
from gezhi.people.access import in_force
from gezhi.people.models import Account, Appointment

# Where what is to come stands with what can be done about it; the page's own test holds it to that.
LINK = "/field/"
TOPIC = "duties.announced"


def tell_announced(*, now: datetime) -> int:
    """Tell the posts of every round that residents read of by now. Once each: a repeated call adds nothing."""
    found = announced_now(now)
    for one in found:
        held = Appointment.objects.filter(in_force(now), post__in=one.planned.duty.who, area__isnull=False)
        for language, accounts in by_language(Account.objects.filter(pk__in=held.values("account"), is_active=True)):
            with translation.override(language):
                _tell(one, accounts, language, now)
    return len(found)


def _tell(one: Announced, accounts: list[Account], language: str, now: datetime) -> None:
    words = {"title": one.planned.duty.title.say(language), "day": one.round.due.isoformat()}
    notices.send(
        to=accounts, key=f"duty/{one.planned.name}/{one.round.period}/announced", topic=TOPIC, now=now, link=LINK,
        subject=_("Residents now read that it takes place on %(day)s: %(title)s") % words,
        body=_(
            "Can't come? Enter the day as one on which you are away, so that a stand-in goes: it is never left out."
        ),
    )  # fmt: skip
