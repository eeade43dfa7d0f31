"""The `gezhi` command: finds the module of a command and runs it."""

import argparse
import importlib
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext

from gezhi import __version__
from gezhi.config.env import EnvError
from gezhi.host import at_hand
from gezhi.host.words import Trouble, say

# command → what it is for; the module gezhi.shell.<command> offers `arguments(parser)` and `run(options) -> int`
COMMANDS = {
    "up": "start everything on this machine and serve",
    "doctor": "check that this installation is fit for production",
    "territory": "import areas and their boundaries",
    "route": "find the grid of each point in a table",
    "worktime": "compute due times and working time of a table",
    "scheme": "check, show, compare, play and put into force a plan",
    "forms": "carry forms to and from XLSForm workbooks",
    "duties": "when the rounds of duties fall due",
    "people": "import staff and their appointments",
    "registers": "take tables into registers and out of them",
    "manage": "Django's own management commands, for developers",
}

# commands that need the database, and when; `up` brings its own, `doctor` reports when there is none
_DATABASE: dict[str, Callable[[argparse.Namespace], bool]] = {
    "territory": lambda _options: True,
    "people": lambda options: options.action != "template",
    "registers": lambda _options: True,
    "manage": lambda _options: True,
    "route": lambda options: options.areas is None,
    "scheme": lambda options: options.action == "in-force",
    "duties": lambda options: options.action != "simulate-calendar",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 something was found wrong, 2 misuse."""
    parser = argparse.ArgumentParser(prog="gezhi", description="Run a district's governance plan.")
    parser.add_argument("--version", action="version", version=f"gezhi {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    words = list(sys.argv[1:] if argv is None else argv)
    chosen = next((word for word in words if word in COMMANDS), None)
    for name, purpose in COMMANDS.items():
        command = commands.add_parser(name, help=purpose, formatter_class=argparse.RawDescriptionHelpFormatter)
        if name == chosen:
            module = importlib.import_module(f"gezhi.shell.{name}")
            command.description = module.__doc__
            module.arguments(command)
            command.set_defaults(run=module.run)
    return _run(parser.parse_args(words))


def _run(options: argparse.Namespace) -> int:
    needs = _DATABASE.get(options.command)
    try:
        with at_hand.database() if needs is not None and needs(options) else nullcontext():
            code: int = options.run(options)
            return code
    except (Trouble, EnvError) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(say("已中断", "Interrupted"), file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
