"""The start: one obvious thing to do, and the doors to everything else."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from gezhi.web.portal import tickets


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Show the start page."""
    return render(request, "portal/home.html", {"tracked": tickets.tracked(request)[:5]})
