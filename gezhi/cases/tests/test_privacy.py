"""What must stay with whom it concerns: reporters from one another, words from offices, officials from complaints."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from gezhi.cases import operations, queries
from gezhi.cases.errors import BadInput, CaseError
from gezhi.cases.models import CaseFile
from gezhi.cases.tests.conftest import District
from gezhi.cases.tests.test_door import to_closed, to_sign
from gezhi.foundation import files, outbox
from gezhi.foundation.models import StoredFile
from gezhi.notices import queries as notices
from gezhi.notices import wording
from gezhi.people import operations as people
from gezhi.people.models import Account, Appointment
from gezhi.schemes.state import Refused


def photo(district: District) -> StoredFile:
    """Store a photo."""
    raw = BytesIO()
    Image.new("RGB", (40, 30), "red").save(raw, "JPEG")
    return files.store(SimpleUploadedFile("a.jpg", raw.getvalue()), actor="", now=district.now)


def relay(district: District) -> None:
    """Send what waits."""
    while outbox.relay(district.now):
        pass


def inbox(account: Account) -> str:
    """Return everything in an account's inbox."""
    return "\n".join(f"{one.subject}\n{one.body}\n{one.link}" for one in notices.inbox(account))


def test_who_reported_the_same_sees_progress_and_nothing_of_the_other_reporter(district: District) -> None:
    cast = district.cast
    main = district.open(cast.resident, reporter=cast.resident, text="我是三楼老何，楼下积水")
    double = district.open(cast.other_resident, reporter=cast.other_resident, text="积水")
    operations.merge(actor=cast.head, duplicate=double.number, main=main.number, now=district.later(minutes=5))
    kept = photo(district)
    operations.comment(
        actor=None, number=main.number, text="我家门牌", secret=main.secret, files=[kept.pk], now=district.now
    )
    to_sign(district, main.number)
    district.act(cast.resident, main.number, "dissatisfied", answers={"reason": "我家老何的门口还湿"})
    seen = queries.track(number=double.number, secret=double.secret, now=district.now)
    own = queries.track(number=main.number, secret=main.secret, now=district.now)
    assert seen is not None
    assert own is not None
    assert "老何" in repr(own.story)
    assert "老何" not in repr((seen.story, seen.title, seen.text))
    assert ([one.file_id for one in own.files], seen.files) == ([kept.pk], ())


def test_no_code_but_ones_own_is_ever_sent(district: District) -> None:
    cast = district.cast
    main = district.open(cast.resident, reporter=cast.resident, text="老何家门口积水")
    double = district.open(cast.other_resident, reporter=cast.other_resident, text="积水了", contact="lv@example.org")
    operations.follow(actor=cast.leader, number=main.number, now=district.now)
    operations.merge(actor=cast.head, duplicate=double.number, main=main.number, now=district.later(minutes=5))
    relay(district)
    to_sign(district, main.number)
    district.act(cast.resident, main.number, "accept", answers={"rating": "satisfied"})
    relay(district)
    assert main.secret in inbox(cast.resident)
    assert f"number={main.number}" in inbox(cast.resident)
    other = inbox(cast.other_resident) + "".join(f"{one.subject}{one.body}" for one in mail.outbox)
    assert double.number in other
    assert f"number={double.number}" in other
    for hidden in (main.secret, "老何", main.number):
        assert hidden not in other
    followed = inbox(cast.leader)
    assert main.number in followed
    assert main.secret not in followed
    assert "/track" not in followed


def test_a_follower_who_lost_sight_hears_no_more(district: District) -> None:
    cast = district.cast
    opened = district.open(cast.resident, reporter=cast.resident)
    operations.follow(actor=cast.leader, number=opened.number, now=district.now)
    Appointment.objects.filter(account=cast.leader).update(until=district.later(minutes=1))
    relay(district)
    assert inbox(cast.leader) == ""


def test_a_rating_reaches_no_office_by_a_notice(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    cast = district.cast
    said: list[Mapping[str, object]] = []
    opened = district.open(cast.resident, reporter=cast.resident)
    to_closed(district, opened.number)
    relay(district)

    def heard(text: str, values: Mapping[str, object]) -> str:
        said.append(values)
        return text

    monkeypatch.setattr(wording, "render", heard)
    district.act(cast.dispatcher, opened.number, "reopen", answers={"reason": "又堆上了"})
    relay(district)
    assert said
    assert not [values for values in said if "rating" in values]


@pytest.mark.parametrize(
    "about",
    [
        "grid_worker@nowhere",
        "grid_worker",
        "nobody@{grid}",
        "person:x",
        "department:nothing",
        "reporter",
        "system",
        "",
        "a\x00@b",
    ],
)
def test_a_complaint_about_nobody_known_is_asked_again_rather_than_left_open(district: District, about: str) -> None:
    name = about.format(grid=district.cast.grids[0].code)
    with pytest.raises(BadInput) as caught:
        district.open(item="staff.grid", about=(name,))
    assert caught.value.field == "about"


def test_nobody_takes_away_what_another_sent(district: District) -> None:
    cast = district.cast
    opened = district.open(cast.resident, reporter=cast.resident)
    now = district.later(minutes=1)
    after = operations.attach(
        actor=cast.worker, number=opened.number, files=[photo(district).pk], role="photos_after", public=True, now=now
    )
    with pytest.raises(CaseError):
        operations.withdraw_file(actor=cast.resident, number=opened.number, file=after[0].pk, now=now)
    assert CaseFile.objects.get(pk=after[0].pk).withdrawn_at is None


@pytest.mark.parametrize(
    "given",
    [{"urgency": "a\x00b"}, {"area": "a\x00b"}, {"scheme": "a\x00b"}, {"item": "a\x00b"}, {"crs": "a\x00b"}],
 )  # fmt: skip
def test_a_null_character_anywhere_is_an_answer_and_no_crash(district: District, given: dict[str, Any]) -> None:
    with pytest.raises((BadInput, Refused)):
        district.open(**given)


def test_a_post_that_ended_a_minute_ago_opens_nothing(district: District) -> None:
    cast = district.cast
    opened = district.open()
    row = Appointment.objects.get(account=cast.worker)
    people.end_appointment(actor=None, appointment=row, until=district.now, now=district.now)
    assert queries.find(account=cast.worker, number=opened.number, now=district.later(minutes=1)) is None
    with pytest.raises(CaseError):
        district.act(cast.worker, opened.number, "settle", answers={"result": "x"})


def test_facts_have_a_bound(district: District) -> None:
    with pytest.raises(BadInput) as caught:
        district.open(facts={"anything": "长" * 100_000})
    assert caught.value.field == "facts"


def test_facts_write_nothing_that_a_report_says_by_a_field_of_its_own(district: District) -> None:
    opened = district.open(facts={"about": 5, "anonymous": "no", "happened_at": "soon", "amount": 3})
    facts = district.case(opened.number).state["facts"]
    assert "about" not in facts
    assert "happened_at" not in facts
    assert (facts["anonymous"], facts["amount"]) == (False, 3)
