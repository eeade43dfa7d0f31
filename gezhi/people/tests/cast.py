"""The named cast of every room's tests, on a small territory: one district, one township, two villages, four grids.

Use the fixture `cast` (`pytest_plugins` of the root conftest brings it in). Everybody holds their post since 2020, so
any `now` after that will do. Nobody has a password: tests sign in with `client.force_login(cast.dispatcher)`, or set
one with `people.operations.set_password`.

The grids are squares of 0.02° side by side, west to east: a point in grid n is `cast.point(n)`.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
import shapely
from django.core.cache import cache

from gezhi.people import operations
from gezhi.people.models import Account, Department
from gezhi.people.tests import repertory
from gezhi.territory.models import Area, TerritoryVersion

BEGAN = datetime(2019, 12, 31, 16, tzinfo=UTC)
SCHEME = "cast"
WEST, SOUTH, SIDE = 103.50, 29.40, 0.02

POSTS = (
    operations.PostRule("grid_worker", "网格员", "Grid worker", "grid", 1),
    operations.PostRule("station_head", "站长", "Station head", "village", 1),
    operations.PostRule("centre_staff", "中心工作人员", "Centre staff", "township"),
    operations.PostRule(
        "dispatcher", "派遣员", "Dispatcher", "district", None, ("assign", "see_contact", "setup", "enact")
    ),
    operations.PostRule("leader", "区领导", "Leader", "district", None, ("supervise", "insight")),
    operations.PostRule("clerk", "承办人", "Clerk", "department", None, ("see_contact",)),
)
DEPARTMENTS = (
    operations.DepartmentRule("city_management", "区综合执法局", "City management", "district"),
    operations.DepartmentRule("water", "区水务局", "Water", "district"),
)


@dataclass(frozen=True)
class Cast:
    """Everybody and everywhere. `worker` is of grid 1, `head` of village 1 (grids 1 and 2), `clerk` of `department`."""

    district: Area
    township: Area
    villages: tuple[Area, Area]
    grids: tuple[Area, Area, Area, Area]
    department: Department
    other_department: Department
    worker: Account
    other_worker: Account
    head: Account
    other_head: Account
    centre: Account
    dispatcher: Account
    leader: Account
    clerk: Account
    other_clerk: Account
    resident: Account
    other_resident: Account
    outsider: Account
    steward: Account

    @staticmethod
    def point(grid: int) -> tuple[float, float]:
        """Return lon, lat of the middle of grid 1 to 4."""
        return WEST + (grid - 0.5) * SIDE, SOUTH + SIDE / 2

    def role(self, name: str) -> Account | None:
        """Return who plays a role of the URL table; None for `anonymous`."""
        return None if name == "anonymous" else getattr(self, name)


ROLES = ("anonymous", "resident", "worker", "head", "dispatcher", "clerk", "leader", "outsider", "steward")


@pytest.fixture
def cast(db: None) -> Cast:
    """Return the cast with its territory, posts and appointments in the database."""
    # what was kept of somebody with the same number is of another test
    cache.clear()
    return repertory.play("cast", _make)


def _make() -> Cast:
    operations.learn_posts(scheme=SCHEME, since=date(2020, 1, 1), posts=POSTS, departments=DEPARTMENTS)
    district = _area("511111", "沙湾区", "district", None, place=0, width=4)
    township = _area("511111102", "柳桥镇", "township", district, place=0, width=4)
    first, second = (
        _area(f"51111110220{n}", f"{name}村", "village", township, place=2 * n - 2, width=2) for n, name in _VILLAGES
    )
    grids = [
        _area(f"{home.code}00{n}", f"第{n}网格", "grid", home, place=place, width=1)
        for home, n, place in _grids(first, second)
    ]
    TerritoryVersion.objects.update_or_create(id=1, defaults={"number": 1})
    departments = {row.code: row for row in Department.objects.all()}
    return Cast(
        district=district,
        township=township,
        villages=(first, second),
        grids=(grids[0], grids[1], grids[2], grids[3]),
        department=departments["city_management"],
        other_department=departments["water"],
        worker=_staff("worker", "李网格", "grid_worker", grids[0]),
        other_worker=_staff("other_worker", "周网格", "grid_worker", grids[1]),
        head=_staff("head", "王站长", "station_head", first),
        other_head=_staff("other_head", "吴站长", "station_head", second),
        centre=_staff("centre", "赵中心", "centre_staff", township),
        dispatcher=_staff("dispatcher", "陈派遣", "dispatcher", district),
        leader=_staff("leader", "刘领导", "leader", district),
        clerk=_staff("clerk", "孙承办", "clerk", departments["city_management"]),
        other_clerk=_staff("other_clerk", "钱承办", "clerk", departments["water"]),
        resident=_resident("10000000001", "何居民"),
        other_resident=_resident("10000000002", "吕居民"),
        outsider=_staff("outsider", "外来人"),
        steward=operations.create_staff(actor=None, username="steward", name="管理员", steward=True, now=BEGAN),
    )


_VILLAGES = ((1, "东风"), (2, "双河"))


def _grids(first: Area, second: Area) -> list[tuple[Area, int, int]]:
    return [(first, 1, 0), (first, 2, 1), (second, 1, 2), (second, 2, 3)]


def _area(code: str, name: str, level: str, parent: Area | None, *, place: int, width: int) -> Area:
    west, east = WEST + place * SIDE, WEST + (place + width) * SIDE
    return Area.objects.create(
        code=code,
        name=name,
        level=level,
        parent=parent,
        path=f"{parent.path if parent else ''}{code}/",
        boundary=shapely.to_wkb(shapely.box(west, SOUTH, east, SOUTH + SIDE)),
        west=west,
        south=SOUTH,
        east=east,
        north=SOUTH + SIDE,
        households=400 * width,
        people=1200 * width,
        since=date(2020, 1, 1),
        state_since=date(2020, 1, 1),
    )


def _staff(username: str, name: str, post: str = "", at: Area | Department | None = None) -> Account:
    account = operations.create_staff(actor=None, username=username, name=name, now=BEGAN)
    if at is not None:
        operations.appoint(
            actor=None,
            account=account,
            post=post,
            area=at if isinstance(at, Area) else None,
            department=at if isinstance(at, Department) else None,
            since=BEGAN,
            now=BEGAN,
        )
    return account


def _resident(phone: str, name: str) -> Account:
    return operations.register_resident(phone=phone, password="correct horse battery", name=name, now=BEGAN)
