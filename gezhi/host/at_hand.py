"""A database for commands that are run while `gezhi up` may or may not be running."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg

from gezhi.config import env
from gezhi.host.home import Home, held
from gezhi.host.postgres import Server


@contextlib.contextmanager
def database() -> Iterator[None]:
    """Use the database that is given or that `gezhi up` is serving; else run the embedded one for this command.

    Its tables are made or brought up to date first, so that a command works on a machine where nothing ran before.
    """
    home = Home(env.folder("GEZHI_HOME", Path("~/.local/share/gezhi")).resolve())
    if os.environ.get("DATABASE_URL") or _answers(home.database_url):
        yield
        return
    home.prepare()
    with held(home, "gezhi"):
        server = Server(home.postgres)
        try:
            server.start()
            server.make_database()
            os.environ["DATABASE_URL"] = server.url()
            home.make_secret_key()
            _bring_up_to_date()
            yield
        finally:
            server.stop()
            os.environ.pop("DATABASE_URL", None)


def _bring_up_to_date() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.config.settings")
    from gezhi.host import prepare  # noqa: PLC0415  the settings read the variable that was just set

    prepare.connect()
    prepare.make_keys()
    prepare.migrate(lambda _what, _done, _total: None)


def _answers(file: Path) -> bool:
    try:
        psycopg.connect(file.read_text().strip(), connect_timeout=3).close()
    except (OSError, psycopg.OperationalError):
        return False
    return True
