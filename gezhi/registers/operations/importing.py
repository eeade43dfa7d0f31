"""Taking a table into a register: everything or nothing, the same way in a dry run, under a number that undoes it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from gezhi.foundation import journal, outbox
from gezhi.people.models import Account
from gezhi.registers import access, ledgers, tables
from gezhi.registers.errors import BadAnswers, Forbidden, Refused
from gezhi.registers.ledgers import Ledger
from gezhi.registers.models import NAME, Entry, Import, State
from gezhi.registers.operations import codes, photos
from gezhi.registers.operations.bulk import Draft, open_many
from gezhi.registers.operations.places import area_for, point_in
from gezhi.registers.operations.saving import ACCEPTED, link_of, linked, save
from gezhi.registers.operations.writing import By
from gezhi.registers.tables import AREA, CODE, PART_OF, Line, Remark, Table
from gezhi.registers.values import is_blank, is_mask, sensitive_ids
from gezhi.schemes.filled import Fault, fill
from gezhi.schemes.text import Text
from gezhi.territory import queries as territory
from gezhi.territory.models import Area

BOOK = "registers"
IMPORTED = "register.imported"
type Progress = Callable[[int, int], None]
type Settle = Callable[["ImportReport"], None]


@dataclass(slots=True)
class ImportReport:
    """What came of a table. With any fault nothing was taken over, unless the good rows were asked for."""

    batch: int = 0
    made: int = 0
    changed: int = 0
    proposed: int = 0
    same: int = 0
    faults: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    alike: list[Remark] = field(default_factory=list)
    # Faults beyond those that are listed.
    more_faults: int = 0

    @property
    def wrong(self) -> int:
        """How many faults there are."""
        return len(self.faults) + self.more_faults

    @property
    def taken(self) -> int:
        """How many rows say something."""
        return self.made + self.changed + self.proposed + self.same


def import_table(
    *, actor: Account | None, now: datetime, register: str, name: str, data: bytes,
    mapping: Mapping[str, str] | None = None, area: str = "", dry_run: bool = False, keep_good: bool = False,
    progress: Progress | None = None, settle: Settle | None = None,
) -> ImportReport:  # fmt: skip
    """Take a table over. Rows with a known code change that entry, as if its side had written it; others are new.

    `area` is the code of the area of rows that name none. `settle` hears last, in the transaction that takes the table
    over, what came of it: raising takes all back.
    """
    ledger = ledgers.ledger(register, timezone.localdate(now))
    if ledger.register.care:
        raise Refused(
            "帮扶对象不能成批导入：每个都须单独说明目的和依据。",
            "Care cases are not imported: each is opened by itself, for a stated purpose.",
        )
    table = tables.read(name, data, ledger.form, mapping)
    report = ImportReport(faults=list(table.faults), notes=table.notes, left_out=table.left_out)
    if table.faults:
        return report
    with transaction.atomic():
        batch = Import.objects.create(
            register=register, name=name[-NAME:], actor=str(actor.pk) if actor else "", at=now
        )
        _Taking(actor, now, ledger, table, batch, report, area).all(progress)
        if dry_run or (report.faults and not keep_good) or not report.taken:
            transaction.set_rollback(True)
            return report
        batch.made, batch.changed, batch.proposed, batch.same = (
            report.made, report.changed, report.proposed, report.same,
        )  # fmt: skip
        batch.save()
        report.batch = batch.pk
        body = {"register": register, "batch": batch.pk, "made": batch.made, "changed": batch.changed}
        journal.record(BOOK, "import", actor=batch.actor, now=now, subject=str(batch.pk), body=body)
        outbox.tell(IMPORTED, body, now)
        if settle:
            settle(report)
    return report


@dataclass
class _Taking:
    actor: Account | None
    now: datetime
    ledger: Ledger
    table: Table
    batch: Import
    report: ImportReport
    area: str
    areas: dict[str, Area] = field(default_factory=dict)
    sides: dict[str, str] = field(default_factory=dict)
    drafts: list[Draft] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)

    def all(self, progress: Progress | None) -> None:
        lines = self.table.lines
        known = self._known([line.special.get(CODE, "") for line in lines])
        for done, line in enumerate(lines, start=1):
            try:
                self._one(line, known)
            except BadAnswers as bad:
                for fault in bad.faults:
                    self._fault(line, fault.path, fault.text)
            except Refused as bad:
                self._fault(line, bad.field, bad.text)
            if progress and (done % 50 == 0 or done == len(lines)):
                progress(done, len(lines))
        side = access.OFFICE if self.actor is None else ""
        by = By(self.actor, access.Standpoint(side), self.now, batch=self.batch)
        self.report.made = len(open_many(ledger=self.ledger, drafts=self.drafts, by=by))

    def _known(self, given: list[str]) -> dict[str, Entry]:
        rows = Entry.objects.unscoped(reason="rows with a code change that entry; sight is checked in save")
        found = rows.filter(register=self.ledger.id, code__in=[code for code in given if code])
        return {one.code: one for one in found}

    def _one(self, line: Line, known: Mapping[str, Entry]) -> None:
        code = line.special.get(CODE, "")
        if code and self.seen.setdefault(code, line.number) != line.number:
            raise Refused(
                f"编号 {code} 与第 {self.seen[code]} 行重复。",
                f"The code {code} is that of row {self.seen[code]} too.",
                field=CODE,
            )
        if code in known:
            self._change(line, known[code])
        else:
            self.drafts.append(self._draft(line, code))

    def _change(self, line: Line, entry: Entry) -> None:
        answers = {one: value for one, value in self._unmasked(line).items() if not is_blank(value)}
        with transaction.atomic():
            saved = save(
                actor=self.actor, now=self.now, register=self.ledger.id, answers=answers, entry=entry, batch=self.batch
            )
        if saved.outcome != ACCEPTED:
            self.report.proposed += 1
        elif saved.version == entry.version:
            self.report.same += 1
        else:
            self.report.changed += 1

    def _draft(self, line: Line, code: str) -> Draft:
        form = self.ledger.form
        code = codes.usable(code) if code else ""
        whole = self._whole(line)
        answers = linked(self.ledger, self._unmasked(line), whole)
        filled = fill(form, answers, at=self.now, scheme=self.ledger.scheme)
        if filled.faults:
            raise BadAnswers([*filled.faults, *self._wrong_area(line)])
        photos.require_own(form, filled.values, By(self.actor, access.Standpoint(), self.now))
        point = point_in(self.ledger.register, form, filled.values)
        wanted = line.special.get(AREA, "") or (whole.area.code if whole else self.area)
        area = self._area(wanted) if wanted else area_for(None, point, timezone.localdate(self.now))
        return Draft(filled.values, area, self._side(area), code, whole.pk if whole else None)

    def _whole(self, line: Line) -> Entry | None:
        code = line.special.get(PART_OF, "") or str(line.answers.get(link_of(self.ledger), ""))
        if not code or not self.ledger.register.part_of:
            return None
        rows = Entry.objects.unscoped(reason="the side that counts is asked for at its area")
        found = rows.select_related("area").filter(register=self.ledger.register.part_of, code=code).first()
        sees = found is not None and (self.actor is None or access.can_see(self.actor, found, self.now))
        if found is None or not sees or found.state != State.ACTIVE:
            raise Refused(
                f"没有编号为 {code} 的所属条目。", f"There is no entry {code} that this is part of.", field=PART_OF
            )
        return found

    def _area(self, said: str) -> Area:
        """Return an area by its code or, if only one is called so, its name."""
        if said not in self.areas:
            on = timezone.localdate(self.now)
            named = list(territory.areas(on).filter(name=said)[:2]) if not said.isascii() else []
            if len(named) > 1:
                raise Refused(
                    f"有多个区域叫“{said[:40]}”：请改写区域编码。",
                    f"Several areas are called “{said[:40]}”: write the code of the one that is meant.",
                    field=AREA,
                )
            self.areas[said] = named[0] if len(named) == 1 else area_for(said, None, on)
        return self.areas[said]

    def _wrong_area(self, line: Line) -> list[Fault]:
        """Return what is wrong with the area of a row that is wrong already: one look at the table mends the row."""
        said = line.special.get(AREA, "")
        try:
            if said:
                self._side(self._area(said))
        except Refused as bad:
            return [Fault(bad.field or AREA, bad.code, bad.text)]
        return []

    def _side(self, area: Area) -> str:
        if area.path not in self.sides:
            self.sides[area.path] = access.standpoint(self.actor, self.ledger, area.path, self.now).side
        if not self.sides[area.path]:
            raise Forbidden(
                f"您不能在“{area.name}”填写这个台账。",
                f"You may not write in this register at {area.name}.",
                field=AREA,
            )
        return self.sides[area.path]

    def _unmasked(self, line: Line) -> dict[str, Any]:
        """Leave aside what is masked: a table that was exported masked comes back without spoiling anything."""
        hidden = sensitive_ids(self.ledger.form)
        return {one: value for one, value in line.answers.items() if not (one in hidden and is_mask(value))}

    def _fault(self, line: Line, path: str, text: Text) -> None:
        self.report.faults.append(Remark(tables.cells_of(self.table, line, path), text, line.number))
