"""How much waits, for the dock of a page that stays open: asked again now and then, which is no use of the session."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gezhi.cases import queries
from gezhi.foundation import clock
from gezhi.notices import queries as notices
from gezhi.people.models import Account
from gezhi.schemes.state import Light
from gezhi.web.field.today import MOST_ROWS


@never_cache
@require_GET
def counts(request: HttpRequest) -> HttpResponse:
    """Answer with how many cases wait, how many of them are late, and how many notices are unread."""
    account = request.user
    if not isinstance(account, Account) or not account.is_staff_member:
        return JsonResponse({"signed_in": False}, status=401)
    waiting = queries.counts(account=account, now=clock.now(), most=MOST_ROWS)
    return JsonResponse({
        "waiting": min(waiting.total, MOST_ROWS),
        "late": waiting.by_light[Light.RED],
        "unread": notices.unread_count(account),
    })  # fmt: skip
