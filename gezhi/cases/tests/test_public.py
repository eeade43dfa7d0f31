"""What strangers learn of cases: only what the plan publishes, and never who, whom or in whose words."""

from datetime import timedelta
from typing import Any

import pytest

from gezhi.cases import operations, queries
from gezhi.cases.errors import BadInput, Impossible, NotFound
from gezhi.cases.models import Follow
from gezhi.cases.operations.intake import tracking_code
from gezhi.cases.queries import Place, Similar
from gezhi.cases.tests.conftest import District
from gezhi.enactment import queries as enactment
from gezhi.foundation import outbox
from gezhi.notices.models import Message
from gezhi.schemes.model import Scheme

KEY = "a-key-that-nobody-guesses"


def _scheme(district: District) -> Scheme:
    return enactment.in_force("shawan", district.now.date())[1]


def _relay(district: District) -> None:
    while outbox.relay(district.now + timedelta(minutes=1)):
        continue


def _near(district: District, item: str = "env.litter", text: str = "", **place: Any) -> tuple[Similar, ...]:
    lon, lat = district.cast.point(1)
    where = Place(**(place or {"lon": lon, "lat": lat + 0.0009}))
    return queries.similar(item=item, text=text, place=where, scheme=_scheme(district), now=district.now)


def _closed(district: District, **given: Any) -> str:
    number = district.open(anonymous=True, **given).number
    cast = district.cast
    district.act(cast.worker, number, "settle", answers={"result": "张三家门口已清运"})
    district.act(cast.head, number, "confirm")

    code = tracking_code(district.case(number).pk)
    district.act(None, number, "accept", answers={"rating": "satisfied"}, secret=code)
    return number


class TestSimilar:
    def test_an_open_case_of_the_item_nearby_is_found_in_two_queries(
        self, district: District, django_assert_num_queries: Any
    ) -> None:
        number = district.open().number
        for _ in range(6):
            district.open(item="env.heap", text="别的事")
        scheme = _scheme(district)
        lon, lat = district.cast.point(1)
        with django_assert_num_queries(2):
            found = queries.similar(
                item="env.litter", text="", place=Place(lon=lon, lat=lat + 0.0009), scheme=scheme, now=district.now
            )
        assert [(one.number, one.metres, one.area) for one in found] == [(number, 100, "第1网格")]

    def test_like_words_count_within_the_same_heading(self, district: District) -> None:
        number = district.open(item="env.heap", text="清溪路24号门前堆着建筑垃圾").number
        assert [one.number for one in _near(district, text="清溪路24号堆着很多建筑垃圾")] == [number]
        assert _near(district, text="小区里有狗乱跑") == ()
        # a few letters alone never ask whether somebody wrote them
        assert _near(district, text="清溪路门前") == ()
        assert _near(district, item="road.pothole", text="清溪路24号堆着很多建筑垃圾") == ()

    def test_far_old_closed_and_unplaced_ones_are_not(self, district: District) -> None:
        district.open()
        lon, lat = district.cast.point(1)
        assert _near(district, lon=lon + 0.004, lat=lat) == ()
        assert len(_near(district, area_path=district.cast.grids[0].path)) == 1
        assert _near(district, area_path=district.cast.grids[1].path) == ()
        assert _near(district, area_path="") == ()
        district.later(days=91)
        assert _near(district) == ()

    @pytest.mark.parametrize("item", ["staff.grid", "dispute.neighbours", "agency.elder"])
    def test_complaints_confidential_matters_and_applications_are_never_shown(
        self, district: District, item: str
    ) -> None:
        district.open(item=item)
        assert _near(district, item=item) == ()


