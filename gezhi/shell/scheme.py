"""Check, show, compare, play and put into force a plan.

Examples:
  gezhi scheme check schemes/shawan
  gezhi scheme show schemes/shawan --html plan.html
  gezhi scheme diff schemes/shawan my/shawan
  gezhi scheme new my/plan --from common/report_up
  gezhi scheme play schemes/shawan scenario.csv -o out.csv --look-back back.csv
  gezhi scheme schema schemes/scheme.schema.json
  gezhi scheme export schemes/shawan shawan.xlsx
  gezhi scheme import shawan.xlsx my/shawan
  gezhi scheme in-force
  gezhi scheme in-force schemes/shawan --on 2027-01-01

Exit codes: 0 in order, 1 something is wrong with the scheme (or a play differs from what it wants), 2 misuse.
"""

import argparse

from gezhi.shell.schemes import enacting, judging, playing, reading, workbooks

_PARTS = (judging, reading, playing, workbooks, enacting)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for part in _PARTS:
        part.arguments(actions)


def run(options: argparse.Namespace) -> int:
    """Do what was asked and return the exit code."""
    return judging.carry_out(options)
