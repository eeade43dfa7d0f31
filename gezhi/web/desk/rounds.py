"""Rounds for offices: of each duty how many objects there are, done, due and late, by area; never by person."""

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gezhi.duties import queries
from gezhi.duties.access import oversees
from gezhi.duties.models import Absence
from gezhi.duties.queries import Covered, Scope, Wanted
from gezhi.foundation import clock
from gezhi.people import queries as people
from gezhi.people.models import Account
from gezhi.schemes.rounds import period_text
from gezhi.territory import queries as territory
from gezhi.territory.models import Area
from gezhi.web import wording
from gezhi.web.desk.frame import frame
from gezhi.web.field.rounds import key_of
from gezhi.web.hours import say_hours
from gezhi.web.staff import for_staff

PAGE = 50


@never_cache
@require_GET
@for_staff
def board(request: HttpRequest, account: Account) -> HttpResponse:
    """Show all duties of an area in their present round; with `duty`, that one by the areas below."""
    now = clock.now()
    area = _area(request, account, now)
    duty = request.GET.get("duty", "")
    shown: dict[str, object] = {"now": now, "frame": frame(account, now), "area": area, "duty": duty}
    if not duty:
        shown["care"] = [_care(one) for one in queries.care_visits(account=account, now=now)]
    if area is None:
        return render(request, "desk/rounds.html", shown)
    covered = queries.board(area, now, duty=duty)
    today = timezone.localdate(now)
    shown["gaps"] = queries.gaps(first=today, last=today, now=now, path=area.path)
    shown |= {"trail": _trail(account, area, now), "rows": [_row(one) for one in covered]}
    if duty:
        if not covered:
            raise Http404
        shown |= _one(request, account, covered[0], area, now)
    else:
        shown["below"] = territory.children(area, timezone.localdate(now)).defer("boundary")
    return render(request, "desk/rounds.html", shown)


def _care(one: queries.CareVisit) -> dict[str, object]:
    return {
        "one": one, "title": wording.say(one.planned.duty.title), "period": wording.say(period_text(one.round.period)),
        "address": reverse("web:desk_entry", args=[one.planned.duty.of.of, one.object.code]),
        "due": one.due,
    }  # fmt: skip


def _area(request: HttpRequest, account: Account, now: datetime) -> Area | None:
    code = request.GET.get("area", "")
    area = queries.ground(account, code, now)
    if area is None and code:
        raise Http404
    return area


def _trail(account: Account, area: Area, now: datetime) -> list[Area]:
    """Return the areas from the reader's own down to this one."""
    own = {one.path for one in queries.grounds(account, now)}
    chain = territory.chain(area.code, timezone.localdate(now))
    return [one for one in chain if any(one.path.startswith(path) for path in own)]


def _row(one: Covered) -> dict[str, object]:
    planned = one.planned
    return {
        "name": planned.name,
        "title": wording.say(planned.duty.title),
        "clause": planned.duty.clause,
        "light": one.light,
        "period": wording.say(period_text(one.round.period)),
        "due": one.due,
        "hours": say_hours(planned, one.hours),
        "several": len(planned.duty.hours) > 1,
        "objects": one.sum.objects,
        "asked": one.asked,
        "done": one.done,
        "left": max(0, one.asked - one.done),
        "late": one.late,
        "missed": one.missed,
        "before": wording.say(period_text(one.before.period)) if one.before else "",
        "percent": one.percent,
    }


def _one(request: HttpRequest, account: Account, covered: Covered, area: Area, now: datetime) -> dict[str, object]:
    planned = covered.planned
    on = timezone.localdate(now)
    after = key_of(request.GET.get("after", ""))
    words = request.GET.get("q", "").strip()[:80]
    scope = Scope(planned, covered.round, area.path, on)
    some = queries.objects(scope, Wanted(after=after, words=words, size=PAGE + 1))
    last = some[PAGE - 1] if len(some) > PAGE else None
    names = dict(Area.objects.filter(pk__in={one.area_id for one in some}).values_list("pk", "name"))
    parts = queries.parts(covered, area, now)
    return {
        "parts": [
            {"part": one, "left": max(0, one.asked - one.done), "percent": one.done * 100 // max(1, one.asked)}
            for one in parts
        ],
        "open": [{"object": one, "area": territory.short_name(names.get(one.area_id, ""))} for one in some[:PAGE]],
        "after": f"{last.area_path}|{last.id}" if last else "",
        "words": words,
        "of_entries": planned.of_entries,
        "undrawn": planned.sampled and covered.sum.objects and not covered.sum.drawn,
        "reasons": _reasons(account, covered, area, now),
        "note": wording.say(planned.duty.note),
    }


def _reasons(account: Account, covered: Covered, area: Area, now: datetime) -> list[str]:
    """Return what excuses what is not done: who of the doing posts is away; for what reason sees the office above."""
    on = timezone.localdate(now)
    doers = {row.account_id: row for row in people.at_area(area.path, now) if row.post in covered.planned.duty.who}
    away = queries.absences(accounts=[row.account for row in doers.values()], since=on)
    said = [
        (
            gettext("%(place)s: %(reason)s until %(day)s")
            if where.area and oversees(account, where.area.path, now)
            else gettext("%(place)s: away until %(day)s")
        )
        % {
            "place": territory.short_name(where.area.name) if where.area else "",
            "reason": Absence.Reason(row.reason).label,
            "day": wording.say_day(row.last, on),
        }
        for row in away
        if row.first <= on and (where := doers[row.account_id])
    ]
    return said[:30]
