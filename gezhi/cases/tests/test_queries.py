from datetime import timedelta
from io import BytesIO
from itertools import pairwise
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from gezhi.cases import operations, queries
from gezhi.cases.errors import BadInput, NotFound
from gezhi.cases.queries.queue import light_of
from gezhi.cases.tests.conftest import District
from gezhi.cases.tests.test_door import to_check, to_department, to_review, to_sign, to_station
from gezhi.enactment import queries as enactment
from gezhi.foundation import files, outbox, words
from gezhi.notices.models import Message
from gezhi.people import operations as people
from gezhi.schemes import engine
from gezhi.schemes.state import Clock, Light


def forget(account: Any) -> Any:
    """Return the account as a new request has it."""
    return type(account).objects.get(pk=account.pk)


def test_the_queue_is_ordered_by_urgency_and_paged_by_key(district: District) -> None:
    numbers = []
    for _ in range(7):
        numbers.append(district.open().number)
        district.later(minutes=10)
    district.act(district.cast.worker, numbers[2], "pause", answers={"reason": "等人"})
    rows: list[queries.QueueRow] = []
    cursor = ""
    for _ in range(4):
        page = queries.queue(account=district.cast.worker, now=district.now, cursor=cursor, size=2)
        rows += page.rows
        cursor = page.next
    assert cursor == ""
    assert [row.case.number for row in rows] == [*numbers[:2], *numbers[3:], numbers[2]]
    assert all(a.due <= b.due for a, b in pairwise(rows[:6]) if a.due and b.due)
    assert rows[-1].light == Light.PAUSED


def test_lights_counts_and_filters_agree(district: District) -> None:
    for _ in range(3):
        district.open()
    late = district.open()
    del late
    district.later(hours=30)
    fresh = district.open(text="树倒了，压住车", channel="hotline")
    account, now = district.cast.worker, district.now
    counts = queries.counts(account=account, now=now)
    assert counts.by_light == {Light.RED: 4, Light.YELLOW: 0, Light.GREEN: 1, Light.PAUSED: 0}
    for light, count in counts.by_light.items():
        rows = queries.queue(account=account, now=now, wanted=queries.Filter(light=light)).rows
        assert (len(rows), {row.light for row in rows} <= {light}) == (count, True)
    for wanted in (
        queries.Filter(text="树倒"), queries.Filter(channel="hotline"), queries.Filter(text="压住车 树"),
        queries.Filter(light=Light.GREEN, area=district.cast.grids[0].path, items=("env.litter",)),
    ):  # fmt: skip
        assert [row.case.number for row in queries.queue(account=account, now=now, wanted=wanted).rows] == [
            fresh.number
        ]
        assert queries.counts(account=account, now=now, wanted=wanted).total == 1
    assert not queries.queue(account=account, now=now, wanted=queries.Filter(items=("env.other",))).rows


def test_two_parts_at_one_clerk_are_one_line(district: District) -> None:
    cast = district.cast
    people.appoint(
        actor=None, account=cast.clerk, post="clerk", area=None, department=cast.other_department, since=district.now,
        now=district.now,
    )  # fmt: skip
    opened = district.open()
    to_department(district, opened.number)
    rows = queries.queue(account=cast.clerk, now=district.now).rows
    assert [row.case.number for row in rows] == [opened.number]
    assert queries.counts(account=cast.clerk, now=district.now).total == 1
    assert queries.queue(account=cast.clerk, now=district.now, desk_key="department:water").rows[0].part == 1


@pytest.mark.parametrize("cases", [1, 12])
def test_a_desk_page_costs_the_same_however_long_the_queue(district: District, cases: int) -> None:
    for _ in range(cases):
        to_station(district, district.open().number)
    account = forget(district.cast.head)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        page = queries.queue(account=account, now=district.now)
        total = queries.counts(account=account, now=district.now).total
        titles = [(row.case.title, str(row.case.area)) for row in page.rows]
    assert (len(titles), total) == (cases, cases)
    assert len(captured) <= 7


