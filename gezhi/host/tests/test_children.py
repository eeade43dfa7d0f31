import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gezhi.host import children


def gone(pid: int, within: float = 5) -> bool:
    until = time.monotonic() + within
    while children.is_alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not children.is_alive(pid)


def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    program = (
        "import signal, time; from pathlib import Path; from gezhi.host import children\n"
        "child = children.spawn(['sleep', '300'], farewell=signal.SIGTERM)\n"
        f"Path({str(tmp_path / 'pid')!r}).write_text(str(child.pid)); time.sleep(300)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program])
    until = time.monotonic() + 20
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert time.monotonic() < until
        time.sleep(0.02)
    pid = int((tmp_path / "pid").read_text())
    assert children.is_alive(pid)
    parent.kill()
    parent.wait()
    assert gone(pid)


def test_a_zombie_is_not_alive() -> None:
    child = subprocess.Popen(["/bin/true"])
    until = time.monotonic() + 5
    while children.is_alive(child.pid) and time.monotonic() < until:
        time.sleep(0.02)
    os.kill(child.pid, 0)
    assert not children.is_alive(child.pid)
    child.wait()


def test_what_an_earlier_run_left_is_found_by_its_mark_and_ended(tmp_path: Path) -> None:
    left = subprocess.Popen(["/bin/sleep", "300"], env={children.MARK: str(tmp_path)})
    other = subprocess.Popen(["/bin/sleep", "300"], env={children.MARK: str(tmp_path / "other")})
    until = time.monotonic() + 5
    while not children.marked(tmp_path) and time.monotonic() < until:
        time.sleep(0.02)
    assert children.marked(tmp_path) == [left.pid]
    children.end([left.pid], signal.SIGTERM, patience=5)
    assert gone(left.pid)
    assert children.is_alive(other.pid)
    left.wait()
    other.kill()
    other.wait()


def test_a_deaf_child_is_killed(tmp_path: Path) -> None:
    program = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(300)"
    )
    with (tmp_path / "out").open("wb") as out:
        child = children.spawn([sys.executable, "-c", program], farewell=signal.SIGKILL, output=out)
    until = time.monotonic() + 10
    while not (tmp_path / "out").read_bytes() and time.monotonic() < until:
        time.sleep(0.02)
    began = time.monotonic()
    children.stop(child, signals=[(signal.SIGTERM, 0.2)])
    assert child.returncode == -signal.SIGKILL
    assert time.monotonic() - began < 5


def test_a_program_that_is_not_there_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    child = children.spawn(["no-such-program"], farewell=signal.SIGTERM)
    assert child.wait() != 0
    assert "FileNotFoundError" in capfd.readouterr().err
