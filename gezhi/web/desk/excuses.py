"""What offices decide about rounds: objections to missed ones, and who is away."""

from datetime import date, datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gezhi.duties import operations, plans, queries
from gezhi.duties.errors import BadInput, DutyError, NotFound
from gezhi.duties.excusing import Excusers, excusers
from gezhi.duties.models import Absence, Objection
from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.schemes.rounds import period_text
from gezhi.territory import queries as territory
from gezhi.web import wording
from gezhi.web.desk.frame import frame
from gezhi.web.field.rounds import as_id
from gezhi.web.staff import for_staff


@never_cache
@require_http_methods(["GET", "POST"])
@for_staff
def page(request: HttpRequest, account: Account) -> HttpResponse:
    """Show objections to decide and absences of those below; decide, enter, take back."""
    now, error = clock.now(), ""
    if request.method == "POST":
        try:
            messages.success(request, _done(request, account, now))
        except DutyError as refused:
            error = str(refused)
        else:
            return redirect("web:desk_excuses")
    today = timezone.localdate(now)
    below = operations.excused_by(account, now)
    known = excusers(now)
    rows = [_row(one, account, known) for one in queries.objections(account=account, now=now)]
    shown = {
        "now": now, "frame": frame(account, now), "error": error, "sent": request.POST, "today": today.isoformat(),
        "open": [one for one in rows if one["open"]], "decided": [one for one in rows if not one["open"]][:30],
        "people": below, "reasons": Absence.Reason.choices,
        "absences": queries.absences(accounts=below, since=today - timedelta(days=7)),
    }  # fmt: skip
    return render(request, "desk/excuses.html", shown, status=422 if error else 200)


def _row(one: Objection, account: Account, known: Excusers) -> dict[str, object]:
    planned = plans.find(f"{one.scheme}.{one.duty}", one.last)
    waits = one.state == Objection.State.OPEN
    by = operations.deciders(one, known) if waits else set()
    return {
        "row": one, "title": wording.say(planned.duty.title) if planned else one.duty,
        "place": territory.short_name(one.area.name), "period": wording.say(period_text(one.period)), "open": waits,
        "mine": one.account_id == account.pk, "decides": account.pk in by, "nobody": waits and not by,
    }  # fmt: skip


def _done(request: HttpRequest, account: Account, now: datetime) -> str:
    sent, what = request.POST, request.POST.get("what", "")
    pk = as_id(sent.get("id", ""))
    if what in ("accept", "decline") and pk is not None:
        operations.decide(actor=account, objection=pk, accept=what == "accept", why=sent.get("why", ""), now=now)
        return gettext("Decided. It stands beside the round and in the journal.")
    if what == "back" and pk is not None:
        operations.come_back(actor=account, absence=pk, now=now)
        return gettext("Taken back. The rounds are owed again.")
    whose = as_id(sent.get("account", ""))
    whom = Account.objects.filter(pk=whose).first() if whose else None
    if what != "away" or whom is None:
        raise NotFound
    first, last = _day(sent.get("first", ""), "first"), _day(sent.get("last", ""), "last")
    operations.go_away(actor=account, account=whom, first=first, last=last, reason=sent.get("reason", ""), now=now)
    return gettext("Entered. Whoever stands in sees the rounds in those days.")


def _day(words: str, field: str) -> date:
    try:
        return date.fromisoformat(words.strip())
    except ValueError as error:
        raise BadInput(gettext("Write days as year-month-day, such as 2026-06-30."), field=field) from error