@pytest.mark.parametrize("way", [to_station, to_review])
def test_a_case_page_costs_the_same_however_long_it_ran(district: District, way: Any) -> None:
    opened = district.open(district.cast.resident, reporter=district.cast.resident)
    for n in range(3):
        operations.comment(actor=district.cast.worker, number=opened.number, text=f"第{n}次", now=district.now)
        district.open()
    way(district, opened.number)
    account = forget(district.cast.dispatcher)
    enactment.scheme(district.case(opened.number).scheme_version_id)
    with CaptureQueriesContext(connection) as captured:
        page = queries.case_page(account=account, number=opened.number, now=district.now)
        said = [(entry.office, entry.person, entry.title, entry.text) for entry in page.story]
    assert len(captured) <= 15
    assert len(said) >= 5
    assert len(page.related) == 3
    assert sum(row.work_seconds for row in page.look_back) > 0


def test_an_office_reads_reasons_but_not_ratings(district: District) -> None:
    opened = district.open(district.cast.resident, reporter=district.cast.resident)
    to_sign(district, opened.number)
    district.act(district.cast.resident, opened.number, "dissatisfied", answers={"reason": "还在积水"})
    district.act(district.cast.clerk, opened.number, "finish", answers={"result": "再修"})
    district.act(district.cast.worker, opened.number, "confirm")
    district.act(district.cast.resident, opened.number, "accept", answers={"rating": "fair"})
    page = queries.case_page(account=district.cast.clerk, number=opened.number, now=district.now)
    told = " ".join(str(value) for entry in page.story for value in (*entry.words.values(), entry.person))
    assert "还在积水" in told
    assert "rating" not in page.state.answers
    assert "基本满意" not in told
    assert district.cast.resident.name not in told


def test_ratings_come_as_sums_and_never_few(district: District) -> None:
    for n in range(5):
        opened = district.open()
        district.act(district.cast.worker, opened.number, "settle", answers={"result": "扫了"})
        district.act(district.cast.head, opened.number, "confirm")
        sums = _sums(district, opened.number)
        assert [one.by_answer for one in sums] in ([], [{}])
        district.act(
            None, opened.number, "accept", answers={"rating": "satisfied" if n else "fair"}, secret=opened.secret
        )
    (total,) = _sums(district, opened.number)
    assert (total.count, total.by_answer) == (5, {"fair": 1, "satisfied": 4})
    assert total.desk_key == f"grid_worker@{district.cast.grids[0].code}"


def _sums(district: District, number: str) -> tuple[queries.RatingSum, ...]:
    case = district.case(number)
    scheme = enactment.scheme(case.scheme_version_id)
    day = timedelta(days=1)
    return queries.rating_sums(
        account=district.cast.leader, scheme=scheme, procedure=case.procedure, since=district.now - day,
        until=district.now + day, now=district.now,
    )  # fmt: skip


def test_tracking_shows_offices_and_promises_and_nothing_internal(district: District) -> None:
    opened = district.open(contact="13900001234")
    operations.comment(actor=district.cast.worker, number=opened.number, text="内部：找过物业", now=district.now)
    operations.comment(actor=district.cast.worker, number=opened.number, text="明天上门", public=True, now=district.now)
    to_station(district, opened.number)
    district.act(district.cast.head, opened.number, "settle", answers={"result": "换了井盖"})
    seen = queries.track(number=opened.number, secret=opened.secret, now=district.now)
    assert seen is not None
    told = repr(seen.story)
    assert (seen.step, seen.case_light) == ("check", Light.GREEN)
    assert "明天上门" in told
    assert "换了井盖" in told
    for hidden in (
        "内部",
        "13900001234",
        district.cast.worker.name,
        district.cast.head.name,
        str(district.cast.worker.pk),
    ):
        assert hidden not in told
    assert queries.track(number=opened.number, secret="00000000", now=district.now) is None
    assert queries.track(number="1", secret=opened.secret, now=district.now) is None


def test_a_story_keeps_its_order_within_one_second(district: District) -> None:
    opened, now = district.open(), district.later(minutes=1)
    for who, action in ((district.cast.worker, "settle"), (district.cast.head, "confirm")):
        answers = {"result": "扫了"} if action == "settle" else {}
        operations.act(actor=who, number=opened.number, action=action, answers=answers, now=now)
    page = queries.case_page(account=district.cast.head, number=opened.number, now=now)
    seen = queries.track(number=opened.number, secret=opened.secret, now=now)
    assert seen is not None
    for story in (page.story, seen.story):
        assert [entry.action for entry in story] == ["confirm", "settle", "open"]


