"""What goes on around an open page: who else has the case open, and what happened since the page was read."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from gezhi.cases import operations as cases
from gezhi.cases.models import Case, Presence
from gezhi.enactment import queries as enactment
from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.web import wording
from gezhi.web.desk.case import find, meanwhile, row_of

NOTE = "note"


@never_cache
@require_POST
def here(request: HttpRequest, number: str) -> HttpResponse:
    """Note that the page is in sight, and answer with the others and with what happened; `left` forgets it at once.

    Who is signed out gets no answer: a page asks this by itself and is not to be led to the sign-in.
    """
    now, account = clock.now(), request.user
    if not isinstance(account, Account):
        return HttpResponse(status=204)
    if not account.is_staff_member:
        raise Http404
    case = row_of(account, number, now)
    if "left" in request.POST:
        cases.gone(actor=account, case=case)
        return HttpResponse(status=204)
    writing = request.POST.get("writing", "")
    others = cases.here(actor=account, case=case, writing=writing, now=now)
    # the case is read anew only when its log has grown since the page was last told, and never under a typing hand
    before = request.POST.get("told", "")
    before = before if before.isdecimal() else ""
    fresh = str(case.log_seq) not in (request.POST.get("log", ""), before)
    told = fresh and "typing" not in request.POST
    shown = {
        "now": now,
        "case": case,
        "others": [_said(one, case, writing) for one in others],
        "told": told,
        "meanwhile": meanwhile(find(account, number, now), request.POST.get("seen", "")) if told else [],
    }
    answer = render(request, "desk/live.html", shown)
    answer["Gezhi-Log"] = case.log_seq if told or not fresh else before
    answer["Gezhi-Waits"] = "yes" if fresh and not told else "no"
    return answer


def _said(one: Presence, case: Case, writing: str) -> tuple[str, str, bool]:
    """Return a colleague's name, in which action that person is writing, and whether the reader writes in the same."""
    return one.account.name, _title(case, one.writing), bool(one.writing) and one.writing == writing


def _title(case: Case, key: str) -> str:
    if not key:
        return ""
    if key == NOTE:
        return gettext("a note")
    actions = enactment.scheme(case.scheme_version_id).procedures[case.procedure].actions
    action = actions.get(key.rstrip("0123456789").removesuffix("-")) or actions.get(key)
    return wording.say(action.title) if action else gettext("something")
