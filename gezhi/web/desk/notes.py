"""Notes on a case: for colleagues with @, or a word to who reported it, looked at once more before it goes."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from gezhi.cases import operations as cases
from gezhi.cases import queries
from gezhi.cases.errors import BadInput, CaseError, NotFound
from gezhi.cases.models import Case
from gezhi.cases.queries import Colleague
from gezhi.enactment import queries as enactment
from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.schemes.model import Question
from gezhi.schemes.text import Text
from gezhi.web import questions
from gezhi.web.desk.case import Asked, after, find, row_of, show
from gezhi.web.desk.kept import keeps_what_was_typed
from gezhi.web.staff import for_staff

PHOTOS = Question(id="note_photos", kind="photos", title=Text("照片或文件", "Photos or files"), required=False)
MOST_OFFERED = 8


@never_cache
@require_POST
@for_staff
@keeps_what_was_typed
def note(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """Write a note: for colleagues, who may be named with @; or to the reporter, after one more look."""
    now = clock.now()
    found = find(account, number, now)
    text, public = request.POST.get("note", ""), request.POST.get("to") == "reporter"
    form = questions.read([PHOTOS], request, {}, now, actor=str(account.pk))
    asked = Asked(note=text, note_public=public, note_form=form, errors={**form.errors})
    if not form.errors and public and "sure" not in request.POST and text.strip():
        ready = Asked(note=text, note_public=True, note_form=form, look_again=True)
        return show(request, account, found, now, ready)
    if not form.errors:
        kept = [UUID(one) for one in form.answers.get("note_photos", [])]
        chosen = _ids(request)
        try:
            told, strangers = _named(account, found.case, text, chosen, public=public, now=now)
            written = cases.comment(
                actor=account, number=number, text=text, public=public, files=kept, mentions=told, now=now
            )
        except NotFound as missing:
            raise Http404(str(missing)) from missing
        except CaseError as error:
            asked = Asked(note=text, note_public=public, note_form=form, errors={"note": str(error)})
        else:
            _say(request, account, found.case, written.mentions or (), strangers, public=public, now=now)
            return after(request, account, number, now)
    return show(request, account, found, now, asked, status=422)


@never_cache
@require_POST
@for_staff
@keeps_what_was_typed
def correct(request: HttpRequest, account: Account, number: str, note: UUID) -> HttpResponse:
    """Put one's own note right within minutes, or take it back; the earlier words stay to be read by colleagues."""
    now = clock.now()
    found = find(account, number, now)
    try:
        if request.POST.get("do") == "take_back":
            cases.take_back_note(actor=account, number=number, note=note, now=now)
            messages.success(request, gettext("The note is taken back. The story says that there was one."))
        else:
            text = request.POST.get("note", "")
            public = next((one.public for one in found.comments if one.pk == note), False)
            told, strangers = _named(account, found.case, text, _ids(request), public=public, now=now)
            cases.correct_note(actor=account, number=number, note=note, text=text, mentions=told, now=now)
            messages.success(request, gettext("The note is put right. What it said before stays to be read."))
            _warn(request, strangers)
    except CaseError as error:
        messages.error(request, gettext("Not done: %(why)s") % {"why": str(error)})
        kept = tuple(one for one in (request.POST.get("note", ""),) if one.strip())
        return show(request, account, found, now, Asked(kept=kept), status=422)
    return after(request, account, number, now)


@never_cache
@require_GET
@for_staff
def colleagues(request: HttpRequest, account: Account, number: str) -> JsonResponse:
    """Offer the colleagues who may be named, by what was typed after the @: name, office or pinyin."""
    now = clock.now()
    case = row_of(account, number, now)
    words = request.GET.get("q", "")[:60]
    fit = [one for one in _known(account, case, now) if one.fits(words)][:MOST_OFFERED]
    return JsonResponse({"found": [{"id": str(one.id), "name": one.name, "office": one.office} for one in fit]})


def _known(account: Account, case: Case, now: datetime) -> list[Colleague]:
    scheme = enactment.scheme(case.scheme_version_id)
    return queries.colleagues(
        account=account, case=case, scheme=scheme, language=get_language() or "zh-hans", now=now
    )  # fmt: skip


def _named(
    account: Account, case: Case, text: str, chosen: Sequence[UUID], *, public: bool, now: datetime
) -> tuple[list[UUID], list[str]]:
    """Return who is named and which words after an @ name nobody. A word to the reporter names no colleague."""
    if "@" not in text and "\uff20" not in text:
        return [], []
    told, strangers = queries.mentioned_in(text, _known(account, case, now), chosen)
    if public and told:
        raise BadInput(
            gettext("Words for the reporter name no colleague. Take the @ out, or write an internal note."),
            field="note",
        )
    return told, [] if public else strangers


def _ids(request: HttpRequest) -> list[UUID]:
    found = []
    for raw in request.POST.getlist("mention")[: cases.MOST_MENTIONS]:
        try:
            found.append(UUID(raw))
        except ValueError:
            continue
    return found


def _say(
    request: HttpRequest, account: Account, case: Case, told: Sequence[UUID], strangers: Sequence[str],
    *, public: bool, now: datetime,
) -> None:  # fmt: skip
    if public:
        messages.success(request, gettext("Sent: the reporter can read it now."))
        return
    names = [one.name for one in _known(account, case, now) if one.id in told] if told else []
    if names:
        words = gettext("The note is kept. %(names)s will find it in the messages.") % {"names": "、".join(names)}
    else:
        words = gettext("The note is kept.")
    messages.success(request, words)
    _warn(request, strangers)


def _warn(request: HttpRequest, strangers: Sequence[str]) -> None:
    """Say who was named and not told."""
    for name in strangers[:5]:
        messages.warning(
            request,
            gettext("“@%(name)s” was not told: no colleague of this name has this matter in sight, or there are two.")
            % {"name": name[:20]},
        )
