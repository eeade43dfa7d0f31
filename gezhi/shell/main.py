"""The `gezhi` command: finds the module of a command and runs it."""

import argparse
import importlib
import sys
from collections.abc import Sequence

from gezhi import __version__

# command → what it is for; the module gezhi.shell.<command> offers `arguments(parser)` and `run(options) -> int`
COMMANDS = {
    "up": "start everything on this machine and serve",
    "doctor": "check that this installation is fit for production",
    "territory": "import areas and their boundaries",
    "route": "find the grid of each point in a table",
    "worktime": "compute due times and working time of a table",
    "scheme": "check, show, compare, play and put into force a plan",
    "people": "import staff and their appointments",
    "manage": "Django's own management commands, for developers",
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
    options = parser.parse_args(words)
    code: int = options.run(options)
    return code


if __name__ == "__main__":
    sys.exit(main())
