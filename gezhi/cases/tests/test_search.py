"""Search: by words, by how they sound, rare or common, in the queue and in all cases; never by a resident's name."""

from importlib import import_module

import pytest
from django.db import connection

from gezhi.cases import operations, queries
from gezhi.cases.models import CaseWords
from gezhi.cases.queries import searching
from gezhi.cases.tests.conftest import District
from gezhi.foundation import words
from gezhi.foundation.ids import uuid7

pytestmark = pytest.mark.django_db


def found(district: District, text: str) -> set[str]:
    worker = district.cast.worker
    listed = queries.cases(account=worker, now=district.now, wanted=queries.Wanted(text=text)).rows
    queued = queries.queue(account=worker, now=district.now, wanted=queries.Filter(text=text)).rows
    counted = queries.counts(account=worker, now=district.now, wanted=queries.Filter(text=text)).total
    assert {case.number for case in listed} == {row.case.number for row in queued}
    assert counted == len(queued)
    return {case.number for case in listed}


def hear() -> None:
    heard, last = 1, None
    while heard:
        heard, last = operations.hear(after=last, most=2)


@pytest.mark.parametrize("few", [searching.FEW, 0])
def test_words_are_found_as_they_are_written_and_as_they_sound(
    district: District, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(searching, "FEW", few)
    bin_broken = district.open(title="垃圾箱破损", text="盖子掉了").number
    flooded = district.open(title="路面积水", text="雨停了三天", address="清溪路 24 号").number
    assert found(district, "jishui") == set()
    hear()
    for text, expected in (
        ("垃圾", {bin_broken}), ("lajixiang", {bin_broken}), ("ljx", {bin_broken}), ("LaJi", {bin_broken}),
        ("jishui", {flooded}), ("qingxilu", {flooded}), ("qxl 积水", {flooded}), ("jishui 垃圾", set()),
        ("盖子", {bin_broken}), ("%", {bin_broken, flooded}), ("100%", set()),
    ):  # fmt: skip
        assert found(district, text) == expected, text


@pytest.mark.parametrize("few", [searching.FEW, 0])
def test_words_are_found_at_once_and_just_so_when_they_are_in_the_index(
    district: District, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(searching, "FEW", few)
    flooded = [district.open(title="路面积水").number for _ in range(3)]
    district.open(title="垃圾箱破损", text="盖子掉了")
    assert CaseWords.objects.filter(indexed=False).count() == 4
    assert found(district, "积水") == set(flooded)
    assert operations.file_words(most=2) == 2
    assert found(district, "积水") == set(flooded)
    assert [operations.file_words(most=2), operations.file_words()] == [2, 0]
    assert not CaseWords.objects.filter(indexed=False).exists()
    assert found(district, "积水") == set(flooded)


def test_no_search_reads_all_words(district: District) -> None:
    for n in range(400):
        CaseWords.objects.create(case_id=uuid7(), words=words.stored(f"第{n}处积水"), indexed=n > 3)
    with connection.cursor() as cursor:
        cursor.execute("analyze cases_casewords")
        cursor.execute("set local enable_seqscan = off")
        cursor.execute(f"explain {searching._Word(0, heard=False).indexed}", {"word0": words.patterns("第三处")[0]})
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "case_words_filed" in plan
    assert "case_words_fresh" in plan
    assert "Seq Scan" not in plan


def test_hearing_goes_on_where_it_was_and_hears_each_case_once(district: District) -> None:
    for n in range(5):
        district.open(title=f"第{n}处积水")
    assert operations.hear(most=3)[0] == 3
    hear()
    assert operations.hear()[0] == 0
    district.open(title="又一处积水")
    assert operations.hear()[0] == 1


def test_a_residents_name_is_not_found(district: District) -> None:
    district.open(title="路面积水", contact="张三丰 13800000000")
    hear()
    for text in ("张三丰", "zhangsanfeng", "zsf", "13800000000"):
        assert found(district, text) == set(), text


def test_why_a_title_fits_is_known_by_place() -> None:
    assert words.spans("南陵路垃圾箱破损", "lajixiang") == [(3, 6)]
    assert words.spans("南陵路垃圾箱破损", "posun 南陵") == [(0, 2), (6, 8)]
    assert words.spans("南陵路", "nlx") == []
    assert words.spans("", "nlx") == []


def test_a_common_word_is_counted_so_far_and_the_count_says_so(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "FEW", 0)
    for text in ("盖子掉了", "门口积水", "门口积水", "门口积水"):
        district.open(text=text)
    wanted = queries.Filter(text="积水")
    whole = queries.counts(account=district.cast.worker, now=district.now, wanted=wanted)
    assert (whole.total, whole.capped) == (3, False)
    monkeypatch.setattr(import_module("gezhi.cases.queries.queue"), "HELD_AGAINST", 3)
    part = queries.counts(account=district.cast.worker, now=district.now, wanted=wanted)
    assert part.capped
    assert part.total in {2, 3}
