"""Rounds on the phone: few taps for a plain patrol, findings as cases, others' rounds out of sight."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from gezhi.cases.models import Case
from gezhi.duties import operations as duties
from gezhi.duties import plans
from gezhi.duties.models import Absence, Activity, Objection, Start
from gezhi.duties.tests import conftest as duties_tests
from gezhi.duties.tests.conftest import put_rounds_in_force
from gezhi.enactment import operations as enactment
from gezhi.people.models import Account
from gezhi.sync.tests.test_own_activities import ASKS_MORE
from gezhi.sync.tests.test_rounds_and_entries import PLAN
from gezhi.web.tests.conftest import District

type Browser = Callable[[Account | None], Client]
pytestmark = pytest.mark.usefixtures("at_the_districts_time")


def activities() -> list[Activity]:
    return list(Activity.objects.unscoped(reason="a test looks").order_by("pk"))


def begin(client: Client, grid: str, **sent: str) -> str:
    """Begin a patrol and return the address of its page."""
    form = {"key": "key-of-one", "of": "", "lon": "103.51", "lat": "29.41", "accuracy": "8"}
    answer = client.post(f"/field/duty/shawan.patrol/{grid}/begin", form | sent)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def test_today_opens_after_work_that_nobody_signs(district: District, browser_of: Browser) -> None:
    put_rounds_in_force()
    duties.record(
        actor=district.cast.worker, now=district.now, key="one", duty="rounds.walk", area=district.cast.grids[0].code,
        began=district.now, ended=district.now,
    )  # fmt: skip
    assert browser_of(district.cast.worker).get("/field/").status_code == 200


def test_a_plain_patrol_takes_three_presses(district: District, browser_of: Browser) -> None:
    grid, client = district.cast.grids[0].code, browser_of(district.cast.worker)
    assert f"/field/duty/shawan.patrol/{grid}/begin" in client.get("/field/").content.decode()
    assert client.get(f"/field/duty/shawan.patrol/{grid}/begin").status_code == 200
    address = begin(client, grid)
    assert "结束，没有发现问题" in client.get(address).content.decode()
    district.later(minutes=30)
    done = client.post(f"{address}/end", {"form_print": ""}, follow=True)
    assert "已完成并记录" in done.content.decode()
    (row,) = activities()
    assert (row.counts, row.marks, row.distance_m) == (True, [], 0)


def test_a_finding_is_a_case_at_once_and_both_show_it(district: District, browser_of: Browser) -> None:
    client = browser_of(district.cast.worker)
    address = begin(client, district.cast.grids[0].code)
    assert client.post(f"{address}/found", {"item": "", "text": "", "way": "case"}).status_code == 422
    client.post(f"{address}/found", {"item": "env.litter", "text": "路口垃圾", "way": "case"})
    number = Case.objects.unscoped(reason="a test looks").get().number
    assert number in client.get(address).content.decode()
    assert "路口垃圾" in client.get(address).content.decode()


def test_a_finding_of_no_item_is_not_called_a_case(district: District, browser_of: Browser) -> None:
    client = browser_of(district.cast.worker)
    address = begin(client, district.cast.grids[0].code)
    said = client.post(
        f"{address}/found", {"item": "", "text": "路灯不亮", "way": "case"}, follow=True
    ).content.decode()
    assert "只作记录，没有转为事件。要有人处理" in said
    assert not Case.objects.unscoped(reason="a test looks").exists()
    listed = client.get(address).content.decode().partition("路灯不亮</b>")[2].partition("</li>")[0]
    assert "只作记录，没有转为事件" in listed
    assert "转为事件处理" not in listed
    assert "结束并记录" in client.get(address).content.decode()


def test_another_workers_round_is_out_of_sight(district: District, browser_of: Browser) -> None:
    address = begin(browser_of(district.cast.worker), district.cast.grids[0].code)
    other = browser_of(district.cast.other_worker)
    assert other.get(address).status_code == 404
    assert other.post(f"{address}/end").status_code == 404
    assert other.get(f"/field/duty/shawan.patrol/{district.cast.grids[0].code}/begin").status_code == 404
    head = browser_of(district.cast.head)
    assert head.get(address).status_code == 200
    assert head.post(f"{address}/end").status_code == 404
    assert browser_of(district.cast.resident).get(address).status_code == 403


def test_households_are_chosen_from_a_list_that_is_searched(district: District, browser_of: Browser) -> None:
    client = browser_of(district.cast.worker)
    answer = client.get(f"/field/duty/shawan.visit_class_3/{district.cast.grids[0].code}", {"q": "张"})
    assert answer.status_code == 200
    assert client.get("/field/duties/way").status_code == 200


def test_leave_and_a_missed_round_are_said_in_a_line(district: District, browser_of: Browser) -> None:
    client = browser_of(district.cast.worker)
    day = district.now.date().isoformat()
    client.post("/field/duties/away", {"what": "away", "first": day, "last": day, "reason": "sick"})
    assert Absence.objects.get().reason == "sick"
    page = client.get("/field/duties/away").content.decode()
    assert "一日双巡" in page
    place = {"duty": "shawan.patrol", "area": district.cast.grids[0].code, "on": "2026-06-02"}
    sent = {"what": "object", "why": "暴雨", **place}
    client.post("/field/duties/away", sent)
    assert Objection.objects.get().reason == "暴雨"
    wrong = client.post("/field/duties/away", sent | {"on": "2026-06-03"})
    assert wrong.status_code == 422


def test_answers_are_put_right_after_sending_also_under_a_form_that_changed(
    district: District, browser_of: Browser
) -> None:
    for plan, on in ((PLAN, date(2026, 1, 1)), (ASKS_MORE, district.now.date())):
        before = plan is PLAN
        now = datetime(2025, 12, 31, tzinfo=UTC) if before else district.later(minutes=5)
        enactment.enact(files={"rounds/scheme.toml": plan}, actor=None, on=on, now=now)
        if before:
            duties.record(
                actor=district.cast.worker, now=district.now, key="walked", duty="rounds.walk_with_form",
                area=district.cast.grids[0], began=district.now, ended=district.now, answers={"weather": "rain"},
            )  # fmt: skip
    (row,) = activities()
    address = f"/field/activity/{row.pk}"
    client = browser_of(district.cast.worker)
    page = client.get(address).content.decode()
    assert "走访商铺数" in page
    assert "表单有了变动" in page
    form = plans.find("rounds.walk_with_form", district.now.date())
    assert form is not None
    assert form.form is not None
    sent = {"what": "answers", "version": "1", "form_print": form.form.print, "weather": "rain"}
    wanting = client.post(f"{address}/change", sent)
    assert (wanting.status_code, "走访商铺数" in wanting.content.decode()) == (422, True)
    for who in (district.cast.head, district.cast.other_worker, district.cast.outsider):
        assert browser_of(who).post(f"{address}/change", sent | {"shops": "3"}).status_code == 404
    assert client.post(f"{address}/change", sent | {"shops": "3"}).status_code == 302
    (row,) = activities()
    assert (row.answers, row.version) == ({"weather": "rain", "shops": 3}, 2)
    assert "表单有了变动" not in client.get(address).content.decode()
    assert client.post(f"{address}/change", sent | {"shops": "4"}).status_code == 422


def test_an_entry_is_searched_for_without_scripts_also_while_answers_are_put_right(
    district: District, browser_of: Browser
) -> None:
    asks = duties_tests.PLAN.replace("[registers.homes]", _AT, 1)
    enactment.enact(
        files={"rounds/scheme.toml": asks}, actor=None, on=date(2026, 1, 1), now=datetime(2025, 12, 31, tzinfo=UTC)
    )
    home = duties_tests.District(district.cast, district.now).home(1)
    duties.record(
        actor=district.cast.worker, now=district.now, key="walked", duty="rounds.walk_with_form",
        area=district.cast.grids[0], began=district.now, ended=district.now, answers={"weather": "rain"},
    )  # fmt: skip
    (row,) = activities()
    client = browser_of(district.cast.worker)
    sent = {"what": "answers", "version": "1", "weather": "rain", "at": "", "more": "at"}
    found = client.post(f"/field/activity/{row.pk}/change", sent)
    assert f'type="radio" name="at" value="{home.code}"' in found.content.decode()


_AT = """[forms.walked.fields.at]
kind = "entry"
title = "在哪户"
register = "homes"

