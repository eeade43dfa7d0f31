"""Photos of a report that is not sent yet: each kept as it comes, and handed out to the browser with its signed id."""

from django.http import FileResponse, Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from gezhi.foundation import clock, files
from gezhi.people.models import Account
from gezhi.web import pace, questions

# Nine photos a report, and a whole street behind one address.
MOST_IN_WINDOW = 180


@require_GET
def kept(_request: HttpRequest, token: str) -> FileResponse:
    """Answer with the small copy of a photo whose signed id the form carries."""
    rows = questions.kept_files([token])
    if not rows:
        raise Http404
    return files.respond(rows[0], "thumb")


@require_POST
def keep(request: HttpRequest) -> JsonResponse:
    """Keep one photo ahead of its form: answers with the signed id that the form then carries, or why it is not."""
    now = clock.now()
    if pace.too_fast(request, "photo", now, most=MOST_IN_WINDOW):
        words = gettext("Too much was sent from your network in a short time. Please wait ten minutes.")
        return JsonResponse({"why": words}, status=429)
    upload = request.FILES.get("file")
    if upload is None:
        return JsonResponse({"why": gettext("Nothing arrived. Please try again.")}, status=400)
    # a resident may still choose to stay anonymous
    actor = str(request.user.pk) if isinstance(request.user, Account) and request.user.is_staff_member else ""
    try:
        row = files.store(upload, actor=actor, now=now)
        if not actor and request.POST.get("place") != "yes":
            files.forget_place([row.pk])
        one = questions.keep(row)
    except files.FileRefused as refusal:
        return JsonResponse({"why": refusal.message}, status=422)
    return JsonResponse({"token": one.token, "name": one.name, "photo": one.photo})
