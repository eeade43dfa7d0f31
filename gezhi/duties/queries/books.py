"""The books that write themselves: a person's days and weeks, an area's months, from activities, cases and registers.

There is one diary. A line is written where something was done, and nowhere else; what was written after a leaf was
closed says so. Sums are of areas, never of persons.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Func, Q, QuerySet, TextField, Value
from django.utils import timezone
from django.utils.translation import get_language, gettext

from gezhi.cases import queries as cases
from gezhi.cases.access import account_id
from gezhi.cases.models import Case
from gezhi.duties.access import ActivityRows
from gezhi.duties.leaves import Which
from gezhi.duties.models import Activity, Finding, Leaf, Way
from gezhi.enactment import queries as enactment
from gezhi.people.models import Account
from gezhi.registers import access as entries
from gezhi.registers.models import EntryChange
from gezhi.schemes.duties import ACTIVITIES
from gezhi.territory import queries as territory
from gezhi.territory.models import Area

_MOST = 600


@dataclass(frozen=True, slots=True)
class Line:
    """One thing done: when, what, on what, where, what came of it. One of `activity` and `case` leads to its page.

    `entry`: whose name the line has; nothing of a care case, since of that it has none.
    """

    at: datetime
    did: str
    what: str
    place: str
    note: str = ""
    activity: UUID | None = None
    case: str = ""
    added: bool = False
    entry: UUID | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened in an area and below in some days, counted by things."""

    area: Area
    activities: int = 0
    patrols: int = 0
    visits: int = 0
    inspections: int = 0
    findings: int = 0
    on_the_spot: int = 0
    taken_in: int = 0
    closed: int = 0
    changes: int = 0


def leaf_of(which: Which) -> Leaf | None:
    """Return what is kept of a leaf; None when nothing was written on it."""
    rows = Leaf.objects.filter(book=which.book, first=which.first, last=which.last, account=which.account)
    return rows.filter(area=which.area, page=which.page).select_related("closed_by").first()


def lines(
    *, account: Account, now: datetime, first: date, last: date, closed: datetime | None = None,
    reader: Account | None = None,
) -> list[Line]:  # fmt: skip
    """Return everything that somebody did from a day to another, in order of time.

    A `reader` who is somebody else sees of it what he may see anyway: no care case, no case that is not for him.
    """
    since, until = span(first, last)
    reads = reader or account
    done = Activity.objects.unscoped(reason="one's own diary")
    if reads.pk != account.pk:
        done = Activity.objects.visible_to(reads, now=now)
    found = [
        *_activities(done, account, (first, last), closed),
        *_cases(account, reads, now, (since, until)),
        *_changes(account, reads, now, (since, until)),
    ]
    return sorted(found, key=lambda one: one.at)


def figures(*, area: Area, first: date, last: date) -> tuple[Figures, list[Figures]]:
    """Return the figures of an area and those of each area right below; below the lowest there are none.

    Five statements, however many areas there are.
    """
    counted = _counted(area, first, last)
    below = territory.children(area, last).defer("boundary")
    return _figures(area, counted.values()), [_figures(one, [counted.get(one.code, Counter())]) for one in below]


def span(first: date, last: date) -> tuple[datetime, datetime]:
    """Return the moments at which the first day begins and the last one has ended."""
    zone = timezone.get_current_timezone()
    return datetime.combine(first, time(), zone), datetime.combine(last + timedelta(days=1), time(), zone)


def _activities(
    seen: ActivityRows, account: Account, days: tuple[date, date], closed: datetime | None
) -> Iterable[Line]:
    rows = seen.filter(Q(account=account) | Q(others__contains=[account.pk]), day__range=days, withdrawn_at=None)
    rows = rows.select_related("area").defer("area__boundary").prefetch_related("findings").order_by("began")
    for row in rows[:_MOST]:
        duty = enactment.scheme(row.scheme_version_id).duties.get(row.duty)
        yield Line(
            at=min(row.began, row.recorded_at), did=duty.title.say(_language()) if duty else row.duty,
            what=_what(row) or territory.short_name(row.area.name),
            place=territory.short_name(row.area.name) if row.entry_name else "",
            note="" if row.guarded else _note(row), activity=row.pk,
            added=closed is not None and row.recorded_at > closed, entry=None if row.guarded else row.entry_id,
        )  # fmt: skip


def _what(row: Activity) -> str:
    """Return what it was about. A diary is printed and handed on: of a care case it says that it was one, no name."""
    return gettext("Help for people") if row.guarded else row.entry_name


