"""The folder of one installation, and the lock that lets one run at a time work in it."""

import contextlib
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gezhi.host.words import Trouble

ENOUGH_DISK = 500_000_000


@dataclass(frozen=True, slots=True)
class Home:
    """The folder `GEZHI_HOME` and what stands in it."""

    folder: Path

    @property
    def postgres(self) -> Path:
        """Where the embedded server and its data are."""
        return self.folder / "postgres"

    @property
    def database_url(self) -> Path:
        """The file that tells other `gezhi` commands where the embedded server listens."""
        return self.folder / "database-url"

    @property
    def secret_key(self) -> Path:
        """The file with the key that signs sessions."""
        return self.folder / "secret-key"

    @property
    def logs(self) -> Path:
        """Where the web server and the worker write."""
        return self.folder / "logs"

    def prepare(self) -> None:
        """Make the folder. Raises `Trouble` when that is not possible or the disk is nearly full."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o711)
            self.logs.mkdir(exist_ok=True, mode=0o700)
        except OSError as error:
            raise Trouble(
                f"无法建立文件夹 {self.folder}（{error.strerror}）。请把 GEZHI_HOME 设到可写处。",
                f"The folder {self.folder} can't be made ({error.strerror}). "
                "Set GEZHI_HOME to a place you may write to.",
            ) from error
        free = shutil.disk_usage(self.folder).free
        if free < ENOUGH_DISK:
            raise Trouble(
                f"{self.folder} 所在磁盘只剩 {free // 1_000_000} MB，至少需要 {ENOUGH_DISK // 1_000_000} MB。"
                "请清理磁盘，或把 GEZHI_HOME 设到别处。什么都没有改动。",
                f"The disk of {self.folder} has {free // 1_000_000} MB left; {ENOUGH_DISK // 1_000_000} MB are needed. "
                "Free some space, or set GEZHI_HOME to another disk. Nothing was changed.",
            )

    def make_secret_key(self) -> None:
        """Make the key that signs sessions, unless it is there."""
        write_secret(self.secret_key, secrets.token_urlsafe(50), keep=True)


@contextlib.contextmanager
def held(home: Home, address: str) -> Iterator[None]:
    """Hold the installation's lock, which the kernel frees however we end. Raises `Trouble` when another run has it."""
    handle = os.open(home.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid, _, where = os.read(handle, 200).decode().strip().partition(" ")
            raise Trouble(
                f"格治已在运行（进程 {pid}，{where}）。要停止它：kill {pid}",
                f"Gezhi is running already (process {pid}, {where}). To stop it: kill {pid}",
            ) from None
        os.truncate(handle, 0)
        os.write(handle, f"{os.getpid()} {address}\n".encode())
        yield
    finally:
        os.close(handle)


def write_secret(path: Path, text: str, *, keep: bool) -> None:
    """Write a file that only its owner reads; whole or not at all. With `keep` an existing file stays as it is."""
    if keep and path.exists():
        return
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
