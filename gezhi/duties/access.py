"""Who sees which activity: one predicate for lists and for a single one.

An activity is seen by who did it or took part, and by the offices of its area and above. One of a care case is seen by
who did it and who took part; through the care case's own page also by whoever may see that.
"""

from datetime import datetime
from typing import TYPE_CHECKING, NoReturn

from django.db import models
from django.db.models import Q

from gezhi.people.access import Grant, Standing, standing
from gezhi.people.models import Account
from gezhi.schemes.duties import Duty
from gezhi.schemes.model import Scheme

if TYPE_CHECKING:
    from gezhi.duties.models import Activity
    from gezhi.duties.plans import Planned


class Unscoped(RuntimeError):
    """Activities were read without saying for whom. Use `.visible_to(account, now=…)` or `.unscoped(reason=…)`."""


class ActivityRows(models.QuerySet["Activity"]):
    """Activities that somebody may read."""

    def visible_to(self, account: Account | None, *, now: datetime) -> "ActivityRows":
        """Return those of the rows that the account may see at `now`."""
        return self.filter(visible(account, now))


class Scoped(models.Manager["Activity"]):
    """The door to activities: every read says for whom, or why for nobody in particular."""

    def get_queryset(self) -> NoReturn:
        """Refuse a read that names no reader."""
        raise Unscoped("say for whom: Activity.objects.visible_to(account, now=…), or .unscoped(reason=…)")

    def visible_to(self, account: Account | None, *, now: datetime) -> ActivityRows:
        """Return the activities that the account may see at `now`."""
        return self.unscoped(reason="filtered in the next call").visible_to(account, now=now)

    def unscoped(self, *, reason: str) -> ActivityRows:
        """Return all activities, for sums and the log's check; the reason can be grepped."""
        if not reason:
            raise Unscoped("an unscoped read gives its reason")
        return ActivityRows(self.model, using=self._db)


def visible(account: Account | None, now: datetime, prefix: str = "") -> Q:
    """Return the predicate over activity rows; `prefix` leads to the activity from another table."""
    who = standing(account, now)
    if account is None or who.reach.is_nobody:
        return Q(**{f"{prefix}pk__in": []})
    own = Q(**{f"{prefix}account": account.pk}) | Q(**{f"{prefix}others__contains": [account.pk]})
    return own | (within(who, f"{prefix}area_path") & Q(**{f"{prefix}guarded": False}))


def within(who: Standing, path: str = "area_path") -> Q:
    """Return the predicate of rows that lie in somebody's own areas or below."""
    rows = Q(pk__in=[])
    for own in who.reach.area_paths:
        rows |= Q(**{f"{path}__startswith": own})
    return rows


def can_see(account: Account | None, activity: "Activity", now: datetime) -> bool:
    """Say whether the account sees this activity, by the very predicate that the lists use."""
    return type(activity).objects.visible_to(account, now=now).filter(pk=activity.pk).exists()


def grant_for(duty: Duty, who: Standing, path: str) -> Grant | None:
    """Return the appointment by which somebody does a duty at a place: the own post before a stand-in's."""
    fits = [one for one in who.reach.grants if one.post in duty.who and one.path and path.startswith(one.path)]
    return min(fits, key=lambda one: (one.stand_in, -len(one.path)), default=None)


def receivers(duty: Duty, scheme: Scheme, desk_key: str) -> tuple[str, ...]:
    """Return the posts that receive a report: the one that the plan names, else the superior of who hands it in."""
    if duty.received_by:
        return (duty.received_by,)
    post = scheme.posts.get(desk_key.partition("@")[0])
    return (post.superior,) if post and post.superior else ()


def receives(account: Account, row: "Activity", planned: "Planned", now: datetime) -> bool:
    """Say whether somebody receives a report: holds the post for it over its area, and had no part in it."""
    if account.pk in (row.account_id, *row.others):
        return False
    posts = receivers(planned.duty, planned.scheme, row.desk_key)
    return any(
        one.post in posts and one.path and row.area_path.startswith(one.path)
        for one in standing(account, now).reach.grants
    )


def oversees(account: Account | None, path: str, now: datetime) -> bool:
    """Say whether somebody answers for an area above a place: whoever decides on excuses and sees rounds of others."""
    who = standing(account, now)
    return any(one.path and path != one.path and path.startswith(one.path) for one in who.reach.grants)
