"""Whether a day is one on which offices work, by the calendars of the schemes in force."""

from datetime import datetime

from django.utils import timezone

from gezhi.enactment import queries as enactment
from gezhi.schemes.clocks import calendar_of

_SATURDAY = 5


def is_workday(now: datetime) -> bool:
    """Say whether this is a workday by any scheme in force; Monday to Friday where there is none."""
    on = timezone.localdate(now)
    schemes = [scheme for _, scheme in enactment.all_in_force(on)]
    if not schemes:
        return on.weekday() < _SATURDAY
    return any(calendar_of(scheme).is_workday(on) for scheme in schemes)
