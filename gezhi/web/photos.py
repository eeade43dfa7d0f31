"""Handing out photos of a report that is not sent yet, to the browser that holds the signed id."""

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_GET

from gezhi.foundation import files
from gezhi.web import questions


@require_GET
def kept(_request: HttpRequest, token: str) -> FileResponse:
    """Answer with the small copy of a photo whose signed id the form carries."""
    rows = questions.kept_files([token])
    if not rows:
        raise Http404
    return files.respond(rows[0], "thumb")
