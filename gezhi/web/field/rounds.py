"""Rounds on the phone: what the plan wants done again, by light; the places of one duty; the day's way past them."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gezhi.duties import plans, queries
from gezhi.duties.access import grant_for
from gezhi.duties.models import Activity
from gezhi.duties.plans import Planned
from gezhi.duties.queries import Coming, Object, Owed, Scope, Stop, Sum, Wanted
from gezhi.foundation import clock
from gezhi.people.access import standing
from gezhi.people.models import Account
from gezhi.schemes.explain import join
from gezhi.schemes.explain_duties import selection_text
from gezhi.schemes.rounds import Round
from gezhi.schemes.state import Light
from gezhi.territory import queries as territory
from gezhi.territory.models import Area
from gezhi.web import wording
from gezhi.web.areas import named
from gezhi.web.hours import Said, hours_of, say_hours
from gezhi.web.staff import for_staff

PAGE = 30
SHOWN_TODAY = 4


@dataclass(frozen=True, slots=True)
class Row:
    """A duty of the present round in words: light, what, where, how much, until when; where it is begun."""

    light: Light
    title: str
    place: str
    much: str
    due: datetime | None
    due_words: str
    address: str
    next: str
    covering: bool
    away: bool
    clause: str
    percent: int
    hours: list[Said]


def rows(owed: list[Owed], now: datetime) -> list[Row]:
    """Return what is owed as rows."""
    return [_row(one, now) for one in owed]


def _row(one: Owed, now: datetime) -> Row:
    return Row(
        light=one.light, title=wording.say(one.planned.duty.title), place=_place(one), much=_much(one), due=one.due,
        due_words=wording.say_moment(one.due, now) if one.due else "", address=_address(one), next=_next(one),
        covering=one.covering, away=bool(one.away), clause=one.planned.duty.clause,
        percent=one.done * 100 // one.asked if one.asked else 100,
        hours=say_hours(one.planned, one.hours) if one.start is None else [],
    )  # fmt: skip


def _place(one: Owed) -> str:
    if one.start is not None and one.start.entry_name:
        return one.start.entry_name
    return territory.short_name(one.area.name)


def _much(one: Owed) -> str:
    if one.start is not None:
        return one.start.case.title if one.start.case_id and one.start.case else ""
    if one.planned.duty.activity == "report":
        return pgettext("a report of a round", "handed in") if one.done >= one.asked else gettext("to hand in")
    if one.unsigned and one.left:
        by = one.planned.scheme.posts[one.planned.duty.signed_by].title
        return gettext("%(n)d done, waiting for the signature of %(post)s") % {
            "n": one.unsigned, "post": wording.say(by)
        }  # fmt: skip
    if one.single:
        return gettext("%(done)d of %(asked)d done") % {"done": one.done, "asked": one.asked}
    left = ngettext("%(n)d place left", "%(n)d places left", one.left) % {"n": one.left}
    return gettext("%(left)s of %(asked)d") % {"left": left, "asked": one.asked}


def _address(one: Owed) -> str:
    if one.running is not None:
        return reverse("web:field_activity", args=[one.running])
    if one.start is not None:
        query = f"?of={one.start.entry_id or one.start.area.code}&start={one.start.pk}"
        return reverse("web:field_begin", args=[one.planned.name, one.area.code]) + query
    if one.single:
        return reverse("web:field_begin", args=[one.planned.name, one.area.code])
    return reverse("web:field_round", args=[one.planned.name, one.area.code])


def _next(one: Owed) -> str:
    if one.running is not None:
        return gettext("Go on")
    if one.light is Light.DONE or (one.unsigned and one.unsigned >= one.left):
        return ""
    if one.planned.duty.activity == "report":
        return gettext("Write")
    return gettext("Begin") if one.single else gettext("Choose")


@never_cache
@require_GET
@for_staff
def page(request: HttpRequest, account: Account) -> HttpResponse:
    """Show everything that the posts held now owe."""
    now = clock.now()
    owed = queries.due(account=account, now=now)
    open_ones = [one for one in owed if one.light is not Light.DONE]
    shown = {
        "now": now,
        "open": rows(open_ones, now),
        "done": rows([one for one in owed if one.light is Light.DONE], now),
        "declined": [_waiting(one) for one in queries.declined(account=account, now=now)],
        "to_sign": [_waiting(one) for one in queries.to_sign(account=account, now=now)],
        "has_route": any(not one.single or one.planned.duty.activity == "patrol" for one in open_ones),
    }
    return render(request, "field/rounds.html", shown)


def _waiting(row: Activity) -> dict[str, object]:
    planned = plans.of_version(row.scheme_version_id, row.duty)
    return {
        "row": row, "title": wording.say(planned.duty.title) if planned else row.duty,
        "place": row.entry_name or territory.short_name(row.area.name),
    }  # fmt: skip


def coming(account: Account, now: datetime) -> list[dict[str, object]]:
    """Return what is announced to residents or soon will be, with what whoever can't come does about it."""
    today = timezone.localdate(now)
    return [_coming(one, today) for one in queries.coming(account=account, now=now)]


