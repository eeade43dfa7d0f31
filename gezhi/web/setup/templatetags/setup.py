"""What only the setup pages' templates need."""

from collections.abc import Mapping

from django import template

register = template.Library()


@register.filter
def named(titles: Mapping[str, str], key: str) -> str:
    """Return the title of a key, or the key itself."""
    return titles.get(key, key)
