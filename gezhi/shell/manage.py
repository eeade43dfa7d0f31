"""Django's own management commands, for developers.

Example: gezhi manage makemigrations cases --name add_x
"""

import argparse
import os

from django.core.management import execute_from_command_line


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    parser.add_argument("words", nargs=argparse.REMAINDER, help="the management command and its arguments")


def run(options: argparse.Namespace) -> int:
    """Run the management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.config.settings")
    execute_from_command_line(["gezhi manage", *options.words])
    return 0
