"""What was done on rounds in the lived-in district: patrols, a report, a sample, leave and an excuse."""

from datetime import timedelta

from gezhi.duties import operations as duties
from gezhi.duties.models import Drawn
from tests.browser.lived_in import LONG, Lived


def go_round(lived: Lived) -> None:
    """Two patrols, one under way, and a report; a sample; an excuse that waits, somebody away."""
    cast, now = lived.cast, lived.district.now
    grid = cast.grids[0].code
    found = (
        duties.Found("消防通道被堆物占用", "safety.fire_exit", way="limited", interim="派人看守", until=now.date()),
    )
    done = duties.record(
        actor=cast.worker, now=now, key="walked", duty="shawan.patrol", area=grid, began=now, ended=now, findings=found,
        place=(*cast.point(1), 9.0), remarks="傍晚再走一遍。",
    )  # fmt: skip
    begun = duties.record(actor=cast.worker, now=now, key="begun", duty="shawan.patrol", area=grid, began=now)
    report = duties.record(
        actor=cast.worker, now=now, key="report", duty="shawan.weekly_report", area=grid, began=now, ended=now,
        answers={"changes": LONG[:200], "help": "老楼电梯检修要街道协调。"}, remarks="下周再看。",
    )  # fmt: skip
    lived.activities = {
        "done": str(done.activity.pk), "begun": str(begun.activity.pk), "report": str(report.activity.pk)
    }  # fmt: skip
    _verified(lived)
    workday = max(day for back in range(1, 4) if (day := (now - timedelta(days=back)).date()).weekday() < 5)
    duties.object_to(
        actor=cast.worker, now=now, duty="shawan.patrol", area=grid, reason="暴雨停巡，积水过膝", on=workday
    )
    today = now.date()
    duties.go_away(
        actor=cast.other_worker,
        account=cast.other_worker,
        first=today,
        last=today + timedelta(days=2),
        reason="leave",
        now=now,
    )


def _verified(lived: Lived) -> None:
    """A sample drawn from the second class, of which one household was found as it was written down."""
    cast, now = lived.cast, lived.district.now
    village = cast.villages[0].code
    drawn = duties.draw(actor=cast.head, now=now, duty="shawan.verify_class_2", area=village)
    one = Drawn.objects.filter(draw=drawn).order_by("pk")[0]
    duties.record(
        actor=cast.head, now=now, key="verified", duty="shawan.verify_class_2", entry=one.object_id,
        began=now, ended=now, agrees=True, answers={"visited": "yes", "facts": "right", "evaluation": "good"},
    )  # fmt: skip
    lived.draws = {"second": str(drawn.pk)}
