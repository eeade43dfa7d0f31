"""Posts that stand empty: whoever holds them is away, and nobody else is there to do what is owed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import get_language

from gezhi.duties.models import Absence
from gezhi.enactment import queries as enactment
from gezhi.people.access import in_force
from gezhi.people.models import Account, Appointment
from gezhi.schemes.text import Text
from gezhi.territory.models import Area


@dataclass(frozen=True, slots=True)
class Gap:
    """A post at an area without anybody there, until the last day of those away. It names no person."""

    post: str
    area: Area
    until: date
    titled: Text

    def title(self, language: str = "") -> str:
        """Return what the post is called."""
        return self.titled.say(language or get_language() or "zh-hans")


def gaps(
    *, first: date, last: date, now: datetime, path: str = "", account: Account | None = None
) -> list[Gap]:  # fmt: skip
    """Return the posts with duties that stand empty on some of these days, below a path or of one person's.

    Four statements, however many posts there are.
    """
    away = Absence.objects.filter(first__lte=last, last__gte=first, withdrawn_at=None)
    mine = away.filter(account=account) if account is not None else away
    rows = Appointment.objects.filter(in_force(now), area__isnull=False, account__is_active=True)
    concerned = rows.filter(account__in=mine.values("account"), stand_in=False, area__path__startswith=path)
    posts = _owing(now)
    wanted = {
        (row.post, row.area_id): row.area
        for row in concerned.filter(post__in=posts).select_related("area").defer("area__boundary")
        if row.area is not None
    }
    if not wanted:
        return []
    there: dict[tuple[str, UUID], set[UUID]] = {}
    for post, area, who in rows.filter(
        post__in={post for post, _ in wanted}, area__in={area for _, area in wanted}
    ).values_list("post", "area", "account"):
        if area is not None:
            there.setdefault((post, area), set()).add(who)
    ends = _until(away.filter(account__in={who for some in there.values() for who in some}))
    return [
        Gap(post, area, max(ends[who] for who in there[post, pk]), posts[post])
        for (post, pk), area in sorted(wanted.items(), key=lambda one: (one[1].path, one[0][0]))
        if pk is not None and all(who in ends for who in there[post, pk])
    ]


def _until(rows: Iterable[Absence]) -> dict[UUID, date]:
    ends: dict[UUID, date] = {}
    for row in rows:
        ends[row.account_id] = max(row.last, ends.get(row.account_id, row.last))
    return ends


def _owing(now: datetime) -> dict[str, Text]:
    """Return the posts that any plan in force gives duties to, with their titles."""
    found: dict[str, Text] = {}
    for _version, scheme in enactment.all_in_force(timezone.localdate(now)):
        for duty in scheme.duties.values():
            found |= {one: scheme.posts[one].title for one in duty.who if one in scheme.posts}
    return found
