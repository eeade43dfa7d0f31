"""What people must do again and again, and when.

Examples:
  gezhi duties due --area 511111102 --json
  gezhi duties simulate-calendar schemes/shawan --year 2026 -o rounds.csv
  gezhi duties redraw 0198f3c2-7a1e-7d11-9c4e-0d2f6b1a5e77

Exit codes: 0 done, 1 something is wrong with the scheme, or a sample is another than it was; 2 misuse.
"""

import argparse

from gezhi.shell.duty import calendar, due, redraw
from gezhi.shell.schemes import judging

_PARTS = (due, calendar, redraw)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for part in _PARTS:
        part.arguments(actions)


def run(options: argparse.Namespace) -> int:
    """Do what was asked and return the exit code."""
    return judging.carry_out(options)
