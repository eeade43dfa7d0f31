"""Saved views: filters under a name in the navigation, one's own or a desk's; and the counts that stand there."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.cases import operations, queries
from gezhi.cases.errors import CaseError
from gezhi.cases.models import SavedView
from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.schemes.model import Scheme
from gezhi.web.desk import wishes
from gezhi.web.desk.frame import frame, own_desks
from gezhi.web.desk.menus import Taken, in_words
from gezhi.web.desk.templatetags.desk import view_address
from gezhi.web.staff import for_staff

MOST_COUNTED = 99
_COUNTED_SECONDS = 20
# What of a list's address is a view: where somebody was in it is not.
_KEPT = ("area", "back", "channel", "desk", "holder", "item", "light", "q", "sort", "state", "urgency", "watched")


@dataclass(frozen=True, slots=True)
class ViewRow:
    """A view on the page of views: what it keeps in words, and for whom."""

    view: SavedView
    address: str
    kept: tuple[Taken, ...]
    desk: str
    mine: bool


@never_cache
@require_GET
@for_staff
def page(request: HttpRequest, account: Account) -> HttpResponse:
    """Show the views that one has, to be renamed, shared, ordered, deleted; and a form for a new one."""
    return _show(request, account, clock.now())


@never_cache
@require_POST
@for_staff
def save(request: HttpRequest, account: Account) -> HttpResponse:
    """Keep the filters of a list under a name."""
    now, sent = clock.now(), request.POST
    query = {name: value for name, value in parse_qsl(sent.get("query", "")) if name in _KEPT}
    try:
        view = operations.save_view(
            actor=account, name=sent.get("name", ""), page=sent.get("page", ""), query=query,
            desk_key=sent.get("desk", ""), now=now,
        )  # fmt: skip
    except CaseError as error:
        return _show(request, account, now, error=error)
    messages.success(request, gettext("Kept as “%(name)s”. It stands in the navigation.") % {"name": view.name})
    return redirect(view_address(view))


@never_cache
@require_http_methods(["POST"])
@for_staff
def change(request: HttpRequest, account: Account, view: UUID) -> HttpResponse:
    """Rename or share a view, move it up or down, delete it."""
    now, sent = clock.now(), request.POST
    does = sent.get("do", "")
    try:
        if does == "delete":
            operations.delete_view(actor=account, view=view, now=now)
            messages.success(request, gettext("The view is deleted."))
        elif does in ("up", "down"):
            operations.move_view(actor=account, view=view, up=does == "up", now=now)
        else:
            operations.change_view(
                actor=account, view=view, name=sent.get("name", ""), desk_key=sent.get("desk", ""), now=now
            )
            messages.success(request, gettext("The view is changed."))
    except CaseError as error:
        return _show(request, account, now, error=error)
    return redirect("web:desk_views")


@never_cache
@require_GET
@for_staff
def counts(_request: HttpRequest, account: Account) -> JsonResponse:
    """Return what stands beside the entries of the navigation: counted to 99 at most, and not at every page."""
    now = clock.now()
    schemes = wishes.schemes_in_force(now)
    return JsonResponse({str(view.pk): _count(account, view, schemes, now) for view in queries.views(
        account=account, now=now
    )})  # fmt: skip


def kept_of(query: QueryDict) -> str:
    """Return what of a list's address a view keeps."""
    return urlencode(sorted((name, query[name]) for name in query if name in _KEPT and query[name]))


def _count(account: Account, view: SavedView, schemes: list[Scheme], now: datetime) -> str:
    kept = f"desk.view:{account.pk}:{view.pk}:{view.changed_at.timestamp()}"
    found: int | None = cache.get(kept)
    if found is None:
        wish = wishes.read(QueryDict(view.query))
        if view.page == "queue":
            wanted = wishes.queue_filter(wish, schemes, now)
            found = queries.counts(
                account=account, now=now, wanted=wanted, desk_key=wish.desk, most=MOST_COUNTED + 1
            ).total
        else:
            wanted_cases = wishes.case_filter(wish, schemes, now)
            found = queries.count(account=account, now=now, wanted=wanted_cases, most=MOST_COUNTED + 1)
        cache.set(kept, found, _COUNTED_SECONDS)
    return f"{MOST_COUNTED}+" if found > MOST_COUNTED else str(found)


def _show(request: HttpRequest, account: Account, now: datetime, *, error: CaseError | None = None) -> HttpResponse:
    schemes = wishes.schemes_in_force(now)
    around = frame(account, now, schemes)
    offices = {desk.key: desk.name for desk in own_desks(account, now, schemes)}
    query = QueryDict(request.GET.get("query", "") or request.POST.get("query", ""))
    shown = {
        "now": now,
        "frame": around,
        "rows": [_row(view, offices, schemes, now) for view in around.views],
        "offices": offices.items(),
        "error": str(error) if error else "",
        "name": request.POST.get("name", ""),
        "desk_chosen": request.POST.get("desk", ""),
        "page_kept": request.GET.get("page", "") or request.POST.get("page", ""),
        "query": kept_of(query),
        "kept": in_words(wishes.read(query), schemes, now, offices) if query else [],
        "new": bool(request.GET.get("page") or request.POST.get("page")),
    }
    return render(request, "desk/views.html", shown, status=422 if error else 200)


def _row(view: SavedView, offices: dict[str, str], schemes: list[Scheme], now: datetime) -> ViewRow:
    wish = wishes.read(QueryDict(view.query))
    return ViewRow(
        view, view_address(view), tuple(in_words(wish, schemes, now, offices)), offices.get(view.desk_key, ""),
        mine=not view.desk_key,
    )  # fmt: skip
