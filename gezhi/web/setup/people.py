"""The staff: found by name, pinyin, post or place; taken in from a table; made one by one."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext, pgettext

from gezhi.people import directory, operations, staff_template
from gezhi.people import queries as people
from gezhi.people.models import Account, Upload
from gezhi.people.operations.uploads import UploadRefused
from gezhi.people.uploads import MOST_BYTES
from gezhi.web.components import pages
from gezhi.web.setup import fields
from gezhi.web.setup.beginning import is_empty
from gezhi.web.setup.importing import own, sent_file, uploads_of
from gezhi.web.setup.pages import for_setup, form_for_setup, shown
from gezhi.web.setup.slips import slips_page

PEOPLE_A_PAGE = 50
MOST_FAULTS = 300


@for_setup
def persons(request: HttpRequest, account: Account, now: datetime) -> HttpResponse:
    """Show the staff with the posts that they hold now."""
    asked = request.GET.get("q", "").strip()[:60]
    view = request.GET.get("show", "open")
    view = view if view in directory.VIEWS else "open"
    sheet = Paginator(directory.staff(now, words=asked, view=view), PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    titles = people.post_titles(now, get_language() or "zh-hans")
    rows = [(one, [(held, titles.get(held.post, held.post)) for held in one.held]) for one in sheet.object_list]  # type: ignore[attr-defined]
    counted = directory.count_views(now)
    words = {
        "rows": rows,
        "words": asked,
        "view": view,
        "views": [(name, title, counted[name]) for name, title in _view_titles()],
        "total": sheet.paginator.count,
        "page": pages(sheet.number, sheet.paginator.num_pages),
    }
    return shown(request, account, now, "setup/staff/people.html", words)


def _view_titles() -> Sequence[tuple[str, str]]:
    return (
        ("open", gettext("All open accounts")),
        ("no_post", gettext("Without a post")),
        ("stand_in", gettext("Standing in")),
        ("ending", gettext("Ending within 30 days")),
        ("never", gettext("Never signed in")),
        ("closed", pgettext("accounts", "Closed")),
    )


@form_for_setup
def create(request: HttpRequest, account: Account, now: datetime) -> HttpResponse:
    """Make an account for somebody, and show the slip for the first sign-in, this once."""
    form = fields.read(request)
    if request.method == "POST":
        name, username = form.text("name", 60, required=True), form.text("username", 64, required=True)
        phone, email = form.text("phone", 40), form.text("email", 200)
        if not form.errors:
            try:
                made = operations.create_staff(
                    actor=account, username=username, name=name, phone=phone, email=email, now=now
                )
                slip = operations.issue_slip(actor=account, account=made, now=now)
            except ValidationError as error:
                form.refused(error, "username")
            else:
                return slips_page(request, account, now, [slip], onward=reverse("web:setup_person", args=[made.pk]))
    return shown(request, account, now, "setup/staff/new.html", {"form": form}, status=422 if form.errors else 200)


# ---- a table of staff


@form_for_setup
def start(request: HttpRequest, account: Account, now: datetime) -> HttpResponse:
    """Take a table of staff, or show those that were sent before."""
    form = fields.read(request)
    if request.method == "POST":
        data = sent_file(request, form)
        if data is not None:
            try:
                row = operations.keep_upload(
                    actor=account, purpose=Upload.Purpose.STAFF, name=data[0], data=data[1], options={}, now=now
                )
                return redirect("web:setup_people_import_run", upload=row.pk)
            except ValidationError as error:
                form.errors["file"] = " ".join(error.messages)
    words = {
        "form": form,
        "earlier": uploads_of(account, Upload.Purpose.STAFF),
        "most": MOST_BYTES // 2**20,
        "posts": people.known_posts().exists(),
    }
    return shown(request, account, now, "setup/staff/import.html", words, status=422 if form.errors else 200)


@form_for_setup
def run(request: HttpRequest, account: Account, now: datetime, upload: UUID) -> HttpResponse:
    """Show what a table would do, row by row; take it over, and show the slips this once."""
    row = own(account, upload, Upload.Purpose.STAFF)
    error = ""
    if request.method == "POST":
        onward = reverse("web:setup_begin" if is_empty(now) else "web:setup_people")
        try:
            report, slips = operations.take_over_staff(actor=account, upload=row, now=now)
        except UploadRefused as refused:
            error = str(refused)
        else:
            if not report.faults:
                messages.success(request, _taken(report.accounts, report.appointments))
                return slips_page(request, account, now, slips, onward=onward)
            row.refresh_from_db()
            error = gettext("Something changed since the check. Nothing was taken over.")
    faults = row.result.get("faults", [])
    words = {
        "upload": row,
        "error": error,
        "working": row.state in {Upload.State.CHECKING, Upload.State.TAKING},
        "faults": faults[:MOST_FAULTS],
        "warnings": row.result.get("warnings", [])[:MOST_FAULTS],
        "more": max(0, len(faults) - MOST_FAULTS),
    }
    return shown(request, account, now, "setup/staff/import_run.html", words, status=422 if error else 200)


def _taken(accounts: int, appointments: int) -> str:
    words = {"n": accounts, "m": appointments}
    return gettext("Taken over: %(n)d people with %(m)d posts. Print the slips now; they are shown this once.") % words


@for_setup
def template(request: HttpRequest, account: Account, now: datetime) -> HttpResponse:  # noqa: ARG001
    """Answer with the workbook to fill in, with this district's posts and departments to choose from."""
    language = get_language() or "zh-hans"
    newest = {post.post: post for post in people.known_posts()}
    body = staff_template.body(
        posts=[(post.post, post.say(language), post.level) for post in newest.values()],
        departments=[(one.code, one.say(language)) for one in people.departments()],
    )
    answer = HttpResponse(body, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    answer["Content-Disposition"] = 'attachment; filename="staff.xlsx"'
    return answer
