"""The hours of a duty in words: which stretch is to come, open, missed or done; what is said before beginning."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext, pgettext

from gezhi.duties import queries
from gezhi.duties.models import Activity
from gezhi.duties.plans import Planned
from gezhi.duties.queries import Hour, Object, Scope, Stands, Sum
from gezhi.schemes.explain import join
from gezhi.schemes.rounds import Round
from gezhi.schemes.stretches import place_of, places_of
from gezhi.web import wording


@dataclass(frozen=True, slots=True)
class Said:
    """A stretch of hours: `07:00–09:00`, how it stands and that in words (empty where each day of a round has it)."""

    text: str
    stands: str = ""
    words: str = ""
    done: int = 0


def say_hours(planned: Planned, some: tuple[Hour, ...]) -> list[Said]:
    """Return the hours of a round; of one that is longer than a day those of each of its days."""
    if not some:
        return [Said(wording.say(one.text)) for one in planned.duty.hours]
    words = {
        Stands.LATER: pgettext("hours", "to come"), Stands.OPEN: pgettext("hours", "open now"),
        Stands.MISSED: pgettext("hours", "missed"), Stands.DONE: pgettext("hours", "done"),
    }  # fmt: skip
    return [Said(wording.say(one.text), str(one.stands), words[one.stands], one.done) for one in some]


def hours_of(planned: Planned, one: Round, found: Object, now: datetime) -> list[Said]:
    """Return the hours of a round for one of its objects."""
    full = found.filled(planned.duty.hours)
    done = found.n >= (1 if planned.sampled else one.amount)
    summed = Sum(objects=1, done=int(done), filled=[int(each) for each in full])
    return say_hours(planned, queries.hours(planned, one, summed, now, done=done))


def say_before(planned: Planned, now: datetime, found: Object | None) -> str:
    """Return what is to be known before beginning: now is outside the hours, or these are filled; else nothing."""
    some = planned.duty.hours
    place = place_of(some, now, now, planned.days.zone)
    if some and not place:
        words = gettext(
            "This counts only at %(hours)s. You can begin and record it now; what lies outside is kept, but does not "
            "fill the round."
        )
        return words % {"hours": wording.say(join([one.text for one in some]))}
    full = found.filled(some) if found else ()
    if place and full and full[place - 1]:
        words = gettext("%(hours)s is done already: another one now is kept, but fills no other hours.")
        return words % {"hours": wording.say(some[place - 1].text)}
    return ""


def say_under_way(planned: Planned, row: Activity, now: datetime) -> str:
    """Return, of what is under way and has come into further hours, that it fills only one of them; else nothing."""
    some = planned.duty.hours
    places = places_of(some, row.began, now, planned.days.zone) if len(some) > 1 else ()
    one = planned.round_on(row.day) if len(places) > 1 else None
    if one is None:
        return ""
    found = queries.one_object(Scope(planned, one, row.area_path, row.day, row.account_id), row.entry_id or row.area_id)
    full = found.filled(some) if found else ()
    fills = next((n for n in places if not (full and full[n - 1])), places[0])
    further = [some[n - 1].text for n in places if n > fills and not (full and full[n - 1])]
    if not further:
        return ""
    return gettext("This one fills %(hours)s only. For %(further)s end it and begin another.") % {
        "hours": wording.say(some[fills - 1].text), "further": wording.say(join(further)),
    }  # fmt: skip
