"""Which leaf of which book."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from gezhi.territory.models import Area


@dataclass(frozen=True, slots=True)
class Which:
    """A leaf: of which book, whose (a person's or an area's), from which day to which; of a handbook which page.

    A handbook's leaf without a page is of the whole year.
    """

    book: str
    first: date
    last: date
    account: UUID | None = None
    area: Area | None = None
    page: str = ""
