"""The handbook of an area: page by page as the plan lists them, filled from registers, activities and cases.

A page is a form. Of a register it has the entries as they are today; of a duty what was recorded in the days asked for,
a round of a repeat as a line of its own. What is sensitive is on no page. Pages of care cases have those that the
reader is assigned to, and are no file: they leave the product by nobody's hand.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import get_language, gettext, pgettext

from gezhi.cases.models import Case
from gezhi.duties.access import ActivityRows
from gezhi.duties.models import Activity
from gezhi.duties.queries.books import span
from gezhi.enactment import queries as enactment
from gezhi.people.models import Account
from gezhi.registers.models import Entry, State
from gezhi.registers.operations import said
from gezhi.schemes.filled import flat
from gezhi.schemes.forms import SILENT, Field, Form
from gezhi.schemes.model import Scheme
from gezhi.territory import queries as territory
from gezhi.territory.models import Area

MOST = 500
_UNSHOWN = (*SILENT, "photos", "place")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of the handbook as the plan has it: a form with the registers and duties that fill it."""

    scheme: Scheme
    form: Form
    registers: tuple[str, ...]
    duties: tuple[str, ...]
    care: bool

    @property
    def key(self) -> str:
        """What tells it from the pages of other plans."""
        return f"{self.scheme.id}.{self.form.id}"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A line of a page, and where it leads: an activity, an entry by register and code, or a case by its number."""

    cells: tuple[str, ...]
    activity: UUID | None = None
    entry: tuple[str, str] | None = None
    case: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """A page with its lines. `more`: there are further ones, which a handbook does not show."""

    columns: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    more: bool = False


def sheets(on: date) -> list[Sheet]:
    """Return the pages of the handbooks of the plans in force, in the plans' order."""
    return [
        sheet for _version, scheme in enactment.all_in_force(on) for name in scheme.handbook
        if (sheet := _sheet(scheme, name)) is not None
    ]  # fmt: skip


def _sheet(scheme: Scheme, name: str) -> Sheet | None:
    form = scheme.forms.get(name)
    if form is None:
        return None
    registers = [one for one in scheme.registers.values() if one.form == name]
    duties = tuple(one.id for one in scheme.duties.values() if one.form == name)
    return Sheet(scheme, form, tuple(one.id for one in registers), duties, any(one.care for one in registers))


def sheet(*, account: Account, now: datetime, sheet: Sheet, area: Area, first: date, last: date) -> Filled:
    """Return a page of an area's handbook, as far as the reader may see what stands on it."""
    fields = _shown(sheet.form.fields)
    if sheet.registers:
        rows = list(_entries(account, now, sheet, area, fields))
        columns = [pgettext("entry", "Code"), *(_title(one) for one in fields)]
        return Filled(tuple(columns), tuple(rows[:MOST]), len(rows) > MOST)
    plain = [one for one in fields if one.kind != "repeat"]
    repeat = next((one for one in fields if one.kind == "repeat"), None)
    inner = _shown(repeat.fields) if repeat else []
    done = Activity.objects.visible_to(account, now=now).filter(
        scheme=sheet.scheme.id, duty__in=sheet.duties, area_path__startswith=area.path, day__range=(first, last),
        withdrawn_at=None, ended__isnull=False, guarded=False,
    )  # fmt: skip
    rows = list(_activities(done, plain, repeat, inner))
    columns = [gettext("Day"), gettext("Place"), *(_title(one) for one in [*plain, *inner]), gettext("Remark")]
    return Filled(tuple(columns), tuple(rows[:MOST]), len(rows) > MOST)


def cases_of(*, account: Account, now: datetime, area: Area, first: date, last: date) -> Filled:
    """Return the page of what became a case in the area in these days: what it was, and what came of it."""
    since, until = span(first, last)
    seen = Case.objects.visible_to(account, now=now).filter(
        area_path__startswith=area.path, opened_at__gte=since, opened_at__lt=until
    )
    rows = []
    for row in seen.only("number", "title", "opened_at", "closed_at").order_by("opened_at", "number")[: MOST + 1]:
        closed = timezone.localdate(row.closed_at).isoformat() if row.closed_at else gettext("open")
        rows.append(
            SheetRow((timezone.localdate(row.opened_at).isoformat(), row.number, row.title, closed), case=row.number)
        )
    columns = (pgettext("column", "Came in"), gettext("Case"), gettext("Matter"), gettext("Closed on"))
    return Filled(columns, tuple(rows[:MOST]), len(rows) > MOST)


def _shown(fields: Iterable[Field]) -> list[Field]:
    return [one for one, _conditions in flat(fields) if not one.sensitive and one.kind not in _UNSHOWN]


def _title(one: Field) -> str:
    return one.title.say(_language())


def _entries(
    account: Account, now: datetime, sheet: Sheet, area: Area, fields: Sequence[Field]
) -> Iterator[SheetRow]:  # fmt: skip
    rows = Entry.objects.visible_to(account, now=now).filter(
        register__in=sheet.registers, area_path__startswith=area.path, state=State.ACTIVE
    )
    rows = rows.only("register", "code", "name", "data", "area_path").order_by("area_path", "code")
    for row in rows[: MOST + 1]:
        cells = (row.code, *(_cell(one, row.data.get(one.id)) for one in fields))
        yield SheetRow(cells, entry=(row.register, row.code))


def _activities(
    rows: ActivityRows, plain: Sequence[Field], repeat: Field | None, inner: Sequence[Field]
) -> Iterator[SheetRow]:  # fmt: skip
    rows = rows.select_related("area").defer("area__boundary", "sealed").order_by("day", "began", "pk")
    for row in rows[: MOST + 1]:
        head = (row.day.isoformat(), row.entry_name or territory.short_name(row.area.name))
        said_once = tuple(_cell(one, row.answers.get(one.id)) for one in plain)
        rounds = row.answers.get(repeat.id) if repeat else None
        lines = [one for one in rounds or () if isinstance(one, Mapping)] or [{}]
        note = gettext("; ").join(filter(None, (gettext("nothing to report") if row.nil else "", row.remarks)))
        for n, one in enumerate(lines):
            own = tuple(_cell(each, one.get(each.id)) for each in inner)
            first = head + said_once if n == 0 else ("",) * (len(head) + len(said_once))
            yield SheetRow((*first, *own, note if n == 0 else ""), activity=row.pk)


def _cell(one: Field, value: Any) -> str:
    if one.kind == "repeat":
        inner = _shown(one.fields)
        rounds = [each for each in value or () if isinstance(each, Mapping)]
        return "\n".join(
            gettext("; ").join(words for each in inner if (words := said(each, row.get(each.id), _language())))
            for row in rounds
        )
    words = said(one, value, _language())
    unit = one.unit.say(_language())
    return f"{words} {unit}".strip() if words and unit else words


def _language() -> str:
    return get_language() or "zh-hans"
