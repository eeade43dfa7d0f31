"""Processes that this one starts: they end with it, and what an earlier run left behind is found and ended."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_LAUNCH = Path(__file__).with_name("launch.py")
_PROC = Path("/proc")
MARK = "GEZHI_RUN"


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a child runs as: another user, or ourselves seen as nobody through a prefix such as `unshare`."""

    uid: int | None = None
    gid: int | None = None
    prefix: tuple[str, ...] = ()


def spawn(
    command: Sequence[str],
    *,
    farewell: signal.Signals,
    environment: dict[str, str] | None = None,
    identity: Identity | None = None,
    output: IO[bytes] | None = None,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own. When we end, however we end, it gets the `farewell` signal."""
    who = identity or Identity()
    first, *rest = [*who.prefix, *command]
    words = [sys.executable, "-I", "-S", str(_LAUNCH), str(os.getpid()), str(int(farewell))]
    words += [str(who.uid) if who.uid is not None else "-", str(who.gid) if who.gid is not None else "-", "--"]
    return subprocess.Popen(
        [*words, shutil.which(first) or first, *rest],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        env=environment,
        cwd=folder,
        process_group=0,
    )


def stop(child: subprocess.Popen[bytes], *, signals: Iterable[tuple[signal.Signals, float]]) -> None:
    """Send each signal in turn and wait its seconds; at the last, kill the whole group."""
    for sign, patience in signals:
        if child.poll() is not None:
            break
        child.send_signal(sign)
        try:
            child.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def marked(folder: Path) -> list[int]:
    """Return the live processes that an earlier run for this folder left, by the mark in their environment."""
    wanted = f"{MARK}={folder}".encode()
    return [pid for pid in _others() if wanted in _read(pid, "environ").split(b"\0") and is_alive(pid)]


def working_in(folder: Path) -> list[int]:
    """Return the live processes that work in a folder or name it on their command line (`-D folder`)."""
    words = str(folder).encode()
    found = []
    for pid in _others():
        try:
            here = (_PROC / str(pid) / "cwd").readlink() == folder
        except OSError:
            here = False
        if (here or (b"-D\0" + words) in _read(pid, "cmdline")) and is_alive(pid):
            found.append(pid)
    return found


def is_alive(pid: int) -> bool:
    """Say whether a process runs; a zombie, which nobody has waited for, does not."""
    state = _read(pid, "stat").rpartition(b")")[2].split()
    return bool(state) and state[0] not in {b"Z", b"X"}


def end(pids: Iterable[int], sign: signal.Signals, patience: float) -> None:
    """Signal processes that aren't our children, wait until they are gone, kill what is left after `patience` s."""
    waiting = list(pids)
    _signal(waiting, sign)
    until = time.monotonic() + patience
    while (waiting := [pid for pid in waiting if is_alive(pid)]) and time.monotonic() < until:
        time.sleep(0.05)
    _signal(waiting, signal.SIGKILL)


def _signal(pids: Iterable[int], sign: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, sign)
        except (ProcessLookupError, PermissionError):
            continue


def _others() -> list[int]:
    if not _PROC.is_dir():
        return []
    ours = {os.getpid(), os.getppid()}
    return [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit() and int(entry.name) not in ours]


def _read(pid: int, name: str) -> bytes:
    try:
        return (_PROC / str(pid) / name).read_bytes()
    except OSError:
        return b""
