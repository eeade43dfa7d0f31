"""Import areas and their boundaries, from GeoJSON, Shapefile, GeoPackage, CSV or XLSX.

Each row is checked: codes, names, parents, polygons, overlaps and gaps, the coordinate system. When anything is wrong
nothing is imported, unless --keep-good; --dry-run only reports. Areas that exist already are changed where they differ.

Example:
  gezhi territory import grids.geojson --level grid --code code --name name --parent village --crs gcj02 --dry-run

Exit codes: 0 imported (or nothing wrong), 1 something is wrong, 2 misuse.
"""

import argparse
import csv
import os
import sys
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from gezhi.host.words import Trouble, language, say
from gezhi.territory.coordinates import SYSTEMS, WGS84

if TYPE_CHECKING:
    from gezhi.territory.findings import Finding
    from gezhi.territory.operations import Imported

_SHOWN = 100
_STAGES = {
    "check": ("检查各行", "checking rows"),
    "borders": ("检查边界", "checking borders"),
    "write": ("写入", "writing"),
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = parser.description
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    command = actions.add_parser(
        "import",
        help="import areas from a file",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("file", type=Path, metavar="FILE", help=".geojson .json .shp .zip .gpkg .csv or .xlsx")
    command.add_argument("--level", default="", metavar="ID", help="level of all rows; else a column 'level'")
    command.add_argument("--code", metavar="COL", help="column of the codes; else a column 'code', else the names")
    command.add_argument("--name", metavar="COL", help="column of the names; else a column 'name'")
    command.add_argument("--parent", metavar="COL", help="column of the parents' codes; else by the digits of the code")
    command.add_argument("--crs", choices=SYSTEMS, default=WGS84, help="what the file's degrees are; default wgs84")
    command.add_argument("--net", default="base", metavar="ID", help="net that the areas belong to; default base")
    command.add_argument("--on", type=date.fromisoformat, metavar="DATE", help="from when it holds; default today")
    command.add_argument("--dry-run", action="store_true", help="check and report, import nothing")
    command.add_argument(
        "--keep-good", action="store_true", help="import the rows that are right, leave out the others"
    )
    command.add_argument("--report", type=Path, metavar="OUT.csv", help="write all findings to a table")


def run(options: argparse.Namespace) -> int:
    """Import a file of areas."""
    try:
        return _import(options)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 2


def _import(options: argparse.Namespace) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.config.settings")
    from gezhi.host.prepare import connect  # noqa: PLC0415  the settings must stand first

    connect()
    require_tables()
    from django.utils import timezone  # noqa: PLC0415

    from gezhi.enactment import queries as enactment  # noqa: PLC0415
    from gezhi.foundation import clock  # noqa: PLC0415
    from gezhi.territory import drafts, operations, tables  # noqa: PLC0415

    now = clock.now()
    try:
        sheet = tables.read(options.file)
    except tables.UnreadableError as error:
        print(error.finding.say(language()), file=sys.stderr)
        return 1
    columns = {name: getattr(options, name) for name in ("code", "name", "parent") if getattr(options, name)}
    progress = _Progress()
    on = options.on or timezone.localdate(now)
    drafted = drafts.draft(
        sheet, level=options.level, columns=columns, crs=options.crs, levels=enactment.level_words(on),
        progress=progress.show,
    )  # fmt: skip
    missing = [finding for finding in drafted.findings if finding.key == "column_missing"]
    if missing:
        raise Trouble(missing[0].say("zh-hans"), missing[0].say("en"))
    result = operations.import_areas(
        drafted=drafted,
        actor=None,
        now=now,
        on=on,
        net=options.net,
        crs=options.crs,
        keep_good=options.keep_good,
        dry_run=options.dry_run,
        progress=progress.show,
    )
    progress.end()
    _report(result.findings, options.report)
    print(_summary(result, options))
    return 1 if result.wrong and not result.written else 0


def require_tables() -> None:
    """Raise Trouble when the database has not been migrated."""
    from django.db import connection  # noqa: PLC0415

    if "territory_area" not in connection.introspection.table_names():
        raise Trouble(
            "数据库里还没有表：先运行 gezhi up，或 gezhi manage migrate",
            "the database has no tables yet: run gezhi up first, or gezhi manage migrate",
        )


class _Progress:
    """A line that counts, on a terminal only, a few times a second."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._last = 0.0

    def show(self, stage: str, done: int, of: int) -> None:
        if self._console.is_terminal and (time.monotonic() - self._last > 0.1 or done == of):
            self._last = time.monotonic()
            self._console.file.write(f"\r\x1b[K{say(*_STAGES[stage])} {done:,}/{of:,}")
            self._console.file.flush()

    def end(self) -> None:
        if self._last:
            self._console.file.write("\r\x1b[K")


def _report(findings: "list[Finding]", path: Path | None) -> None:
    """Print the findings, row by row; all of them into a table when asked."""
    for finding in findings[:_SHOWN]:
        print(_line(finding))
    if len(findings) > _SHOWN:
        more = len(findings) - _SHOWN
        print(say(f"……另有 {more} 条，用 --report 写出全部", f"… {more} more: --report writes all"))
    if path is not None:
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(("row", "field", "area", "what", "finding", "suggestion"))
            for one in findings:
                writer.writerow((one.row, one.field, one.area, one.key, one.say(language()), one.suggestion))


def _line(finding: "Finding") -> str:
    place = say(f"第 {finding.row} 行", f"row {finding.row}")
    if finding.row == 0:
        place = say("文件", "file")
    about = " ".join(word for word in (place, finding.area, finding.field) if word)
    return f"{about}: {finding.say(language())}"


def _summary(result: "Imported", options: argparse.Namespace) -> str:
    counts_zh = f"新增 {result.new}，变更 {result.changed}，不变 {result.unchanged}，有错 {result.left_out}"
    counts_en = f"{result.new} new, {result.changed} changed, {result.unchanged} unchanged, {result.left_out} wrong"
    if result.written:
        return say(f"已导入：{counts_zh}", f"imported: {counts_en}")
    if options.dry_run:
        found = len(result.wrong)
        zh, en = (
            f"试运行，未写入：{counts_zh}；{found} 处问题",
            f"dry run, nothing written: {counts_en}; {found} findings",
        )
        return say(zh, en)
    zh = f"有 {len(result.wrong)} 处问题，什么也没有导入（{counts_zh}）；改正后重试，或用 --keep-good 只导入正确的行"
    en = f"{len(result.wrong)} findings, nothing imported ({counts_en}): mend them, or --keep-good takes the right rows"
    return say(zh, en)
