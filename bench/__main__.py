"""Run every measurement, one after the other, and say how each went: `python -m bench [--small] [NAME…]`.

What needs a database gets a throw-away one with fsync on, never the one of DATABASE_URL: measuring writes cases.
Exit code: 0 when each came to its end.
"""

import argparse
import os
import subprocess
import sys
import time

from rich.console import Console
from rich.table import Table

# name → what it measures, whether it needs a database, its words for a quick look
ALL: dict[str, tuple[str, bool, list[str]]] = {
    "worktime": ("due times and spans of working time, one core", False, []),
    "routing": ("points to grids, one core", False, ["--polygons", "1000", "--points", "20000"]),
    "intake": ("cases taken in by HTTP, beside plain statements", True, ["--small"]),
    "sync": ("telephones that bring and take, many at once", True, ["--small"]),
    "duties": ("who was not visited, over 500,000 households", True, ["--small"]),
    "queue": ("the desk's pages at two sizes", True, ["--small"]),
    "registers": ("lists and search of a register with a million entries", True, ["--small"]),
}


def main() -> int:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only these: {', '.join(ALL)}")
    parser.add_argument("--small", action="store_true", help="a quick look: less of everything")
    options = parser.parse_args()
    if strange := sorted(set(options.names) - set(ALL)):
        parser.error(f"there is no measurement {', '.join(strange)}; there are {', '.join(ALL)}")
    table = Table("measurement", "of", "took", "ended", title="Measured")
    codes = []
    for name in options.names or ALL:
        what, _database, _small = ALL[name]
        Console().rule(f"{name}: {what}")
        began = time.monotonic()
        codes.append(run(name, small=options.small))
        table.add_row(
            name, what, f"{time.monotonic() - began:.0f} s", "well" if codes[-1] == 0 else f"with {codes[-1]}"
        )
    Console().print(table)
    return int(any(codes))


def run(name: str, *, small: bool) -> int:
    """Run one measurement by itself and return its exit code."""
    _what, database, quick = ALL[name]
    command = [sys.executable, "-m", f"bench.{name}", *(quick if small else [])]
    if database:
        command = [sys.executable, "-m", "gezhi.host.throwaway", "--durable", "--", *command]
    surroundings = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    sys.stdout.flush()
    return subprocess.run(command, check=False, env=surroundings).returncode


if __name__ == "__main__":
    sys.exit(main())
