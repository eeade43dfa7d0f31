"""What a later plan makes sensitive lies open in no activity and no log of one, and every log still holds."""

from datetime import timedelta
from uuid import UUID

from django.db import connection

from gezhi.duties import operations
from gezhi.duties.answers import private_of
from gezhi.duties.models import Activity, ActivityEvent, Report, Sealing
from gezhi.duties.operations import log
from gezhi.duties.tests.conftest import PLAN, District
from gezhi.enactment import operations as enactment
from gezhi.foundation import outbox

ASKED = '\n[forms.called.fields.heard]\nkind = "text"\ntitle = "听到的"\n'


def plan(
    district: District, version: str, more: str = "", *, days: int = 1, after: str = "", asks: str = "called"
) -> None:
    """Put the plan with one more question into force from tomorrow on, and go on to the day after; or at once."""
    text = PLAN.replace('version = "1"', f'version = "{version}"').replace(
        "[forms.called.fields.door]", f"{ASKED.strip()}\n{more}\n[forms.called.fields.door]"
    )
    text = text.replace('of = "homes[class = 3]"\nat_least', 'of = "homes[class = 3]"\nform = "' + asks + '"\nat_least')
    on = district.now.date() + timedelta(days=days)
    enactment.enact(files={"rounds/scheme.toml": text + after}, actor=None, on=on, now=district.now)
    district.later(days=2 * days)


def open_anywhere(word: str) -> int:
    """Return in how many rows of this room a word lies open."""
    found = 0
    with connection.cursor() as cursor:
        for table in ("activity", "activityevent", "start", "drawn", "report"):
            cursor.execute(f"select count(*) from duties_{table} t where t::text ~ %s", [word])  # noqa: S608
            found += cursor.fetchone()[0]
    return found


def visited(district: District, words: str) -> Activity:
    home = district.homes[0] if district.homes else district.home(7)
    return district.record(duty="rounds.call_3", entry=home.pk, answers={"heard": words}).activity


def test_answers_that_became_sensitive_are_sealed_and_the_log_holds(district: District) -> None:
    plan(district, "2")
    first, other = visited(district, "老王借钱"), visited(district, "没有事")
    operations.correct(
        actor=district.cast.worker, now=district.later(minutes=1), activity=first.pk, answers={"heard": "老王还钱"}
    )
    assert open_anywhere("老王") == 3
    plan(district, "3", "sensitive = true")
    assert operations.remaining(district.now) == {"rounds.called": 2}
    assert operations.seal_sensitive(now=district.now, limit=1) == 2
    assert operations.remaining(district.now) == {}
    assert operations.seal_sensitive(now=district.now) == 0
    assert open_anywhere("老王") == open_anywhere("没有事") == 0
    for row in (first, other):
        row.refresh_from_db()
        assert log.first_broken(row) is None
        assert row.counts
    assert private_of(first.sealed) == {"heard": "老王还钱"}
    assert "老王借钱" in ActivityEvent.objects.get(activity=first, seq=1).words
    # a log that somebody touches is still found out
    ActivityEvent.objects.filter(activity=first, seq=2).sealed_now([ActivityEvent(pk=(first.pk, 2), body="{}")])
    assert log.first_broken(first) is not None


def test_what_is_written_of_the_days_before_or_put_right_later_is_no_way_around(district: District) -> None:
    plan(district, "2")
    began, row = district.now, visited(district, "老王借钱")
    plan(district, "3", "sensitive = true")
    operations.seal_sensitive(now=district.now)
    operations.correct(actor=district.cast.worker, now=district.now, activity=row.pk, answers={"heard": "老王还钱"})
    late = district.record(
        duty="rounds.call_3", entry=district.homes[0].pk, answers={"heard": "老王搬家"}, began=began, ended=began
    )
    assert open_anywhere("老王") == 0
    assert private_of(late.activity.sealed) == {"heard": "老王搬家"}
    assert operations.remaining(district.now) == {}


def test_what_was_begun_under_the_plan_of_the_morning_is_sealed_as_that_of_the_afternoon_asks(
    district: District,
) -> None:
    plan(district, "2")
    home = district.home(7)
    begun = district.record(duty="rounds.call_3", entry=home.pk, ended=None).activity
    plan(district, "3", "sensitive = true", days=0)
    done = operations.finish(
        actor=district.cast.worker, now=district.later(minutes=5), activity=begun.pk, answers={"heard": "老王借钱"}
    )
    assert done.activity.day == district.now.date()
    assert open_anywhere("老王") == 0
    assert private_of(done.activity.sealed) == {"heard": "老王借钱"}


