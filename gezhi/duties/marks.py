"""What may be odd about a record, in words: said to who sent it, shown beside it, never a reason to throw it away."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gezhi.duties import plans
from gezhi.duties.models import Activity
from gezhi.schemes.explain import join

FAR = "far"
CLOCK = "clock"
NO_PLACE = "no_place"
BEFORE_AREA = "before_area"
AREA_ENDED = "area_ended"
MOVED = "moved"
ENTRY_ENDED = "entry_ended"
FORM_CHANGED = "form_changed"
ALONE = "alone"
SAME_DAY = "same_day"
OUTSIDE = "outside"
SAME_HOURS = "same_hours"
# what is kept with one of these fills no round
UNCOUNTED = frozenset({ALONE, OUTSIDE})


def words(activity: Activity) -> list[str]:
    """Return what is odd about an activity, each in a sentence that says what was kept."""
    return [_word(mark, activity) for mark in activity.marks]


def _word(mark: str, activity: Activity) -> str:
    metres = activity.distance_m or 0
    far = f"{metres / 1000:.1f} km" if metres >= 1000 else f"{metres:.0f} m"
    known = {
        FAR: _("The check-in lies %(far)s away from the place. It was kept as it came; add a remark saying why.")
        % {"far": far},
        CLOCK: _("The phone's clock was ahead. The times were kept as they came; it counts for the day it arrived."),
        NO_PLACE: _("The plan wants a check-in on the spot, and none came. It was kept; add a remark saying why."),
        BEFORE_AREA: _("This area did not exist yet on that day. It was kept under the area as it is now."),
        AREA_ENDED: _("This area was split or merged meanwhile. It was kept under the area that stands there now."),
        MOVED: _("This entry had moved to another area meanwhile. It was kept under the entry's area of today."),
        ENTRY_ENDED: _("This entry was no longer current. It was kept with the entry; check whether it was meant."),
        FORM_CHANGED: _("The form had changed meanwhile. What fits was kept; the rest waits to be put right."),
        ALONE: _(
            "The plan wants several posts together here. It was kept, and counts once the others have taken part."
        ),
        SAME_DAY: _("Somebody else was there for the same duty on the same day. Both records were kept."),
        OUTSIDE: _(
            "The plan wants this done at %(hours)s, and it lies outside. It was kept, but does not fill the round: do "
            "it again within the hours, or say in a remark why."
        )
        % {"hours": _hours(activity)},
        SAME_HOURS: _(
            "Another one of the same day lay in these hours already. Both were kept; the other hours still want theirs."
        ),
    }
    return known.get(mark, mark)


def _hours(activity: Activity) -> str:
    """Return the hours that the plan of a record names; dashes where that version has none (any more)."""
    planned = plans.of_version(activity.scheme_version_id, activity.duty) if OUTSIDE in activity.marks else None
    return join([one.text for one in planned.duty.hours]).say(get_language() or "zh-hans") if planned else "–"
