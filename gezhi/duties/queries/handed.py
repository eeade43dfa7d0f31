"""Reports: what one would say if it were handed in now, those that were handed in, those that wait to be received."""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from itertools import compress
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import get_language

from gezhi.cases.models import Case
from gezhi.duties import plans
from gezhi.duties.access import receives
from gezhi.duties.models import Activity, Report
from gezhi.duties.plans import Planned
from gezhi.duties.queries.books import Figures, Line, figures, lines
from gezhi.people.access import standing
from gezhi.people.models import Account
from gezhi.registers.models import Entry

MOST = 60
_BACK = timedelta(days=40)
_WEEK = timedelta(days=6)
# A report that nobody received for so long is asked for by nobody any more.
_RECEIVED_WITHIN = timedelta(days=100)
# What of a line has labels, which are kept in each language.
_WORDED = ("did", "what", "place", "note")
COUNTED = (
    "patrols", "visits", "inspections", "findings", "on_the_spot", "taken_in", "closed", "changes",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draft:
    """What a report says by itself: of which days, how much was done in the area, line by line what its writer did.

    `before` is a report of the writer's that told of its first day already: the figures of that day are in both.
    """

    first: date
    last: date
    figures: Figures
    lines: tuple[Line, ...]
    before: Report | None = None
    # Each line once more in other languages, where they were asked for.
    others: tuple[Mapping[str, Line], ...] = ()


def draft(*, row: Activity, planned: Planned, now: datetime, languages: Sequence[str] = ()) -> Draft:
    """Return what a report that is being written says: everything that the report before it did not say yet.

    Its figures are of whole days, from the day after that report on.
    """
    before = _before(row)
    first = _since(planned, row.day) if before is None else min(before.last + plans.DAY, row.day)
    counted, _below = figures(area=row.area, first=first, last=row.day)
    since = before.first if before else first
    found = lines(account=row.account, now=now, first=since, last=row.day)
    known = {_same(thawed(one)) for one in before.lines} if before else set()
    own = {row.pk, before.pk} if before else {row.pk}
    fresh = [one.activity not in own and _same(one) not in known for one in found]
    again: dict[str, list[Line]] = {}
    for language in languages:
        with translation.override(language):
            again[language] = _beside_each(found, lines(account=row.account, now=now, first=since, last=row.day))
    others = [{language: some[at] for language, some in again.items()} for at in range(len(found))]
    overlaps = before is not None and before.last >= first
    return Draft(
        first, row.day, counted, tuple(compress(found, fresh)), before if overlaps else None,
        tuple(compress(others, fresh)),
    )  # fmt: skip


def told_before(report: Report) -> Report | None:
    """Return the report of the same writer, duty and area that told of the first day already, if there is one."""
    rows = _beside(report.activity).exclude(pk=report.pk)
    rows = rows.filter(last__gte=report.first, handed_at__lt=report.handed_at)
    return rows.select_related("activity").order_by("-handed_at").first()


def _before(row: Activity) -> Report | None:
    """Return the writer's last report before this one, of the same duty and area."""
    rows = _beside(row).filter(last__lte=row.day)
    return rows.exclude(pk=row.pk).order_by("-last", "-handed_at").first()


def _beside(row: Activity) -> QuerySet[Report]:
    return Report.objects.filter(
        activity__account=row.account_id, activity__scheme=row.scheme, activity__duty=row.duty,
        activity__area=row.area_id, activity__withdrawn_at=None,
    )  # fmt: skip


def _since(planned: Planned, on: date) -> date:
    """Return from when a first report tells: since the round before was due."""
    one = planned.round_on(on)
    before = [each for each in planned.rounds(on - _BACK, on) if one is None or each.due < one.due]
    return before[-1].due + plans.DAY if before else on - _WEEK


def _beside_each(found: Sequence[Line], again: Sequence[Line]) -> list[Line]:
    """Return each line as it was read again; itself where it is not there (any more), since work goes on meanwhile."""
    waiting: dict[object, deque[Line]] = defaultdict(deque)
    for one in again:
        waiting[_same(one)].append(one)
    return [waiting[_same(one)].popleft() if waiting[_same(one)] else one for one in found]


def _same(one: Line) -> tuple[str, object, str]:
    # what an activity or a case is called depends on the language; the moment does not
    return one.at.isoformat(), one.activity or one.case, "" if one.activity or one.case else one.what


def frozen(one: Line, others: Mapping[str, Line] | None = None) -> dict[str, Any]:
    """Return a line as it is kept: as its writer reads it, and where labels differ in `others`, by language."""
    said: dict[str, Any] = {name: value for name, value in asdict(one).items() if value not in ("", None, False)}
    differing = {
        f"{name}:{language}": getattr(other, name)
        for language, other in (others or {}).items()
        for name in _WORDED
        if getattr(other, name) != getattr(one, name)
    }
    kept = {name: value if isinstance(value, str) else str(value) for name, value in said.items()}
    return kept | differing | {"at": one.at.isoformat()}


def thawed(kept: Mapping[str, str]) -> Line:
    """Return a kept line, its labels in the language that is active; what people wrote stays as they wrote it."""
    activity, entry, language = kept.get("activity"), kept.get("entry"), get_language() or "zh-hans"
    did, what, place, note = (kept.get(f"{name}:{language}", kept.get(name, "")) for name in _WORDED)
    return Line(
        at=datetime.fromisoformat(kept["at"]), activity=UUID(activity) if activity else None,
        case=kept.get("case", ""), entry=UUID(entry) if entry else None,
        did=did, what=what, place=place, note=note,
    )  # fmt: skip


def lines_of(report: Report, *, reader: Account, now: datetime) -> list[Line]:
    """Return the lines of a report; of cases and entries only those that the reader may see, as in a diary."""
    kept = [thawed(one) for one in report.lines]
    if reader.pk == report.activity.account_id:
        return kept
    named = {one.activity for one in kept if one.activity}
    seen = set(Activity.objects.visible_to(reader, now=now).filter(pk__in=named).values_list("pk", flat=True))
    numbers = {one.case for one in kept if one.case}
    cases = set(Case.objects.visible_to(reader, now=now).filter(number__in=numbers).values_list("number", flat=True))
    about = {one.entry for one in kept if one.entry}
    entries = set(Entry.objects.visible_to(reader, now=now).filter(pk__in=about).values_list("pk", flat=True))
    return [
        one if one.activity is None or one.activity in seen else replace(one, activity=None)
        for one in kept
        if (not one.case or one.case in cases) and (one.entry is None or one.entry in entries)
    ]


def reports(*, account: Account, now: datetime, mine: bool = False, size: int = MOST) -> list[Report]:
    """Return the reports of the areas that somebody answers for, and the own ones, the newest first."""
    rows = _seen(account, now)
    rows = rows.filter(activity__account=account) if mine else rows
    return list(rows.order_by("-handed_at")[:size])


def report(*, account: Account, pk: UUID, now: datetime) -> Report | None:
    """Return a report that somebody may see."""
    return _seen(account, now).filter(pk=pk).first()


def to_receive(*, account: Account, now: datetime, size: int = MOST) -> list[Report]:
    """Return the reports that wait for somebody to receive them, the oldest first."""
    today = timezone.localdate(now)
    places = Q(pk__in=[])
    for grant in standing(account, now).reach.grants:
        places |= Q(activity__area_path__startswith=grant.path) if grant.path else Q(pk__in=[])
    rows = _seen(account, now).filter(
        places, received_at=None, activity__withdrawn_at=None, last__gte=today - _RECEIVED_WITHIN
    )
    kept: list[Report] = []
    for row in rows.exclude(activity__account=account).order_by("handed_at")[: size * 5]:
        planned = plans.of_version(row.activity.scheme_version_id, row.activity.duty)
        if planned is not None and receives(account, row.activity, planned, now):
            kept.append(row)
    return kept[:size]


def _seen(account: Account, now: datetime) -> QuerySet[Report]:
    rows = Report.objects.filter(activity__in=Activity.objects.visible_to(account, now=now).values("pk"))
    return rows.select_related("activity__area", "activity__account", "received_by").defer("activity__area__boundary")


def counted(said: Figures | Mapping[str, int]) -> Sequence[int]:
    """Return the figures of a report in their order."""
    return [int(said.get(name, 0)) if isinstance(said, Mapping) else getattr(said, name) for name in COUNTED]
