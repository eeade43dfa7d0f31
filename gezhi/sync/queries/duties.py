"""Due rounds on a telephone: what, where, by when, how much is left, and which objects are still to be seen to."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from gezhi.duties import plans, queries
from gezhi.duties.plans import light_of, midnight
from gezhi.duties.queries import Owed, Stands, Wanted
from gezhi.people.access import standing
from gezhi.people.models import Account
from gezhi.schemes.forms import Form
from gezhi.schemes.state import Light
from gezhi.sync.queries.asking import say

MOST_OBJECTS = 200
_HALVINGS = 20


def part(account: Account, now: datetime) -> dict[str, Any]:
    """Return the part `rounds`."""
    return {"rounds": [_owed(one) for one in queries.due(account=account, now=now)]}


def forms(account: Account, now: datetime) -> dict[str, Form]:
    """Return the forms that the duties of the posts held ask."""
    posts = {one.post for one in standing(account, now).reach.grants}
    some = [one.form for one in plans.in_force(timezone.localdate(now)) if posts & set(one.duty.who)]
    return {form.id: form for form in some if form is not None}


def mark(account: Account, now: datetime, stands: str, *, wide: bool) -> str:
    """Return the mark of what is owed and missed: the day, posts and entries (`stands`), and what changed last.

    A handful of small statements instead of reckoning every round; whoever answers for much ground has it anew every
    hour instead, since there something changes all the time.
    """
    found = f"{timezone.localtime(now).hour}" if wide else queries.last_changes(account=account, now=now)
    versions = " ".join(sorted({str(one.version) for one in plans.in_force(timezone.localdate(now))}))
    return f"{timezone.localdate(now)} {versions} {stands} {found}"


def _owed(one: Owed) -> dict[str, Any]:
    duty, began = one.planned.duty, _began(one)
    told: dict[str, Any] = {
        "duty": one.planned.name, "title": say(duty.title), "kind": duty.activity, "area": one.area.code,
        "place": one.area.name, "period": one.round.period if one.round else "", "due": one.due,
        "warn": _warn(one, began, one.due), "done": one.light is Light.DONE, "paused": one.light is Light.PAUSED,
        "asked": one.asked, "seen": one.done, "register": duty.of.of if one.planned.of_entries else "",
        "objects": _objects(one), "form": duty.form, "print": one.planned.form.print if one.planned.form else "",
        "on_site": duty.on_site, "photos": duty.photos, "verifies": bool(duty.verifies), "nil": duty.nil,
        "closes": duty.closes, "clause": duty.clause, "together": duty.together,
        "running": str(one.running) if one.running else "", "start": str(one.start.pk) if one.start else "",
        "hours": [str(each) for each in duty.hours], "zone": str(one.planned.days.zone) if duty.hours else "",
        "stretches": _stretches(one, began),
        "entry": str(one.start.entry_id) if one.start and one.start.entry_id else "", "covering": one.covering,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value not in ("", None, False, [])}


def _began(one: Owed) -> datetime | None:
    if one.start is not None:
        return one.start.at
    return midnight(one.round.first, one.planned.days) if one.round is not None else None


def _stretches(one: Owed, began: datetime | None) -> Sequence[Mapping[str, Any]]:
    """Return the hours of a round's day: a telephone says by its own clock which are open, and which were missed."""
    return [
        {
            "text": say(each.text), "opens": each.opens, "closes": each.closes, "warn": _warn(one, began, each.closes),
            "done": each.stands is Stands.DONE,
        }
        for each in one.hours
    ]  # fmt: skip


def _warn(one: Owed, began: datetime | None, due: datetime | None) -> datetime | None:
    """Return when its light turns yellow, found by the very rule of duties: a telephone works out lights by itself."""
    if began is None or due is None:
        return None
    low, high, least = min(began, due), due, one.planned.warned
    for _step in range(_HALVINGS):
        middle = low + (high - low) / 2
        low, high = (
            (low, middle)
            if light_of(began, due, middle, done=False, least=least) is not Light.GREEN
            else (middle, high)
        )
    return high.replace(microsecond=0)


def _objects(one: Owed) -> Sequence[Mapping[str, Any]]:
    scope = one.scope
    if not one.planned.of_entries or scope is None or one.light is Light.DONE:
        return ()
    return [
        {"id": str(found.id), "name": found.name, "address": found.address, "lon": found.lon, "lat": found.lat}
        for found in queries.objects(scope, Wanted(size=MOST_OBJECTS))
    ]
