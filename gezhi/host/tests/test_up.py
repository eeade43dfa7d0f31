"""`gezhi up` as its user meets it: a process that is started, asked, killed, started again, stopped."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from gezhi.host import children

# Seconds. A first start takes a few; a machine that does much else may need minutes.
PATIENCE = 300.0


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def start(home: Path, port: int, log: Path, **more: str) -> subprocess.Popen[bytes]:
    keep = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "LC_ALL", "LANG"}}
    surroundings = keep | {"GEZHI_HOME": str(home), "GEZHI_LANGUAGE": "en"} | more
    command = [sys.executable, "-m", "gezhi.shell.main", "up", "--no-demo", "--port", str(port)]
    with log.open("wb") as out:
        return subprocess.Popen(command, env=surroundings, stdout=out, stderr=out)


def wait_for(words: str, log: Path, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while words not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.1)


def answers(port: int) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30) as reply:
        return bool(reply.status == 200)


def family(process: subprocess.Popen[bytes], home: Path) -> list[int]:
    return [*children.marked(home), *children.working_in(home / "postgres" / "data")]


def all_gone(pids: list[int]) -> bool:
    until = time.monotonic() + 30
    while any(children.is_alive(pid) for pid in pids) and time.monotonic() < until:
        time.sleep(0.1)
    return not any(children.is_alive(pid) for pid in pids)


def test_it_serves_survives_every_kill_and_stops_whole(tmp_path_factory: pytest.TempPathFactory, port: int) -> None:
    folder = tmp_path_factory.mktemp("up")
    home, log = folder / "home", folder / "log"
    first = start(home, port, log)
    wait_for("Ctrl-C", log, first)
    assert answers(port)
    pids = family(first, home)
    assert len(pids) >= 5

    second = start(home, port, folder / "second")
    assert second.wait(PATIENCE) == 1
    assert f"process {first.pid}" in (folder / "second").read_text()

    (postmaster,) = [pid for pid in children.working_in(home / "postgres" / "data") if parent_of(pid) == first.pid]
    os.kill(postmaster, signal.SIGKILL)
    wait_for("The database ended", log, first)
    (web,) = [
        pid for pid in children.marked(home) if parent_of(pid) == first.pid and b"gezhi.host.web" in command_of(pid)
    ]
    os.kill(web, signal.SIGKILL)
    wait_for("The web server ended", log, first)

    pids = family(first, home)
    first.kill()
    first.wait()
    assert all_gone(pids)

    third = start(home, port, log)
    wait_for("Ctrl-C", log, third)
    assert answers(port)
    pids = family(third, home)
    third.send_signal(signal.SIGINT)
    assert third.wait(PATIENCE) == 0
    assert "Everything is stopped" in log.read_text()
    assert all_gone(pids)


def test_a_database_that_is_not_there_is_named_without_its_password(tmp_path: Path, port: int) -> None:
    url = f"postgresql://somebody:s3cret@127.0.0.1:{port}/gezhi"
    process = start(tmp_path / "home", port, tmp_path / "log", DATABASE_URL=url)
    assert process.wait(PATIENCE) == 1
    said = (tmp_path / "log").read_text()
    assert f"127.0.0.1:{port}/gezhi can't be reached" in said
    assert "s3cret" not in said
    assert "Traceback" not in said


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def command_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()
