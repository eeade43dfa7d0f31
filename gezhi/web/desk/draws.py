"""Samples for verification: drawn at random, with the seed by which anybody draws them again; shares reached or not."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from gezhi.duties import operations, plans, queries
from gezhi.duties.access import grant_for, within
from gezhi.duties.errors import DutyError
from gezhi.duties.models import Draw, Population
from gezhi.foundation import clock
from gezhi.people.access import standing
from gezhi.people.models import Account
from gezhi.schemes.rounds import period_text
from gezhi.schemes.state import Light
from gezhi.territory import queries as territory
from gezhi.web import wording
from gezhi.web.desk.frame import frame
from gezhi.web.staff import for_staff

MOST = 60


@never_cache
@require_http_methods(["GET", "POST"])
@for_staff
def page(request: HttpRequest, account: Account) -> HttpResponse:
    """Show what somebody verifies, with the shares reached, and the draws; draw."""
    now, error = clock.now(), ""
    if request.method == "POST":
        duty, _, area = request.POST.get("of", "").partition("|")
        try:
            row = operations.draw(actor=account, now=now, duty=duty, area=area, why=request.POST.get("why", ""))
        except DutyError as refused:
            error = str(refused)
        else:
            messages.success(request, gettext("Drawn. The seed is kept, so anybody can draw it again."))
            return redirect("web:desk_draw", pk=row.pk)
    who = standing(account, now)
    rows = Draw.objects.filter(within(who)).select_related("area", "drawn_by").defer("area__boundary").order_by("-at")
    shown = {
        "now": now, "frame": frame(account, now), "error": error, "sent": request.POST,
        "duties": [_duty(one) for one in queries.due(account=account, now=now) if one.planned.duty.verifies],
        "draws": [_draw(one) for one in rows[:MOST]],
    }  # fmt: skip
    return render(request, "desk/draws.html", shown, status=422 if error else 200)


def _duty(one: queries.Owed) -> dict[str, object]:
    return {
        "of": f"{one.planned.name}|{one.area.code}", "title": wording.say(one.planned.duty.title),
        "place": territory.short_name(one.area.name), "objects": one.sum.objects, "asked": one.asked,
        "drawn": one.sum.drawn, "done": one.done, "light": one.light, "reached": one.light is Light.DONE,
        "share": one.round.amount if one.round and one.planned.duty.rate and one.planned.duty.rate.share else 100,
        "clause": one.planned.duty.clause, "due": one.due,
    }  # fmt: skip


def _draw(row: Draw) -> dict[str, object]:
    planned = plans.of_version(row.scheme_version_id, row.duty)
    return {
        "row": row, "title": wording.say(planned.duty.title) if planned else row.duty,
        "place": territory.short_name(row.area.name), "period": wording.say(period_text(row.period)),
    }  # fmt: skip


@never_cache
@require_GET
@for_staff
def one(request: HttpRequest, account: Account, pk: UUID) -> HttpResponse:
    """Show a draw: how it was drawn, what was drawn, what came of it."""
    now = clock.now()
    row = Draw.objects.filter(within(standing(account, now)), pk=pk).select_related("area", "drawn_by").first()
    if row is None:
        raise Http404
    drawn = queries.drawn_for(row.pk)
    seen = [one for one in drawn if one.verified_by is not None]
    shown = _draw(row) | {
        "now": now, "frame": frame(account, now), "drawn": _drawn(account, row, now), "count": len(drawn),
        "seen": len(seen), "agrees": sum(bool(one.verified_by and one.verified_by.agrees) for one in seen),
    }  # fmt: skip
    shown["again"] = operations.redraw(row) if "again" in request.GET else None
    shown["kept"] = Population.objects.filter(draw=row).exists()
    shown["differs"] = len(seen) - sum(bool(one.verified_by and one.verified_by.agrees) for one in seen)
    return render(request, "desk/draw.html", shown)


def _drawn(account: Account, row: Draw, now: datetime) -> list[dict[str, object]]:
    planned = plans.find(f"{row.scheme}.{row.duty}", timezone.localdate(now))
    verifies = planned is not None and grant_for(planned.duty, standing(account, now), row.area_path) is not None
    begin = reverse("web:field_begin", args=[f"{row.scheme}.{row.duty}", row.area.code]) if verifies else ""
    found: list[dict[str, object]] = []
    for one in queries.drawn_for(row.pk):
        of = one.object_id if planned and planned.of_entries else one.area_path.rstrip("/").rsplit("/", 1)[-1]
        address = f"{begin}?of={of}" if begin and one.verified_by is None else ""
        found.append({"one": one, "done": one.verified_by, "address": address})
    return found
