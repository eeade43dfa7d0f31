"""Runs a command beside a PostgreSQL of its own that is gone afterwards.

Usage: python -m gezhi.host.throwaway [--durable] -- COMMAND…    (a DATABASE_URL that is set already is used instead)
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from gezhi.host.postgres import Server
from gezhi.host.words import Trouble


def main(words: list[str]) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m gezhi.host.throwaway")
    parser.add_argument("--durable", action="store_true", help="force every commit to the disk, as in production")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args(words)
    if os.environ.get("DATABASE_URL"):
        return subprocess.run(options.command, check=False).returncode
    folder = Path(tempfile.mkdtemp(prefix="gezhi-try-"))
    folder.chmod(0o711)
    server = Server(folder / "pg", durable=options.durable)
    signal.signal(signal.SIGTERM, _stop)
    try:
        server.start()
        server.make_database()
        surroundings = os.environ | {"DATABASE_URL": server.url(), "GEZHI_HOME": str(folder / "home")}
        return subprocess.run(options.command, check=False, env=surroundings).returncode
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _stop(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
