"""Own activities on a telephone: begun here and ended there, put right after sending, under a form that changed."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from gezhi.duties import operations as duties
from gezhi.duties.models import Absence, Activity, Objection
from gezhi.enactment import operations as enactment
from gezhi.sync.tests.conftest import District, Phone
from gezhi.sync.tests.test_rounds_and_entries import PLAN, rounds

__all__ = ["rounds"]
ASKS_MORE = PLAN.replace('version = "1"', 'version = "2"').replace(
    'choices = {fine = "晴", rain = "雨"}',
    'choices = {fine = "晴", rain = "雨"}\n[forms.walked.fields.shops]\n'
    'kind = "whole"\ntitle = "走访商铺数"\nrequired = true',
)


def _row() -> Activity:
    return Activity.objects.unscoped(reason="a test looks").get()


def _began(phone: Phone, duty: str = "rounds.walk", **given: Any) -> dict[str, Any]:
    began = (phone.now - timedelta(minutes=30)).isoformat()
    return phone.record("activity", {"duty": duty, "area": phone.district.cast.grids[0].code, "began": began} | given)


def _held(phone: Phone, row: Activity) -> Any:
    return msgspec.json.decode(phone.parts[f"activity/{row.pk}"])


def test_what_was_begun_on_the_phone_is_ended_there_whenever_the_beginning_came(rounds: District) -> None:
    phone = Phone(rounds, rounds.cast.worker)
    first = _began(phone)
    end = phone.record(
        "activity", first["data"] | {"of": first["key"], "ended": phone.now.isoformat(), "remarks": "走完"}
    )
    # both in one push, in their order
    assert [one.outcome for one in phone.send(first, end)] == ["accepted", "accepted"]
    row = _row()
    assert (row.remarks, row.ended) == ("走完", rounds.now)
    assert [one.outcome for one in phone.send(first, end)] == ["duplicate", "duplicate"]
    # one whose beginning never came is recorded whole
    lost = phone.record("activity", first["data"] | {"of": "a-key-never-heard-of", "ended": phone.now.isoformat()})
    assert phone.send(lost)[0].outcome == "accepted"
    assert Activity.objects.unscoped(reason="a test looks").count() == 2


def test_what_was_begun_on_the_phone_is_under_way_on_the_pages_and_the_other_way_round(rounds: District) -> None:
    phone = Phone(rounds, rounds.cast.worker)
    (begun,) = phone.send(_began(phone))
    row = _row()
    assert (row.ended, begun.facts["activity"]) == (None, str(row.pk))
    phone.refresh()
    held = _held(phone, row)
    assert "ended" not in held
    due = {one["duty"]: one for one in msgspec.json.decode(phone.parts["rounds"])["rounds"]}
    assert due["rounds.walk"]["running"] == str(row.pk)
    (done,) = phone.send(phone.record("activity", {"activity": str(row.pk), "ended": phone.now.isoformat()}))
    assert done.outcome == "accepted"
    assert _row().ended is not None
    phone.refresh()
    assert _held(phone, row)["ended"]


def test_one_that_was_ended_on_a_page_meanwhile_stands_beside_what_the_phone_brings(rounds: District) -> None:
    phone = Phone(rounds, rounds.cast.worker)
    phone.send(_began(phone, "rounds.walk_with_form"))
    row = _row()
    duties.finish(
        actor=phone.account, now=rounds.now, activity=row.pk, answers={"weather": "fine"}, remarks="页面上写的"
    )
    mine = {
        "activity": str(row.pk),
        "ended": phone.now.isoformat(),
        "answers": {"weather": "rain"},
        "remarks": "手机上写的",
    }
    (conflict,) = phone.send(phone.record("activity", mine))
    assert (conflict.outcome, conflict.facts["activity"]) == ("conflict", str(row.pk))
    assert {(one.field, one.mine, one.theirs) for one in conflict.differences} == {
        ("weather", "雨", "晴"), ("remarks", "手机上写的", "页面上写的"),
    }  # fmt: skip
    assert (_row().answers, _row().remarks) == ({"weather": "fine"}, "页面上写的")
    # what was chosen goes on the version that stands
    assert conflict.theirs is not None
    chosen = {"activity": str(row.pk), "answers": {"weather": "rain"}, "findings": [{"text": "井盖松动"}]}
    (done,) = phone.send(phone.record("amend", chosen, base=conflict.theirs.version))
    assert done.outcome == "accepted", done
    assert (_row().answers, _row().remarks, _row().found) == ({"weather": "rain"}, "页面上写的", 1)


def test_who_did_it_puts_it_right_after_sending_and_takes_it_back(rounds: District) -> None:
    phone = Phone(rounds, rounds.cast.worker)
    whole = _began(phone, "rounds.walk_with_form", ended=phone.now.isoformat(), answers={"weather": "fine"})
    phone.send(whole)
    row = _row()
    # by the key that it was sent under, when no reply was heard
    right = phone.record("amend", {"of": whole["key"], "answers": {"weather": "rain"}, "remarks": "改"})
    assert phone.send(right)[0].outcome == "accepted"
    assert phone.send(right)[0].outcome == "duplicate"
    assert (_row().answers, _row().remarks, _row().version) == ({"weather": "rain"}, "改", 2)
    old = phone.record("amend", {"activity": str(row.pk), "remarks": "旧"}, base=1)
    assert phone.send(old)[0].outcome == "conflict"
    for who in (rounds.cast.other_worker, rounds.cast.head, rounds.cast.outsider):
        (refused,) = Phone(rounds, who).send(phone.record("amend", {"activity": str(row.pk), "remarks": "别人"}))
        assert (refused.outcome, refused.code) == ("refused", "not_found")
    (gone,) = phone.send(phone.record("amend", {"activity": str(row.pk), "withdraw": "记错了一天"}))
    assert gone.outcome == "accepted"
    assert _row().withdrawn_at is not None
    phone.refresh()
    assert f"activity/{row.pk}" not in phone.parts


def test_a_form_that_changed_is_said_and_finished_with_the_old_answers_kept(rounds: District) -> None:
    phone = Phone(rounds, rounds.cast.worker)
    phone.refresh()
    due = {one["duty"]: one for one in msgspec.json.decode(phone.parts["rounds"])["rounds"]}
    old = due["rounds.walk_with_form"]["print"]
    made = _began(phone, "rounds.walk_with_form", ended=phone.now.isoformat(), answers={"weather": "rain"}) | {
        "form": old
    }
    rounds.later(hours=1)
    enactment.enact(files={"rounds/scheme.toml": ASKS_MORE}, actor=None, on=date(2026, 6, 3), now=rounds.now)
    (done,) = phone.send(made)
    assert (done.outcome, done.facts["form_changed"]) == ("accepted", True)
    assert "走访商铺数" in " ".join(done.warnings)
    row = _row()
    assert row.answers == {"weather": "rain"}
    phone.refresh()
    held = _held(phone, row)
    assert held["changed"]
    asked = msgspec.json.decode(phone.parts[f"forms/{held['form']}"])
    assert asked["print"] == held["print"] != old
    # the new question alone is answered
    wanting = phone.record("amend", {"activity": str(row.pk), "answers": {"shops": None}}, base=1, form=held["print"])
    (refused,) = phone.send(wanting)
    assert (refused.outcome, refused.field) == ("refused", "shops")
    finished = phone.record("amend", {"activity": str(row.pk), "answers": {"shops": 3}}, base=1, form=held["print"])
    assert phone.send(finished)[0].outcome == "accepted"
    assert _row().answers == {"weather": "rain", "shops": 3}
    phone.refresh()
    assert "changed" not in _held(phone, row)


def test_leave_and_its_end_are_brought_along(rounds: District) -> None:
    phone = Phone(rounds, rounds.cast.worker)
    phone.refresh()
    assert msgspec.json.decode(phone.parts["away"])["reasons"]
    today = rounds.now.date()
    days = {"first": f"{today}", "last": f"{today + timedelta(days=2)}", "reason": "leave"}
    assert phone.send(phone.record("excuse", days))[0].outcome == "accepted"
    assert phone.send(phone.record("excuse", days))[0].outcome == "refused"
    phone.refresh()
    (held,) = msgspec.json.decode(phone.parts["away"])["absences"]
    for who in (rounds.cast.other_worker, rounds.cast.outsider):
        assert Phone(rounds, who).send(phone.record("excuse", {"back": held["id"]}))[0].outcome == "refused"
    assert phone.send(phone.record("excuse", {"back": held["id"]}))[0].outcome == "accepted"
    assert Absence.objects.get().withdrawn_at is not None
    missed = next(one for one in msgspec.json.decode(phone.parts["away"])["missed"] if not one.get("away"))
    said = {"duty": missed["duty"], "area": missed["area"], "on": missed["on"], "reason": "暴雨停巡"}
    assert phone.send(phone.record("excuse", said))[0].outcome == "accepted"
    phone.refresh()
    waits = next(one for one in msgspec.json.decode(phone.parts["away"])["missed"] if one.get("said"))
    assert (
        Phone(rounds, rounds.cast.head).send(phone.record("excuse", {"take_back": waits["id"]}))[0].outcome == "refused"
    )
    assert phone.send(phone.record("excuse", {"take_back": waits["id"]}))[0].outcome == "accepted"
    assert Objection.objects.get().state == "withdrawn"


def test_colleagues_and_what_may_be_done_on_the_spot_come_along(phone: Phone, district: District) -> None:
    phone.refresh()
    cast = district.cast
    along = msgspec.json.decode(phone.parts["colleagues"])[cast.grids[0].code]
    assert str(cast.worker.pk) not in {one["id"] for one in along}
    assert str(cast.head.pk) in {one["id"] for one in along}
    spot = msgspec.json.decode(phone.parts["spot"])
    ways = {spot["ways"][name]["action"]: spot["ways"][name] for name in spot["items"]["env.litter"]}
    assert ways["settle"]["course"] == "works"
    assert {one["id"] for one in ways["settle"]["fields"]} >= {"result", "photos_after"}
    assert ways["report_up"]["next"]


@pytest.mark.parametrize("who", ["head", "other_worker"])
def test_nothing_of_others_activities_comes_along(rounds: District, who: str) -> None:
    Phone(rounds, rounds.cast.worker).send(_began(Phone(rounds, rounds.cast.worker)))
    account = rounds.cast.role(who)
    assert account is not None
    other = Phone(rounds, account)
    other.refresh()
    assert not any(name.startswith("activity/") for name in other.parts)


def test_nothing_new_costs_little_and_every_change_is_noticed(
    rounds: District, django_assert_max_num_queries: Any
) -> None:
    phone = Phone(rounds, rounds.cast.worker)
    rounds.open()
    phone.refresh()

    def news() -> set[str]:
        phone.account = type(phone.account).objects.get(pk=phone.account.pk)
        return {name.split("/")[0] for name in phone.refresh().parts}

    with django_assert_max_num_queries(16):
        assert news() == set()
    walked = duties.record(
        actor=rounds.cast.worker, now=rounds.later(minutes=1), key="k1", duty="rounds.walk", area=rounds.cast.grids[0],
        began=rounds.now, ended=rounds.now,
    )  # fmt: skip
    assert news() == {"rounds", "away", "activity"}
    duties.withdraw(actor=rounds.cast.worker, now=rounds.later(minutes=1), activity=walked.activity.pk, reason="错")
    assert "rounds" in news()
    today = rounds.now.date()
    away = duties.go_away(
        actor=rounds.cast.worker, now=rounds.now, account=rounds.cast.worker, first=today, last=today, reason="leave"
    )
    assert {"rounds", "away"} <= news()
    duties.come_back(actor=rounds.cast.worker, now=rounds.later(minutes=1), absence=away.pk)
    assert {"rounds", "away"} <= news()
    assert news() == set()
    enactment.enact(
        files={"rounds/scheme.toml": ASKS_MORE}, actor=None, on=date(2026, 6, 3), now=rounds.later(minutes=1)
    )
    assert {"rounds", "forms", "items", "spot"} <= news()
