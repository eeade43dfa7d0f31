"""Rounds of the last weeks that were not filled, with what excuses them: who was away, what was objected."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils import timezone

from gezhi.duties import plans
from gezhi.duties.access import within
from gezhi.duties.models import Absence, Activity, Objection
from gezhi.duties.plans import Planned
from gezhi.duties.queries import sums
from gezhi.duties.queries.owed import measured
from gezhi.duties.queries.sums import Scope
from gezhi.people.access import standing
from gezhi.people.models import Account
from gezhi.schemes.rounds import Round
from gezhi.schemes.text import Text
from gezhi.territory.models import Area

LOOKED_BACK = timedelta(days=14)
_LONG = ("month", "quarter", "half_year", "year")


@dataclass(frozen=True, slots=True)
class Missed:
    """A round that is over and was not filled. `away`: the kind of absence that covers all of it."""

    planned: Planned
    area: Area
    round: Round
    asked: int
    done: int
    away: str = ""
    objection: Objection | None = None
    # Which of several stretches of hours stayed empty, where it is about one object.
    empty: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class _Excuses:
    """What excuses somebody: absences, and objections by scheme, duty, area and period."""

    away: list[Absence]
    said: dict[tuple[str, str, UUID, str], Objection]


def missed(*, account: Account, now: datetime) -> list[Missed]:
    """Return the missed rounds of an account's own posts, the newest first."""
    grants = [one for one in standing(account, now).reach.grants if one.path and not one.stand_in]
    areas = {row.path: row for row in Area.objects.filter(path__in={one.path for one in grants}).defer("boundary")}
    away = list(Absence.objects.filter(account=account, withdrawn_at=None))
    said: dict[tuple[str, str, UUID, str], Objection] = {
        (row.scheme, row.duty, row.area_id, row.period): row
        for row in Objection.objects.filter(account=account).exclude(state=Objection.State.WITHDRAWN).order_by("at")
    }
    excuses = _Excuses(away, said)
    found: list[Missed] = []
    since = {one: _held_since(account, one.post, areas[one.path]) for one in grants if one.path in areas}
    for planned in plans.in_force(timezone.localdate(now)):
        for grant in grants:
            if grant.post in planned.duty.who and not planned.duty.starts_on and grant.path in areas:
                found += _of(planned, areas[grant.path], planned.days.local_date(now), since[grant], excuses)
    return sorted(found, key=lambda one: (one.round.last, one.planned.name), reverse=True)


def objections(*, account: Account, now: datetime, open_only: bool = False) -> list[Objection]:
    """Return the objections of the areas that somebody answers for, and the own ones, the newest first."""
    who = standing(account, now)
    rows = Objection.objects.filter(within(who)) | Objection.objects.filter(account=account)
    rows = rows.filter(state=Objection.State.OPEN) if open_only else rows
    return list(rows.select_related("account", "area", "decided_by").defer("area__boundary").order_by("-at")[:200])


def absences(*, accounts: Iterable[Account], since: date) -> list[Absence]:
    """Return the absences of several that have not ended before a day."""
    rows = Absence.objects.filter(account__in=list(accounts), last__gte=since, withdrawn_at=None)
    return list(rows.select_related("account", "entered_by").order_by("first", "account__username"))


def _held_since(account: Account, post: str, area: Area) -> date:
    rows = account.appointments.filter(post=post, area=area).order_by("-since").values_list("since", flat=True)
    first = rows.first()
    return timezone.localdate(first) if first else date.max


def _of(
    planned: Planned, area: Area, on: date, held: date, excuses: _Excuses
) -> Iterable[Missed]:  # fmt: skip
    rate = planned.duty.rate
    # a round by rule is open until the next one, and so over long after it was due
    back = timedelta(days=100) if rate is None or rate.per in _LONG else LOOKED_BACK
    over = [
        one for one in planned.rounds(on - back, on - plans.DAY)
        if one.last < on and one.first >= held and (rate is not None or on - one.last <= LOOKED_BACK)
    ]  # fmt: skip
    if not over:
        return
    for one, asked, done, empty in _measured(planned, area, over):
        if done < asked:
            key = (planned.scheme.id, planned.duty.id, area.pk, one.period)
            away = next((row.reason for row in excuses.away if _covers(row, one)), "")
            yield Missed(planned, area, one, asked, done, away, excuses.said.get(key), empty)


def _covers(row: Absence, one: Round) -> bool:
    """Say whether an absence covers a round; one's own, entered when the round was over, is for an objection to say."""
    in_time = row.entered_by_id != row.account_id or timezone.localdate(row.at) <= one.last
    return in_time and row.first <= one.first and one.last <= row.last


def _measured(planned: Planned, area: Area, over: list[Round]) -> Iterable[tuple[Round, int, int, tuple[Text, ...]]]:
    if planned.of_entries or planned.duty.of.of != area.level:
        some = over[-2:]
        for one, found in zip(
            some, sums.totals([Scope(planned, one, area.path, one.last) for one in some]), strict=True
        ):
            yield (one, *measured(planned, one, found), ())
        return
    rows = Activity.objects.unscoped(reason="how often on which day, of an own duty").filter(
        scheme=planned.scheme.id, duty=planned.duty.id, area__in=sums.lineage([area.pk])[area.pk], counts=True,
        day__gte=over[0].first,
    )  # fmt: skip
    known = list(rows.values_list("day", "slot"))
    several = planned.duty.hours if len(planned.duty.hours) > 1 else ()
    for one in over:
        slots = [slot for day, slot in known if one.first <= day <= one.last]
        # what was done when the plan named no hours yet fills one each
        done = slots.count(None) + len({*slots} - {None}) if several else len(slots)
        empty = [stretch.text for n, stretch in enumerate(several, 1) if n not in slots and None not in slots]
        yield one, one.amount, min(done, one.amount), tuple(empty)
