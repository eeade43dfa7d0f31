"""The pages for what went wrong or could not be read, in the reader's language and without a database."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from gezhi.web import preferences


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that a step was not done, what was kept, and what to do now."""
    return _page(request, "500.html", HTTPStatus.INTERNAL_SERVER_ERROR)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  Django hands it over
    """Say that what came could not be taken."""
    return _page(request, "400.html", HTTPStatus.BAD_REQUEST)


def _page(request: HttpRequest, template: str, status: HTTPStatus) -> HttpResponse:
    with translation.override(translation.get_language_from_request(request)):
        shown = {"preferences": preferences.read(request)}
        return HttpResponse(render_to_string(template, shown), status=status)