def test_what_was_gone_through_is_not_read_every_hour_again(district: District) -> None:
    plan(district, "2")
    row = visited(district, "老王借钱")
    plan(district, "3", "sensitive = true")
    assert operations.seal_sensitive(now=district.now) == 1
    # as by a process that had not heard of the plan
    rows = Activity.objects.unscoped(reason="test").filter(pk=row.pk)
    rows.update(answers={"heard": "老王借钱"})
    mark = Sealing.objects.get(form="rounds.called")
    three_days = UUID(int=mark.last.int + (3 * 86_400_000 << 80))
    Sealing.objects.update(last=three_days)
    assert operations.seal_sensitive(now=district.now) == 0  # of days that were gone through
    assert operations.seal_sensitive(now=district.now) == 1  # of the last days
    rows.update(answers={"heard": "老王借钱"})
    Sealing.objects.update(last=three_days)
    assert operations.seal_sensitive(now=district.now, again=True) == 1


def test_what_was_plain_for_a_while_is_gone_through_when_it_is_sensitive_again(district: District) -> None:
    plan(district, "2", "sensitive = true")
    visited(district, "没有事")
    assert operations.seal_sensitive(now=district.now) == 0
    plan(district, "3")
    visited(district, "老王借钱")
    assert operations.seal_sensitive(now=district.now) == 0
    mark = Sealing.objects.get(form="rounds.called")
    assert "heard" not in mark.fields
    Sealing.objects.update(last=UUID(int=mark.last.int + (3 * 86_400_000 << 80)))
    plan(district, "4", "sensitive = true")
    assert operations.seal_sensitive(now=district.now) == 1
    assert open_anywhere("老王") == 0


def test_a_name_that_became_sensitive_is_masked_in_activities_their_logs_and_reports(district: District) -> None:
    row = district.record(duty="rounds.call_3", entry=district.home(7).pk).activity
    report = Report.objects.get(pk=district.record(duty="rounds.tell", remarks="一切如常").activity.pk)
    home = district.homes[0]
    assert open_anywhere("住户7") >= 3
    home.name = "住*"
    home.save(update_fields=["name"])
    outbox.tell("entry.name_sealed", {"entry": str(home.pk)}, district.now)
    while outbox.relay(district.later(minutes=1)):
        pass
    assert open_anywhere("住户7") == 0
    row.refresh_from_db()
    report.refresh_from_db()
    assert (row.entry_name, log.first_broken(row)) == ("住*", None)
    assert any(one.get("what") == "住*" for one in report.lines)
    operations.forget_entry(entry=home.pk, now=district.now)
    row.refresh_from_db()
    assert log.first_broken(row) is None
    assert not any(one.words for one in ActivityEvent.objects.filter(activity=row).order_by("seq")[:1])


RING = """
[duties.ring]
title = "来电"
activity = "patrol"
who = "grid_worker"
of = "grid"
at_least = "1 per day"
form = "called"
"""
TOLD = """
[forms.told]
title = "告知"
purpose = "上门服务"
basis = "本人同意"
retention = "12 months"
[forms.told.fields.heard]
kind = "text"
title = "听到的"
sensitive = true
"""


def test_a_duty_that_was_moved_to_another_form_leaves_no_answer_open_under_the_old_one(district: District) -> None:
    plan(district, "2", after=RING)
    row = visited(district, "老王借钱")
    other = district.record(
        duty="rounds.ring", area=district.cast.grids[0].code, answers={"heard": "老王在家"}
    ).activity
    # the other form asks the same, and holds it sensitive: one of the two goes over to it
    plan(district, "3", after=RING + TOLD, asks="told")
    assert operations.remaining(district.now) == {"rounds.called/call_3": 1}
    assert operations.seal_sensitive(now=district.now) == 1
    row.refresh_from_db()
    assert (row.answers, private_of(row.sealed), log.first_broken(row)) == ({}, {"heard": "老王借钱"}, None)
    assert (open_anywhere("借钱"), operations.remaining(district.now)) == (0, {})
    # the one that still asks it by the form that says nothing of the kind is left as it is
    other.refresh_from_db()
    assert other.answers == {"heard": "老王在家"}


def test_a_form_that_no_duty_asks_any_more_is_gone_through_when_it_becomes_sensitive(district: District) -> None:
    plan(district, "2")
    visited(district, "老王借钱")
    plan(district, "3", "sensitive = true", after=TOLD.replace("sensitive = true", ""), asks="told")
    assert operations.remaining(district.now) == {"rounds.called": 1}
    assert operations.seal_sensitive(now=district.now) == 1
    assert open_anywhere("老王") == 0
