"""Visits to care cases travel to the assigned worker's telephone, and to no other."""

import msgspec
import pytest

from gezhi.duties.tests import conftest as duties
from gezhi.people.models import Account
from gezhi.sync import queries
from gezhi.sync.tests.conftest import District


def carried(account: Account, district: District) -> str:
    """Return everything that a telephone takes along, as text."""
    return msgspec.json.encode(queries.download(account=account, now=district.now)).decode()


@pytest.mark.parametrize("who", ["other_worker", "head", "leader", "dispatcher", "clerk", "outsider"])
def test_a_care_case_is_on_the_assigned_workers_telephone_only(district: District, who: str) -> None:
    duties.put_rounds_in_force()
    cast = district.cast
    duties.District(cast, district.now).helped(cast.worker, cast.head)
    assert "三楼老人" in carried(cast.worker, district)
    assert "三楼老人" not in carried(getattr(cast, who), district)
