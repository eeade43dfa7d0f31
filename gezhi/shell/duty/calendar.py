"""`gezhi duties simulate-calendar`: when the rounds of a plan's duties fall due in a year, without a database."""

import argparse
import csv
import sys
from pathlib import Path
from typing import TextIO

from gezhi.host.words import Trouble, say
from gezhi.schemes import source
from gezhi.schemes.yearly import COLUMNS, YEARS, rounds_of_year

MOST_YEARS = (YEARS.start, YEARS.stop - 1)


def arguments(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `simulate-calendar`."""
    command = actions.add_parser(
        "simulate-calendar",
        help="list every round of a year with its due day",
        description="List every round of a year: duty, of, period, due. What events start has no calendar and is not "
        "listed; it is named on standard error.\n\n"
        "Example: gezhi duties simulate-calendar schemes/shawan --year 2026 -o rounds.csv",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("path", type=Path, metavar="SCHEME", help="the scheme's folder")
    command.add_argument("--year", type=int, required=True, help="such as 2026")
    command.add_argument("--duty", action="append", metavar="ID", help="only this duty (may be repeated)")
    command.add_argument("-o", "--output", type=Path, metavar="OUT.csv", help="default: standard output")
    command.set_defaults(do=_simulate)


def _simulate(options: argparse.Namespace) -> int:
    scheme = source.load(options.path)
    if options.year not in YEARS:
        low, high = MOST_YEARS
        raise Trouble(f"年份应在 {low} 到 {high} 之间。", f"The year must be from {low} to {high}.")
    unknown = [one for one in options.duty or () if one not in scheme.duties]
    if unknown:
        known = "、".join(scheme.duties)
        raise Trouble(
            f"方案中没有职责任务“{unknown[0]}”。有：{known}", f"There is no duty “{unknown[0]}”. There are: {known}"
        )
    rows = rounds_of_year(scheme, options.year, options.duty)
    if options.output is None:
        _write(sys.stdout, rows)
    else:
        with options.output.open("w", encoding="utf-8", newline="") as file:
            _write(file, rows)
    by_events = [one.id for one in scheme.duties.values() if one.starts_on]
    print(
        say(f"{options.year} 年共 {len(rows)} 轮。", f"{len(rows)} rounds in {options.year}.")
        + (
            say(
                f"由事件起始、未列出：{'、'.join(by_events)}。",
                f" Started by events, not listed: {', '.join(by_events)}.",
            )
            if by_events
            else ""
        ),
        file=sys.stderr,
    )
    return 0


def _write(file: TextIO, rows: list[dict[str, str]]) -> None:
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
