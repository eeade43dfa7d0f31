"""The staff with the posts that they hold."""

from datetime import datetime

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from gezhi.people import queries as people
from gezhi.people.models import Account
from gezhi.web.components import pages
from gezhi.web.setup.pages import for_setup, shown

PEOPLE_A_PAGE = 50


@for_setup
def persons(request: HttpRequest, account: Account, now: datetime) -> HttpResponse:
    """Show the staff with the posts that they hold now."""
    asked = request.GET.get("q", "").strip()[:60]
    sheet = Paginator(people.staff(now, words=asked), PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    titles = people.post_titles(now, get_language() or "zh-hans")
    rows = [(one, [(held, titles.get(held.post, held.post)) for held in one.held]) for one in sheet.object_list]  # type: ignore[attr-defined]
    words = {
        "rows": rows,
        "words": asked,
        "total": sheet.paginator.count,
        "page": pages(sheet.number, sheet.paginator.num_pages),
    }
    return shown(request, account, now, "setup/people.html", words)
