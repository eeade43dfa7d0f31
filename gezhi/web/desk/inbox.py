"""What I was told: new cases, warnings, answers, who asks for me; by case, newest first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.web import inbox
from gezhi.web.desk.frame import frame
from gezhi.web.staff import for_staff


@never_cache
@require_http_methods(["GET", "POST"])
@for_staff
def page(request: HttpRequest, account: Account) -> HttpResponse:
    """Show the messages; mark some or all of them as read or unread."""
    now = clock.now()
    if request.method == "POST":
        inbox.mark(request, account, now)
        return redirect(request.get_full_path())
    shown = {"now": now, "frame": frame(account, now), "inbox": inbox.read(request, account)}
    return render(request, "desk/inbox.html", shown)
