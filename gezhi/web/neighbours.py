"""What stands in registers where a case is, and which cases there are where an entry is: linked both ways."""

from datetime import datetime

from gezhi.cases import queries as cases
from gezhi.cases.models import Case
from gezhi.people.models import Account
from gezhi.registers import queries as registers
from gezhi.registers.models import Entry
from gezhi.registers.queries import Nearby
from gezhi.schemes.state import Light
from gezhi.web.desk.rows import case_light


def entries_at(account: Account, case: Case, now: datetime) -> list[Nearby]:
    """Return the entries of registers at a case's place that the account may see."""
    area = case.area_path if case.area_id else ""
    return registers.at_place(account=account, now=now, lon=case.lon, lat=case.lat, address=case.address, area=area)


def cases_at(account: Account, entry: Entry, now: datetime) -> list[tuple[Case, Light]]:
    """Return the cases at an entry's place that the account may see; none beside a care case."""
    if entry.care:
        return []
    found = cases.at_place(
        account=account, now=now, lon=entry.lon, lat=entry.lat, address=entry.address, area=entry.area_path
    )
    return [(one, case_light(one, now)) for one in found]
