"""What only the desk's templates need."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.urls import reverse

from gezhi.cases.models import SavedView

register = template.Library()


@register.simple_tag(takes_context=True)
def menu_link(context: Mapping[str, Any], name: str, value: object = "") -> str:
    """Return this page's address with one filter changed (nothing removes it), from the first row on."""
    query = context["request"].GET.copy()
    query.pop("after", None)
    query.pop(name, None)
    if value not in (None, ""):
        query[name] = str(value)
    return f"?{query.urlencode()}" if query else "?"


@register.filter
def view_address(view: SavedView) -> str:
    """Return the address of a saved view."""
    return f"{reverse(f'web:desk_{view.page}')}?{view.query}"


@register.simple_tag(takes_context=True)
def kept_query(context: Mapping[str, Any]) -> str:
    """Return what of this list's address a view would keep."""
    query = context["request"].GET.copy()
    query.pop("after", None)
    return str(query.urlencode())
