"""Real messages and real requests as cases, through the product's own doors, each set in a database of its own.

The work is done by `realdata.cases_run` in a process beside a PostgreSQL that is gone afterwards, so that nothing of it
can get into a database that somebody works in.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from realdata.checks import Check, Row


def messages(data: Path) -> list[Row]:
    """2,801 Chinese messages over 60 townships, by REST, in the catalogue that the classification makes."""
    return _run("messages", data)


def boston(data: Path) -> list[Row]:
    """100,000 requests of a city with their types, queues and targets."""
    return _run("boston", data)


def _run(which: str, data: Path) -> list[Row]:
    own = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "GEZHI_HOME"}}
    python = [sys.executable, "-m"]
    words = [*python, "gezhi.host.throwaway", "--", *python, "realdata.cases_run", which, str(data)]
    done = subprocess.run(words, env=own | {"LC_ALL": "C.UTF-8"}, stdout=subprocess.PIPE, check=False)  # noqa: S603  our own words
    return read_rows(which, done.returncode, done.stdout)


def read_rows(which: str, returned: int, said: bytes) -> list[Row]:
    """Return the rows that a run told, one JSON object a line; a run that broke off is a row that failed."""
    rows = [msgspec.json.decode(line, type=Row) for line in said.splitlines() if line.startswith(b"{")]
    if returned or not rows:
        rows.append(Row(f"{which}: the run", "comes to its end", f"broke off with {returned}", ok=False))
    return rows


CHECKS: Sequence[Check] = (messages, boston)
