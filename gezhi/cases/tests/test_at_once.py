"""Many at the same case at the same moment: nothing is lost, nothing happens twice, nobody meets a fault."""

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from gezhi.cases import operations
from gezhi.cases.errors import CaseError
from gezhi.cases.models import Case, CaseEvent, Comment, MergeLink
from gezhi.cases.operations import verify_log
from gezhi.cases.tests.conftest import District
from gezhi.cases.tests.test_door import to_sign
from gezhi.enactment import operations as enactment
from gezhi.enactment.models import SchemeVersion
from gezhi.people.models import Account, Post
from gezhi.schemes import source
from gezhi.schemes.state import Refused

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(tasks: Sequence[Callable[[], Any]]) -> list[Any]:
    """Start all together; return what each answered, or the error that it met."""
    gate, answers = threading.Barrier(len(tasks)), []

    def run(task: Callable[[], Any]) -> None:
        gate.wait()
        try:
            answers.append(task())
        except Exception as error:  # noqa: BLE001  whatever a thread meets, the test must see
            answers.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def own(account: Account) -> Account:
    """Return the account as another request would load it."""
    return Account.objects.get(pk=account.pk)


def test_24_people_note_at_once_and_each_note_is_kept(district: District) -> None:
    opened, now = district.open(), district.now
    people = [own(district.cast.worker if n % 2 else district.cast.head) for n in range(24)]

    def note(who: Account) -> Comment:
        return operations.comment(actor=who, number=opened.number, text="记一笔", now=now)

    answers = at_once([partial(note, who) for who in people])
    assert [one for one in answers if isinstance(one, Exception)] == []
    assert Comment.objects.count() == 24
    assert CaseEvent.objects.filter(action="comment").count() == 24
    assert verify_log(district.case(opened.number)).whole


def test_two_merges_against_each_other_leave_one_main_case(district: District) -> None:
    first, second, now = district.open(), district.open(), district.now
    head, pair = district.cast.head, (first.number, second.number)

    def merge(duplicate: str, main: str) -> Any:
        return operations.merge(actor=own(head), duplicate=duplicate, main=main, now=now)

    answers = at_once([partial(merge, *pair), partial(merge, *reversed(pair))] * 3)
    assert [one for one in answers if isinstance(one, Exception) and not isinstance(one, CaseError)] == []
    assert sum(not isinstance(one, Exception) for one in answers) == MergeLink.objects.count() == 1
    merged = Case.objects.unscoped(reason="a test looks").exclude(merged_into=None)
    assert merged.count() == 1
    assert all(verify_log(district.case(one.number)).whole for one in (first, second))


def test_signing_while_silence_falls_due_happens_once(district: District) -> None:
    opened = district.open()
    to_sign(district, opened.number)
    now = district.later(days=30)

    def sign() -> Any:
        return operations.act(
            actor=None, number=opened.number, action="accept", answers={"rating": "satisfied"}, secret=opened.secret,
            now=now,
        )  # fmt: skip

    answers = at_once([sign, sign, *[lambda: operations.sweep(now=now)] * 3])
    wrong = [one for one in answers if isinstance(one, Exception) and not isinstance(one, Refused)]
    assert (wrong, [one.failed for one in answers if isinstance(one, operations.Swept) and one.failed]) == ([], [])
    # a sweep passes by what others hold at that moment: the next one finds it
    operations.sweep(now=now)
    case = district.case(opened.number)
    assert (case.step, CaseEvent.objects.filter(case_id=case.pk, action="accept").count()) == ("closed", 1)
    assert verify_log(case).whole


def test_one_version_put_into_force_by_several_at_once_is_one(district: District) -> None:
    row = SchemeVersion.objects.get()
    text = dict(row.source["files"])
    main = row.source["main"]
    rules = f"{main}/scheme.toml"
    text[rules] = text[rules].replace(f'version = "{row.version}"', 'version = "next"')
    today, now = date(2026, 6, 3), datetime(2026, 6, 3, tzinfo=UTC)

    def enact() -> Any:
        return enactment.enact(files=source.Source(main, text), actor=None, on=today, now=now)

    answers = at_once([enact] * 4)
    wrong = [one for one in answers if isinstance(one, Exception) and not isinstance(one, ValidationError)]
    assert wrong == []
    assert SchemeVersion.objects.filter(version="next").count() == 1
    assert Post.objects.filter(scheme=row.scheme, since=today, post="station_head").count() == 1
