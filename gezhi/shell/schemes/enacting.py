"""`gezhi scheme in-force`: which plans are in force, and putting one into force from a date. Needs the database."""

import argparse
import os
import sys
from datetime import date
from pathlib import Path

from gezhi.host.words import language, say
from gezhi.shell.schemes.judging import report


def arguments(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `in-force`."""
    command = actions.add_parser(
        "in-force",
        help="list the plans in force, or put one into force on a date",
        description="Without PATH list every version with the date from which it is in force. With PATH put that plan\n"
        "into force; running cases keep the version that they began under.\n\n"
        "Example: gezhi scheme in-force schemes/shawan --on 2027-01-01",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("path", type=Path, nargs="?", metavar="PATH")
    command.add_argument("--on", type=date.fromisoformat, metavar="DATE", help="from when (default: today)")
    command.add_argument("--note", default="", help="why, for the record")
    command.add_argument(
        "--accept", action="append", default=[], metavar="'CODE PATH=REASON'", help="live with a reminder, and why"
    )
    command.set_defaults(do=_in_force)


def _in_force(options: argparse.Namespace) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.config.settings")
    from gezhi.host.prepare import connect  # noqa: PLC0415  the settings must stand first

    connect()
    return _list() if options.path is None else _enact(options)


def _list() -> int:
    from gezhi.enactment import queries  # noqa: PLC0415

    rows = list(queries.versions())
    for row in rows:
        print(f"{row.scheme}\t{row.version}\t{row.in_force_from}\t{row.title}")
    if not rows:
        print(say("还没有方案生效。", "No plan is in force yet."))
    return 0


def _enact(options: argparse.Namespace) -> int:
    from django.core.exceptions import ValidationError  # noqa: PLC0415
    from django.utils import timezone, translation  # noqa: PLC0415

    from gezhi.enactment import operations  # noqa: PLC0415
    from gezhi.foundation import clock  # noqa: PLC0415

    translation.activate(language())
    now = clock.now()
    accepted = dict(one.split("=", 1) for one in options.accept if "=" in one)
    on = options.on or timezone.localdate(now)
    try:
        enacted = operations.enact(files=options.path, actor=None, on=on, now=now, note=options.note, accepted=accepted)
    except operations.NotEnacted as bad:
        report(bad.findings, sys.stderr, language())
        print(say("方案有错误，没有生效。", "The plan has errors and was not put into force."), file=sys.stderr)
        return 1
    except ValidationError as bad:
        print("\n".join(bad.messages), file=sys.stderr)
        return 1
    report(enacted.reminders, sys.stdout, language())
    name = f"{enacted.scheme.id} {enacted.scheme.version}"
    print(say(f"{name} 自 {on} 起生效。", f"{name} is in force from {on}."))
    return 0
