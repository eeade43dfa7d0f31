"""Not signing: said why, told to the doer, put right and asked for again; nobody signs what he has not seen."""

import pytest

from gezhi.duties import operations, queries
from gezhi.duties.errors import BadInput, Conflict, Forbidden, NotFound
from gezhi.duties.models import Activity, ActivityEvent
from gezhi.duties.operations import Found, log
from gezhi.duties.operations.log import first_broken
from gezhi.duties.tests.conftest import District
from gezhi.foundation.journal import canonical
from gezhi.notices.models import Message

SIGNED = "rounds.signed"


def _again(row: Activity) -> Activity:
    return Activity.objects.unscoped(reason="a test looks").get(pk=row.pk)


def _waits(district: District) -> list[Activity]:
    return queries.to_sign(account=district.cast.head, now=district.now)


def test_what_is_not_signed_goes_back_with_the_reason_and_waits_anew_once_put_right(district: District) -> None:
    cast = district.cast
    row = district.record(duty=SIGNED).activity
    for unfit in ("  ", "字" * 4001):
        with pytest.raises(BadInput):
            operations.decline(actor=cast.head, now=district.now, activity=row.pk, reason=unfit)
    done = operations.decline(actor=cast.head, now=district.now, activity=row.pk, reason="少了北门", base=row.version)
    again = _again(row)
    assert (done.outcome, again.declined_why, again.counts) == ("accepted", "少了北门", False)
    assert first_broken(again) is None
    assert _waits(district) == []
    # the same words again say nothing new
    same = operations.decline(actor=cast.head, now=district.now, activity=row.pk, reason="少了北门")
    assert same.outcome == "duplicate"
    # the doer is told once, and the round is open again
    message = Message.objects.get(topic="duties.declined")
    assert (message.account_id, message.link) == (cast.worker.pk, f"/field/activity/{row.pk}")
    assert [one.pk for one in queries.declined(account=cast.worker, now=district.now)] == [row.pk]
    assert queries.declined(account=cast.other_worker, now=district.now) == []
    (owed,) = district.owed(cast.worker, SIGNED)
    assert (owed.unsigned, owed.left) == (0, 1)
    operations.correct(actor=cast.worker, now=district.now, activity=row.pk, findings=(Found("北门也走了"),), key="k")
    assert [one.pk for one in _waits(district)] == [row.pk]
    assert queries.declined(account=cast.worker, now=district.now) == []
    operations.sign(actor=cast.head, now=district.now, activity=row.pk)
    assert (_again(row).counts, _again(row).declined_why, first_broken(_again(row))) == (True, "", None)


def test_nobody_but_who_signs_declines(district: District) -> None:
    cast = district.cast
    row = district.record(duty=SIGNED).activity
    with pytest.raises(Forbidden):
        operations.decline(actor=cast.worker, now=district.now, activity=row.pk, reason="自己")
    for who in (cast.other_head, cast.other_worker, cast.clerk, cast.resident):
        with pytest.raises(NotFound):
            operations.decline(actor=who, now=district.now, activity=row.pk, reason="别人")
    joined = district.record(duty=SIGNED, others=(cast.head.pk,)).activity
    for refused in (operations.sign, lambda **given: operations.decline(**given, reason="同去")):
        with pytest.raises(Forbidden):
            refused(actor=cast.head, now=district.now, activity=joined.pk)


def test_nobody_signs_or_declines_what_changed_since_it_was_seen(district: District) -> None:
    cast = district.cast
    row = district.record(duty=SIGNED).activity
    operations.correct(actor=cast.worker, now=district.now, activity=row.pk, remarks="改了")
    with pytest.raises(Conflict):
        operations.sign(actor=cast.head, now=district.now, activity=row.pk, base=row.version)
    with pytest.raises(Conflict):
        operations.decline(actor=cast.head, now=district.now, activity=row.pk, base=row.version, reason="旧")
    seen = _again(row).version
    operations.sign(actor=cast.head, now=district.now, activity=row.pk, base=seen)
    # a lost reply: the same signature again is no conflict
    assert operations.sign(actor=cast.head, now=district.now, activity=row.pk, base=seen).outcome == "duplicate"
    with pytest.raises(Conflict):
        operations.decline(actor=cast.head, now=district.now, activity=row.pk, reason="晚了")


def test_older_logs_fold_to_what_they_say(district: District) -> None:
    row = district.record(duty=SIGNED).activity
    stated = log.facts(row)
    older = {name: value for name, value in stated.items() if not name.startswith("declined_")}

    assert log.replayed([ActivityEvent(body=canonical(older).decode())]) == stated
