"""What residents read ahead: reckoned from the plan, told once to whoever does it, open to nobody else's wishes."""

from datetime import UTC, date, datetime

import pytest

from gezhi.duties import operations, plans, queries
from gezhi.duties.tests.conftest import GROUND, SHANGHAI, District
from gezhi.enactment import operations as enactment
from gezhi.notices.models import Message
from gezhi.territory import queries as territory

RECEPTION = (
    GROUND.format(scheme="heard", title="接待")
    + """

[posts.leader]
title = "区领导"
at = "district"

[duties.reception]
title = {zh = "领导接待", en = "Reception"}
activity = "reception"
who = "leader"
of = "village"
on = "FREQ=MONTHLY;BYMONTHDAY=10,25"
if_holiday = "next workday"
hours = "18:00-20:00"
notice = "NOTICE"
"""
)


def enact_reception(notice: str = "7 days") -> None:
    """Put a plan in force by which leaders receive in the villages, announced ahead."""
    files = {"heard/scheme.toml": RECEPTION.replace("NOTICE", notice)}
    enactment.enact(files=files, actor=None, on=date(2026, 1, 1), now=datetime(2025, 12, 31, tzinfo=UTC))


def _at(day: str, clock: str = "10:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=SHANGHAI)


def _read(district: District, now: datetime, code: str = "") -> list[tuple[date, str]]:
    chain = territory.chain(code or district.cast.grids[0].code, now.date())
    return [(one.round.due, one.area.name if one.area else "") for one in queries.announced(chain=chain, now=now)]


def test_residents_read_of_it_from_its_day_on_until_its_hours_are_over(district: District) -> None:
    enact_reception()
    village = territory.chain(district.cast.grids[0].code, date(2026, 6, 3))[-2].name
    assert _read(district, _at("2026-06-02", "23:59")) == []
    assert _read(district, _at("2026-06-03", "00:01")) == [(date(2026, 6, 10), village)]
    assert _read(district, _at("2026-06-10", "19:59")) == [(date(2026, 6, 10), village)]
    assert _read(district, _at("2026-06-10", "20:00")) == []
    # whoever looks at the district reads that it is in each village
    top = territory.chain(district.cast.grids[0].code, date(2026, 6, 3))[0].code
    assert _read(district, _at("2026-06-03"), top) == [(date(2026, 6, 10), "")]


@pytest.mark.parametrize(
    ("notice", "since"), [("7 days", "2026-07-03"), ("7 workdays", "2026-07-01"), ("1 month", "2026-06-10")]
)
def test_it_is_announced_so_long_before_its_own_day(district: District, notice: str, since: str) -> None:
    assert district
    enact_reception(notice)
    planned = plans.find("heard.reception", date(2026, 7, 1))
    assert planned is not None
    (one,) = planned.rounds(date(2026, 7, 1), date(2026, 7, 15))
    assert (one.due, planned.announced_on(one)) == (date(2026, 7, 10), date.fromisoformat(since))
    # what is moved off rest days is announced by the day that it is moved to: 25 July is a Saturday
    (moved,) = planned.rounds(date(2026, 7, 16), date(2026, 7, 31))
    assert moved.due == date(2026, 7, 27)


def test_whoever_does_it_reads_of_it_before_the_residents_do_and_nobody_else(district: District) -> None:
    enact_reception()
    cast = district.cast
    assert queries.coming(account=cast.leader, now=_at("2026-05-26")) == []
    (soon,) = queries.coming(account=cast.leader, now=_at("2026-05-28"))
    assert (soon.told.round.due, soon.public, soon.away) == (date(2026, 6, 10), False, False)
    operations.go_away(
        actor=cast.leader, account=cast.leader, first=date(2026, 6, 9), last=date(2026, 6, 11), reason="leave",
        now=_at("2026-05-28"),
    )  # fmt: skip
    (now_public,) = queries.coming(account=cast.leader, now=_at("2026-06-03"))
    assert (now_public.public, now_public.away) == (True, True)
    # on the day itself it stands among the rounds
    assert queries.coming(account=cast.leader, now=_at("2026-06-10")) == []
    for who in (cast.worker, cast.head, cast.clerk, cast.outsider):
        assert queries.coming(account=who, now=_at("2026-06-03")) == []


def test_it_is_told_once_to_the_posts_that_do_it(district: District) -> None:
    enact_reception()
    assert operations.tell_announced(now=_at("2026-06-02")) == 0
    # the server slept on the day itself
    for now in (_at("2026-06-04"), _at("2026-06-04", "11:00"), _at("2026-06-05")):
        assert operations.tell_announced(now=now) == 1
    told = Message.objects.filter(topic="duties.announced")
    assert [one.account for one in told] == [district.cast.leader]
    assert "2026-06-10" in told[0].subject
