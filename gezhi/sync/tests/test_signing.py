"""Records that wait for a signature on a telephone: signed or not, at most once, never over something newer."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from gezhi.duties import operations as duties
from gezhi.duties.models import Activity, ActivityEvent
from gezhi.enactment import operations as enactment
from gezhi.people import operations as people
from gezhi.people.models import Account
from gezhi.schemes.forms import Field
from gezhi.schemes.text import Text
from gezhi.sync.queries import signing
from gezhi.sync.tests.conftest import District, Phone
from gezhi.sync.tests.test_rounds_and_entries import PLAN

SIGNED = PLAN.replace(
    "[forms.walked]",
    '[posts.station_head]\ntitle = "站长"\nat = "village"\nsuperior = "leader"\n\n[forms.walked]',
).replace(
    '[duties.walk_with_form]\ntitle = "填表巡查"',
    '[duties.walk_with_form]\ncloses = "signature"\nsigned_by = "station_head"\ntitle = "填表巡查"',
)
DUTY = "rounds.walk_with_form"


@pytest.fixture
def signed(district: District) -> District:
    """Return the district with a duty whose record the head of the station signs."""
    when = datetime(2025, 12, 31, tzinfo=UTC)
    enactment.enact(files={"rounds/scheme.toml": SIGNED}, actor=None, on=date(2026, 1, 1), now=when)
    return district


def _record(district: District, key: str = "walk-1", **given: Any) -> Activity:
    plain = {"answers": {"weather": "fine"}, "remarks": "北门缺灯"}
    return duties.record(
        actor=district.cast.worker, now=district.now, key=key, duty=DUTY, area=district.cast.grids[0],
        began=district.now - timedelta(minutes=30), ended=district.now, **(plain | given),
    ).activity  # fmt: skip


def _row(row: Activity) -> Activity:
    return Activity.objects.unscoped(reason="a test looks").get(pk=row.pk)


def _second_head(district: District) -> Account:
    """Appoint the outsider as another head of the same station."""
    long_ago = district.now - timedelta(days=30)
    people.appoint(
        actor=None, account=district.cast.outsider, post="station_head", area=district.cast.villages[0],
        since=long_ago, now=long_ago,
    )  # fmt: skip
    return Account.objects.get(pk=district.cast.outsider.pk)


def _say(phone: Phone, row: Activity, *, agrees: bool = True, reason: str = "", base: int = 1) -> dict[str, Any]:
    data = {"activity": str(row.pk), "agrees": agrees} | ({"reason": reason} if reason else {})
    return phone.record("sign", data, base=base)


def test_what_waits_comes_along_in_words_for_who_signs_and_nobody_else(signed: District) -> None:
    row = _record(signed)
    phone = Phone(signed, signed.cast.head)
    phone.refresh()
    held = msgspec.json.decode(phone.parts[f"sign/{row.pk}"])
    assert (held["by"], held["remarks"], held["version"]) == (signed.cast.worker.name, "北门缺灯", 1)
    assert held["answers"] == [["天气", "晴"]]
    for who in (signed.cast.worker, signed.cast.other_head, signed.cast.clerk, signed.cast.centre):
        other = Phone(signed, who)
        other.refresh()
        assert not any(name.startswith("sign/") for name in other.parts)
    assert phone.send(_say(phone, row))[0].outcome == "accepted"
    phone.refresh()
    assert f"sign/{row.pk}" not in phone.parts


def test_each_round_of_a_repeat_says_no_and_nought_and_names_no_photo() -> None:
    inner = (
        Field("mended", "yes_no", Text("已整改", "Put right")),
        Field("shots", "photos", Text("照片", "Photos")),
        Field("left", "number", Text("余下", "Left"), unit=Text("处", "places")),
        Field("why", "text", Text("原因", "Why")),
    )
    many = Field("hazards", "repeat", Text("隐患", "Hazards"), fields=inner)
    said = [{"mended": False, "shots": ["01a215f7-5296-77f7-8115-76afe3acdddd"], "left": 0}, {"shots": []}]
    assert signing._lines(many, said) == [["Hazards", "Put right: No; Left: 0 places"]]


def test_nobody_signs_without_saying_what_was_looked_at(signed: District) -> None:
    row = _record(signed)
    (refused,) = Phone(signed, signed.cast.head).send(_say(Phone(signed, signed.cast.head), row, base=0))
    assert (refused.outcome, refused.field) == ("refused", "base")
    assert _row(row).signed_at is None


def test_a_signature_is_given_once_and_a_refusal_reaches_the_doers_phone(signed: District) -> None:
    first, second = _record(signed), _record(signed, "walk-2")
    phone = Phone(signed, signed.cast.head)
    yes, no = _say(phone, first), _say(phone, second, agrees=False, reason="天气写错了")
    assert [one.outcome for one in phone.send(yes, no)] == ["accepted", "accepted"]
    assert [one.outcome for one in phone.send(yes, no)] == ["duplicate", "duplicate"]
    assert ActivityEvent.objects.filter(activity__in=[first.pk, second.pk]).count() == 4
    assert (_row(first).signed_by_id, _row(first).counts) == (signed.cast.head.pk, True)
    assert (_row(second).declined_why, _row(second).counts) == ("天气写错了", False)
    worker = Phone(signed, signed.cast.worker)
    worker.refresh()
    held = msgspec.json.decode(worker.parts[f"activity/{second.pk}"])
    assert (held["declined"], held["declined_by"]) == ("天气写错了", signed.cast.head.name)
    # put right on the doer's phone it waits again
    right = worker.record("amend", {"activity": str(second.pk), "answers": {"weather": "rain"}}, base=held["version"])
    assert worker.send(right)[0].outcome == "accepted"
    phone.refresh()
    assert msgspec.json.decode(phone.parts[f"sign/{second.pk}"])["answers"] == [["天气", "雨"]]


def test_the_doer_and_strangers_are_refused(signed: District) -> None:
    row = _record(signed)

    def told(who: Account) -> tuple[str, str]:
        phone = Phone(signed, who)
        (result,) = phone.send(_say(phone, row))
        return result.outcome, result.code

    assert told(signed.cast.worker) == ("refused", "forbidden")
    for who in (signed.cast.other_head, signed.cast.other_worker, signed.cast.clerk, signed.cast.resident):
        assert told(who) == ("refused", "not_found")
    phone = Phone(signed, signed.cast.head)
    for data in ({"agrees": True}, {"activity": str(row.pk)}, {"activity": str(row.pk), "agrees": False}):
        assert phone.send(phone.record("sign", data))[0].outcome == "refused"
    assert (_row(row).signed_at, _row(row).declined_at) == (None, None)


def test_what_changed_meanwhile_is_a_conflict_with_both_versions(signed: District) -> None:
    row = _record(signed)
    phone = Phone(signed, signed.cast.head)
    duties.correct(
        actor=signed.cast.worker, now=signed.now, activity=row.pk, answers={"weather": "rain"}, remarks="改成雨"
    )
    no = _say(phone, row, agrees=False, reason="应是雨天")
    (conflict,) = phone.send(no)
    assert (conflict.outcome, conflict.mine["reason"]) == ("conflict", "应是雨天")
    assert conflict.theirs is not None
    assert "Put right" in conflict.theirs.title
    assert set(conflict.theirs.lines) == {"天气: 雨", "改成雨"}
    assert _row(row).declined_at is None
    # on the version that stands now it may be decided under the same key
    assert phone.send(_say(phone, row, base=conflict.theirs.version) | {"key": no["key"]})[0].outcome == "accepted"
    assert _row(row).signed_by_id == signed.cast.head.pk


def test_taken_back_or_signed_by_another_meanwhile_nobody_signs_it_any_more(signed: District) -> None:
    gone, done = _record(signed), _record(signed, "walk-2")
    phone = Phone(signed, signed.cast.head)
    duties.withdraw(actor=signed.cast.worker, now=signed.now, activity=gone.pk, reason="走错了网格")
    (taken,) = phone.send(_say(phone, gone))
    assert (taken.outcome, taken.theirs and taken.theirs.version) == ("conflict", 0)
    assert taken.theirs is not None
    assert "Taken back" in taken.theirs.title
    second = _second_head(signed)
    duties.sign(actor=second, now=signed.now, activity=done.pk)
    (late,) = phone.send(_say(phone, done, agrees=False, reason="不同意"))
    assert (late.outcome, late.theirs and late.theirs.version) == ("conflict", 0)
    assert late.theirs is not None
    assert second.name in late.theirs.title
    assert _row(done).signed_by_id == second.pk
