"""Whether anything changed of what somebody owes, without reckoning it: for telephones that ask often."""

from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Count, Max, Q
from django.utils import timezone

from gezhi.duties.models import Absence, Activity, Objection, Start
from gezhi.people.access import standing
from gezhi.people.models import Account

# The longest round that is looked back at.
_BACK = timedelta(days=400)


def last_changes(*, account: Account, now: datetime) -> str:
    """Return words that differ when an activity, a start, an absence or an objection of the own ground has changed."""
    paths = standing(account, now).reach.area_paths
    if not paths:
        return ""
    within = reduce(or_, [Q(area_path__startswith=path) for path in paths])
    since = timezone.localdate(now) - _BACK
    done = Activity.objects.unscoped(reason="whether one of the own ground changed").filter(within, day__gte=since)
    some = (
        done.aggregate(n=Count("pk"), last=Max("changed_at")),
        Start.objects.filter(within, at__lte=now).aggregate(
            n=Count("pk"), answered=Count("answered_by"), off=Count("called_off_at")
        ),
        # whoever is away is covered by a stand-in elsewhere
        Absence.objects.filter(last__gte=now - timedelta(days=40)).aggregate(
            n=Count("pk"), last=Max("at"), back=Max("withdrawn_at")
        ),
        Objection.objects.filter(account=account).aggregate(n=Count("pk"), last=Max("at"), decided=Max("decided_at"),
                                                            back=Count("pk", filter=Q(state="withdrawn"))),
    )  # fmt: skip
    return " ".join(str(value) for one in some for value in one.values())
