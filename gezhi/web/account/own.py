"""A person's own pages: posts and how to be reached, password, second factor, messages, the session."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.foundation import clock
from gezhi.notices import queries as inbox_queries
from gezhi.notices.models import MailWish
from gezhi.people import operations, queries, second_factor
from gezhi.people.models import Account
from gezhi.web import inbox as messages_of
from gezhi.web.account import idle
from gezhi.web.account.forms import CodeForm, PasswordForm, PresentPassword, ProfileForm

# When a page begins to warn that the session is about to end.
WARN_SECONDS = 120


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Show one's posts; change how one is reached."""
    now, account = clock.now(), _account(request)
    start = {"phone": account.phone, "email": account.email, "language": account.language}
    form = ProfileForm(request.POST) if request.method == "POST" else ProfileForm(initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_profile(actor=account, account=account, name=account.name, now=now, **form.cleaned_data)
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("web:account")
    titles = queries.post_titles(now, get_language() or "")
    posts = [(titles.get(row.post, row.post), row) for row in queries.history(account)]
    shown = {
        "form": form,
        "posts": posts,
        "account": account,
        "now": now,
        "modes": MailWish.Mode.choices,
        "mode": inbox_queries.mail_mode(account),
    }
    return render(request, "account/profile.html", shown)


@login_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; other sessions end, this one goes on."""
    now, account = clock.now(), _account(request)
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            changed = operations.change_password(account=account, old=data["old"], new=data["password"], now=now)
        except ValidationError as error:
            form.refuse(error if hasattr(error, "error_dict") else ValidationError({"password": error}))
        else:
            update_session_auth_hash(request, changed)
            messages.success(request, _("Your password is changed; you were signed out everywhere else."))
            return redirect("web:account")
    return render(request, "account/password.html", {"form": form})


@login_required
@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere else: a lost telephone, a shared computer."""
    changed = operations.end_sessions(actor=_account(request), account=_account(request), now=clock.now())
    update_session_auth_hash(request, changed)
    messages.success(request, _("You were signed out everywhere else."))
    return redirect("web:account")


@login_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def factor(request: HttpRequest) -> HttpResponse:
    """Show whether the second factor is on; begin, confirm, renew or switch it off."""
    account = _account(request)
    steps = {"begin": _begin, "confirm": _confirm, "renew": _renew, "drop": _drop}
    step = steps.get(request.POST.get("do", "")) if request.method == "POST" else None
    if step is None:
        return _factor_page(request, account)
    try:
        return step(request, account)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("web:account_factor")


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def inbox(request: HttpRequest) -> HttpResponse:
    """Show one's messages by case; mark some or all of them as read or unread."""
    account, now = _account(request), clock.now()
    if request.method == "POST":
        messages_of.mark(request, account, now)
        return redirect(request.get_full_path())
    return render(request, "account/inbox.html", {"inbox": messages_of.read(request, account), "now": now})


@login_required
@never_cache
@require_GET
def message(request: HttpRequest, message: UUID) -> HttpResponse:
    """Lead to what a message is about; it then counts as read."""
    found = messages_of.opened(_account(request), message, clock.now())
    if found is None:
        raise Http404(_("This message is not among yours."))
    return redirect(found.link or "web:account_inbox")


@require_GET
def unread(request: HttpRequest) -> HttpResponse:
    """Say how many messages are unread; nothing (304) where that has not changed. It is no use of the session."""
    if not isinstance(request.user, Account):
        return JsonResponse({"signed_in": False})
    count, newest = inbox_queries.pulse(request.user)
    tag = f'"{count}-{newest.timestamp() if newest else 0:.0f}"'
    answer: HttpResponse = (
        HttpResponse(status=304) if request.headers.get("If-None-Match") == tag else JsonResponse({"unread": count})
    )
    answer["ETag"] = tag
    answer["Cache-Control"] = "private, no-cache"
    return answer


@login_required
@never_cache
@require_GET
def back(request: HttpRequest) -> HttpResponse:
    """Say that one is signed in again: the tab in which something was typed goes on by itself."""
    return render(request, "account/back.html")


@never_cache
@require_http_methods(["GET", "POST"])
def session(request: HttpRequest) -> JsonResponse:
    """Say how long the session lasts (GET, which is no use of it), or begin its idle time anew (POST)."""
    now = clock.now()
    if not isinstance(request.user, Account):
        # an answer, not a fault: an open page asks whether it still is somebody's
        return JsonResponse({"signed_in": False})
    if request.method == "POST":
        idle.note_use(request, now)
    return JsonResponse(
        {
            "signed_in": True,
            "account": str(request.user.pk),
            "seconds_left": idle.seconds_left(request, now),
            "ends_at": idle.ends_at(request, now).isoformat(),
            "warn_seconds": WARN_SECONDS,
            # signing in again made the tokens of open pages void
            "csrf": get_token(request),
        }
    )


def _begin(request: HttpRequest, account: Account) -> HttpResponse:
    operations.begin_second_factor(account=account, now=clock.now())
    return _factor_page(request, account)


def _confirm(request: HttpRequest, account: Account) -> HttpResponse:
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            codes = operations.confirm_second_factor(account=account, code=form.cleaned_data["code"], now=clock.now())
        except ValidationError as error:
            form.refuse(error)
        else:
            return render(request, "account/recovery.html", {"codes": codes})
    return _factor_page(request, account, confirm=form)


def _renew(request: HttpRequest, account: Account) -> HttpResponse:
    codes = operations.renew_recovery_codes(account=account, now=clock.now())
    return render(request, "account/recovery.html", {"codes": codes})


def _drop(request: HttpRequest, account: Account) -> HttpResponse:
    form = PresentPassword(request.POST)
    if form.is_valid():
        try:
            operations.drop_second_factor(actor=account, account=account, now=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The second factor is off."))
            return redirect("web:account_factor")
    return _factor_page(request, account, drop=form)


def _factor_page(
    request: HttpRequest, account: Account, confirm: CodeForm | None = None, drop: PresentPassword | None = None
) -> HttpResponse:
    page: dict[str, object] = {
        "account": account,
        "confirm": confirm or CodeForm(),
        "drop": drop or PresentPassword(),
        "codes_left": account.recovery_codes.filter(used_at=None).count() if account.has_second_factor else 0,
    }
    secret = "" if account.has_second_factor else str(account.totp_secret or "")
    if secret:
        address = second_factor.address(secret, account.username, _("Gezhi"))
        page |= {"picture": second_factor.picture(address), "secret": _in_groups(secret)}
    return render(request, "account/factor.html", page)


def _in_groups(secret: str) -> str:
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def _account(request: HttpRequest) -> Account:
    """Return the signed-in account; the decorator has made sure that there is one."""
    if not isinstance(request.user, Account):
        raise TypeError("this page needs somebody who is signed in")
    return request.user