def _coming(one: Coming, today: date) -> dict[str, object]:
    planned, told = one.told.planned, one.told
    if one.away:
        says = gettext("You are entered as away that day: whoever stands in for you goes.")
    elif one.public:
        says = gettext("Residents read of it. Can't come? Enter the day as away, so that a stand-in goes.")
    else:
        says = gettext("Announced to residents on %(day)s. Can't come? Enter the day as away before then.") % {
            "day": wording.say_day(told.since, today)
        }
    return {
        "title": wording.say(planned.duty.title), "day": told.round.due,
        "words": wording.say_day(told.round.due, today),
        "hours": wording.say(join([each.text for each in planned.duty.hours])), "says": says,
        "place": territory.short_name(told.area.name) if told.area
        else wording.say(selection_text(planned.scheme, planned.duty.of)),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A duty on somebody's ground, with its present round."""

    planned: Planned
    area: Area
    round: Round | None
    who: UUID
    on: date

    @property
    def scope(self) -> Scope | None:
        """What its objects are."""
        return Scope(self.planned, self.round, self.area.path, self.on, self.who) if self.round else None


def find(account: Account, duty: str, code: str, now: datetime) -> Found:
    """Return a duty that somebody does in an area; raise Http404 where it is none of theirs."""
    planned = plans.find(duty, timezone.localdate(now))
    area = territory.by_code(code, timezone.localdate(now))
    if planned is None or area is None or grant_for(planned.duty, standing(account, now), area.path) is None:
        raise Http404
    today = planned.days.local_date(now)
    return Found(planned, area, planned.round_on(today), account.pk, today)


@never_cache
@require_GET
@for_staff
def objects(request: HttpRequest, account: Account, duty: str, code: str) -> HttpResponse:
    """Show whom or what a round is about: those still open first, or all; with search."""
    now = clock.now()
    found = find(account, duty, code, now)
    words = request.GET.get("q", "").strip()[:80]
    every = request.GET.get("show") == "all"
    wanted = Wanted(not every, key_of(request.GET.get("after", "")), words, PAGE + 1)
    scope = found.scope
    some = queries.objects(scope, wanted) if scope else []
    total = queries.total(scope) if scope else Sum()
    last = some[PAGE - 1] if len(some) > PAGE else None
    shown = {
        "now": now,
        "found": found,
        "title": wording.say(found.planned.duty.title),
        "note": wording.say(found.planned.duty.note),
        "place": named(territory.chain(code, timezone.localdate(now))[-2:]),
        "due": queries.next_due(found.planned, found.round, total, now) if found.round else None,
        "words": words,
        "every": every,
        "total": total,
        "asked": queries.measured(found.planned, found.round, total)[0] if found.round else 0,
        "undrawn": found.planned.sampled and not total.drawn,
        "hours": _hours(found, total, now),
        "objects": [_shown(found, one, now) for one in some[:PAGE]],
        "after": f"{last.area_path}|{last.id}" if last else "",
    }
    return render(request, "field/round.html", shown)


@dataclass(frozen=True, slots=True)
class Shown:
    """An object with the page that begins there."""

    object: Object
    address: str
    done: bool
    at: str
    hours: list[Said]


def _hours(found: Found, total: Sum, now: datetime) -> list[Said]:
    if found.round is None:
        return []
    asked, done = queries.measured(found.planned, found.round, total)
    return say_hours(found.planned, queries.hours(found.planned, found.round, total, now, done=done >= asked))


def _shown(found: Found, one: Object, now: datetime) -> Shown:
    rate = found.planned.duty.rate
    amount = 1 if rate and rate.share else (found.round.amount if found.round else 1)
    begin = reverse("web:field_begin", args=[found.planned.name, found.area.code])
    of = one.id if found.planned.of_entries else one.code
    at = f"{one.lon:.5f},{one.lat:.5f}" if one.lon is not None and one.lat is not None else ""
    own = hours_of(found.planned, found.round, one, now) if found.round and len(found.planned.duty.hours) > 1 else []
    return Shown(one, f"{begin}?of={of}", one.n >= amount, at, own)


@dataclass(frozen=True, slots=True)
class Leg:
    """A stop of the day's way in words."""

    stop: Stop
    title: str
    place: str
    address: str
    far: str
    at: str
    begins: str


@never_cache
@require_GET
@for_staff
def route(request: HttpRequest, account: Account) -> HttpResponse:
    """Show the day's way: the most pressing place first, then always the nearest."""
    now = clock.now()
    legs = [_leg(one) for one in queries.route(account=account, now=now)]
    whole = sum(one.stop.metres or 0 for one in legs)
    return render(request, "field/route.html", {"now": now, "legs": legs, "whole": wording.say_metres(whole)})


def _leg(one: Stop) -> Leg:
    planned = one.owed.planned
    of = one.object.id if planned.of_entries else one.object.code
    begin = reverse("web:field_begin", args=[planned.name, one.owed.area.code])
    here = one.object
    return Leg(
        one, wording.say(planned.duty.title), here.address or here.name,
        _address(one.owed) if one.owed.start is not None else f"{begin}?of={of}",
        wording.say_metres(one.metres) if one.metres is not None else "",
        f"{here.lon:.5f},{here.lat:.5f}" if here.lon is not None and here.lat is not None else "",
        f"{one.begins:%H:%M}" if one.begins else "",
    )  # fmt: skip


def key() -> str:
    """Return a key for one activity, made with the form that begins it."""
    return secrets.token_urlsafe(12)


def key_of(words: str) -> tuple[str, UUID] | None:
    """Return after what a list goes on, as it stands in an address; None for what is no key."""
    path, _, after = words.partition("|")
    pk = as_id(after)
    return (path, pk) if pk else None


def as_id(words: str) -> UUID | None:
    """Return an id as it stands in an address; None for what is none."""
    try:
        return UUID(words)
    except ValueError:
        return None