def test_a_resident_speaks_by_code_and_sees_only_public_files(district: District) -> None:
    opened = district.open()
    raw = BytesIO()
    Image.new("RGB", (40, 30), "red").save(raw, "JPEG")
    inside = files.store(SimpleUploadedFile("a.jpg", raw.getvalue()), actor="", now=district.now)
    operations.attach(actor=district.cast.worker, number=opened.number, files=[inside.pk], now=district.now)
    note = operations.comment(actor=None, number=opened.number, text="还没来人", secret=opened.secret, now=district.now)
    assert (note.public, note.desk_key, note.actor) == (True, "reporter", "")
    seen = queries.track(number=opened.number, secret=opened.secret, now=district.now)
    assert seen is not None
    assert (seen.files, "还没来人" in repr(seen.story)) == ((), True)
    with pytest.raises(NotFound):
        operations.comment(actor=district.cast.outsider, number=opened.number, text="我也看看", now=district.now)
    assert operations.verify_log(district.case(opened.number)).whole


def test_search_finds_chinese_words_of_two_characters_and_numbers(district: District) -> None:
    opened = district.open(text="早市后巷 Garbage 积水难行", address="文昌街12号")
    district.open(text="别的事")
    for query in ("积水", "后巷", "文昌街12号", "garbage", "难行 早市", opened.number, opened.number.replace("-", "")):
        found = queries.search(account=district.cast.worker, query=query, now=district.now)
        assert [case.number for case in found] == [opened.number], query
    for query in ("水积", "%", "_", "积", "'; drop table cases_case; --"):
        assert queries.search(account=district.cast.worker, query=query, now=district.now) == ()
    assert queries.search(account=district.cast.clerk, query="积水", now=district.now) == ()


def test_a_like_pattern_is_taken_literally() -> None:
    assert words.patterns("50%_a") == ("%50\\%\\_a%",)
    assert words.stored("积水A楼") == "积q水a楼"


@pytest.mark.parametrize("cursor", ["x", "W10", "!!!!", "bnVsbA"])
def test_a_cursor_that_nobody_gave_out(district: District, cursor: str) -> None:
    for read in (queries.queue, queries.cases):
        with pytest.raises(BadInput):
            read(account=district.cast.worker, now=district.now, cursor=cursor)


def test_lights_by_column_are_the_engines(district: District) -> None:
    now = district.now
    for due in (None, now - timedelta(1), now, now + timedelta(1)):
        for warn in (None, now - timedelta(2), now, now + timedelta(hours=2)):
            clock = Clock("step", "", now - timedelta(9), due, warn)
            assert light_of(due, warn, now, paused=False) == engine.light(clock, now)


def test_lists_filter_and_page(district: District) -> None:
    numbers = [district.open().number for _ in range(5)]
    district.act(district.cast.worker, numbers[0], "settle", answers={"result": "好"})
    to_check_number = district.open().number
    to_check(district, to_check_number)
    account, now = district.cast.leader, district.now + timedelta(days=40)
    wanted = queries.Wanted
    assert queries.count(account=account, now=now, wanted=wanted(open=True)) == 6
    assert queries.count(account=account, now=now, wanted=wanted(light=Light.RED)) == 6
    assert queries.count(account=account, now=now, wanted=wanted(light=Light.DONE)) == 0
    assert queries.count(account=account, now=now, wanted=wanted(step="check")) == 2
    assert queries.count(account=account, now=now, wanted=wanted(area=district.cast.grids[1].path)) == 0
    rows, cursor = [], ""
    while True:
        page = queries.cases(account=account, now=now, cursor=cursor, size=4)
        rows += [case.number for case in page.rows]
        if not (cursor := page.next):
            break
    assert rows == [to_check_number, *reversed(numbers)]


def test_who_is_told_and_who_is_never(district: District) -> None:
    cast = district.cast
    opened = district.open(cast.resident, reporter=cast.resident)
    secret = district.open(about=(f"person:{cast.worker.pk}",))
    to_station(district, opened.number)
    while outbox.relay(district.now):
        continue
    inbox = list(Message.objects.filter(channel="inbox").select_related("account"))
    assert any(message.account == cast.head and opened.number in message.subject for message in inbox)
    assert not any(
        message.account == cast.worker and secret.number in message.subject + message.body for message in inbox
    )
    assert {message.account for message in inbox} <= {cast.worker, cast.head, cast.resident}
