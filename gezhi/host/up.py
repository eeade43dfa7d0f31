"""`gezhi up`: from nothing to a served address, and back to nothing on Ctrl-C."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from rich.console import Console

from gezhi.config import env
from gezhi.host import children
from gezhi.host.home import Home, held, write_secret
from gezhi.host.postgres import Server
from gezhi.host.words import Trouble, say

_STATIC = Path(__file__).parents[1] / "web" / "static" / "vendor"
VENDOR = ("htmx.min.js", "maplibre-gl.mjs", "maplibre-gl-worker.mjs", "maplibre-gl.css")
_RESTARTS = 5
_CALM_SECONDS = 60.0
_ANSWER_SECONDS = 60.0


@dataclass
class Service:
    """A program that is kept running: the command, and the times at which it had to be started."""

    name: str
    command: list[str]
    log: Path
    starts: list[float] = field(default_factory=list)
    child: subprocess.Popen[bytes] | None = None

    def start(self, environment: dict[str, str]) -> None:
        """Start it. Raises `Trouble` when it keeps ending."""
        self.starts = [at for at in self.starts if time.monotonic() - at < _CALM_SECONDS] + [time.monotonic()]
        if len(self.starts) > _RESTARTS:
            raise Trouble(
                f"{self.name} 反复退出。日志：{self.log}\n{_tail(self.log)}",
                f"{self.name} keeps ending. Its log, {self.log}, ends with:\n{_tail(self.log)}",
            )
        with self.log.open("ab") as log:
            self.child = children.spawn(self.command, farewell=signal.SIGTERM, environment=environment, output=log)

    def has_ended(self) -> bool:
        """Say whether it is gone."""
        return self.child is not None and self.child.poll() is not None

    def stop(self) -> None:
        """Let it finish what it does, for ten seconds at most."""
        if self.child is not None:
            children.stop(self.child, signals=[(signal.SIGTERM, 10)])
            self.child = None


def up(*, host: str, port: int, demo: bool, console: Console) -> int:
    """Start everything, serve until told to stop, stop everything. Raises `Trouble`."""
    began = time.monotonic()
    address = f"http://{host}:{port}"
    home = Home(env.folder("GEZHI_HOME", Path("~/.local/share/gezhi")).resolve())
    home.prepare()
    check_assets()
    with held(home, address), _stoppable() as stopping, contextlib.ExitStack() as stack:
        children.end(children.marked(home.folder), signal.SIGTERM, patience=5)
        check_port(host, port)
        server = _database(home, console, stack)
        _prepare(home, console, demo=demo)
        services = _services(home, host, port)
        environment = os.environ | {children.MARK: str(home.folder)}
        for service in services:
            stack.callback(service.stop)
            service.start(environment)
        _wait_for_answer(host, port, services)
        _greet(console, address, time.monotonic() - began)
        _watch(server, services, environment, stopping, console)
        _tell(console, say("正在停止…", "Stopping…"))
    _tell(console, say("已全部停止。", "Everything is stopped."))
    return 0


def check_port(host: str, port: int) -> None:
    """Raise `Trouble` when the port can't be listened on."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Trouble(
                f"{host}:{port} 不可用（{error.strerror}）。"
                f"请停掉占用它的程序，或换端口：GEZHI_PORT={port + 1} make run",
                f"{host}:{port} can't be used ({error.strerror}). Stop the program that has it, "
                f"or take another port: GEZHI_PORT={port + 1} make run",
            ) from None


def check_assets() -> None:
    """Raise `Trouble` when a front-end file that is built from npm is missing."""
    missing = [name for name in VENDOR if not (_STATIC / name).exists()]
    if missing:
        raise Trouble(
            f"缺少前端文件：{', '.join(missing)}。请安装 Node.js（18 以上，含 npm），再运行 scripts/setup。",
            f"Front-end files are missing: {', '.join(missing)}. Install Node.js 18 or later with npm, "
            "then run scripts/setup.",
        )


def _database(home: Home, console: Console, stack: contextlib.ExitStack) -> Server | None:
    """Use the database that is given, or start our own and tell the settings and other commands where it is."""
    if os.environ.get("DATABASE_URL"):
        return None
    server = Server(home.postgres)
    first = server.is_new
    with console.status(say("启动内置 PostgreSQL", "Starting the embedded PostgreSQL")):
        stack.callback(server.stop)
        server.start()
        server.make_database()
    _done(console, say("内置 PostgreSQL 已启动", "Embedded PostgreSQL runs"), str(home.postgres) if first else "")
    os.environ["DATABASE_URL"] = server.url()
    write_secret(home.database_url, server.url(), keep=False)
    return server


