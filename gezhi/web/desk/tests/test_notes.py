"""Notes: colleagues named with @ are told if they may see the case; words to the reporter are looked at once more."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from gezhi.cases.models import CaseFile, Comment, Presence
from gezhi.foundation import outbox
from gezhi.notices import queries as notices
from gezhi.people import operations as people
from gezhi.people.models import Account, Appointment
from gezhi.web.desk.tests.conftest import District
from gezhi.web.desk.tests.test_case import page, to_department
from gezhi.web.desk.tests.test_queue import client

pytestmark = pytest.mark.django_db


def relay(district: District) -> None:
    while outbox.relay(district.now):
        pass


def photo() -> SimpleUploadedFile:
    kept = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(kept, "JPEG")
    return SimpleUploadedFile("a.jpg", kept.getvalue(), "image/jpeg")


def subjects(account: Account) -> list[str]:
    return [one.subject for one in notices.inbox(account).filter(topic="case.mentioned")]


def test_a_colleague_named_in_a_note_finds_it_in_the_messages(district: District) -> None:
    number = to_department(district)
    note = f"@{district.cast.centre.name}你们去看过吗？"
    answer = client(district.cast.clerk).post(f"/desk/case/{number}/note", {"note": note}, follow=True)
    assert "并已提醒赵中心" in answer.text
    relay(district)
    assert subjects(district.cast.centre) == [f"孙承办 在 {number} 的记事里提到了您"]
    assert subjects(district.cast.clerk) == []
    told = notices.inbox(district.cast.centre).filter(topic="case.mentioned").get()
    assert "你们去看过吗" not in told.body, "a message outlives the right to see the case: it carries no note"
    assert "已提醒" in page(district.cast.clerk, number)


def test_who_may_not_see_the_case_is_not_told_and_the_note_is_kept(district: District) -> None:
    number = to_department(district)
    note = f"@{district.cast.other_head.name} @{district.cast.outsider.name} 请看"
    answer = client(district.cast.clerk).post(f"/desk/case/{number}/note", {"note": note}, follow=True)
    assert answer.text.count("没有提醒") == 2
    relay(district)
    assert Comment.objects.get().mentions is None
    assert subjects(district.cast.other_head) == subjects(district.cast.outsider) == []


def test_who_lost_sight_of_the_case_meanwhile_is_not_told(district: District) -> None:
    number = to_department(district)
    cast = district.cast
    client(cast.clerk).post(f"/desk/case/{number}/note", {"note": f"@{cast.centre.name} 请看"})
    post = Appointment.objects.get(account=cast.centre)
    people.end_appointment(actor=None, appointment=post, until=district.now, now=district.now)
    relay(district)
    assert subjects(cast.centre) == []


def test_nobody_of_a_desk_complained_about_can_be_named(district: District) -> None:
    cast = district.cast
    opened = district.open(about=(f"person:{cast.worker.pk}",))
    offered = client(cast.centre).get(f"/desk/case/{opened.number}/colleagues?q=").json()["found"]
    names = {one["name"] for one in offered}
    assert cast.worker.name not in names
    assert names


@pytest.mark.parametrize("typed", ["赵", "zhaozhongxin", "zzx", "中心"])
def test_colleagues_are_offered_by_name_office_and_pinyin(district: District, typed: str) -> None:
    number = to_department(district)
    found = client(district.cast.clerk).get(f"/desk/case/{number}/colleagues", {"q": typed}).json()["found"]
    assert "赵中心" in [one["name"] for one in found]
    assert client(district.cast.other_head).get(f"/desk/case/{number}/colleagues").status_code == 404


def test_a_word_to_the_reporter_is_shown_once_more_before_it_goes(district: District) -> None:
    number = to_department(district)
    browser = client(district.cast.clerk)
    first = browser.post(f"/desk/case/{number}/note", {"note": "明天上午到", "to": "reporter"})
    assert "反映人将看到下面这段话" in first.text
    assert not Comment.objects.exists()
    sent = {"note": "明天上午到", "to": "reporter", "sure": "yes"}
    assert browser.post(f"/desk/case/{number}/note", sent).status_code == 302
    assert Comment.objects.get().public


def test_words_to_the_reporter_name_no_colleague(district: District) -> None:
    number = to_department(district)
    sent = {"note": "@赵中心 会来", "to": "reporter", "sure": "yes"}
    answer = client(district.cast.clerk).post(f"/desk/case/{number}/note", sent)
    assert answer.status_code == 422
    assert "@赵中心 会来" in answer.text
    assert not Comment.objects.exists()


def test_a_note_is_put_right_within_minutes_and_says_what_it_said_before(district: District) -> None:
    number = to_department(district)
    browser = client(district.cast.clerk)
    browser.post(f"/desk/case/{number}/note", {"note": "约在 9 点"})
    note = Comment.objects.get()
    district.later(minutes=3)
    assert "撤销" in page(district.cast.clerk, number)
    browser.post(f"/desk/case/{number}/note/{note.pk}", {"note": "约在 10 点"})
    words = page(district.cast.clerk, number)
    assert "约在 10 点" in words
    assert re.search(r"<s>.*约在 9 点", words)
    other = client(district.cast.other_clerk).post(f"/desk/case/{number}/note/{note.pk}", {"note": "别人改的"})
    assert other.status_code == 422
    district.later(minutes=10)
    late = browser.post(f"/desk/case/{number}/note/{Comment.objects.latest('id').pk}", {"note": "晚了"})
    assert late.status_code == 422
    assert "晚了" in late.text


def test_a_note_taken_back_is_read_by_nobody(district: District) -> None:
    opened = district.open()
    browser = client(district.cast.worker)
    sent = {"note": "写错件了", "to": "reporter", "sure": "yes", "note_photos": photo()}
    browser.post(f"/desk/case/{opened.number}/note", sent)
    note = Comment.objects.get()
    assert CaseFile.objects.get().public
    browser.post(f"/desk/case/{opened.number}/note/{note.pk}", {"do": "take_back"})
    words = page(district.cast.head, opened.number)
    assert "写错件了" not in words
    assert "已由本人撤回" in words
    shown = client(district.cast.resident).post(
        "/track", {"number": opened.number, "secret": opened.secret}, follow=True
    )
    assert "写错件了" not in shown.text
    assert CaseFile.objects.get().withdrawn_at is not None, "its photo goes with it"


def test_words_are_kept_when_a_post_ended_a_minute_ago(district: District) -> None:
    number = to_department(district)
    browser = client(district.cast.clerk)
    post = Appointment.objects.get(account=district.cast.clerk)
    people.end_appointment(actor=None, appointment=post, until=district.now, now=district.now)
    district.later(minutes=1)
    answer = browser.post(f"/desk/case/{number}/note", {"note": "管道已经换好，路面明天补"})
    assert answer.status_code == 404
    assert "管道已经换好，路面明天补" in answer.text
    assert "已于此时结束" in answer.text
    assert district.cast.dispatcher.name in answer.text


def test_colleagues_on_the_same_page_see_each_other_and_are_forgotten(district: District) -> None:
    number = to_department(district)
    cast = district.cast
    client(cast.clerk).post(f"/desk/case/{number}/here", {"writing": "finish", "log": "0", "seen": "x"})
    seen = client(cast.dispatcher).post(f"/desk/case/{number}/here", {}).text
    assert "孙承办 正在写“办结”" in seen
    same = client(cast.other_clerk).post(f"/desk/case/{number}/here", {"writing": "finish"}).text
    assert "请先商量好由谁提交" in same
    assert client(cast.other_head).post(f"/desk/case/{number}/here", {}).status_code == 404
    district.later(seconds=61)
    assert "孙承办" not in client(cast.dispatcher).post(f"/desk/case/{number}/here", {}).text
    client(cast.dispatcher).post(f"/desk/case/{number}/here", {"left": "yes"})
    assert not Presence.objects.filter(account=cast.dispatcher).exists()


def test_staff_who_only_reported_it_are_as_outside_as_any_reporter(district: District) -> None:
    cast = district.cast
    number = district.open(cast.other_head, reporter=cast.other_head).number
    client(cast.worker).post(f"/desk/case/{number}/note", {"note": "内部说明", "note_photos": photo()})
    client(cast.worker).post(f"/desk/case/{number}/here", {"writing": "note"})
    reporter, file = client(cast.other_head), CaseFile.objects.get().pk
    assert reporter.post(f"/desk/case/{number}/here", {}).status_code == 404
    assert not Presence.objects.filter(account=cast.other_head).exists()
    for surface in (f"desk/case/{number}/colleagues", f"desk/case/{number}/file/{file}", f"field/case/{number}"):
        assert reporter.get(f"/{surface}").status_code == 404
    assert reporter.get(f"/field/case/{number}/file/{file}").status_code == 404


def test_an_open_page_is_told_what_happened_meanwhile(district: District) -> None:
    number = to_department(district)
    browser = client(district.cast.clerk)
    words = browser.get(f"/desk/case/{number}").text
    seen, log = (re.search(rf'data-{name}="([^"]+)"', words) for name in ("seen", "log"))
    assert seen
    assert log
    told = {"seen": seen[1], "log": log[1]}
    assert "淤泥" not in browser.post(f"/desk/case/{number}/here", told).text
    district.act(district.cast.other_clerk, number, "finish_part", answers={"result": "淤泥清完了"})
    assert "淤泥清完了" in browser.post(f"/desk/case/{number}/here", told).text
    # what no page of ours says is not said back
    nonsense = browser.post(f"/desk/case/{number}/here", {**told, "typing": "yes", "told": "1\r\nX: y"})
    assert (nonsense.status_code, nonsense["Gezhi-Log"], nonsense["Gezhi-Waits"]) == (200, "", "yes")


def test_a_note_that_is_too_long_is_refused_whole_and_kept(district: District) -> None:
    opened = district.open()
    words = "长" * 12_000
    answer = client(district.cast.worker).post(f"/desk/case/{opened.number}/note", {"note": words})
    assert answer.status_code == 422
    assert words in answer.text
    assert "4000" in answer.text
    assert not Comment.objects.exists()


def test_words_from_right_to_left_stay_in_their_own_box(district: District) -> None:
    opened = district.open(text="\u202eمياه في الشارع 24 清溪路")
    client(district.cast.worker).post(f"/desk/case/{opened.number}/note", {"note": "مرحبا 24"})
    words = page(district.cast.worker, opened.number)
    assert re.search(r'<h1[^>]*dir="auto">', words)
    assert re.search(r'class="say quote" dir="auto">مرحبا', words)


def test_a_file_just_taken_out_comes_back_for_who_took_it_out(district: District) -> None:
    opened = district.open()
    browser = client(district.cast.worker)
    browser.post(f"/desk/case/{opened.number}/note", {"note": "现场", "note_photos": photo()})
    row = CaseFile.objects.get()
    browser.post(f"/desk/case/{opened.number}/file/{row.pk}/withdraw")
    assert "撤下了附件" in page(district.cast.worker, opened.number)
    client(district.cast.head).post(f"/desk/case/{opened.number}/file/{row.pk}/restore")
    assert CaseFile.objects.get().withdrawn_at is not None, "only who took it out brings it back"
    browser.post(f"/desk/case/{opened.number}/file/{row.pk}/restore")
    assert CaseFile.objects.get().withdrawn_at is None


def test_a_stale_page_is_read_anew_only_when_more_happened_and_never_under_a_typing_hand(
    district: District, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    number, browser = to_department(district), client(district.cast.clerk)
    page = browser.get(f"/desk/case/{number}")
    told = {"log": str(page.context["case"].log_seq), "seen": page.context["now"].isoformat(), "told": ""}
    district.act(district.cast.other_clerk, number, "finish_part", answers={"result": "淤泥清完了"})
    spared = browser.post(f"/desk/case/{number}/here", {**told, "typing": "yes"})
    assert "淤泥清完了" not in spared.text
    assert spared["Gezhi-Waits"] == "yes"
    heard = browser.post(f"/desk/case/{number}/here", {**told, "told": spared["Gezhi-Log"]})
    assert "淤泥清完了" in heard.text
    with django_assert_max_num_queries(9):
        again = browser.post(f"/desk/case/{number}/here", {**told, "told": heard["Gezhi-Log"]})
    assert "data-news" not in again.text, "what was told stays; the case is not read again"
    assert again["Gezhi-Log"] == heard["Gezhi-Log"]
    district.act(district.cast.clerk, number, "finish", answers={"result": "全清完了"})
    assert "全清完了" in browser.post(f"/desk/case/{number}/here", {**told, "told": heard["Gezhi-Log"]}).text
