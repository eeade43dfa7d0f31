"""A district with Shawan in force for its cases, and a small plan of duties beside it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gezhi.duties import operations, queries
from gezhi.duties.operations import Recorded
from gezhi.enactment import operations as enactment
from gezhi.people.models import Account
from gezhi.people.tests.cast import Cast
from gezhi.registers.models import CareAssignment, Entry
from gezhi.schemes import source
from gezhi.territory import queries as territory
from gezhi.territory.models import Area

SHANGHAI = ZoneInfo("Asia/Shanghai")
# A Wednesday morning, no holiday near; the quarter is the second.
MORNING = datetime(2026, 6, 3, 10, 0, tzinfo=SHANGHAI)
# The four levels of the cast's district and its calendar: every plan of these tests stands on them.
GROUND = """
scheme = "{scheme}"
version = "1"
title = "{title}"
timezone = "Asia/Shanghai"

[[levels]]
id = "district"
title = "区"
[[levels]]
id = "township"
title = "镇"
[[levels]]
id = "village"
title = "村"
[[levels]]
id = "grid"
title = "网格"

[calendar]
statutory = "cn"
"""
PLAN = (
    GROUND.format(scheme="rounds", title="轮次")
    + """

[posts.leader]
title = "区领导"
at = "district"
[posts.centre_staff]
title = "中心工作人员"
at = "township"
superior = "leader"
[posts.station_head]
title = "站长"
at = "village"
superior = "centre_staff"
[posts.grid_worker]
title = "网格员"
at = "grid"
superior = "station_head"

[forms.home]
title = "住户"
purpose = "上门服务"
basis = "方案"
retention = "24 months"
[forms.home.fields.name]
kind = "text"
title = "户名"
[forms.home.fields.class]
kind = "choice"
title = "类别"
choices = {1 = "一类", 2 = "二类", 3 = "三类"}

[forms.walked]
title = "巡查记录"
purpose = "巡查"
basis = "方案"
retention = "24 months"
[forms.walked.fields.weather]
kind = "choice"
title = "天气"
required = true
choices = {fine = "晴", rain = "雨"}
[forms.walked.fields.phone]
kind = "phone"
title = "联系电话"

[forms.called]
title = "走访记录"
purpose = "走访"
basis = "方案"
retention = "24 months"
[forms.called.fields.door]
kind = "photos"
title = "门前"
[forms.called.fields.papers]
kind = "photos"
title = "证件"
sensitive = true

[registers.homes]
title = "住户"
form = "home"
name = "name"
facets = ["class"]
collect = ["grid_worker"]
decides = "station_head"

[forms.helped]
title = "帮扶对象"
purpose = "上门照顾"
basis = "本人同意"
retention = "6 months"
[forms.helped.fields.name]
kind = "text"
title = "称呼"

[registers.helped]
title = "帮扶对象"
form = "helped"
name = "name"
collect = ["grid_worker"]
decides = "station_head"
care = true

[duties.look_after]
title = "关心走访"
activity = "visit"
who = "grid_worker"
of = "helped"
at_least = "1 per week"

[duties.walk]
title = "网格巡查"
activity = "patrol"
who = "grid_worker"
of = "grid"
at_least = "2 per day"

[duties.walk_with_form]
title = "填表巡查"
activity = "patrol"
who = "grid_worker"
of = "grid"
at_least = "1 per week"
form = "walked"
photos = "after"
on_site = true

[duties.joint]
title = "联合检查"
activity = "inspection"
who = ["grid_worker", "station_head"]
of = "grid"
at_least = "1 per quarter"
together = true

[duties.fortnight]
title = "排查"
activity = "sweep"
who = "station_head"
of = "village"
on = "FREQ=MONTHLY;BYMONTHDAY=1,15"
if_holiday = "next workday"

[duties.call_3]
title = "三类户走访"
activity = "visit"
who = "grid_worker"
of = "homes[class = 3]"
at_least = "2 per quarter"

