"""Appointing somebody, standing in, and transferring: one form that is filled in from wherever one comes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language, gettext

from gezhi.people import access, directory, operations, spans
from gezhi.people import queries as people
from gezhi.people.models import Account, Appointment, Department, Post
from gezhi.territory import queries as territory
from gezhi.territory.models import Area
from gezhi.web import wording
from gezhi.web.setup import fields
from gezhi.web.setup.areas import level_titles
from gezhi.web.setup.fields import Form
from gezhi.web.setup.pages import form_for_setup, shown

_KEYS = ("who", "account", "post", "area", "department", "since", "last", "stand_in")
_IN_DEPARTMENTS = "department"
_MOST_PLACES = 12


@dataclass(frozen=True, slots=True)
class Place:
    """Where a post is to be held."""

    area: Area | None = None
    department: Department | None = None

    @property
    def name(self) -> str:
        """What the place is called."""
        if self.area is not None:
            return self.area.name
        return self.department.say(get_language() or "") if self.department else ""


@form_for_setup
def appoint(request: HttpRequest, account: Account, now: datetime) -> HttpResponse:
    """Give somebody a post, or have somebody stand in, from a day to a day."""
    form = fields.read(request)
    for key in _KEYS:
        form.said.setdefault(key, request.GET.get(key, ""))
    today = timezone.localdate(now)
    form.said["since"] = form.said["since"] or today.isoformat()
    who, choices = _who(form)
    posts = access.posts_in_force(today)
    place, places = _place(form, posts, today)
    warnings: tuple[str, ...] = ()
    if request.method == "POST":
        wanted = _wanted(form, who, place)
        if wanted is not None:
            warnings = _foresee(form, wanted, account, now)
            clear = not form.errors and (not warnings or "sure" in form.said)
            if clear and _appoint(form, wanted, account, now):
                messages.success(request, _done(wanted, place, posts, now))
                return redirect("web:setup_person", person=wanted.account_id)
    words = {
        "form": form,
        "who": who,
        "choices": choices,
        "posts": _offers(posts, today),
        "place": place,
        "places": places,
        "departments": people.departments(),
        "warnings": warnings,
        "holders": _holders(form, place, now),
    }
    return shown(request, account, now, "setup/staff/appoint.html", words, status=422 if form.errors else 200)


def _who(form: Form) -> tuple[Account | None, list[Account]]:
    """Return whom the form means, or those to choose from."""
    try:
        chosen = Account.objects.filter(pk=UUID(form.said["account"]), kind=Account.Kind.STAFF).first()
    except ValueError:
        chosen = None
    if chosen is not None:
        return chosen, []
    found = directory.found(form.said["who"])
    return (found[0], []) if len(found) == 1 else (None, found)


def _place(form: Form, posts: list[Post], today: date) -> tuple[Place, list[Area]]:
    """Return where the post is to be, or the areas to choose from."""
    levels = {post.level for post in posts if post.post == form.said["post"]}
    if levels == {_IN_DEPARTMENTS}:
        code = form.said["department"]
        return Place(department=Department.objects.filter(code=code).first() if code else None), []
    words = form.said["area"].strip()
    exact = territory.by_code(words, today) if words else None
    if exact is not None:
        return Place(area=exact), []
    found = territory.search(words, on=today, limit=_MOST_PLACES * 3) if words else []
    fitting = [one for one in found if not levels or one.level in levels] or found
    if len(fitting) == 1:
        return Place(area=fitting[0]), []
    return Place(), fitting[:_MOST_PLACES]


def _wanted(form: Form, who: Account | None, place: Place) -> Appointment | None:
    since, last = form.day("since"), form.day("last", required=False)
    if who is None:
        form.errors["who"] = gettext("Please say who: a name or login name of an open account.")
    if not form.said["post"]:
        form.errors["post"] = gettext("Please choose the post.")
    if place.area is None and place.department is None:
        form.errors["area"] = gettext("Please say where: an area's name or code, or a department.")
    if since and last and last < since:
        form.errors["last"] = gettext("The last day lies before the first.")
    if form.errors or who is None or since is None:
        return None
    return Appointment(
        account=who, post=form.said["post"], area=place.area, department=place.department,
        since=spans.begin_of(since), until=spans.end_of(last) if last else None, stand_in=bool(form.said["stand_in"]),
    )  # fmt: skip


def _foresee(form: Form, wanted: Appointment, account: Account, now: datetime) -> tuple[str, ...]:
    try:
        return operations.foresee_appointment(wanted, actor=account, now=now)
    except ValidationError as error:
        form.refused(error, "post")
        return ()


def _appoint(form: Form, wanted: Appointment, account: Account, now: datetime) -> bool:
    try:
        operations.appoint(
            actor=account, account=wanted.account, post=wanted.post, area=wanted.area, department=wanted.department,
            since=wanted.since, until=wanted.until, stand_in=wanted.stand_in, now=now,
        )  # fmt: skip
    except ValidationError as error:
        form.refused(error, "post")
        return False
    return True


def _done(wanted: Appointment, place: Place, posts: list[Post], now: datetime) -> str:
    title = next((post.say(get_language() or "") for post in posts if post.post == wanted.post), wanted.post)
    words = {
        "name": wanted.account.name,
        "post": f"{place.name} {title}",
        "day": wording.say_day(spans.day_of(wanted.since), timezone.localdate(now)),
    }
    if wanted.stand_in:
        return gettext("%(name)s stands in as %(post)s from %(day)s on.") % words
    return gettext("%(name)s is appointed: %(post)s from %(day)s on.") % words


def _offers(posts: list[Post], today: date) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the posts under their levels."""
    titles = level_titles(today)
    language = get_language() or "zh-hans"
    grouped: dict[str, dict[str, str]] = {}
    for post in posts:
        level = gettext("Departments") if post.level == _IN_DEPARTMENTS else titles.get(post.level, post.level)
        grouped.setdefault(level, {})[post.post] = post.say(language)
    return [(level, list(found.items())) for level, found in grouped.items()]


