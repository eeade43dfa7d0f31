"""Check that this installation is fit for production; say what to do where it isn't.

Example: gezhi doctor
Exit code 0 when nothing is wrong (reminders may remain), 1 otherwise.
"""

import argparse
import os

import django
from rich.console import Console

from gezhi.host.words import say


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    parser.add_argument("--quiet", action="store_true", help="show only what is wrong")


def run(options: argparse.Namespace) -> int:
    """Print the checklist."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.config.settings")
    django.setup()
    from gezhi.foundation import clock  # noqa: PLC0415  the rooms need Django set up
    from gezhi.host.checklist import Mark, findings  # noqa: PLC0415

    console = Console(highlight=False, soft_wrap=True)
    signs = {Mark.GOOD: "[green]✓[/green]", Mark.REMINDER: "[yellow]![/yellow]", Mark.WRONG: "[red]✗[/red]"}
    wrong = 0
    for finding in findings(clock.now()):
        wrong += finding.mark is Mark.WRONG
        if finding.mark is Mark.WRONG or not options.quiet:
            console.print(f"{signs[finding.mark]} {finding.what}")
            if finding.do:
                console.print(f"    {finding.do}", markup=False)
    console.print(say(f"{wrong} 项不合格", f"{wrong} wrong") if wrong else say("可以投入使用", "Fit for production"))
    return 1 if wrong else 0
