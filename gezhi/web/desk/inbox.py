"""What I was told: new cases, warnings, answers; unread first in mind, newest first on the page."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gezhi.foundation import clock
from gezhi.notices import operations as notices
from gezhi.notices import queries
from gezhi.notices.models import Message
from gezhi.people.models import Account
from gezhi.web.components import pages
from gezhi.web.desk.frame import frame
from gezhi.web.staff import for_staff

SIZE = 40


@never_cache
@require_http_methods(["GET", "POST"])
@for_staff
def page(request: HttpRequest, account: Account) -> HttpResponse:
    """Show the messages; mark one or all of them as read."""
    now = clock.now()
    if request.method == "POST":
        chosen = _chosen(account, request.POST.get("message", ""))
        notices.mark_read(account=account, messages=chosen, now=now)
        return redirect("web:desk_inbox")
    unread_only = request.GET.get("show") == "unread"
    sheet = Paginator(queries.inbox(account, unread_only=unread_only), SIZE).get_page(request.GET.get("page"))
    shown = {
        "now": now,
        "frame": frame(account, now),
        "found": sheet.object_list,
        "page": pages(sheet.number, sheet.paginator.num_pages),
        "unread_only": unread_only,
    }
    return render(request, "desk/inbox.html", shown)


def _chosen(account: Account, message: str) -> list[Message] | None:
    try:
        return list(queries.inbox(account).filter(pk=UUID(message)))
    except ValueError:
        return None
