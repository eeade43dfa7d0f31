"""The web server: granian, which forks its processes after the application is loaded, so that they start at once.

Usage: python -m gezhi.host.web HOST PORT PROCESSES THREADS
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from gezhi.host.launch import die_with_parent


def load() -> Callable[..., Any]:
    """Return the application in a fresh process, tied to the life of the server that forked it."""
    die_with_parent(os.getppid(), signal.SIGTERM)
    from gezhi.config.wsgi import application  # noqa: PLC0415  loaded already where processes are forked

    return application


def main(host: str, port: int, processes: int, threads: int) -> None:
    """Serve until told to stop."""
    import gezhi.config.wsgi  # noqa: F401, PLC0415  what is loaded now is shared by every process

    server = Server(
        "gezhi.host.web:load",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=threads,
        # Threads that went to sleep would take their database connections with them.
        blocking_threads_idle_timeout=int(timedelta(minutes=10).total_seconds()),
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=8,
        log_level=LogLevels.warning,
    )
    server.serve(target_loader=load, wrap_loader=False)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:5]))
