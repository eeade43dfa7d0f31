"""What the plan announces ahead: residents read it on the board of where they live, its doer on Today."""

from collections.abc import Callable

import pytest
from django.test import Client

from gezhi.duties import operations as duties
from gezhi.duties.operations.announcing import LINK
from gezhi.duties.tests.test_announced import enact_reception
from gezhi.people.models import Account
from gezhi.territory import queries as territory
from gezhi.web.tests.conftest import District

type Browser = Callable[[Account | None], Client]
pytestmark = pytest.mark.usefixtures("at_the_districts_time")


def test_anybody_reads_on_the_board_what_takes_place_when_where_and_by_whom(
    district: District, browser_of: Browser
) -> None:
    enact_reception()
    grid, client = district.cast.grids[0].code, browser_of(None)
    village = territory.chain(grid, district.now.date())[-2]
    for code, place in ((grid, territory.short_name(village.name)), (district.cast.district.code, "每个村")):
        board = client.get(f"/grid/{code}").content.decode()
        said = board.partition('id="announced"')[2].partition("</section>")[0]
        for words in ("领导接待", "6月10日", "18:00–20:00", place, "区领导", district.cast.leader.name):
            assert words in said, words
    # whoever is away that day is not named: a stand-in goes
    duties.go_away(
        actor=district.cast.leader, account=district.cast.leader, first=district.now.date().replace(day=10),
        last=district.now.date().replace(day=10), reason="leave", now=district.now,
    )  # fmt: skip
    said = client.get(f"/grid/{grid}").content.decode().partition('id="announced"')[2].partition("</section>")[0]
    assert "区领导" in said
    assert district.cast.leader.name not in said
    district.later(days=8)
    assert 'id="announced"' not in client.get(f"/grid/{grid}").content.decode()


def test_today_says_to_its_doer_what_is_coming_and_to_nobody_else(district: District, browser_of: Browser) -> None:
    enact_reception()
    district.later(days=-3)
    page = browser_of(district.cast.leader).get(LINK).content.decode()
    assert "将于 6月3日（周三）向居民公告" in page
    district.later(days=3)
    page = browser_of(district.cast.leader).get(LINK).content.decode()
    assert "已向居民公告" in page
    assert "/field/duties/away" in page.partition("s-coming")[2]
    assert "s-coming" not in browser_of(district.cast.worker).get(LINK).content.decode()
