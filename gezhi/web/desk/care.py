"""Care cases change hands together: when a worker or a supervisor leaves, is away for long, or has too many."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gezhi.cases.operations.report import plain
from gezhi.foundation import clock
from gezhi.people import queries as people
from gezhi.people.models import Account
from gezhi.registers import operations, queries
from gezhi.registers.errors import Refused
from gezhi.registers.queries import Holder
from gezhi.web.desk.frame import frame
from gezhi.web.staff import for_staff


@never_cache
@require_http_methods(["GET", "POST"])
@for_staff
def page(request: HttpRequest, account: Account) -> HttpResponse:
    """Show who has how many, never which; hand all of somebody's over to somebody else, with a reason."""
    now = clock.now()
    holders = queries.care_holders(account=account, now=now)
    typed = {name: plain(request.POST.get(name, ""))[:200] for name in ("holder", "to", "reason")}
    errors: dict[str, str] = {}
    if request.method == "POST":
        chosen = next((one for one in holders if _key(one) == typed["holder"]), None)
        other = people.named(typed["to"]) if typed["to"] else None
        if chosen is None:
            errors["holder"] = gettext("Choose whose cases are handed over.")
        elif other is None:
            errors["to"] = gettext("Nobody is called so: write a name or username.")
        else:
            try:
                count = operations.hand_over_care(
                    actor=account, now=now, held_by=chosen.account, role=chosen.role, to=other, reason=typed["reason"]
                )
            except Refused as refused:
                errors["reason" if refused.field == "reason" else "to"] = str(refused)
            else:
                done = ngettext("%(n)d case was handed over.", "%(n)d cases were handed over.", count) % {"n": count}
                messages.success(request, done)
                return redirect("web:desk_care")
    shown = {
        "now": now, "frame": frame(account, now), "holders": [(_key(one), one) for one in holders], "typed": typed,
        "errors": errors,
    }  # fmt: skip
    return render(request, "desk/registers/care.html", shown, status=422 if errors else 200)


def _key(one: Holder) -> str:
    return f"{one.role}:{one.account.pk}"
