"""What people are told of a case: by the scheme's notices, of the moment that it happened, never whom it is about."""

from gezhi.cases import operations
from gezhi.foundation import outbox
from gezhi.notices import queries as notices
from gezhi.people.models import Account

from .conftest import District


def _relay(district: District) -> None:
    while outbox.relay(district.now):
        pass


def _told(account: Account) -> list[str]:
    return [f"{message.subject}\n{message.body}" for message in notices.inbox(account)]


def test_a_notice_speaks_of_the_moment_it_was_caused_however_late_it_is_sent(district: District) -> None:
    opened = district.open()
    district.act(district.cast.worker, opened.number, "settle", answers={"result": "清走了。"})
    _relay(district)
    first = next(text for text in _told(district.cast.worker) if opened.number in text)
    assert "核查" not in first
    assert any(opened.number in text for text in _told(district.cast.head))


def test_limits_and_departments_are_said_in_words(district: District) -> None:
    opened = district.open(item="water.drain")
    for who in (district.cast.worker, district.cast.head, district.cast.centre):
        district.act(who, opened.number, "report_up", answers={"reason": "要协调。"})
    answers = {"lead": "city_management", "with": ["water"], "task": "清淤。"}
    district.act(district.cast.dispatcher, opened.number, "dispatch", answers=answers)
    district.later(days=30)
    operations.sweep(now=district.now)
    _relay(district)
    told = _told(district.cast.dispatcher) + _told(district.cast.clerk) + _told(district.cast.other_clerk)
    assert told
    assert not any("workday" in text or "city_management" in text or "。。" in text for text in told)


def test_whoever_is_complained_about_hears_nothing(district: District) -> None:
    grid = district.cast.grids[0].code
    district.open(item="staff.grid", about=(f"grid_worker@{grid}",))
    _relay(district)
    assert _told(district.cast.worker) == []


def test_a_note_reaches_whom_it_is_for(district: District) -> None:
    cast = district.cast
    opened = district.open(cast.resident, reporter=cast.resident)
    _relay(district)
    before = {one.pk: len(_told(one)) for one in (cast.worker, cast.resident, cast.head)}

    def new(account: Account) -> int:
        return len(_told(account)) - before[account.pk]

    operations.comment(actor=cast.worker, number=opened.number, text="内部", now=district.later(minutes=1))
    _relay(district)
    assert [new(one) for one in (cast.worker, cast.resident, cast.head)] == [0, 0, 0]
    operations.comment(actor=cast.worker, number=opened.number, text="明天", public=True, now=district.later(minutes=1))
    _relay(district)
    assert [new(one) for one in (cast.worker, cast.resident, cast.head)] == [0, 1, 0]
    operations.comment(actor=cast.resident, number=opened.number, text="好", now=district.later(minutes=1))
    _relay(district)
    assert [new(one) for one in (cast.worker, cast.resident, cast.head)] == [1, 1, 0]
