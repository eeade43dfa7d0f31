"""What people must do again and again, and when.

Examples:
  gezhi duties due --area 511111102 --json
  gezhi duties simulate-calendar schemes/shawan --year 2026 -o rounds.csv

Exit codes: 0 done, 1 something is wrong with the scheme, 2 misuse.
"""

import argparse

from gezhi.shell.duty import calendar, due
from gezhi.shell.schemes import judging

_PARTS = (due, calendar)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for part in _PARTS:
        part.arguments(actions)


def run(options: argparse.Namespace) -> int:
    """Do what was asked and return the exit code."""
    return judging.carry_out(options)
