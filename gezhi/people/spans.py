"""From days, as people write them, to the instants that appointments keep.

A day begins at its local midnight. Somebody appointed "to 31 December" holds the post up to the midnight after it.
"""

from datetime import date, datetime, time, timedelta

from django.utils import timezone


def begin_of(day: date) -> datetime:
    """Return the instant at which a day begins here."""
    return datetime.combine(day, time(), tzinfo=timezone.get_default_timezone())


def end_of(last_day: date) -> datetime:
    """Return the instant at which a last day is over here: the first that no longer counts."""
    return begin_of(last_day + timedelta(days=1))


def day_of(instant: datetime) -> date:
    """Return the local day of an instant."""
    return timezone.localdate(instant, timezone.get_default_timezone())


def last_day_of(until: datetime) -> date:
    """Return the last day (wholly or partly) before an exclusive end."""
    return day_of(until - timedelta(microseconds=1))
