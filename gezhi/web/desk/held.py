"""A resident's question what is held about that resident: found, shown, given out, each time on record."""

import json
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.registers import operations
from gezhi.registers.errors import Refused
from gezhi.registers.models import Look
from gezhi.registers.operations import Held, said
from gezhi.registers.values import fields_of
from gezhi.web import wording
from gezhi.web.desk.frame import frame
from gezhi.web.staff import for_staff

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@never_cache
@require_http_methods(["GET", "POST"])
@for_staff
def page(request: HttpRequest, account: Account) -> HttpResponse:
    """Ask who, show everything that is held, or give it out as a file."""
    now = clock.now()
    if not operations.may_answer(account, now):
        raise PermissionDenied(gettext("Residents' requests for what is held are answered by the district's office."))
    typed = {name: request.POST.get(name, "").strip()[:200] for name in ("name", "phone", "code", "purpose")}
    errors: dict[str, str] = {}
    held: list[Held] | None = None
    if request.method == "POST":
        try:
            held = operations.subject_access(actor=account, now=now, **typed)
        except Refused as refused:
            errors[refused.field or "name"] = str(refused)
    if held and "give" in request.POST:
        return _workbook(held) if request.POST["give"] == "xlsx" else _file(held)
    shown = {
        "now": now, "frame": frame(account, now), "typed": typed, "errors": errors, "asked": held is not None,
        "held": [(one, _lines(one)) for one in held or ()], "partly": not operations.answers_for_all(account, now),
    }  # fmt: skip
    return render(request, "desk/registers/held.html", shown, status=422 if errors else 200)


def _lines(one: Held) -> list[tuple[str, str]]:
    known, language = fields_of(one.ledger.form), get_language() or "zh-hans"
    return [
        (wording.say(known[key].title), said(known[key], value, language))
        for key, value in one.values.items()
        if key in known
    ]


def _looker(look: Look) -> str:
    return look.account.name if look.account else gettext("the system")


def _looked_for(look: Look) -> str:
    return gettext("opened a care case") if look.opened_on else look.purpose


def _file(held: list[Held]) -> HttpResponse:
    answer = JsonResponse(
        [_whole(one) for one in held], safe=False, json_dumps_params={"ensure_ascii": False, "indent": 1}
    )
    answer["Content-Disposition"] = 'attachment; filename="held.json"'
    return answer


def _workbook(held: list[Held]) -> HttpResponse:
    heads = [gettext("Register"), pgettext("entry", "Code"), gettext("Field"), gettext("What is held")]
    rows = [
        [wording.say(one.ledger.register.title), one.entry.code, title, operations.inert(value)]
        for one in held
        for title, value in _lines(one)
    ]
    answer = HttpResponse(operations.as_xlsx(iter([heads, *rows])), content_type=XLSX)
    answer["Content-Disposition"] = 'attachment; filename="held.xlsx"'
    return answer


def _whole(one: Held) -> dict[str, Any]:
    form = one.ledger.form
    return {
        "register": wording.say(one.ledger.register.title),
        "code": one.entry.code,
        "purpose": one.entry.purpose or wording.say(form.purpose),
        "basis": one.entry.basis or wording.say(form.basis),
        "kept": form.retention,
        "values": json.loads(json.dumps(dict(_lines(one)), default=str)),
        "collected": [[at.isoformat(), side] for at, side in one.collected],
        "looked_at": [[look.at.isoformat(), _looker(look), _looked_for(look)] for look in one.looks],
    }
