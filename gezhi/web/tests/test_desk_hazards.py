"""Hazards under supervised rectification at the desk: the list, its filters, its papers, and who is refused."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from django.test import Client
from openpyxl import load_workbook

from gezhi.cases.models import Case
from gezhi.duties.models import Activity, Hazard
from gezhi.duties.tests import conftest as duties
from gezhi.duties.tests.test_hazards import ITEMS, PLAN, listed
from gezhi.enactment import operations as enactment
from gezhi.foundation.models import JournalEntry
from gezhi.people.models import Account
from gezhi.registers.models import Entry
from gezhi.schemes.documents import Source, complete
from gezhi.web.tests.conftest import District

type Browser = Callable[[Account | None], Client]
pytestmark = pytest.mark.usefixtures("at_the_districts_time")


def test_listed_hazards_are_a_page_with_filters_and_papers(district: District, browser_of: Browser) -> None:
    files = complete(Source("watch", {"watch/scheme.toml": PLAN, "watch/catalogue.csv": ITEMS}))
    enactment.enact(files=files, actor=None, on=date(2026, 1, 1), now=datetime(2025, 12, 31, tzinfo=UTC))
    number = listed(duties.District(district.cast, district.now))
    client = browser_of(district.cast.head)
    words = client.get("/desk/hazards").content.decode()
    assert number in words
    assert "停用并隔离" in words
    assert number in client.get("/desk/hazards?state=rectify").content.decode()
    for query in ("state=again", "state=closed", "light=red"):
        assert number not in client.get(f"/desk/hazards?{query}").content.decode()
    assert number in client.get(f"/desk/hazards?area={district.cast.grids[0].code}").content.decode()
    assert client.get(f"/desk/hazards?area={district.cast.villages[1].code}").status_code == 404
    assert number not in browser_of(district.cast.other_head).get("/desk/hazards").content.decode()
    sheet = load_workbook(BytesIO(client.get("/desk/hazards?as=xlsx").content)).worksheets[0]
    said = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]
    assert {number, "停用并隔离"} <= set(said)
    assert client.get("/desk/hazards?as=pdf").content.startswith(b"%PDF")
    assert JournalEntry.objects.filter(subject="hazards", action="export").count() == 2
    assert "/desk/hazards" in client.get(f"/desk/case/{number}").content.decode()
    assert "/desk/hazards" in client.get("/desk/").content.decode()
    assert Hazard.objects.count() == Case.objects.unscoped(reason="a test counts").count() == 1


def test_a_hazard_names_its_object_only_to_who_may_see_the_object(district: District, browser_of: Browser) -> None:
    files = complete(Source("watch", {"watch/scheme.toml": PLAN, "watch/catalogue.csv": ITEMS}))
    enactment.enact(files=files, actor=None, on=date(2026, 1, 1), now=datetime(2025, 12, 31, tzinfo=UTC))
    listed(duties.District(district.cast, district.now))
    Activity.objects.unscoped(reason="a test makes it").update(entry_id=None, entry_name="何女士家")
    home = duties.District(district.cast, district.now).home(1)
    Activity.objects.unscoped(reason="a test makes it").update(entry_id=home.pk)
    assert "何女士家" in browser_of(district.cast.head).get("/desk/hazards").content.decode()
    Entry.objects.unscoped(reason="a test moves it").filter(pk=home.pk).update(
        area=district.cast.grids[3], area_path=district.cast.grids[3].path
    )
    assert "何女士家" not in browser_of(district.cast.head).get("/desk/hazards").content.decode()


def test_a_list_longer_than_shown_says_so(
    district: District, browser_of: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = complete(Source("watch", {"watch/scheme.toml": PLAN, "watch/catalogue.csv": ITEMS}))
    enactment.enact(files=files, actor=None, on=date(2026, 1, 1), now=datetime(2025, 12, 31, tzinfo=UTC))
    listed(duties.District(district.cast, district.now))
    client = browser_of(district.cast.head)
    assert "请选择区域查看" not in client.get("/desk/hazards").content.decode()
    monkeypatch.setattr("gezhi.duties.queries.MOST_HAZARDS", 1)
    assert "请选择区域查看" in client.get("/desk/hazards").content.decode()
