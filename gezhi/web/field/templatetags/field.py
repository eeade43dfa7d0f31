"""What only the field's templates say."""

from django import template

from gezhi.web.field.items import searched as words_of
from gezhi.web.portal.catalogue import Entry

register = template.Library()


@register.filter
def searched(entry: Entry) -> str:
    """Say what a search on the page looks at for an item."""
    return words_of(entry)
