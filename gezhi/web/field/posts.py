"""A worker's posts: where they hold one, and what to say when the last one has ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import get_language

from gezhi.people import access
from gezhi.people import queries as people
from gezhi.people.models import Account
from gezhi.territory import queries as territory
from gezhi.territory.models import Area


@dataclass(frozen=True, slots=True)
class Ended:
    """The post that somebody held last: its title and place, and when it ended (None: never held one)."""

    title: str = ""
    place: str = ""
    at: datetime | None = None


def ended(account: Account, now: datetime) -> Ended:
    """Return the post that ended last, for somebody who holds none now."""
    last = next((one for one in people.history(account) if one.until is not None and one.until <= now), None)
    if last is None or last.until is None:
        return Ended()
    titles = people.post_titles(now, get_language() or "zh-hans")
    where = last.area.name if last.area else last.department.title if last.department else ""
    return Ended(titles.get(last.post, last.post), territory.short_name(where), last.until - timedelta(microseconds=1))


def own_places(account: Account, now: datetime) -> list[str]:
    """Return the names of the areas in which somebody holds a post."""
    codes = [grant.area for grant in access.reach(account, now).grants if grant.area]
    held = Area.objects.filter(code__in=codes, until=None).order_by("path")
    return [territory.short_name(name) for name in held.values_list("name", flat=True)] if codes else []


def own_areas(account: Account, now: datetime, *, most: int = 400) -> list[Area]:
    """Return the lowest areas that somebody answers for: a worker's own grids."""
    today = timezone.localdate(now)
    paths = access.reach(account, now).area_paths
    below = [area for path in paths for area in territory.subtree(path, today)[:most]]
    parents = {area.parent_id for area in below}
    return [area for area in below if area.pk not in parents]
