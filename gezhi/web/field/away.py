"""Being away, and rounds that were missed: entered in a line, said why in a sentence, decided by the office above."""

from datetime import date, datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gezhi.duties import operations, queries
from gezhi.duties.errors import DutyError
from gezhi.duties.models import Absence
from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.schemes.explain import join
from gezhi.schemes.rounds import period_text
from gezhi.territory import queries as territory
from gezhi.web import wording
from gezhi.web.field.rounds import as_id
from gezhi.web.field.sending import by_script, once
from gezhi.web.staff import for_staff

MOST = 40


@never_cache
@require_http_methods(["GET", "POST"])
@for_staff
@by_script
@once("excuse")
def page(request: HttpRequest, account: Account) -> HttpResponse:
    """Show one's absences and missed rounds; take in an absence, its end, an objection."""
    now = clock.now()
    error = ""
    if request.method == "POST":
        try:
            messages.success(request, _done(request, account, now))
        except DutyError as refused:
            error = str(refused)
        else:
            return redirect("web:field_away")
    today = timezone.localdate(now)
    shown = {
        "now": now,
        "error": error,
        "sent": request.POST,
        "today": today.isoformat(),
        "reasons": Absence.Reason.choices,
        "absences": queries.absences(accounts=[account], since=today - timedelta(days=31)),
        "missed": [_row(one) for one in queries.missed(account=account, now=now)[:MOST]],
    }
    return render(request, "field/away.html", shown, status=422 if error else 200)


def _row(one: queries.Missed) -> dict[str, object]:
    return {
        "title": wording.say(one.planned.duty.title),
        "duty": one.planned.name,
        "place": territory.short_name(one.area.name),
        "code": one.area.code,
        "period": wording.say(period_text(one.round.period)),
        "on": one.round.last.isoformat(),
        "much": gettext("%(done)d of %(asked)d done") % {"done": one.done, "asked": one.asked},
        "empty": wording.say(join(list(one.empty))),
        "away": Absence.Reason(one.away).label if one.away else "",
        "objection": one.objection,
    }


def _done(request: HttpRequest, account: Account, now: datetime) -> str:
    sent = request.POST
    what = sent.get("what", "")
    if what == "away":
        first, last = _day(sent.get("first", ""), now), _day(sent.get("last", ""), now)
        operations.go_away(
            actor=account, account=account, first=first, last=last, reason=sent.get("reason", ""), now=now
        )
        return gettext("Entered. Whoever stands in for you sees your rounds in those days.")
    pk = as_id(sent.get("id", ""))
    if what == "back" and pk is not None:
        operations.come_back(actor=account, absence=pk, now=now)
        return gettext("Taken back. The rounds are yours again.")
    if what == "take_back" and pk is not None:
        operations.take_back_objection(actor=account, objection=pk, now=now)
        return gettext("Taken back.")
    operations.object_to(
        actor=account, duty=sent.get("duty", ""), area=sent.get("area", ""), on=_day(sent.get("on", ""), now),
        reason=sent.get("why", ""), now=now,
    )  # fmt: skip
    return gettext("Sent. The office above decides, and its answer appears here.")


def _day(words: str, now: datetime) -> date:
    try:
        return date.fromisoformat(words)
    except ValueError:
        return timezone.localdate(now)
