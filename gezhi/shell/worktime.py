"""Compute when limits are due, or how much working time lies between two instants, for each row of a table.

Examples:
  gezhi worktime due requests.csv -o due.csv
  gezhi worktime due us.csv --calendar us-ma --hours 08:30-17:00 --tz America/New_York --counting moment -o due.csv
  gezhi worktime between spans.csv -o seconds.csv

`due` reads the columns start and limit (30 minutes, 4 workhours, 30 hours, 3 workdays, 7 days, 2 months) and adds
due (ISO 8601 with offset) and provisional (yes where the calendar of those days is not published yet, else no).
`between` reads start and end and adds work_seconds. All other columns stay as they are. Times without an offset are in
--tz. Files in UTF-8 or GBK are read; UTF-8 is written. Rows that can't be counted keep empty results and are listed
with their line. Exit code: 0 all counted, 1 some rows could not be, 2 misuse.
"""

import argparse
import re
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from gezhi.host.words import Trouble, language, say
from gezhi.schemes.calendars import UnknownCalendar
from gezhi.schemes.durations import BadDuration, Duration
from gezhi.schemes.worktime import Counting, WorkCalendar, WorktimeError
from gezhi.shell.tables import Row, Table, written

Answers = dict[str, str]
_SPREADSHEET = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?:[ T](\d{1,2})(:\d{2}(?::\d{2})?))?", re.ASCII)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    questions = parser.add_subparsers(dest="question", metavar="due|between", required=True)
    for name, purpose in (("due", "when each limit is due"), ("between", "the working time between start and end")):
        question = questions.add_parser(
            name, help=purpose, description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        question.add_argument("file", type=Path, metavar="FILE.csv")
        question.add_argument("-o", "--output", type=Path, metavar="OUT.csv", help="default: standard output")
        question.add_argument(
            "--calendar", default="cn", metavar="CODE", help="cn, none, or a country and part: us, us-ma (default: cn)"
        )
        question.add_argument(
            "--hours",
            default="08:30-12:00,14:00-17:30",
            metavar="LIST",
            help='business hours (default: "%(default)s"; empty: around the clock)',
        )
        question.add_argument("--tz", default="Asia/Shanghai", metavar="ZONE", help="time zone (default: %(default)s)")
        if name == "due":
            question.add_argument(
                "--counting",
                choices=[str(counting) for counting in Counting],
                default=str(Counting.LAW),
                help="law: the day of the start does not count, a last day that is a rest day moves; "
                "moment: the same time of day so much later (default: law)",
            )


def run(options: argparse.Namespace) -> int:
    """Count each row and return the exit code."""
    try:
        calendar = _calendar(options)
        if options.question == "due":
            return _count(options, ("start", "limit"), ("due", "provisional"), lambda row: _due(calendar, row))
        return _count(options, ("start", "end"), ("work_seconds",), lambda row: _between(calendar, row))
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 2


def _calendar(options: argparse.Namespace) -> WorkCalendar:
    try:
        return WorkCalendar.of(
            timezone=options.tz,
            statutory_code=options.calendar,
            hours=[window for window in options.hours.split(",") if options.hours.strip()],
            counting=getattr(options, "counting", Counting.LAW),
        )
    except (WorktimeError, UnknownCalendar) as error:
        raise Trouble(error.text.zh, error.text.en) from error


def _count(
    options: argparse.Namespace, asked: tuple[str, ...], answered: tuple[str, ...], answer: Callable[[Row], Answers]
) -> int:
    """Write every row with its answer, list the rows that have none, say what was done."""
    table = Table(options.file)
    table.need(*asked)
    if options.output is not None and options.output.exists() and options.output.samefile(options.file):
        raise Trouble("输出文件不能与输入文件相同。", "The output can't be the input file itself.")
    columns = [*table.columns, *(column for column in answered if column not in table.columns)]
    rows = bad = 0
    with written(options.output, columns) as output:
        for row in table.rows():
            rows += 1
            answers = dict.fromkeys(answered, "")
            try:
                _whole(row)
                answers = answer(row)
            except (WorktimeError, BadDuration) as error:
                bad += 1
                reason = error.text.say(language())
                print(say(f"第 {row.line} 行：{reason}", f"line {row.line}: {reason}"), file=sys.stderr)
            output.writerow({**row.cells, **answers})
    _report(table, rows, bad, options.output)
    return 1 if bad else 0


def _report(table: Table, rows: int, bad: int, output: Path | None) -> None:
    zh, en = f"共 {rows:,} 行，{rows - bad:,} 行已计算", f"{rows:,} rows, {rows - bad:,} counted"
    if bad:
        zh, en = f"{zh}，{bad:,} 行无法计算（结果留空）", f"{en}, {bad:,} could not be counted (left empty)"
    if table.encoding != "utf-8-sig":
        zh, en = f"{zh}；按 GBK（GB 18030）读取，按 UTF-8 写出", f"{en}; read as GBK (GB 18030), written as UTF-8"
    if output is not None:
        zh, en = f"{zh}；已写入 {output}", f"{en}; written to {output}"
    print(say(f"{zh}。", f"{en}."), file=sys.stderr)


def _whole(row: Row) -> None:
    if row.surplus:
        raise WorktimeError(
            f"该行比表头多出 {row.surplus} 个单元格（未写出）。",
            f"The row has {row.surplus} cells more than the header (left out).",
        )


def _due(calendar: WorkCalendar, row: Row) -> Answers:
    due = calendar.due(_time(calendar, row, "start"), Duration.parse(row.cells["limit"]))
    return {"due": due.at.isoformat(), "provisional": "yes" if due.provisional else "no"}


def _between(calendar: WorkCalendar, row: Row) -> Answers:
    start, end = _time(calendar, row, "start"), _time(calendar, row, "end")
    if end < start:
        raise WorktimeError(f"结束时间 {end} 早于开始时间 {start}。", f"The end {end} lies before the start {start}.")
    return {"work_seconds": str(calendar.between(start, end))}


def _time(calendar: WorkCalendar, row: Row, column: str) -> datetime:
    """Read a time in ISO 8601, or as spreadsheets write it (2026/3/4 9:10)."""
    words = row.cells[column].strip()
    try:
        at = datetime.fromisoformat(_from_spreadsheet(words))
    except ValueError as error:
        raise WorktimeError(
            f"{column} 列的时间“{words}”无法识别：应写作 2026-03-04T09:10:00+08:00 或 2026-03-04 09:10。",
            f"Can't read the time “{words}” in the column {column}: "
            "write 2026-03-04T09:10:00+08:00 or 2026-03-04 09:10.",
        ) from error
    return at if at.tzinfo is not None else at.replace(tzinfo=calendar.zone)


def _from_spreadsheet(words: str) -> str:
    found = _SPREADSHEET.fullmatch(words)
    if found is None:
        return words
    year, month, day, hour, rest = found.groups()
    return f"{year}-{month:>02}-{day:>02}" + (f"T{hour:>02}{rest}" if hour else "")
