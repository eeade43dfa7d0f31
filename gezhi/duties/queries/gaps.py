"""Posts that stand empty: whoever holds them is away, and nobody else is there to do what is owed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import get_language

from gezhi.duties import plans
from gezhi.duties.models import Absence
from gezhi.enactment import queries as enactment
from gezhi.people.access import in_force
from gezhi.people.models import Account, Appointment
from gezhi.schemes.text import Text
from gezhi.territory.models import Area


@dataclass(frozen=True, slots=True)
class Gap:
    """A post at an area without anybody there, from a day until another, both included. It names no person."""

    post: str
    area: Area
    since: date
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
    away = Absence.objects.filter(last__gte=first, withdrawn_at=None)
    mine = away.filter(first__lte=last, account=account) if account is not None else away.filter(first__lte=last)
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
    spans: dict[UUID, list[tuple[date, date]]] = {}
    for row in away.filter(account__in={who for some in there.values() for who in some}).order_by("first"):
        spans.setdefault(row.account_id, []).append((row.first, row.last))
    found = []
    for (post, pk), ground in sorted(wanted.items(), key=lambda one: (one[1].path, one[0][0])):
        if pk is not None and (empty := _empty([spans.get(who, []) for who in there[post, pk]], first, last)):
            found.append(Gap(post, ground, *empty, posts[post]))
    return found


def _empty(away: Sequence[Sequence[tuple[date, date]]], first: date, last: date) -> tuple[date, date] | None:
    """Return the first days on which all of several are away at once: of the days asked for, and on from there."""
    days = ((since, until) for spans in away for since, until in spans)
    for start in sorted({max(first, since) for since, until in days if since <= last and until >= first}):
        end = min(_until(spans, start) for spans in away)
        if end >= start:
            return start, end
    return None


def _until(spans: Sequence[tuple[date, date]], start: date) -> date:
    """Return until when somebody is away from a day on, absences that follow one another taken together."""
    end = start - plans.DAY
    for since, until in spans:
        if since <= end + plans.DAY and until > end:
            end = until
    return end


def _owing(now: datetime) -> dict[str, Text]:
    """Return the posts that any plan in force gives duties to, with their titles."""
    found: dict[str, Text] = {}
    for _version, scheme in enactment.all_in_force(timezone.localdate(now)):
        for duty in scheme.duties.values():
            found |= {one: scheme.posts[one].title for one in duty.who if one in scheme.posts}
    return found