class TestFollowing:
    def test_without_an_account_a_code_of_ones_own_opens_it(self, district: District) -> None:
        number = district.open().number
        first, again = (
            operations.follow_as_resident(actor=None, number=number, client_key=KEY, now=district.now) for _ in range(2)
        )
        assert first == again
        assert Follow.objects.count() == 1
        seen = queries.followed(number=number, secret=first.secret.lower(), now=district.now)
        assert seen is not None
        assert (seen.item, seen.area) == ("暴露垃圾", "第1网格")
        assert queries.followed(number=number, secret="WRONG000", now=district.now) is None
        assert queries.followed(number=number, now=district.now) is None
        assert queries.track(number=number, secret=first.secret, now=district.now) is None
        assert queries.followers([district.case(number).pk]) == {district.case(number).pk: 1}

    def test_an_account_opens_it_and_hears_of_the_end(self, district: District) -> None:
        cast = district.cast
        opened = district.open(anonymous=True)
        operations.follow_as_resident(actor=cast.resident, number=opened.number, client_key=KEY, now=district.now)
        assert queries.followed(number=opened.number, account=cast.resident, now=district.now)
        assert queries.followed(number=opened.number, account=cast.other_resident, now=district.now) is None
        assert queries.followed_by(account=cast.resident) == (opened.number,)
        district.act(cast.worker, opened.number, "settle", answers={"result": "已清运"})
        district.act(cast.head, opened.number, "confirm")
        district.act(None, opened.number, "accept", answers={"rating": "satisfied"}, secret=opened.secret)
        _relay(district)
        told = Message.objects.filter(account=cast.resident)
        assert any("暴露垃圾" in one.subject for one in told)
        assert all("已清运" not in one.body + one.subject for one in told)

    def test_a_follower_reads_nobodys_words(self, district: District) -> None:
        number = _closed(district)
        with pytest.raises(Impossible):
            operations.follow_as_resident(actor=None, number=number, client_key=KEY, now=district.now)
        other = district.open(text="张三家门口").number
        code = operations.follow_as_resident(actor=None, number=other, client_key=KEY, now=district.now).secret
        district.act(district.cast.worker, other, "settle", answers={"result": "张三已搬走"})
        seen = queries.followed(number=other, secret=code, now=district.now)
        assert seen is not None
        assert "张三" not in repr(seen.story) + seen.item + seen.area
        operations.unfollow_as_resident(actor=None, number=other, secret=code)
        assert queries.followed(number=other, secret=code, now=district.now) is None

    def test_what_becomes_nobody_elses_business_is_seen_no_longer(self, district: District) -> None:
        cast = district.cast
        number = district.open().number
        code = operations.follow_as_resident(actor=None, number=number, client_key=KEY, now=district.now).secret
        assert queries.followed(number=number, secret=code, now=district.now)
        operations.change_item(
            actor=cast.worker,
            number=number,
            item="dispute.neighbours",
            reason="是邻里纠纷",
            now=district.later(minutes=1),
        )
        assert queries.followed(number=number, secret=code, now=district.now) is None

    def test_nobody_is_told_of_the_end_of_what_became_nobody_elses_business(self, district: District) -> None:
        cast = district.cast
        opened = district.open(anonymous=True)
        operations.follow_as_resident(actor=cast.resident, number=opened.number, client_key=KEY, now=district.now)
        operations.change_item(
            actor=cast.worker,
            number=opened.number,
            item="dispute.neighbours",
            reason="是邻里纠纷",
            now=district.later(minutes=1),
        )
        district.act(cast.worker, opened.number, "settle", answers={"agreement": "双方谈好了"})
        district.act(cast.head, opened.number, "confirm")
        district.act(None, opened.number, "accept", answers={"rating": "satisfied"}, secret=opened.secret)
        assert district.case(opened.number).closed_at
        _relay(district)
        assert not Message.objects.filter(account=cast.resident).exists()

    def test_who_follows_a_duplicate_hears_when_the_main_case_ends_and_not_before(self, district: District) -> None:
        cast = district.cast
        main, duplicate = district.open(anonymous=True), district.open(anonymous=True)
        operations.follow_as_resident(actor=cast.resident, number=duplicate.number, client_key=KEY, now=district.now)
        operations.merge(actor=cast.centre, duplicate=duplicate.number, main=main.number, now=district.later(minutes=1))
        _relay(district)
        assert not Message.objects.filter(account=cast.resident).exists()
        district.act(cast.worker, main.number, "settle", answers={"result": "已清运"})
        district.act(cast.head, main.number, "confirm")
        district.act(None, main.number, "accept", answers={"rating": "satisfied"}, secret=main.secret)
        _relay(district)
        (told,) = Message.objects.filter(account=cast.resident)
        assert told.link == f"/followed/{duplicate.number}"

    def test_what_is_not_published_can_not_be_followed(self, district: District) -> None:
        for item in ("staff.grid", "dispute.debt", "agency.elder"):
            number = district.open(item=item).number
            with pytest.raises(NotFound):
                operations.follow_as_resident(actor=None, number=number, client_key=KEY, now=district.now)
        with pytest.raises(BadInput):
            operations.follow_as_resident(actor=None, number=district.open().number, client_key="1", now=district.now)


class TestResults:
    def test_a_closed_case_is_published_by_its_facts(self, district: District) -> None:
        _closed(district)
        district.open(item="staff.grid")
        (one,) = queries.results(schemes=[_scheme(district)]).rows
        assert (one.item, one.area, one.worked, one.again, one.in_time) == ("暴露垃圾", "第1网格", True, False, True)
        assert "张三" not in repr((one.item, one.area, one.outcome))
        assert queries.results(schemes=[_scheme(district)], area=district.cast.grids[1].path).rows == ()
        assert queries.results(schemes=[_scheme(district)], items=["road.lamp"]).rows == ()

    def test_pages_go_on_by_key_at_a_fixed_price(self, district: District, django_assert_num_queries: Any) -> None:
        for _ in range(3):
            _closed(district)
        scheme = _scheme(district)
        with django_assert_num_queries(2):
            first = queries.results(schemes=[scheme], size=2)
        rest = queries.results(schemes=[scheme], size=2, cursor=first.next)
        assert (len(first.rows), len(rest.rows), rest.next) == (2, 1, "")
        with pytest.raises(BadInput):
            queries.results(schemes=[scheme], cursor="of somebody else")

    def test_numbers_count_what_was_due_and_what_is_late(self, district: District) -> None:
        _closed(district)
        district.open()
        assert (queries.numbers_now(now=district.now).due, queries.numbers_now(now=district.now).in_time) == (1, 1)
        district.later(days=40)
        told = queries.numbers_now(now=district.now)
        assert (told.in_time, told.still_late, told.red, told.due) == (0, 1, 1, 1)

    def test_an_areas_numbers_tell_nothing_of_complaints_about_staff_and_confidential_matters(
        self, district: District
    ) -> None:
        grid = district.cast.grids[0].path
        district.open(item="staff.grid")
        district.open(item="dispute.neighbours")
        assert (
            queries.numbers_now(now=district.now).green,
            queries.numbers_now(now=district.now, area=grid).green,
        ) == (
            2,
            0,
        )
        district.open()
        assert queries.numbers_now(now=district.now, area=grid).green == 1
