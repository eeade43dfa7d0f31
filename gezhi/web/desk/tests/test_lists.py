"""Several cases at once, saved views, filters and what they say when they fit nothing."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from gezhi.cases import operations, queries
from gezhi.cases.models import BulkLine, BulkRun, Case, SavedView
from gezhi.cases.tests.test_door import to_department
from gezhi.enactment import operations as enactment
from gezhi.foundation.models import JournalEntry
from gezhi.people.access import desks_of
from gezhi.people.models import Appointment
from gezhi.people.tests.cast import BEGAN
from gezhi.schemes import edits, source
from gezhi.schemes.state import Refused
from gezhi.territory.models import Area
from gezhi.web.desk import bulk
from gezhi.web.desk.tests.conftest import District
from gezhi.web.desk.tests.test_queue import client, numbers

pytestmark = pytest.mark.django_db


def key_of(words: str, title: str) -> str:
    """Return the key of what is offered under a title."""
    found = re.search(rf'name="do" value="([^"]+)"[^>]*>(?:(?!</button>).)*?{title}', words, re.DOTALL)
    assert found is not None, title
    return found[1]


def hidden(words: str, name: str) -> list[str]:
    return re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)"', words)


def preview(browser: Client, cases: list[str], title: str, **answers: str) -> dict[str, Any]:
    """Choose something for cases, answer, look; return the form that would do it."""
    chosen = browser.get("/desk/bulk", {"case": cases})
    key = key_of(chosen.text, title)
    first = browser.get("/desk/bulk", {"case": cases, "do": key})
    sent = {f"bulk-{name}": value for name, value in answers.items()}
    form: dict[str, Any] = {
        "case": hidden(first.text.split("bulkform")[1], "case"),
        "do": key,
        "key": hidden(first.text, "key")[0],
    }
    seen = browser.post("/desk/bulk", form | sent | {"step": "preview", "shown": ""})
    assert seen.status_code == 200, seen.text
    assert "reason" not in answers or answers["reason"] in seen.text
    return form | sent | {"step": "run", "shown": hidden(seen.text, "shown")[0]}


def test_several_are_previewed_then_done_once(
    district: District, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    one, two = district.open().number, district.open().number
    browser = client(district.cast.worker)
    form = preview(browser, [one, two], "上报", reason="没有设备")
    assert not BulkRun.objects.exists()
    with django_assert_max_num_queries(14):
        browser.get("/desk/bulk", {"case": [one, two], "do": form["do"]})
    first, again = browser.post("/desk/bulk", form), browser.post("/desk/bulk", form)
    assert first["Location"] == again["Location"]
    assert {district.case(number).desk_key.split("@")[0] for number in (one, two)} == {"station_head"}
    done = browser.get(first["Location"])
    assert one in done.text
    listed = browser.get(f"{first['Location']}/result.csv").text
    assert listed.count("已办") == 2
    other = client(district.cast.head)
    assert other.get(first["Location"]).status_code == 404
    assert other.get(f"{first['Location']}/result.csv").status_code == 404


def test_answers_that_were_not_previewed_are_previewed_first(district: District) -> None:
    number = district.open().number
    browser = client(district.cast.worker)
    form = preview(browser, [number], "上报", reason="没有设备")
    answer = browser.post("/desk/bulk", form | {"bulk-reason": "改了主意"})
    assert answer.status_code == 200
    assert not BulkRun.objects.exists()


def test_what_moved_since_the_preview_is_refused_with_the_reason(district: District) -> None:
    one, two = district.open().number, district.open().number
    browser = client(district.cast.worker)
    form = preview(browser, [one, two], "上报", reason="没有设备")
    district.act(district.cast.worker, one, "report_up", answers={"reason": "先报"})
    answer = browser.post("/desk/bulk", form, follow=True)
    assert {line.number: line.state for line in BulkLine.objects.all()} == {one: "refused", two: "done"}
    assert "没办成" in answer.text


def test_cases_out_of_reach_are_counted_never_named(district: District) -> None:
    number = district.open().number
    words = client(district.cast.other_head).get("/desk/bulk", {"case": [number, "nonsense"]}).text
    assert "有 2 件没有列出" in words
    assert "清溪路" not in words
    assert client(district.cast.resident).get("/desk/bulk", {"case": number}).status_code == 403


def test_a_missing_answer_is_asked_for_and_nothing_is_done(district: District) -> None:
    number = district.open().number
    browser = client(district.cast.worker)
    key = key_of(browser.get("/desk/bulk", {"case": number}).text, "上报")
    answer = browser.post("/desk/bulk", {"case": f"{number}:1", "do": key, "step": "run", "key": "x"})
    assert answer.status_code == 422
    assert not BulkRun.objects.exists()


def test_a_view_is_kept_shown_counted_and_shared_with_the_desk(district: District) -> None:
    cast = district.cast
    district.open()
    district.later(days=1)
    district.open()
    browser = client(cast.worker)
    office = desks_of(cast.worker, district.now)[0].key
    saved = browser.post("/desk/views/save", {
        "name": "超期的", "page": "queue", "query": "light=red&after=xyz&next=//evil", "desk": office
    })  # fmt: skip
    assert saved["Location"] == "/desk/?light=red"
    view = SavedView.objects.get()
    assert "超期的" in browser.get("/desk/").text
    assert browser.get("/desk/views/counts").json() == {str(view.pk): "1"}
    assert "超期的" not in client(cast.head).get("/desk/").text
    Appointment.objects.filter(account=cast.worker).update(until=district.now)
    assert "超期的" not in browser.get("/desk/").text
    assert browser.post(f"/desk/views/{view.pk}", {"do": "delete"}).status_code == 422
    assert SavedView.objects.exists()


def test_a_name_that_is_taken_keeps_what_was_chosen(district: District) -> None:
    browser = client(district.cast.worker)
    given = {"name": "急", "page": "queue", "query": "light=red"}
    browser.post("/desk/views/save", given)
    again = browser.post("/desk/views/save", given)
    assert again.status_code == 422
    assert "已有同名视图" in again.text
    assert "light=red" in again.text


def test_filters_that_exist_nowhere_say_so_and_are_taken_away_one_by_one(district: District) -> None:
    district.open()
    address = "/desk/?area=9999&item=no.such&channel=pigeon&urgency=soon&watched=yes&back=yes&sort=up&q=%s&desk=x@1"
    answer = client(district.cast.worker).get(address % quote("沙尘\u202e暴"))
    assert answer.status_code == 200
    assert numbers(answer.text) == []
    for value in ("9999", "no.such", "pigeon", "soon"):
        assert value in answer.text
    assert client(district.cast.worker).get("/desk/cases?holder=nobody@1&after=x").status_code == 200


def test_sorting_is_by_age_without_headings(district: District) -> None:
    opened = [district.open().number for _ in range(3)]
    browser = client(district.cast.worker)
    assert numbers(browser.get("/desk/?sort=newest").text) == opened[::-1]
    assert numbers(browser.get("/desk/?sort=oldest").text) == opened


def test_what_comes_back_is_found_as_such(district: District) -> None:
    cast = district.cast
    number = district.open().number
    to_department(district, number)
    browser = client(cast.dispatcher)
    assert numbers(browser.get("/desk/?back=yes").text) == []
    district.act(cast.clerk, number, "send_back", answers={"reason": "不归我们管"})
    assert numbers(browser.get("/desk/?back=yes").text) == [number]
    assert numbers(browser.get("/desk/cases?back=yes").text) == [number]
    assert "回头件" in browser.get("/desk/").text


def test_a_name_leads_to_what_somebody_of_the_staff_has_in_hand_never_to_a_resident(district: District) -> None:
    cast = district.cast
    number = district.open(contact=f"{cast.resident.name} 13800000000").number
    browser = client(cast.head)
    words = browser.get("/desk/cases", {"q": cast.worker.name}).text
    key = desks_of(cast.worker, district.now)[0].key
    assert quote(key, safe="/") in words or quote(key) in words
    assert numbers(browser.get("/desk/cases", {"holder": key}).text) == [number]
    assert 'class="found' not in browser.get("/desk/cases", {"q": cast.resident.name}).text
    assert numbers(client(cast.other_head).get("/desk/cases", {"holder": key}).text) == []


def test_a_list_is_taken_out_by_right_without_contacts_and_is_written_down(district: District) -> None:
    cast = district.cast
    number = district.open(contact="张三丰 13800000000", title="=1+1 路面积水").number
    for address in ("/desk/export?list=cases&as=csv", "/desk/export?list=queue&as=csv"):
        answer = client(cast.worker).get(address)
        words = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
        assert number in words
        assert "'=1+1" in words
        assert "13800000000" not in words
    assert client(cast.worker).get("/desk/export?list=cases&as=xlsx").content[:2] == b"PK"
    others = client(cast.other_head).get("/desk/export?list=cases&as=csv")
    assert number not in b"".join(others.streaming_content).decode()  # type: ignore[attr-defined]
    assert client(cast.outsider).get("/desk/export").status_code == 403
    assert JournalEntry.objects.filter(book="exports").count() == 4


def test_what_is_supervised_says_by_whom_why_until_when_and_whether_anything_was_done(district: District) -> None:
    cast = district.cast
    number = district.open().number
    operations.supervise(
        actor=cast.dispatcher, number=number, reason="群众关注", limit_at=district.now + timedelta(hours=2),
        now=district.now,
    )  # fmt: skip
    mine = client(cast.dispatcher).get("/desk/supervised?by=me").text
    assert "群众关注" in mine
    assert "此后还没有动静" in mine
    assert "群众关注" not in client(cast.head).get("/desk/supervised?by=me").text
    assert "群众关注" in client(cast.head).get("/desk/supervised").text
    assert "群众关注" not in client(cast.other_head).get("/desk/supervised").text
    district.act(cast.worker, number, "report_up", answers={"reason": "没有设备"})
    assert "此后已有办理" in client(cast.dispatcher).get("/desk/supervised").text


def test_calls_to_the_site_say_who_answered_within_the_limit(district: District) -> None:
    cast = district.cast
    number = district.open(item="emergency.fire", text="楼道里冒烟").number
    asked = {"with": ["city_management"], "task": "带高空车到场"}
    district.act(cast.head, number, "whistle", answers=asked)
    called = client(cast.head).get("/desk/whistles").text
    assert "带高空车到场" in called
    assert "内应哨" in called
    waiting = client(cast.clerk).get("/desk/whistles?calls=tome").text
    assert "带高空车到场" in waiting
    assert "没有未了的吹哨" in client(cast.clerk).get("/desk/whistles").text
    assert "没有未了的吹哨" in client(cast.other_clerk).get("/desk/whistles?calls=tome").text
    district.later(minutes=40)
    assert "未应哨，已超" in client(cast.head).get("/desk/whistles").text
    district.act(cast.clerk, number, "come")
    assert "应哨，已超时" in client(cast.head).get("/desk/whistles").text


def test_a_search_costs_few_queries_however_much_it_finds(
    district: District, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(6):
        district.open(title=f"第 {n} 处")
    browser = client(district.cast.worker)
    for address, most in (("/desk/?q=积水", 12), ("/desk/cases?q=积水", 12)):
        browser.get(address)
        with django_assert_max_num_queries(most):
            answer = browser.get(address)
        assert len(numbers(answer.text)) == 6
        assert "<mark>积水</mark>" in answer.text


def test_supervised_calls_and_views_cost_few_queries(
    district: District, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    cast = district.cast
    for _ in range(3):
        operations.supervise(actor=cast.dispatcher, number=district.open().number, reason="群众关注", now=district.now)
        fire = district.open(item="emergency.fire", text="楼道里冒烟").number
        asked = {"with": ["city_management"], "task": "到场"}
        district.act(cast.head, fire, "whistle", answers=asked)
    for who, address in ((cast.dispatcher, "/desk/supervised"), (cast.head, "/desk/whistles"),
                         (cast.head, "/desk/views")):  # fmt: skip
        browser = client(who)
        browser.get(address)
        with django_assert_max_num_queries(12):
            assert browser.get(address).status_code == 200


def test_a_person_is_asked_once_for_all_cases_and_serves_only_where_there_is_a_post(district: District) -> None:
    cast = district.cast
    text = edits.set_version(source.gather(source.shipped() / "shawan"), "2014.person")
    asks = (
        '\n[questions.whom]\nkind = "person"\ntitle = {zh = "交给谁", en = "Whom"}\n'
        '[procedures.report_up.actions.report_up]\nasks = ["reason", "whom"]\n'
    )
    files = {name: words + (asks if name == "shawan/procedures.toml" else "") for name, words in text.files.items()}
    enactment.enact(files=source.Source(text.main, files), actor=None, on=district.now.date(), now=BEGAN)
    district.later(hours=1)
    lon, lat = cast.point(2)
    here, there = district.open().number, district.open(lon=lon, lat=lat).number
    centre = client(cast.centre)
    district.act(cast.worker, here, "report_up", answers={"reason": "没有设备", "whom": str(cast.worker.pk)})
    district.act(
        cast.other_worker, there, "report_up", answers={"reason": "没有设备", "whom": str(cast.other_worker.pk)}
    )
    for head, number, who in ((cast.head, here, cast.worker), (cast.head, there, cast.other_worker)):
        with pytest.raises(Refused, match="holds no post"):
            district.act(head, number, "report_up", answers={"reason": "x", "whom": str(cast.leader.pk)})
        district.act(head, number, "report_up", answers={"reason": "x", "whom": str(who.pk)})
    form = preview(centre, [here, there], "上报", reason="没有设备", whom=str(cast.worker.pk))
    page = centre.post("/desk/bulk", form | {"step": "preview"})
    offers = next(one for one in page.context["form"].fields if one.name == "bulk-whom").offers
    assert {offer.help for offer in offers} == {"2 件中的 1 件"}
    assert [one.works for one in page.context["previews"]] == [True, False]
    assert "没有岗位" in page.text
    done = centre.post("/desk/bulk", form, follow=True).text
    assert "没有岗位" in done
    steps = {one.number: one.step for one in Case.objects.unscoped(reason="a test")}
    assert (steps[here], steps[there]) == ("district", "township")


def test_who_may_be_named_for_several_is_read_at_their_places_only(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    lon, lat = district.cast.point(2)
    given = [district.open().number, district.open(lon=lon, lat=lat).number]
    found = queries.standings(account=district.cast.dispatcher, numbers_given=given, now=district.now)
    made: list[str] = []
    monkeypatch.setattr(Appointment, "from_db", _noting(made))
    offers = bulk._people(found, district.now)
    assert {str(district.cast.worker.pk), str(district.cast.other_worker.pk)} <= {one.value for one in offers}
    paths = tuple(one.case.area_path for one in found)
    assert made
    assert [path for path in made if not path.startswith(paths)] == []


def _noting(made: list[str]) -> Any:
    real = Appointment.from_db.__func__  # type: ignore[attr-defined]

    def note(cls: type[Appointment], *given: Any, **more: Any) -> Appointment:
        row: Appointment = real(cls, *given, **more)
        made.extend(Area.objects.filter(pk__in=[row.area_id]).values_list("path", flat=True))
        return row

    return classmethod(note)