def _holders(form: Form, place: Place, now: datetime) -> list[Appointment]:
    """Return who holds the same post there now."""
    if place.area is None and place.department is None:
        return []
    rows = Appointment.objects.filter(access.in_force(now), post=form.said["post"], account__is_active=True)
    rows = rows.filter(area=place.area, department=place.department)
    return list(rows.select_related("account").order_by("stand_in", "since"))


@form_for_setup
def transfer(request: HttpRequest, account: Account, now: datetime, person: UUID, held: UUID) -> HttpResponse:
    """Move somebody to another post or place on a day: the old post ends where the new one begins."""
    row = Appointment.objects.select_related("account", "area", "department").filter(pk=held, account=person).first()
    if row is None:
        raise Http404
    form, today = fields.read(request), timezone.localdate(now)
    form.said.setdefault("post", row.post)
    form.said.setdefault("area", "")
    form.said.setdefault("department", row.department.code if row.department else "")
    form.said.setdefault("since", (today + timedelta(days=1)).isoformat())
    posts = access.posts_in_force(today)
    place, places = _place(form, posts, today)
    if request.method == "POST":
        since = form.day("since")
        if place.area is None and place.department is None:
            form.errors["area"] = gettext("Please say where: an area's name or code, or a department.")
        if since is not None and not form.errors and _transfer(form, row, place, since, actor=account, now=now):
            return redirect("web:setup_person", person=person)
    words: dict[str, Any] = {
        "one": row.account,
        "row": row,
        "now_at": Place(row.area, row.department),
        "form": form,
        "posts": _offers(posts, today),
        "place": place,
        "places": places,
        "departments": people.departments(),
    }
    return shown(request, account, now, "setup/staff/transfer.html", words, status=422 if form.errors else 200)


def _transfer(form: Form, row: Appointment, place: Place, since: date, *, actor: Account, now: datetime) -> bool:
    try:
        operations.transfer(
            actor=actor, appointment=row, post=form.said["post"], area=place.area, department=place.department,
            at=spans.begin_of(since), now=now,
        )  # fmt: skip
    except ValidationError as error:
        form.refused(error, "post")
        return False
    return True
