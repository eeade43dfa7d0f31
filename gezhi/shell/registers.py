"""Take tables into registers and out of them, take an import back, seal what became sensitive.

`import` reads XLSX or CSV (UTF-8 or GBK) with headings that are a field's title or id, or as --map says; rows with a
known code change that entry. When anything is wrong nothing is taken over, unless --keep-good asks for the good rows;
--dry-run only reports. `export` masks what is sensitive; --unmask needs a reason. Imports and exports are on record.
`seal` goes through what was written before a plan made a field sensitive; the background worker does the same within a
minute of such a plan's coming into force, and `gezhi doctor` tells whether anything is left.

Examples:
  gezhi registers list
  gezhi registers import households.xlsx --register households --dry-run
  gezhi registers import 企业.csv --register enterprises --map 单位名称=name --area 511111102201
  gezhi registers undo 12
  gezhi registers export --register households --area 511111102 -o households.xlsx
  gezhi registers export --register households --unmask "flood warning by telephone" -o households.csv
  gezhi registers seal --again

Exit codes: 0 done, 1 something is wrong in the table or was refused, 2 misuse.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress

from gezhi.host.words import Trouble, language, say

if TYPE_CHECKING:
    from gezhi.registers.operations import ImportReport
    from gezhi.registers.tables import Remark

_SHOWN = 200


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    _action(actions, "list", "list the registers in force with their sizes")
    taking = _action(actions, "import", "take a table into a register")
    taking.add_argument("file", type=Path, metavar="FILE", help="an .xlsx or .csv")
    taking.add_argument("--register", required=True, metavar="ID")
    taking.add_argument(
        "--map", action="append", default=[], metavar="COLUMN=FIELD", help="which field a column is; repeat for more"
    )
    taking.add_argument("--area", default="", metavar="CODE", help="area of rows that name none")
    taking.add_argument("--dry-run", action="store_true", help="check and report, take nothing over")
    taking.add_argument("--keep-good", action="store_true", help="take the good rows over beside faulty ones")
    giving = _action(actions, "export", "write a register as a table")
    giving.add_argument("--register", required=True, metavar="ID")
    giving.add_argument("--area", default="", metavar="CODE", help="only this area and below")
    giving.add_argument("--unmask", default="", metavar="REASON", help="write sensitive values out, and say what for")
    giving.add_argument("-o", dest="out", type=Path, metavar="OUT", help="new .xlsx or .csv; standard output without")
    back = _action(actions, "undo", "take an import back")
    back.add_argument("number", type=int, metavar="N", help="the number that the import printed")
    closing = _action(actions, "seal", "seal what became sensitive since it was written")
    closing.add_argument(
        "--again", action="store_true", help="go through everything, also what was gone through before"
    )


def _action(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, purpose: str
) -> argparse.ArgumentParser:
    shape = argparse.RawDescriptionHelpFormatter
    return actions.add_parser(name, help=purpose, description=__doc__, formatter_class=shape)


def run(options: argparse.Namespace) -> int:
    """Do one of the actions."""
    actions = {"list": _list, "import": _import, "export": _export, "undo": _undo, "seal": _seal}
    try:
        _connect()
        from gezhi.registers.errors import Refused  # noqa: PLC0415  the settings must stand first

        try:
            return actions[options.action](options)
        except Refused as refused:
            print(refused.text.say(language()), file=sys.stderr)
            return 1
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 2


def _connect() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.config.settings")
    from gezhi.host.prepare import connect  # noqa: PLC0415  the settings must stand first

    connect()
    from django.utils import translation  # noqa: PLC0415

    translation.activate(language())


def _list(_options: argparse.Namespace) -> int:
    from django.utils import timezone  # noqa: PLC0415

    from gezhi.foundation import clock  # noqa: PLC0415
    from gezhi.registers import ledgers, queries  # noqa: PLC0415

    sizes = queries.sizes()
    for one in ledgers.ledgers(timezone.localdate(clock.now())).values():
        print(f"{one.id:24} {sizes.get(one.id, 0):>9}  {one.register.title.say(language())}")
    return 0


def _import(options: argparse.Namespace) -> int:
    from gezhi.foundation import clock  # noqa: PLC0415
    from gezhi.registers import operations  # noqa: PLC0415

    try:
        data = options.file.read_bytes()
    except OSError as error:
        raise Trouble(
            f"无法读取 {options.file}：{error.strerror}", f"Can't read {options.file}: {error.strerror}"
        ) from error
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(say("导入", "importing"), total=None)
        report = operations.import_table(
            actor=None, now=clock.now(), register=options.register, name=options.file.name, data=data,
            mapping=_mapping(options.map), area=options.area, dry_run=options.dry_run, keep_good=options.keep_good,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )  # fmt: skip
    return _tell(report, options)


def _mapping(given: list[str]) -> dict[str, str]:
    pairs = [one.partition("=") for one in given]
    if any(not column or not field for column, _sign, field in pairs):
        raise Trouble("--map 应写成 列名=字段。", "Write --map as COLUMN=FIELD.")
    return {column.strip(): field.strip() for column, _sign, field in pairs}


def _tell(report: "ImportReport", options: argparse.Namespace) -> int:
    if report.left_out:
        columns = ", ".join(report.left_out)
        print(say(f"没有用到的列：{columns}", f"Columns not used: {columns}"), file=sys.stderr)
    for note in report.notes[:_SHOWN]:
        print(say("提醒 ", "Note ") + _line(note), file=sys.stderr)
    for fault in report.faults[:_SHOWN]:
        print(_line(fault), file=sys.stderr)
    if report.faults and not (options.keep_good and report.batch):
        count = len(report.faults)
        print(say(f"{count} 处有误，什么都没有导入。", f"{count} faults; nothing was imported."), file=sys.stderr)
        return 1
    counts_zh = f"新增 {report.made}，修改 {report.changed}，有不同意见 {report.proposed}，无变化 {report.same}"
    counts_en = f"{report.made} new, {report.changed} changed, {report.proposed} proposed, {report.same} unchanged"
    if options.dry_run:
        print(
            say(f"可以导入：{counts_zh}。试运行，什么都没有导入。", f"Fit: {counts_en}. Dry run: nothing was imported.")
        )
        return 0
    print(
        say(
            f"第 {report.batch} 号导入：{counts_zh}。撤销：gezhi registers undo {report.batch}",
            f"Import {report.batch}: {counts_en}. Take it back with: gezhi registers undo {report.batch}",
        )
    )
    return 1 if report.faults else 0


def _line(remark: "Remark") -> str:
    return f"{remark.cell}: {remark.text.say(language())}" if remark.cell else remark.text.say(language())


def _export(options: argparse.Namespace) -> int:
    from gezhi.foundation import clock  # noqa: PLC0415
    from gezhi.registers import operations  # noqa: PLC0415
    from gezhi.registers.queries import Wanted  # noqa: PLC0415
    from gezhi.territory import queries as territory  # noqa: PLC0415

    if options.out is not None and options.out.exists():
        raise Trouble(
            f"{options.out} 已经存在，请换一个名字。", f"{options.out} is there already; choose another name."
        )
    area = territory.by_code(options.area) if options.area else None
    if options.area and area is None:
        raise Trouble(f"没有编码为 {options.area} 的区域。", f"There is no area with the code {options.area}.")
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(say("导出", "exporting"), total=None)
        rows = operations.export(
            actor=None, now=clock.now(), wanted=Wanted(register=options.register, area=area.path if area else ""),
            unmask=bool(options.unmask), reason=options.unmask,
            progress=lambda done: bar.update(task, completed=done),
        )  # fmt: skip
        entries = -1  # the first line is the heading

        def lines() -> Iterator[list[str]]:
            nonlocal entries
            for line in rows:
                entries += 1
                yield line

        _write(options.out, lines())
    if options.out is not None:
        text = say(f"{entries} 条已写入 {options.out}。", f"{entries} entries written to {options.out}.")
        print(text, file=sys.stderr)
    return 0


def _write(out: Path | None, rows: Iterator[list[str]]) -> None:
    from gezhi.registers import operations  # noqa: PLC0415

    if out is None:
        for block in operations.as_csv(rows):
            sys.stdout.buffer.write(block)
        return
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            if out.suffix.lower() == ".xlsx":
                file.write(operations.as_xlsx(rows))
            else:
                file.writelines(operations.as_csv(rows))
    except OSError as error:
        raise Trouble(f"无法写入 {out}：{error.strerror}", f"Can't write {out}: {error.strerror}") from error


def _undo(options: argparse.Namespace) -> int:
    from gezhi.foundation import clock  # noqa: PLC0415
    from gezhi.registers import operations  # noqa: PLC0415

    batch = operations.undo_import(actor=None, now=clock.now(), number=options.number)
    print(
        say(
            f"第 {batch.pk} 号导入已撤销：新增的 {batch.made} 条已删除，修改的 {batch.changed} 条已恢复。",
            f"Import {batch.pk} was taken back: {batch.made} new entries are gone, {batch.changed} changed ones are as "
            "before.",
        )
    )
    return 0


def _seal(options: argparse.Namespace) -> int:
    from gezhi.duties import operations as duties  # noqa: PLC0415
    from gezhi.foundation import clock  # noqa: PLC0415
    from gezhi.registers import operations  # noqa: PLC0415

    now = clock.now()
    if options.again:
        operations.look_again(now=now)
    done: dict[str, int] = {}
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(say("封存", "sealing"), total=None)

        def tell(register: str, rows: int) -> None:
            done[register] = done.get(register, 0) + rows
            bar.update(task, description=register, completed=done[register])

        while operations.seal_sensitive(now=now, progress=tell):
            continue
    for register, rows in done.items():
        print(say(f"{register}：封存了 {rows} 行", f"{register}: {rows} rows sealed"))
    if activities := duties.seal_sensitive(now=now, again=options.again):
        print(say(f"走访巡查等活动：封存了 {activities} 条", f"activities: {activities} sealed"))
    left = operations.remaining(now) | duties.remaining(now)
    for register, rows in left.items():
        print(say(f"{register}：还有 {rows} 行未封存", f"{register}: {rows} rows still open"), file=sys.stderr)
    if not left:
        print(say("敏感字段全部已加密保存。", "Everything sensitive is sealed."))
    return 1 if left else 0
