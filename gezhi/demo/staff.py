"""The demo district's staff: the cast that people log in as, and everybody else, so that no post is empty."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from random import Random
from typing import Any

from gezhi.demo.script import plan
from gezhi.foundation import crypto
from gezhi.people import operations
from gezhi.people.models import Account, Department
from gezhi.schemes.model import Scheme
from gezhi.territory import queries as territory
from gezhi.territory.models import Area


@dataclass(frozen=True, slots=True)
class Staff:
    """Who sits where (the key of a desk → the account that works there), and which desks stopped work when."""

    at: dict[str, Account]
    leaves: dict[str, int]
    resident: Account


def password_of(username: str) -> str:
    """Return a cast member's password: made from this installation's own data key, so it is nowhere else the same."""
    word = crypto.hash_secret(f"demo:{username}")
    return f"{word[:4]}-{word[4:8]}-{word[8:12]}"


def hire(scheme: Scheme, on: date, now: datetime, rng: Random) -> Staff:
    """Make accounts and appointments for every post of the demo, the cast first."""
    areas = list(territory.areas(on).defer("boundary").order_by("code"))
    at: dict[str, Account] = {}
    leaves: dict[str, int] = {}
    phones = _phones()
    for member in plan()["cast"]:
        account = operations.create_staff(
            actor=None, username=member["username"], name=member["name"], phone=next(phones), now=now
        )
        operations.set_password(actor=None, account=account, password=password_of(member["username"]), now=now)
        desk = _appoint(account, member, scheme, areas, now)
        at[desk], leaves[desk] = account, member["leaves"]
    names = _names(rng)
    for post in plan()["names"]["posts"]:
        for area in areas:
            if area.level == scheme.posts[post].at and f"{post}@{area.code}" not in at:
                account = operations.create_staff(
                    actor=None, username=f"{post}-{area.code}", name=next(names), phone=next(phones), now=now
                )
                operations.appoint(actor=None, account=account, post=post, area=area, since=now, now=now)
                at[f"{post}@{area.code}"] = account
    for department in Department.objects.order_by("code"):
        if f"department:{department.code}" not in at:
            clerk = operations.create_staff(actor=None, username=f"clerk-{department.code}", name=next(names), now=now)
            post = plan()["names"]["clerk"]
            operations.appoint(actor=None, account=clerk, post=post, department=department, since=now, now=now)
            at[f"department:{department.code}"] = clerk
    return Staff(at, leaves, _resident(now))


def _appoint(account: Account, member: dict[str, Any], scheme: Scheme, areas: list[Area], now: datetime) -> str:
    """Give a cast member the post: in the named department, or at the home village's line of areas."""
    post = member["post"]
    if code := member.get("department"):
        department = Department.objects.get(code=code)
        operations.appoint(actor=None, account=account, post=post, department=department, since=now, now=now)
        return f"department:{code}"
    home = plan()["home"]["village"]
    level = scheme.posts[post].at
    area = next(
        area for area in areas if area.level == level and (home.startswith(area.code) or area.code.startswith(home))
    )
    operations.appoint(actor=None, account=account, post=post, area=area, since=now, now=now)
    return f"{post}@{area.code}"


def _resident(now: datetime) -> Account:
    given = plan()["resident"]
    return operations.register_resident(
        phone=given["phone"], password=password_of(given["phone"]), name=given["name"], now=now
    )


def _phones() -> Iterator[str]:
    """Yield telephone numbers that nobody can have: no mobile number begins like that."""
    return (f"1000001{n:04}" for n in count(1))


def _names(rng: Random) -> Any:
    """Yield made-up names without end; no two in a row of the list's length are the same."""
    pairs = [family + given for family in plan()["names"]["family"] for given in plan()["names"]["given"]]
    rng.shuffle(pairs)
    while True:
        yield from pairs