def _prepare(home: Home, console: Console, *, demo: bool) -> None:
    home.make_secret_key()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.config.settings")
    from gezhi.host import prepare  # noqa: PLC0415  the settings read what was just written

    prepare.connect()
    if prepare.make_keys():
        _done(
            console, say("已生成数据密钥，请备份", "Data keys made; keep a backup of"), str(home.folder / "data-keys")
        )
    with console.status("") as status:

        def show(words: str) -> prepare.Progress:
            return lambda what, done, total: status.update(f"{words} {done}/{total} {what}")

        words = say("更新数据表", "Bringing the tables up to date")
        if changed := prepare.migrate(show(words)):
            _done(console, words, str(changed))
        status.update(say("整理静态文件与译文", "Gathering static files and translations"))
        prepare.compile_words()
        if prepare.collect_static():
            _done(console, say("静态文件已整理", "Static files gathered"))
        words = say("载入演示区", "Loading the demo district")
        if demo and prepare.load_demo(show(words)):
            _done(console, say("演示区已载入", "Demo district loaded"))
    from django.db import connections  # noqa: PLC0415

    connections.close_all()


def _services(home: Home, host: str, port: int) -> list[Service]:
    workers, threads = env.whole("GEZHI_WORKERS", 2, low=1, high=64), env.whole("GEZHI_THREADS", 8, low=1, high=64)
    web = [sys.executable, "-m", "gezhi.host.web", host, str(port), str(workers), str(threads)]
    return [
        Service(say("网页服务", "The web server"), web, home.logs / "web.log"),
        Service(say("后台任务", "The worker"), [sys.executable, "-m", "gezhi.host.worker"], home.logs / "worker.log"),
    ]


def _wait_for_answer(host: str, port: int, services: list[Service]) -> None:
    until = time.monotonic() + _ANSWER_SECONDS
    while time.monotonic() < until:
        for service in services:
            if service.has_ended():
                raise Trouble(
                    f"{service.name} 没有启动。日志：{service.log}\n{_tail(service.log)}",
                    f"{service.name} did not start. Its log, {service.log}, ends with:\n{_tail(service.log)}",
                )
        with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=2) as line:
            line.settimeout(20)
            line.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            if (status := line.recv(12)[9:]) == b"200":
                return
            if status:
                raise Trouble(
                    f"{services[0].name}返回错误 {status.decode()}。日志：{services[0].log}\n{_tail(services[0].log)}",
                    f"{services[0].name} answers with error {status.decode()}. Its log, {services[0].log}, ends with:\n"
                    f"{_tail(services[0].log)}",
                )
        time.sleep(0.05)
    raise Trouble(
        f"一分钟内没有响应。日志：{services[0].log}",
        f"Nothing answered within a minute. See the log: {services[0].log}",
    )


def _watch(
    server: Server | None,
    services: list[Service],
    environment: dict[str, str],
    stopping: threading.Event,
    console: Console,
) -> None:
    """Start again what ends by itself, until told to stop."""
    while not stopping.wait(0.5):
        if server is not None and server.has_ended():
            _tell(console, say("数据库意外退出，正在重新启动", "The database ended; starting it again"))
            server.start()
        for service in services:
            if service.has_ended():
                service.stop()
                _tell(console, say(f"{service.name}意外退出，正在重新启动", f"{service.name} ended; starting it again"))
                service.start(environment)


@contextlib.contextmanager
def _stoppable() -> Iterator[threading.Event]:
    """Turn Ctrl-C, a hang-up and `kill` into an event once we serve; before that they end what is being done."""
    stopping = threading.Event()

    def ask(number: int, _frame: FrameType | None) -> None:
        if stopping.is_set() or not _serving.is_set():
            raise KeyboardInterrupt
        stopping.set()
        del number

    before = {name: signal.signal(name, ask) for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    _serving.clear()
    try:
        yield stopping
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


_serving = threading.Event()


def _greet(console: Console, address: str, seconds: float) -> None:
    from gezhi.host import prepare  # noqa: PLC0415  Django is set up by now

    _serving.set()
    _tell(console, "")
    _tell(console, f"  格治 Gezhi   [bold]{address}[/bold]   ({seconds:.1f} s)")
    if people := prepare.demo_people():
        _tell(console, say("  演示账号（职务 · 用户名 · 密码）：", "  Demo people (post · name · password):"))
        for what, name, password in people:
            _tell(console, f"    {what}   [bold]{name}[/bold]   {password}")
    elif prepare.nobody():
        _tell(
            console,
            say(
                "  还没有账号。建第一个：gezhi people steward admin 管理员 --slips slip.html，凭登录单进入起步向导。",
                "  Nobody has an account yet. Make the first: gezhi people steward admin 管理员 --slips slip.html; "
                "its slip leads to the first steps.",
            ),
        )
    _tell(console, say("  按 Ctrl-C 停止。", "  Press Ctrl-C to stop."))


def _done(console: Console, words: str, detail: str = "") -> None:
    _tell(console, f"[green]✓[/green] {words} {detail}".rstrip())


def _tell(console: Console, words: str) -> None:
    """Print a line now, also into a file or pipe: whoever waits for it must see it."""
    console.print(words, soft_wrap=True)
    console.file.flush()


def _tail(path: Path) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-12:]) if path.exists() else ""