[registers.homes]"""


@pytest.mark.parametrize("ended", [False, True])
def test_what_is_typed_of_a_care_case_is_kept_in_its_tab_only(
    district: District, browser_of: Browser, *, ended: bool
) -> None:
    asks = duties_tests.PLAN.replace('of = "helped"', 'of = "helped"\nform = "walked"', 1)
    enactment.enact(
        files={"rounds/scheme.toml": asks}, actor=None, on=date(2026, 1, 1), now=datetime(2025, 12, 31, tzinfo=UTC)
    )
    cast = district.cast
    helped = duties_tests.District(cast, district.now).helped(cast.worker, cast.head)
    duties.record(
        actor=cast.worker, now=district.now, key="seen", duty="rounds.look_after", entry=str(helped.pk),
        began=district.now, ended=district.now if ended else None, answers={"weather": "rain"} if ended else {},
    )  # fmt: skip
    (row,) = activities()
    page = browser_of(cast.worker).get(f"/field/activity/{row.pk}").content.decode()
    kept = re.findall(r"<form[^>]* data-draft=[^>]*>", page)
    assert kept
    assert [one for one in kept if "data-draft-tab" not in one] == []


def test_a_visit_of_a_care_case_is_not_begun_into_a_phones_outbox(district: District, browser_of: Browser) -> None:
    put_rounds_in_force()
    cast = district.cast
    its = duties_tests.District(cast, district.now)
    helped, home = its.helped(cast.worker, cast.head), its.home(1)
    grid, client = cast.grids[0].code, browser_of(cast.worker)

    def kept(duty: str, of: str) -> bool:
        page = client.get(f"/field/duty/rounds.{duty}/{grid}/begin?of={of}").content.decode()
        assert "data-checkin" in page
        return "data-keep" in page

    assert (kept("look_after", str(helped.pk)), kept("first_call", str(home.pk))) == (False, True)


def test_who_goes_along_by_the_plan_comes_first(district: District, browser_of: Browser) -> None:
    put_rounds_in_force()
    grid, client = district.cast.grids[0].code, browser_of(district.cast.worker)
    form = {"key": "key-of-joint", "of": "", "lon": "103.51", "lat": "29.41", "accuracy": "8"}
    address = client.post(f"/field/duty/rounds.joint/{grid}/begin", form)["Location"]
    words = client.get(address).content.decode()
    assert f'value="{district.cast.head.pk}"' in words
    named = words.index(f'value="{district.cast.head.pk}"')
    others = [words.find(f'value="{one.pk}"') for one in (district.cast.leader, district.cast.dispatcher)]
    assert all(place == -1 or place > named for place in others)


def test_a_start_opened_for_another_place_is_refused_in_words(district: District, browser_of: Browser) -> None:
    put_rounds_in_force()
    home = duties_tests.District(district.cast, district.now).home(1)
    duties.start_by_entry(entry=home.pk, now=district.now)
    row = Start.objects.get()
    grid, client = district.cast.grids[0].code, browser_of(district.cast.worker)
    begun = f"/field/duty/rounds.first_call/{grid}/begin"
    assert client.get(f"{begun}?of={home.pk}&start={row.pk}").status_code == 200
    for of, start in ((row.pk, row.pk), (home.pk, home.pk), (home.pk, "x")):
        answer = client.get(f"{begun}?of={of}&start={start}", follow=True)
        assert answer.status_code == 200
        assert "属于另一个对象" in answer.content.decode()
    way = client.get("/field/duties/way").content.decode()
    assert f"start={row.pk}" in way
    assert way.index(f"start={row.pk}") < way.index("/field/duty/rounds.walk")


def test_rows_that_nobody_must_write_lie_folded_until_somebody_has(district: District, browser_of: Browser) -> None:
    client = browser_of(district.cast.worker)
    address = begin(client, district.cast.grids[0].code)
    folded = '<details class="more"><summary>当场处理的事项'
    assert folded in client.get(address).content.decode()
    # what is wrong in a row, or stands in one, lies open
    wrong = {"form_print": "", "entries.rows": "1", "entries.0.cause": "占道"}
    answer = client.post(f"{address}/end", wrong)
    assert answer.status_code == 422
    assert folded not in answer.content.decode()
    assert "占道" in answer.content.decode()
