"""Start everything on this machine and serve: database, background worker, web server.

Example: GEZHI_PORT=8080 gezhi up
Without DATABASE_URL an embedded PostgreSQL is started; its data and all keys lie in GEZHI_HOME (~/.local/share/gezhi).
Ctrl-C stops everything that was started.
"""

import argparse
import sys

from rich.console import Console

from gezhi.config import env
from gezhi.host.up import up
from gezhi.host.words import Trouble, say


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    parser.add_argument("--host", default=None, help="address to listen on (GEZHI_HOST, default 127.0.0.1)")
    parser.add_argument("--port", type=int, default=None, help="port to listen on (GEZHI_PORT, default 8000)")
    parser.add_argument("--no-demo", action="store_true", help="leave an empty database empty")


def run(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C. Exit code 1 when something on the machine is in the way."""
    console = Console(highlight=False)
    host = options.host or env.text("GEZHI_HOST", "127.0.0.1")
    port = options.port or env.whole("GEZHI_PORT", 8000, low=1, high=65535)
    try:
        return up(host=host, port=port, demo=not options.no_demo, console=console)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        console.print(say("已停止；下次从断点继续。", "Stopped; the next run goes on from here."))
        return 130