[duties.check_3]
title = "三类户核实"
activity = "verification"
who = "station_head"
of = "homes[class = 3]"
sample = "20% per quarter"
verifies = "call_3"

[duties.tell]
title = "周一周四报告"
activity = "report"
who = "grid_worker"
of = "grid"
on = "FREQ=WEEKLY;BYDAY=MO,TH"
closes = "report"
nil = true

[duties.signed]
title = "签字巡查"
activity = "patrol"
who = "grid_worker"
of = "grid"
at_least = "1 per month"
closes = "signature"
signed_by = "station_head"

[duties.first_call]
title = "新户首访"
activity = "visit"
who = "grid_worker"
of = "homes"
form = "called"
starts_on = "entry:homes"
within = "7 days"
"""
)
_keys = count(1)


@dataclass
class District:
    """The cast, the plans in force, and a clock that tests move."""

    cast: Cast
    now: datetime = MORNING
    homes: list[Entry] = field(default_factory=list)

    def later(self, **span: float) -> datetime:
        """Move the clock on."""
        self.now += timedelta(**span)
        return self.now

    def record(self, who: Account | None = None, duty: str = "rounds.walk", **given: Any) -> Recorded:
        """Record an activity of ten minutes that ends now."""
        plain: dict[str, Any] = {
            "key": f"key-{next(_keys)}", "began": self.now - timedelta(minutes=10), "ended": self.now, "now": self.now,
        }  # fmt: skip
        if "entry" not in given:
            plain["area"] = self.cast.grids[0].code
        return operations.record(actor=who or self.cast.worker, duty=duty, **(plain | given))

    def owed(self, who: Account, duty: str) -> list[queries.Owed]:
        """Return what somebody owes of one duty."""
        return [one for one in queries.due(account=who, now=self.now) if one.planned.name == duty]

    def home(self, n: int, grid: Area | None = None, kind: str = "3") -> Entry:
        """Return a new household in a grid."""
        area = grid or self.cast.grids[0]
        lon, lat = self.cast.point(1)
        row = Entry.objects.unscoped(reason="a test makes one").create(
            register="homes", code=f"{area.code}-{n:04}", name=f"住户{n}", area=area, area_path=area.path,
            facets={"class": kind}, lon=lon, lat=lat, opened_at=self.now, changed_at=self.now,
        )  # fmt: skip
        self.homes.append(row)
        return row

    def helped(self, worker: Account, supervisor: Account, grid: Area | None = None) -> Entry:
        """Return a care case that a worker and a supervisor are assigned to."""
        area = grid or self.cast.grids[0]
        row = Entry.objects.unscoped(reason="a test makes one").create(
            register="helped", code=f"{area.code}-K{next(_keys)}", name="三楼老人", area=area, area_path=area.path,
            care=True, purpose="照顾", basis="同意", opened_at=self.now, changed_at=self.now,
        )  # fmt: skip
        for account, role in ((worker, "worker"), (supervisor, "supervisor")):
            CareAssignment.objects.create(entry=row, account=account, role=role, since=self.now)
        return row


@pytest.fixture(autouse=True)
def _look_again() -> Iterator[None]:
    territory.look_again()
    yield
    territory.look_again()


@pytest.fixture
def district(cast: Cast) -> District:
    """Return the district with both plans in force since 2026."""
    put_in_force()
    return District(cast)


def put_in_force() -> None:
    """Put Shawan and the plan of duties into force."""
    when = datetime(2025, 12, 31, tzinfo=UTC)
    enactment.enact(files=source.shipped() / "shawan", actor=None, on=date(2026, 1, 1), now=when)
    put_rounds_in_force()


def put_rounds_in_force() -> None:
    """Put the plan of duties alone into force."""
    when = datetime(2025, 12, 31, tzinfo=UTC)
    enactment.enact(files={"rounds/scheme.toml": PLAN}, actor=None, on=date(2026, 1, 1), now=when)
