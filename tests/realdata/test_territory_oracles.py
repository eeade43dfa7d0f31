"""The territory against real boundaries, labels and codes: every row of the table is as expected."""

import pytest

from realdata.checks import Check, data_folder, rows_of
from realdata.territory import ORACLES

pytestmark = pytest.mark.realdata


@pytest.mark.parametrize("check", ORACLES, ids=lambda check: check.__name__)
def test_as_expected(check: Check) -> None:
    data = data_folder()
    assert data is not None
    found = rows_of("territory", check, data)
    assert found
    for row in found:
        assert row.ok, f"{row.name}: expected {row.expected}, measured {row.measured}"
