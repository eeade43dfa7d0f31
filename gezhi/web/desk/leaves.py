"""Writing under a leaf of a book or the handbook: a remark, closing it, opening it again."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext

from gezhi.duties import operations
from gezhi.duties.errors import DutyError
from gezhi.duties.operations import Which
from gezhi.people.models import Account


def write(request: HttpRequest, account: Account, which: Which, now: datetime) -> None:
    """Do what the buttons under a leaf ask, and say what became of it."""
    what = request.POST.get("what", "")
    try:
        if what == "close":
            operations.close(actor=account, which=which, now=now)
            messages.success(request, gettext("Closed. What is recorded later shows as added."))
        elif what == "reopen":
            operations.reopen(actor=account, which=which, now=now)
            messages.success(request, gettext("Open again."))
        else:
            operations.remark(actor=account, which=which, text=request.POST.get("remark", ""), now=now)
            messages.success(request, gettext("Remark kept. Earlier words stay to be read."))
    except DutyError as refused:
        messages.error(request, str(refused))
