"""The first steps: from an empty database to the first case. How far a district has come follows from its data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from gezhi.cases import queries as cases
from gezhi.enactment import queries as enactment
from gezhi.people import queries as people
from gezhi.people.models import Account
from gezhi.schemes.model import Scheme
from gezhi.territory import queries as territory
from gezhi.web import wording
from gezhi.web.setup import plans
from gezhi.web.setup.pages import for_setup, shown
from gezhi.web.setup.plans import Plan
from gezhi.web.setup.schemes import shipped

STEPS = ("plan", "force", "areas", "people", "check", "case")


@dataclass(frozen=True, slots=True)
class LevelCount:
    """How many areas a level has."""

    title: str
    count: int


@dataclass(frozen=True, slots=True)
class Seat:
    """A post with how many of its places have somebody; `missing` names some that have nobody."""

    post: str
    at: str
    filled: int
    places: int
    missing: tuple[str, ...]

    @property
    def empty(self) -> int:
        """How many places have nobody."""
        return self.places - self.filled


@for_setup
def begin(request: HttpRequest, account: Account, now: datetime) -> HttpResponse:
    """Show what is done and what comes next; each step says about how long it takes."""
    on = timezone.localdate(now)
    plan = _plan(now)
    scheme = plan.scheme if plan else None
    levels, seats = _levels(scheme, on), _seats(scheme, now, on)
    errors = sum(one.severity == "error" for one in plans.findings(plan, now)) if plan else 0
    done = _done(plan, levels, seats, bool(people.filled(now)))
    words = {
        "done": done,
        "now_at": next((step for step in STEPS if not done[step]), ""),
        "count": sum(done.values()),
        "steps": len(STEPS),
        "chosen": plan,
        "scheme": scheme,
        "errors": errors,
        "shipped": [] if plan else shipped(),
        "levels": levels,
        "seats": seats,
        "gaps": [seat for seat in seats if seat.empty],
        "covered": bool(seats) and not any(seat.empty for seat in seats),
        "today": on,
    }
    return shown(request, account, now, "setup/begin.html", words)


def is_empty(now: datetime) -> bool:
    """Say whether a district has still to be set up: no plan in force, no areas, or nobody at work."""
    on = timezone.localdate(now)
    return not (enactment.all_in_force(on) and territory.levels(on) and people.filled(now))


def _plan(now: datetime) -> Plan | None:
    """Return the plan that the district is set up with: what is in force or will be, else the newest draft."""
    rows = [row for row in enactment.versions() if not hasattr(row, "cancellation")]
    if rows:
        return plans.of_version(max(rows, key=lambda row: row.enacted_at), now)
    first = enactment.drafts().first()
    draft = enactment.draft(first.pk) if first else None
    return plans.of_draft(draft) if draft else None


def _done(
    plan: Plan | None,
    levels: list[LevelCount],
    seats: list[Seat],
    anybody: bool,  # noqa: FBT001
) -> dict[str, bool]:
    return {
        "plan": plan is not None and plan.scheme is not None,
        "force": plan is not None and plan.draft is None,
        "areas": bool(levels) and all(one.count for one in levels),
        "people": anybody,
        "check": anybody and bool(seats) and all(seat.filled for seat in seats),
        "case": cases.any_case(),
    }


def _levels(scheme: Scheme | None, on: date) -> list[LevelCount]:
    counts = territory.levels(on)
    return (
        [LevelCount(wording.say(one.title), counts.get(one.id, 0)) for one in scheme.levels.values()] if scheme else []
    )


def _seats(scheme: Scheme | None, now: datetime, on: date) -> list[Seat]:
    """Return for every post that its areas or departments should have how many have somebody."""
    if scheme is None:
        return []
    places = _places(scheme, on)
    held = people.places_held(now)
    found = []
    for post in scheme.posts.values():
        of_level = places.get(post.at, {})
        missing = [name for key, name in of_level.items() if key not in held.get(post.id, frozenset())]
        title = wording.say(scheme.levels[post.at].title) if post.at in scheme.levels else gettext("departments")
        found.append(
            Seat(wording.say(post.title), title, len(of_level) - len(missing), len(of_level), tuple(missing[:4]))
        )
    return [seat for seat in found if seat.places]


def _places(scheme: Scheme, on: date) -> Mapping[str, Mapping[str, str]]:
    """Return level → code → name of its areas; the departments of the plan under `department`."""
    found: dict[str, dict[str, str]] = {}
    for code, name, level in territory.areas(on).order_by("code").values_list("code", "name", "level"):
        found.setdefault(level, {})[code] = name
    found["department"] = {one.id: wording.say(one.title) for one in scheme.departments.values()}
    return found
