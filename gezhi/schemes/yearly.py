"""Every round of a year, for a table or a picture of the year."""

from collections.abc import Collection
from datetime import date

from gezhi.schemes.clocks import calendar_of
from gezhi.schemes.model import Scheme
from gezhi.schemes.rounds import Round, rounds

COLUMNS = ("duty", "of", "period", "due")
# rules count weeks from 2001; calendars reach further than anybody plans
YEARS = range(2001, 2100)


def rounds_of_year(scheme: Scheme, year: int, only: Collection[str] | None = None) -> list[dict[str, str]]:
    """Return the rounds that fall due in a year by due day, as rows of a table."""
    found = [
        {"duty": one.duty, "of": str(scheme.duties[one.duty].of), "period": one.period, "due": one.due.isoformat()}
        for key in scheme.duties
        if not only or key in only
        for one in rounds_in(scheme, key, year)
    ]
    return sorted(found, key=lambda row: row["due"])


def rounds_in(scheme: Scheme, duty: str, year: int) -> tuple[Round, ...]:
    """Return the rounds of one duty that fall due in a year."""
    return rounds(scheme, calendar_of(scheme), scheme.duties[duty], date(year, 1, 1), date(year, 12, 31))
