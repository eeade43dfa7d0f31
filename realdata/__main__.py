"""Run every check against real data and print a table.

Exit code: 0 all as expected, 1 something was not, 2 there is no data, so nothing was checked.
"""

import argparse
import importlib
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from realdata.checks import VARIABLE, Check, Row, data_folder, rows_of

# each module offers CHECKS: functions from the data folder to a row, or to several
MODULES = ("worktime", "territory", "cases")


def main() -> int:
    """Run the checks of the chosen modules and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m realdata", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"only these of: {', '.join(MODULES)}")
    chosen = parser.parse_args().modules or MODULES
    unknown = sorted(set(chosen) - set(MODULES))
    if unknown:
        parser.error(f"no checks called {', '.join(unknown)}; there are {', '.join(MODULES)}")
    data = data_folder()
    if data is None:
        print(f"No real data: nothing was checked. Put it into ../shared/data or set {VARIABLE}.", file=sys.stderr)
        return 2
    rows = _run(chosen, data)
    failed = sum(not row.ok for row in rows)
    Console().print(f"{len(rows)} checks, {failed} failed." if failed else f"{len(rows)} checks, all as expected.")
    return 1 if failed or not rows else 0


def _run(modules: list[str] | tuple[str, ...], data: Path) -> list[Row]:
    table = Table("check", "expected", "measured", "", "seconds", title="Real data")
    rows = []
    progress = Console(stderr=True)
    for module in modules:
        checks: tuple[Check, ...] = importlib.import_module(f"realdata.{module}").CHECKS
        for number, check in enumerate(checks, 1):
            if progress.is_terminal:
                progress.print(f"{module} {number}/{len(checks)} …", end="\r")
            began = time.perf_counter()
            found = rows_of(module, check, data)
            rows += found
            for row in found:
                mark = "[green]as expected[/]" if row.ok else "[red]NOT AS EXPECTED[/]"
                seconds = f"{time.perf_counter() - began:.1f}" if row is found[-1] else ""
                table.add_row(row.name, row.expected, row.measured, mark, seconds)
    # a table in a file or a pipe is as wide as it needs to be
    console = Console()
    Console(width=None if console.is_terminal else 160).print(table)
    return rows


if __name__ == "__main__":
    sys.exit(main())