def _note(row: Activity) -> str:
    said = [_found(one) for one in row.findings.all()]
    if row.nil:
        said.append(gettext("nothing to report"))
    return gettext("; ").join([*said, *([row.remarks] if row.remarks else [])])


def _found(one: Finding) -> str:
    text = one.text or one.item
    if one.number:
        text = f"{text} ({one.number})"
    return f"{text}: {one.get_way_display()}" if one.way != Way.CASE else text


def _cases(account: Account, reads: Account, now: datetime, span: tuple[datetime, datetime]) -> Iterable[Line]:
    acts = cases.diary(account=account, now=now, since=span[0], until=span[1])
    if reads.pk != account.pk:
        seen = Case.objects.visible_to(reads, now=now).filter(number__in={act.number for act in acts})
        numbers = set(seen.values_list("number", flat=True))
        acts = tuple(act for act in acts if act.number in numbers)
    for act in acts:
        did = act.title.say(_language()) or _RECORDS.get(act.action, lambda: "")() or gettext("Taken in")
        yield Line(act.at, did, act.case, act.place, case=act.number)


_RECORDS = {
    "comment": lambda: gettext("Note"), "correct": lambda: gettext("Put right"), "place": lambda: gettext("Placed"),
    "merge": lambda: gettext("Merged"), "supervise": lambda: gettext("Supervised"),
    "propose": lambda: gettext("Proposed"), "decide": lambda: gettext("Decided"),
}  # fmt: skip


def _changes(account: Account, reads: Account, now: datetime, span: tuple[datetime, datetime]) -> Iterable[Line]:
    since, until = span
    rows = EntryChange.objects.filter(actor=account_id(account), at__gte=since, at__lt=until, batch=None)
    if reads.pk != account.pk:
        rows = rows.filter(entries.visible(reads, now, "entry__"))
    titles = {
        register.id: register.title.say(_language())
        for _version, scheme in enactment.all_in_force(timezone.localdate(until))
        for register in scheme.registers.values()
    }
    for row in rows.filter(entry__care=False).select_related("entry").order_by("at")[:_MOST]:
        did = gettext("Entered in %(register)s") if row.kind == "open" else gettext("Updated %(register)s")
        register = titles.get(row.entry.register, row.entry.register)
        yield Line(row.at, did % {"register": register}, row.entry.name, row.entry.code, entry=row.entry_id)


def _counted(area: Area, first: date, last: date) -> dict[str, Counter[str]]:
    """Return what happened by the code of the area right below in which it did ("" for the area itself).

    Nothing of care cases is counted: in a small area a number would tell that there is one.
    """
    since, until = span(first, last)
    done = Activity.objects.unscoped(reason="sums of an area").filter(
        area_path__startswith=area.path, day__range=(first, last), withdrawn_at=None, guarded=False
    )
    matters = Case.objects.unscoped(reason="sums of an area").filter(area_path__startswith=area.path)
    changed = EntryChange.objects.filter(
        at__gte=since, at__lt=until, entry__area_path__startswith=area.path, entry__care=False
    )
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for rows in (
        _grouped(done, "area_path", area, F("kind")),
        _grouped(Finding.objects.filter(activity__in=done.values("pk")), "activity__area_path", area, F("way")),
        _grouped(matters.filter(opened_at__gte=since, opened_at__lt=until), "area_path", area, Value("opened")),
        _grouped(matters.filter(closed_at__gte=since, closed_at__lt=until), "area_path", area, Value("closed")),
        _grouped(changed, "entry__area_path", area, Value("changes")),
    ):
        for code, what, n in rows:
            found[code][what] += n
    return found


def _grouped(rows: QuerySet[Any], path: str, area: Area, what: F | Value) -> Iterable[tuple[str, str, int]]:
    part = Func(F(path), Value("/"), Value(area.path.count("/") + 1), function="split_part", output_field=TextField())
    some = rows.order_by().annotate(below=part, what=what)
    return list(some.values_list("below", "what").annotate(n=Count("pk")))


def _figures(area: Area, counted: Iterable[Counter[str]]) -> Figures:
    all_: Counter[str] = sum(counted, Counter())
    return Figures(
        area=area, activities=sum(all_[kind] for kind in ACTIVITIES), patrols=all_["patrol"] + all_["sweep"],
        visits=all_["visit"], inspections=all_["inspection"] + all_["verification"],
        findings=sum(all_[way] for way in Way.values), on_the_spot=all_[Way.SPOT], taken_in=all_["opened"],
        closed=all_["closed"], changes=all_["changes"],
    )  # fmt: skip


def _language() -> str:
    return get_language() or "zh-hans"
