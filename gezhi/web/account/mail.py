"""When somebody is written to by mail, and the link in each mail that stops it without signing in."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from gezhi.foundation import clock
from gezhi.notices import digest_operations as digests
from gezhi.notices.models import MailWish
from gezhi.people.models import Account


@login_required
@require_POST
def wish(request: HttpRequest) -> HttpResponse:
    """Keep when somebody wants mail."""
    mode = request.POST.get("mode", "")
    if isinstance(request.user, Account) and mode in MailWish.Mode.values:
        digests.wish_mail(actor=request.user, mode=mode, now=clock.now())
        messages.success(request, _("Saved."))
    return redirect("web:account")


# A mail program may post here by itself (RFC 8058): it has no token of ours. The signed link is the proof.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ask once more, then stop all mail to whom the link belongs to. Looking at the page changes nothing."""
    account = digests.of_token(token)
    if account is None:
        raise Http404(_("This link is not whole. Copy all of it from the mail, or change it under “My account”."))
    done = request.method == "POST" and digests.stop_mail(token=token, now=clock.now())
    return render(request, "account/stop.html", {"done": done})
