"""Signing in and out: password, second factor, one-time slips, residents' registration."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth import login as begin_session
from django.contrib.auth import logout as end_session
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from gezhi.foundation import clock
from gezhi.people import operations
from gezhi.people.models import Account
from gezhi.web.account import addresses, idle
from gezhi.web.account.forms import CodeForm, LoginForm, RegisterForm, SlipForm
from gezhi.web.held import keeping
from gezhi.web.visitors import of_visitor

# The account that has given its password and still owes its code, kept in the session for some minutes.
_HALFWAY = "halfway"
_HALFWAY_FOR = timedelta(minutes=10)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Ask for name and password."""
    now = clock.now()
    target = addresses.safe(request, request.POST.get("next", request.GET.get("next", "")))
    if isinstance(request.user, Account):
        return HttpResponseRedirect(target or addresses.home(request.user, now))
    form = LoginForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            account = operations.check_password(**form.cleaned_data, ip=of_visitor(request), now=now)
        except operations.SignInRefused as refusal:
            form.add_error(None, refusal.message)
            status = 429 if refusal.code == "locked" else 200
        else:
            return _admit(request, account, target, now)
    return _page(request, "account/login.html", form, status=status, next=target)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Ask for the code of the authenticator, after the password."""
    now = clock.now()
    account, target = _halfway(request, now)
    if account is None:
        messages.info(request, _("Please begin with your password."))
        return redirect("web:login")
    form = CodeForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["code"]
        try:
            operations.check_second_factor(account=account, code=given, ip=of_visitor(request), now=now)
        except operations.SignInRefused as refusal:
            form.add_error("code" if refusal.code == "code_wrong" else None, refusal.message)
            status = 429 if refusal.code == "locked" else 200
        else:
            return _enter(request, account, target, now)
    return _page(request, "account/code.html", form, status=status)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def slip(request: HttpRequest, code: str = "") -> HttpResponse:
    """Let the owner of a printed slip choose a password. Looking at the page uses nothing up."""
    now = clock.now()
    form = SlipForm(request.POST) if request.method == "POST" else SlipForm(initial={"code": code})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            account = operations.use_slip(code=data["code"], password=data["password"], now=now)
        except ValidationError as error:
            form.refuse(ValidationError({"code" if getattr(error, "code", "") == "slip" else "password": error}))
        else:
            messages.success(request, _("Your password is set. The slip can be thrown away."))
            return _admit(request, account, "", now)
    return _page(request, "account/slip.html", form)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Let a resident open an account; nobody needs one to report."""
    now = clock.now()
    form = RegisterForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            account = operations.register_resident(
                phone=data["phone"],
                password=data["password"],
                name=data["name"],
                ip=of_visitor(request),
                now=now,
            )
        except operations.SignInRefused as refusal:
            form.add_error(None, refusal.message)
        except ValidationError as error:
            form.refuse(error if hasattr(error, "error_dict") else ValidationError({"password": error}))
        else:
            messages.success(request, _("Your account is open."))
            return _enter(request, account, "", now)
    return _page(request, "account/register.html", form)


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End this session."""
    end_session(request)
    messages.info(request, _("You are signed out."))
    return redirect("web:login")


def _admit(request: HttpRequest, account: Account, target: str, now: datetime) -> HttpResponse:
    """Go on after the right password: to the second factor where there is one, else in."""
    if not account.has_second_factor:
        return _enter(request, account, target, now)
    request.session.cycle_key()
    request.session[_HALFWAY] = {"account": str(account.pk), "at": now.timestamp(), "next": target}
    return redirect("web:login_code")


def _enter(request: HttpRequest, account: Account, target: str, now: datetime) -> HttpResponse:
    request.session.pop(_HALFWAY, None)
    begin_session(request, account, backend="gezhi.people.backend.AccountBackend")
    # what is held for somebody else is forgotten at once
    keeping.find(request, now)
    idle.note_use(request, now)
    return HttpResponseRedirect(target or addresses.home(account, now))


def _halfway(request: HttpRequest, now: datetime) -> tuple[Account | None, str]:
    kept = request.session.get(_HALFWAY)
    if not kept or now.timestamp() - kept["at"] > _HALFWAY_FOR.total_seconds():
        return None, ""
    return Account.objects.filter(pk=kept["account"], is_active=True).first(), kept["next"]


def _page(request: HttpRequest, template: str, form: Any, *, status: int = 200, **more: object) -> HttpResponse:
    return render(request, template, {"form": form, **more}, status=status)
