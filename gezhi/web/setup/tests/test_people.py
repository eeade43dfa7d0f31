"""Staff as the office keeps it: found, appointed, standing in, moved, leaving; who covers what; tokens."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from gezhi.cases.tests.conftest import District
from gezhi.foundation import clock
from gezhi.notices.models import Endpoint
from gezhi.people import operations, spans
from gezhi.people.models import Account, ApiToken, Appointment, OneTimeLogin
from gezhi.people.tests.cast import BEGAN
from gezhi.web.desk.tests.test_queue import client

pytestmark = pytest.mark.django_db


def _today() -> date:
    return timezone.localdate(clock.now())


@pytest.mark.parametrize("asked", ["李网格", "lwg", "liwangge", "worker", "第1网格", "网格员"])
def test_somebody_is_found_by_name_pinyin_login_post_or_place(district: District, asked: str) -> None:
    found = client(district.cast.dispatcher).get("/setup/people", {"q": asked}).text
    assert "李网格" in found
    assert "赵中心" not in found


def test_the_list_is_narrowed_by_links(district: District) -> None:
    browser = client(district.cast.dispatcher)
    assert "外来人" in browser.get("/setup/people?show=no_post").text
    assert "李网格" not in browser.get("/setup/people?show=no_post").text
    assert browser.get("/setup/people?show=whatever&page=99").status_code == 200


def test_three_thousand_people_are_paged_in_few_queries(
    district: District, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    Account.objects.bulk_create(
        Account(username=f"many{n:04}", kind="staff", name=f"某{n}", created_at=BEGAN, password="!")
        for n in range(3000)
    )
    browser = client(district.cast.dispatcher)
    browser.get("/setup/people")
    with django_assert_max_num_queries(18):
        page = browser.get("/setup/people?page=3")
    assert len(page.context["rows"]) == 50


def test_somebody_is_appointed_and_a_full_seat_is_pointed_out_first(district: District) -> None:
    cast = district.cast
    browser = client(cast.dispatcher)
    said = {"account": str(cast.outsider.pk), "post": "grid_worker", "area": cast.grids[0].code,
            "since": _today().isoformat()}  # fmt: skip
    asked = browser.post("/setup/people/appoint", said)
    assert asked.status_code == 200
    assert "李网格" in " ".join(asked.context["warnings"])
    assert not cast.outsider.appointments.exists()
    assert browser.post("/setup/people/appoint", {**said, "sure": "yes"}).status_code == 302
    assert cast.outsider.appointments.get().area == cast.grids[0]
    twice = browser.post("/setup/people/appoint", {**said, "sure": "yes"})
    assert twice.status_code == 422


def test_a_post_in_the_past_and_a_last_day_before_the_first_are_said(district: District) -> None:
    cast = district.cast
    browser = client(cast.dispatcher)
    said = {"who": "outsider", "post": "grid_worker", "area": cast.grids[2].code, "since": "2026-01-01"}
    past = browser.post("/setup/people/appoint", {**said, "last": "2026-01-31"})
    assert "整段都在过去" in past.text
    wrong = browser.post("/setup/people/appoint", {**said, "last": "2025-12-31"})
    assert wrong.status_code == 422
    assert set(wrong.context["form"].errors) == {"last"}


def test_a_name_that_several_bear_and_a_place_that_several_are_is_asked_for(district: District) -> None:
    operations.create_staff(actor=None, username="li2", name="李网格", now=BEGAN)
    asked = client(district.cast.dispatcher).get("/setup/people/appoint?who=李网格&post=grid_worker&area=网格")
    assert len(asked.context["choices"]) == 2
    assert len(asked.context["places"]) == 4


def test_a_stand_in_stands_on_the_timeline_and_takes_no_seat(district: District) -> None:
    cast = district.cast
    browser = client(cast.dispatcher)
    said = {"account": str(cast.other_worker.pk), "post": "grid_worker", "area": cast.grids[0].code, "stand_in": "yes",
            "since": _today().isoformat(), "last": (_today() + timedelta(days=10)).isoformat()}  # fmt: skip
    assert browser.post("/setup/people/appoint", said).status_code == 302
    page = browser.get(f"/setup/people/{cast.other_worker.pk}")
    assert [bar.stand_in for bar in page.context["timeline"].bars] == [True, False]
    board = browser.get("/setup/people/coverage").text
    assert "代班" in board


def test_a_post_is_ended_and_somebody_is_transferred(district: District) -> None:
    cast = district.cast
    browser = client(cast.dispatcher)
    held = Appointment.objects.get(account=cast.worker)
    address = f"/setup/people/{cast.worker.pk}/posts/{held.pk}"
    assert cast.grids[0].name in browser.get(f"{address}/transfer").text
    tomorrow = _today() + timedelta(days=1)
    moved = browser.post(f"{address}/transfer", {"post": "grid_worker", "area": cast.grids[2].code,
                                                 "since": tomorrow.isoformat()})  # fmt: skip
    assert moved.status_code == 302
    held.refresh_from_db()
    assert held.until == spans.begin_of(tomorrow)
    new = Appointment.objects.get(account=cast.worker, area=cast.grids[2])
    ended = browser.post(f"/setup/people/{cast.worker.pk}/posts/{new.pk}/end", {"last": "no day"})
    assert ended.status_code == 422
    browser.post(f"/setup/people/{cast.worker.pk}/posts/{new.pk}/end", {"last": tomorrow.isoformat()})
    new.refresh_from_db()
    assert new.until == spans.end_of(tomorrow)


def test_nobody_takes_their_own_last_right_to_set_up(district: District) -> None:
    cast = district.cast
    browser = client(cast.dispatcher)
    held = Appointment.objects.get(account=cast.dispatcher)
    refused = browser.post(f"/setup/people/{cast.dispatcher.pk}/posts/{held.pk}/end", {"last": _today().isoformat()})
    assert refused.status_code == 422
    assert "最后一个有设置权" in refused.text
    leaving = browser.post(f"/setup/people/{cast.dispatcher.pk}/leave", {"last": _today().isoformat()})
    assert leaving.status_code == 422
    assert client(cast.steward).post(
        f"/setup/people/{cast.dispatcher.pk}/posts/{held.pk}/end", {"last": _today().isoformat()}
    ).status_code == 302  # fmt: skip


def test_whoever_may_set_up_a_village_appoints_there_and_not_elsewhere(district: District) -> None:
    cast = district.cast
    operations.learn_posts(
        scheme="towns", since=date(2020, 1, 1),
        posts=[operations.PostRule("village_office", "村网格办", "", "village", None, ("setup",))],
    )  # fmt: skip
    operations.appoint(
        actor=None, account=cast.outsider, post="village_office", area=cast.villages[0], since=BEGAN, now=BEGAN
    )
    browser = client(cast.outsider)
    said = {"account": str(cast.resident.pk), "who": "other_worker", "post": "grid_worker",
            "since": _today().isoformat(), "stand_in": "yes"}  # fmt: skip
    assert browser.post("/setup/people/appoint", {**said, "area": cast.grids[0].code}).status_code == 302
    assert browser.post("/setup/people/appoint", {**said, "area": cast.grids[3].code}).status_code == 403
    held = Appointment.objects.get(account=cast.dispatcher)
    address = f"/setup/people/{cast.dispatcher.pk}/posts/{held.pk}/end"
    assert browser.post(address, {"last": _today().isoformat()}).status_code == 403
    # whoever could print a slip for somebody could act as them
    for other in (cast.dispatcher, cast.steward, cast.other_head, cast.clerk):
        assert browser.post(f"/setup/people/{other.pk}/do/slip").status_code == 403
        assert browser.post(f"/setup/people/{other.pk}/do/close").status_code == 403
    assert browser.post(f"/setup/people/{cast.worker.pk}/do/slip").status_code == 200
    # a webhook hears of the whole district
    assert browser.post("/setup/doors", {"title": "x", "url": "https://x.example/"}).status_code == 403
    assert not Endpoint.objects.exists()
    # a row of a table that reaches too far is said, not the whole table refused
    table = "姓名,用户名,岗位,区域\n" + f"甲,jia,网格员,{cast.grids[3].code}\n"
    sent = SimpleUploadedFile("staff.csv", table.encode())
    shown = browser.post("/setup/people/import", {"file": sent}, follow=True)
    assert "管不到" in shown.text


def test_an_account_is_kept_in_order_and_each_deed_is_in_the_books(district: District) -> None:
    cast = district.cast
    browser = client(cast.dispatcher)
    address = f"/setup/people/{cast.worker.pk}/do"
    slip = browser.post(f"{address}/slip")
    assert slip.context["slips"][0].username == "worker"
    assert OneTimeLogin.objects.filter(account=cast.worker, issued_by=cast.dispatcher).exists()
    for what in ("sessions", "unlock", "factor", "close", "open"):
        assert browser.post(f"{address}/{what}").status_code == 302
    cast.worker.refresh_from_db()
    assert cast.worker.is_active
    assert not Appointment.objects.filter(account=cast.worker, until=None).exists()
    assert browser.post(f"{address}/whatever").status_code == 404
    assert client(cast.head).post(f"{address}/close").status_code == 403


def test_the_board_says_what_is_empty_what_ends_and_who_has_too_much(
    district: District, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    cast = district.cast
    now = clock.now()
    held = Appointment.objects.get(account=cast.worker)
    operations.end_appointment(actor=None, appointment=held, until=now + timedelta(days=5), now=now)
    for grid in cast.grids[1:]:
        operations.appoint(actor=None, account=cast.head, post="grid_worker", area=grid, since=BEGAN, now=now)
    browser = client(cast.dispatcher)
    browser.get("/setup/people/coverage")
    with django_assert_max_num_queries(20):
        page = browser.get("/setup/people/coverage?show=ending")
    counted = {kind: n for kind, _title, n in page.context["kinds"]}
    assert counted["many"] == 1
    assert counted["crowded"] == 1
    assert "李网格" in page.text
    empty = browser.get("/setup/people/coverage?show=empty")
    assert "空缺" in empty.text or not counted["empty"]
    later = browser.get(f"/setup/people/coverage?show=empty&on={(_today() + timedelta(days=20)).isoformat()}")
    assert cast.grids[0].name in later.text
    assert f"area={cast.grids[0].code}" in later.text
    under = browser.get(f"/setup/people/coverage?under={cast.villages[1].code}&level=grid")
    assert [place.code for place in under.context["rows"]] == [cast.grids[2].code, cast.grids[3].code]


def test_a_token_is_shown_once_and_ends_at_once(district: District) -> None:
    cast = district.cast
    browser = client(cast.dispatcher)
    wrong = browser.post("/setup/doors", {"token": "yes", "name": "热线", "who": "nobody", "days": "30"})
    assert wrong.status_code == 422
    made = browser.post("/setup/doors", {"token": "yes", "name": "热线", "who": "clerk", "days": "30",
                                         "scopes": ["cases:read"]})  # fmt: skip
    secret = made.context["secret"]
    assert secret in made.text
    assert secret not in browser.get("/setup/doors").text
    row = ApiToken.objects.get()
    assert browser.post(f"/setup/doors/tokens/{row.pk}/revoke").status_code == 302
    assert operations.accept_token(token=secret, now=clock.now()) is None
    hook = browser.post("/setup/doors", {"title": "市平台", "url": "ftp://example.org/x"})
    assert hook.status_code == 422


def test_departments_are_listed_with_who_is_there(
    district: District, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    browser = client(district.cast.dispatcher)
    browser.get("/setup/people/departments")
    with django_assert_max_num_queries(12):
        page = browser.get("/setup/people/departments").text
    assert "孙承办" in page


def test_a_new_person_gets_a_slip_and_no_password(district: District) -> None:
    browser = client(district.cast.dispatcher)
    wrong = browser.post("/setup/people/new", {"name": "长" * 61, "username": "a b"})
    assert wrong.status_code == 422
    assert "长" * 61 in wrong.text
    made = browser.post("/setup/people/new", {"name": "新人", "username": "New.One"})
    assert made.context["slips"][0].username == "new.one"
    assert not Account.objects.get(username="new.one").has_usable_password()
