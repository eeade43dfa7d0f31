"""Forms of a plan as XLSForm workbooks: taken along, and sent in as a form of a draft."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from gezhi.enactment import operations
from gezhi.enactment.operations import FormTaken
from gezhi.people.models import Account
from gezhi.schemes import edits, xlsforms
from gezhi.schemes.model import Finding, SchemeError
from gezhi.schemes.xlsforms import Carried
from gezhi.schemes.xlsforms.sheets import LARGEST
from gezhi.web.setup import fields, plans
from gezhi.web.setup.downloads import XLSX, sent
from gezhi.web.setup.fields import Form, whole
from gezhi.web.setup.pages import for_setup, form_for_setup, shown
from gezhi.web.setup.plans import Plan

MOST_TOLD = 40


@for_setup
def as_form_workbook(_request: HttpRequest, account: Account, now: datetime, plan: UUID, form: str) -> HttpResponse:
    """Send one form as an XLSForm workbook; it comes back by `take_form`."""
    found = plans.find(plan, account, now)
    if found.scheme is None or form not in found.scheme.forms:
        raise Http404
    return sent(xlsforms.write(found.scheme.forms[form]).data, XLSX, f"{form}.xlsx")


@form_for_setup
def take_form(request: HttpRequest, account: Account, now: datetime, plan: UUID) -> HttpResponse:
    """Take an XLSForm workbook as a form: into the draft at hand, or into a new draft from the version at hand."""
    found = plans.find(plan, account, now)
    if found.scheme is None or found.state in ("done", "cancelled"):
        raise Http404
    form, wrong = fields.read(request), list[Finding]()
    if request.method == "POST":
        try:
            carried = _carried(request, form)
            if carried is not None:
                draft = _kept(request, account, now, found, carried)
                return _said(request, draft, carried)
        except SchemeError as bad:
            wrong = bad.findings
        except ValidationError as bad:
            form.errors["file"] = " ".join(bad.messages)
    words = {
        "plan": found,
        "row": found.row,
        "title": found.title,
        "form": form,
        "wrong": wrong,
        "most": LARGEST // 2**20,
    }
    return shown(request, account, now, "setup/form_book.html", words, status=422 if wrong or form.errors else 200)


def _carried(request: HttpRequest, form: Form) -> Carried | None:
    name = form.text("id", 64)
    if name and not edits.ID.fullmatch(name):
        form.errors["id"] = gettext("An id has small letters, digits, and _ only, such as shop_check.")
    file = request.FILES.get("file")
    if file is None:
        form.errors["file"] = gettext("Choose a file first.")
    if file is None or form.errors:
        return None
    # read no more than could be taken: a larger file is refused by its size
    carried = xlsforms.read(file.read(LARGEST + 1), form_id=name)
    grounds = {key: words for key in ("purpose", "basis") if (words := form.text(key, 500))}
    months = form.whole("months", 1200)
    grounds |= {"retention": f"{months} months"} if months else {}
    return None if form.errors else Carried(carried.id, {**carried.table, **grounds}, carried.left)


def _kept(request: HttpRequest, account: Account, now: datetime, plan: Plan, carried: Carried) -> UUID:
    change = FormTaken(carried.id, carried, "replace" in request.POST)
    if plan.draft is None:
        return operations.draft_from(actor=account, version=plan.pk, change=change, now=now).pk
    seen = whole(request.POST.get("seen", ""))
    return operations.change_draft(actor=account, draft=plan.pk, seen=seen, change=change, now=now).pk


def _said(request: HttpRequest, draft: UUID, carried: Carried) -> HttpResponse:
    count = len(carried.left)
    messages.success(request, gettext("The form is in the draft. Look at it as it will be filled in."))
    if count:
        told = [f"{one.sheet} {one.row}: {one.text.say(request.LANGUAGE_CODE)}" for one in carried.left[:MOST_TOLD]]
        head = ngettext("%(n)d thing was not carried over:", "%(n)d things were not carried over:", count) % {
            "n": count
        }
        messages.warning(request, " ".join([head, *told]))
    return redirect(f"{reverse('web:setup_scheme', args=[draft])}?part=forms&form={carried.id}")
