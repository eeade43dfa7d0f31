"""Nobody verifies his own work: not under another's name, a quarter later, joined afterwards, or done afterwards."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from gezhi.duties import operations, plans, queries
from gezhi.duties.errors import BadInput, Forbidden
from gezhi.duties.models import Activity, Drawn, Start
from gezhi.duties.operations import Found
from gezhi.duties.operations.log import first_broken
from gezhi.duties.tests.conftest import SHANGHAI, District
from gezhi.foundation import clock
from gezhi.people.models import Account

CHECK, CALL = "rounds.check_3", "rounds.call_3"


def again(row: Activity) -> Activity:
    return Activity.objects.unscoped(reason="a test looks").get(pk=row.pk)


def test_another_visit_does_not_cover_the_own_one(district: District) -> None:
    home, other = district.home(1), district.home(2)
    district.record(duty=CALL, entry=home.pk, others=(district.cast.head.pk,))
    anothers = district.record(duty=CALL, entry=other.pk).activity
    for confirmed in (anothers.pk, uuid4()):
        with pytest.raises(BadInput) as refused:
            district.record(district.cast.head, CHECK, entry=home.pk, agrees=True, confirms=confirmed)
        assert refused.value.field == "confirms"
    same = district.record(duty=CALL, entry=home.pk).activity
    with pytest.raises(Forbidden):
        district.record(district.cast.head, CHECK, entry=home.pk, agrees=True, confirms=same.pk)
    assert district.record(district.cast.head, CHECK, entry=other.pk, agrees=True, confirms=anothers.pk).activity.counts


def test_the_visit_of_the_quarter_before_is_not_verified_by_its_doer(district: District) -> None:
    home = district.home(1)
    district.record(duty=CALL, entry=home.pk, others=(district.cast.head.pk,))
    district.now = datetime(2026, 7, 2, 10, 0, tzinfo=SHANGHAI)
    with pytest.raises(Forbidden):
        district.record(district.cast.head, CHECK, entry=home.pk, agrees=True)


def test_the_doer_does_not_join_a_verification_afterwards(district: District) -> None:
    home = district.home(1)
    district.record(duty=CALL, entry=home.pk)
    row = district.record(district.cast.head, CHECK, entry=home.pk, agrees=False, remarks="门牌不符").activity
    with pytest.raises(Forbidden):
        operations.correct(
            actor=district.cast.head, now=district.now, activity=row.pk, others=(district.cast.worker.pk,)
        )
    with pytest.raises(BadInput):
        operations.correct(actor=district.cast.head, now=district.now, activity=row.pk, remarks="")
    assert again(row).remarks == "门牌不符"


def test_who_visits_what_he_verified_before_takes_the_verification_with_it(district: District) -> None:
    home = district.home(1)
    drawn = operations.draw(actor=district.cast.head, duty=CHECK, area=district.cast.villages[0].code, now=district.now)
    check = district.record(district.cast.head, CHECK, entry=home.pk, agrees=True).activity
    assert check.counts
    district.record(duty=CALL, entry=home.pk, others=(district.cast.head.pk,))
    assert not again(check).counts
    assert first_broken(again(check)) is None
    assert Drawn.objects.get(draw=drawn).verified_by_id is None


def test_a_withdrawn_verification_leaves_its_draw_open(district: District) -> None:
    home = district.home(1)
    drawn = operations.draw(actor=district.cast.head, duty=CHECK, area=district.cast.villages[0].code, now=district.now)
    row = district.record(district.cast.head, CHECK, entry=home.pk, agrees=True).activity
    assert Drawn.objects.get(draw=drawn).verified_by_id == row.pk
    operations.withdraw(actor=district.cast.head, now=district.now, activity=row.pk, reason="走错了门")
    assert Drawn.objects.get(draw=drawn).verified_by_id is None


def test_no_sample_smaller_than_the_plan_asks_and_none_twice_by_parts(district: District) -> None:
    for n in range(10):
        district.home(n)
    given: dict[str, Any] = {"actor": district.cast.head, "duty": CHECK, "now": district.now}
    with pytest.raises(BadInput) as refused:
        operations.draw(area=district.cast.villages[0].code, share=1, **given)
    assert refused.value.field == "share"
    operations.draw(area=district.cast.villages[0].code, **given)
    with pytest.raises(BadInput) as refused:
        operations.draw(area=district.cast.grids[0].code, **given)
    assert refused.value.field == "why"


def test_what_was_signed_and_then_put_right_waits_for_a_new_signature(district: District) -> None:
    row = district.record(duty="rounds.signed").activity
    operations.sign(actor=district.cast.head, now=district.now, activity=row.pk)
    operations.correct(
        actor=district.cast.worker, now=district.now, activity=row.pk, others=(district.cast.other_worker.pk,)
    )
    assert (again(row).signed_at, again(row).counts) == (None, False)
    assert operations.sign(actor=district.cast.head, now=district.now, activity=row.pk).outcome == "accepted"
    assert again(row).counts
    assert first_broken(again(row)) is None


def test_a_joint_round_counts_once_the_other_is_named(district: District) -> None:
    row = district.record(duty="rounds.joint").activity
    assert not row.counts
    operations.correct(actor=district.cast.worker, now=district.now, activity=row.pk, others=(district.cast.head.pk,))
    assert (again(row).counts, again(row).marks) == (True, [])
    operations.correct(actor=district.cast.worker, now=district.now, activity=row.pk, others=())
    assert (again(row).counts, again(row).marks) == (False, ["alone"])


def test_a_signature_answers_the_start_that_waited(district: District) -> None:
    planned = plans.find("rounds.signed", district.now.date())
    assert planned is not None
    grid = district.cast.grids[0]
    start = Start.objects.create(
        scheme="rounds", scheme_version_id=planned.version, duty="signed", by_event="x", source="1", area=grid,
        area_path=grid.path, at=district.now,
    )  # fmt: skip
    row = district.record(duty="rounds.signed").activity
    start.refresh_from_db()
    assert start.answered_by_id is None
    operations.sign(actor=district.cast.head, now=district.now, activity=row.pk)
    start.refresh_from_db()
    assert start.answered_by_id == row.pk


def test_anothers_start_leads_to_no_case(district: District) -> None:
    opened = district.record(findings=(Found("垃圾", "env.litter"),)).activity
    found = opened.findings.get()
    planned = plans.find("rounds.joint", district.now.date())
    assert planned is not None
    grid = district.cast.grids[0]
    start = Start.objects.create(
        scheme="rounds", scheme_version_id=planned.version, duty="joint", by_event="x", source="1", area=grid,
        area_path=grid.path, case_id=found.case_id, at=district.now,
    )  # fmt: skip
    assert district.record(start=start.pk).activity.case_id is None


def test_a_photo_of_a_finding_that_never_arrived_is_said(district: District) -> None:
    with pytest.raises(BadInput) as refused:
        district.record(findings=(Found("垃圾", photos_before=(uuid4(),)),))
    assert refused.value.field == "photos"


def test_an_end_ahead_of_the_clock_is_kept_and_marked(district: District) -> None:
    row = district.record(ended=district.now + timedelta(hours=9)).activity
    assert "clock" in row.marks
    running = district.record(ended=None).activity
    with pytest.raises(BadInput) as refused:
        operations.finish(
            actor=district.cast.worker, now=district.now, activity=running.pk,
            ended=district.now.replace(tzinfo=None),
        )  # fmt: skip
    assert refused.value.field == "ended"


def test_an_agreement_is_yes_or_no(district: District) -> None:
    home = district.home(1)
    district.record(duty=CALL, entry=home.pk)
    with pytest.raises(BadInput) as refused:
        district.record(district.cast.head, CHECK, entry=home.pk, agrees="no")
    assert refused.value.field == "agrees"


def test_who_signs_is_told_what_waits_and_nobody_else(
    district: District, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = district.record(duty="rounds.signed").activity

    def waits(who: Account) -> list[Activity]:
        return queries.to_sign(account=who, now=district.now)

    cast = district.cast
    assert waits(cast.head) == [row]
    for who in (cast.worker, cast.other_head, cast.other_worker, cast.clerk, cast.resident):
        assert waits(who) == []
    client.force_login(cast.head)
    monkeypatch.setattr(clock, "now", lambda: district.now)
    assert reverse("web:field_activity", args=[row.pk]) in client.get(reverse("web:field_rounds")).text
    operations.sign(actor=cast.head, now=district.now, activity=row.pk)
    assert waits(cast.head) == []
