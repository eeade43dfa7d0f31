"""What only the desk's templates need."""

from collections.abc import Mapping
from typing import Any

from django import template

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
