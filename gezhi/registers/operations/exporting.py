"""Taking a register out as a table: masked unless somebody with the right says what it is needed for; on record."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from openpyxl import Workbook

from gezhi.foundation import journal
from gezhi.people.access import standing
from gezhi.people.models import Account
from gezhi.registers import access, ledgers
from gezhi.registers.errors import Forbidden
from gezhi.registers.ledgers import Ledger
from gezhi.registers.models import Entry
from gezhi.registers.operations.looking import stated
from gezhi.registers.operations.writing import sealed_of
from gezhi.registers.queries.lists import Wanted, of
from gezhi.registers.values import fields_of, is_blank, masked
from gezhi.schemes.forms import Field

BOOK = "registers"
MOST = 1_000_000
type Progress = Callable[[int], None]


def export(
    *, actor: Account | None, now: datetime, wanted: Wanted, unmask: bool = False, reason: str = "",
    progress: Progress | None = None,
) -> Iterator[list[str]]:  # fmt: skip
    """Yield the headings, then a row for each entry that the actor may see. The taking out is written down first."""
    ledger, why = check(actor=actor, now=now, wanted=wanted, unmask=unmask, reason=reason)
    body = {"register": ledger.id, "area": wanted.area, "unmasked": unmask, "purpose": why}
    journal.record(BOOK, "export", actor=str(actor.pk) if actor else "", now=now, subject=ledger.id, body=body)
    return _rows(actor, now, wanted, ledger, unmask=unmask, progress=progress)


def check(
    *, actor: Account | None, now: datetime, wanted: Wanted, unmask: bool = False, reason: str = ""
) -> tuple[Ledger, str]:
    """Return the register and the purpose as it is written down; raise Refused for who may not take it out so."""
    ledger = ledgers.ledger(wanted.register, timezone.localdate(now))
    why = stated(reason) if unmask else ""
    if unmask and actor is not None and not _may_unmask(actor, ledger, wanted.area, now):
        raise Forbidden(
            "您没有在这个区域查看完整联系方式的权限，只能导出遮住后的内容。",
            "You have no right to see contact details in this whole area; export it masked.",
        )
    return ledger, why


def _may_unmask(actor: Account, ledger: Ledger, area: str, now: datetime) -> bool:
    reach = standing(actor, now).reach
    paths = [area] if area else list(reach.area_paths)
    if not area and reach.departments:
        return False  # a department's part of the register reaches beyond the areas; one of them has to be named
    return (
        bool(paths)
        and not ledger.register.care
        and all(reach.sees_area(path) and reach.holds(access.SEE_CONTACT, path=path) for path in paths)
    )


def _rows(
    actor: Account | None, now: datetime, wanted: Wanted, ledger: Ledger, *, unmask: bool, progress: Progress | None
) -> Iterator[list[str]]:
    known = {key: one for key, one in fields_of(ledger.form).items() if one.kind != "photos"}
    language = get_language() or "zh-hans"
    heads = ("编号", "网格", "所属编号") if not language.startswith("en") else ("code", "area", "part of")
    yield [*heads, *(one.title.say(language) for one in known.values())]
    rows = of(account=actor, now=now, wanted=wanted).select_related("area", "part_of").defer("area__boundary")
    for done, entry in enumerate(rows[:MOST].iterator(chunk_size=1_000), start=1):
        yield _row(entry, ledger, known, language, unmask=unmask)
        if progress and done % 500 == 0:
            progress(done)


def _row(entry: Entry, ledger: Ledger, known: dict[str, Field], language: str, *, unmask: bool) -> list[str]:
    sealed = sealed_of(entry)
    values = {**entry.data, **(sealed if unmask else masked(ledger.form, sealed))}
    whole = entry.part_of.code if entry.part_of else ""
    cells = [said(one, values.get(key), language) for key, one in known.items()]
    return [inert(cell) for cell in (entry.code, entry.area.code, whole, *cells)]


def said(one: Field, value: Any, language: str) -> str:
    """Return a value as a table or a page says it: choices by their titles."""
    if is_blank(value):
        return ""
    titles = {option.id: option.title.say(language) or option.id for option in one.choices}
    if isinstance(value, bool):
        return ("yes" if value else "no") if language.startswith("en") else ("是" if value else "否")
    if one.kind == "choices" and isinstance(value, list):
        return ("; " if language.startswith("en") else "、").join(titles.get(str(each), str(each)) for each in value)
    if one.kind == "choice":
        return titles.get(str(value), str(value))
    if one.kind == "place" and isinstance(value, dict):
        return f"{value.get('lon')},{value.get('lat')}"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)


def inert(cell: str) -> str:
    """Return a cell that no spreadsheet runs as a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def as_csv(rows: Iterator[list[str]]) -> Iterator[bytes]:
    """Yield a table as CSV that spreadsheets open with its Chinese characters whole."""
    yield "\ufeff".encode()
    for row in rows:
        out = io.StringIO()
        csv.writer(out).writerow([inert(_printable(cell)) for cell in row])
        yield out.getvalue().encode()


def as_xlsx(rows: Iterator[list[str]]) -> bytes:
    """Return a table as a workbook; codes and numbers stay text, so that no digit is lost."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("registers")
    for row in rows:
        sheet.append([inert(_printable(cell)) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _printable(cell: str) -> str:
    return "".join(sign for sign in cell if sign in "\n\t" or ord(sign) >= 32)
