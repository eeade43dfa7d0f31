"""The field without a network: the page that the phone keeps, the script that keeps it, and what makes it an app.

The page carries words and pieces only, nothing of anybody; what it shows comes from the phone's own storage.
"""

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language, gettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gezhi.people.models import Account
from gezhi.web.components import SHEETS
from gezhi.web.staff import for_staff

LANGUAGES = tuple(code for code, _ in settings.LANGUAGES)
# What the page links by name, and what its scripts import beside themselves.
_LINKED = (
    *SHEETS, "field/street.css", "field/offline.css", "gezhi/mark.svg", "gezhi/icons.svg", "field/offline/app.js",
    "field/icon-192.png",
)  # fmt: skip
_FOLDER = "field/offline"
_IMPORTED = (
    "field/shrink.js", "gezhi/draft-room.js", "gezhi/drafts.js", "gezhi/exif.js", "gezhi/patient.js",
    "gezhi/touched.js", "gezhi/trees.js",
)  # fmt: skip


@require_GET
def shell(_request: HttpRequest, language: str) -> HttpResponse:
    """Answer the page in a language, the same for everybody: a phone keeps it for when there is no network."""
    if language not in LANGUAGES:
        raise Http404
    answer = HttpResponse(_page(language))
    answer["Cache-Control"] = "no-cache"
    return answer


@never_cache
@require_GET
@for_staff
def outbox(_request: HttpRequest, _account: Account) -> HttpResponse:
    """Show what waits on this phone: the same page, from the server."""
    return HttpResponse(_page(get_language() or LANGUAGES[0]))


@never_cache
@require_GET
@for_staff
def entries(_request: HttpRequest, _account: Account, which: str = "") -> HttpResponse:  # noqa: ARG001  the page reads it
    """Show the registers that this phone holds: the same page, from the server."""
    return HttpResponse(_page(get_language() or LANGUAGES[0]))


@require_GET
def worker(_request: HttpRequest) -> HttpResponse:
    """Answer the script that keeps the page. It changes with every build, and so phones notice a new one."""
    told = {
        "build": _build(),
        "shells": {code: reverse("web:field_shell", args=[code]) for code in LANGUAGES},
        "files": _addresses(),
        "statics": settings.STATIC_URL,
    }
    script = f'import {{ start }} from "{static(f"{_FOLDER}/worker.js")}";\nstart({json.dumps(told)});\n'
    answer = HttpResponse(script, content_type="text/javascript")
    answer["Cache-Control"] = "no-cache"
    answer["Service-Worker-Allowed"] = reverse("web:field_today")
    return answer


@require_GET
def manifest(_request: HttpRequest) -> JsonResponse:
    """Answer what an installed app is called and looks like."""
    start = reverse("web:field_today")
    icons = [
        {
            "src": static(f"field/icon-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": "any maskable",
        }
        for size in (192, 512)
    ]
    answer = JsonResponse({
        "id": start, "start_url": start, "scope": start, "display": "standalone", "lang": get_language(),
        "name": gettext("Gezhi field"), "short_name": pgettext("the app", "Field"), "orientation": "portrait",
        "background_color": "#ffffff", "theme_color": "#27509b", "icons": icons,
        "shortcuts": [{"name": gettext("Report"), "url": reverse("web:field_report")}],
    })  # fmt: skip
    answer["Content-Type"] = "application/manifest+json"
    return answer


def _page(language: str) -> str:
    with translation.override(language):
        return render_to_string("field/offline.html", {"language": language})


def _modules() -> list[str]:
    folder = finders.find(f"{_FOLDER}/app.js")
    if not folder:
        raise FileNotFoundError(_FOLDER)
    return sorted(f"{_FOLDER}/{path.name}" for path in Path(folder).parent.glob("*.js"))


def _addresses() -> list[str]:
    """Return what the page needs: what it links has its hashed name, what scripts import its plain one."""
    plain = [settings.STATIC_URL + name for name in (*_modules(), *_IMPORTED)]
    return sorted({*(static(name) for name in _LINKED), *plain})


def _build() -> str:
    return _reckon() if settings.DEBUG else _reckoned()


def _reckon() -> str:
    """Return a digest of everything that the phone keeps of a build."""
    digest = hashlib.sha256()
    for code in LANGUAGES:
        digest.update(_page(code).encode())
    for name in (*_LINKED, *_modules(), *_IMPORTED):
        found = finders.find(name)
        digest.update(Path(found).read_bytes() if found else b"")
    return digest.hexdigest()[:16]


@lru_cache(maxsize=1)
def _reckoned() -> str:
    return _reckon()
