"""The production checklist: what an installation must be before a district relies on it."""

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http.request import validate_host

from gezhi.foundation import crypto
from gezhi.host.home import ENOUGH_DISK
from gezhi.host.words import say

OLDEST, NEWEST = 15, 18
_WORKER_SILENCE = timedelta(minutes=2)


class Mark(StrEnum):
    """How a point stands."""

    GOOD = "good"
    REMINDER = "reminder"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One point of the checklist: what was looked at, how it stands, and what to do."""

    mark: Mark
    what: str
    do: str = ""


def findings(now: datetime) -> Iterator[Finding]:
    """Yield every point in order. What needs the database is left out when it can't be reached."""
    yield from (point() for point in _PLAIN)
    reached = _database()
    yield reached
    if reached.mark is not Mark.WRONG:
        yield from (point() for point in _IN_DATABASE)
        yield _sealed(now)
        yield _worker(now)


def _good_if(fine: bool, what: str, do: str, otherwise: Mark = Mark.WRONG) -> Finding:  # noqa: FBT001  the fact itself
    return Finding(Mark.GOOD, what) if fine else Finding(otherwise, what, do)


def _secret_key() -> Finding:
    key = settings.SECRET_KEY
    return _good_if(
        key != settings.DEVELOPMENT_KEY and len(key) >= 40,
        say("会话签名密钥", "the key that signs sessions"),
        say(
            "设置 GEZHI_SECRET_KEY（40 个以上随机字符），或运行一次 `gezhi up` 自动生成",
            "set GEZHI_SECRET_KEY (40 or more random characters), or let `gezhi up` make one",
        ),
    )


def _debug() -> Finding:
    return _good_if(
        not settings.DEBUG,
        say("调试模式已关闭", "debugging is off"),
        say("去掉 GEZHI_DEBUG：它会向访客显示内部信息", "unset GEZHI_DEBUG: it shows visitors what is inside"),
    )


def _hosts() -> Finding:
    local = {"127.0.0.1", "localhost", "[::1]", "testserver"}
    named = [host for host in settings.ALLOWED_HOSTS if host not in local]
    if "*" in named:
        return Finding(
            Mark.WRONG, say("访问域名", "host names"), say("GEZHI_HOSTS 不要用 *", "don't use * in GEZHI_HOSTS")
        )
    public = urlsplit(settings.PUBLIC_ADDRESS).hostname or ""
    if named and not validate_host(public, settings.ALLOWED_HOSTS):
        return Finding(
            Mark.WRONG,
            say("访问域名", "host names"),
            say(
                f"把对外地址的域名 {public} 加进 GEZHI_HOSTS，否则访客只会看到 400",
                f"add {public}, the public address's name, to GEZHI_HOSTS, or visitors only see a 400",
            ),
        )
    return _good_if(
        bool(named),
        say("访问域名", "host names"),
        say(
            "设置 GEZHI_HOSTS=你的域名，否则只能在本机打开",
            "set GEZHI_HOSTS=your.name; until then only this machine opens it",
        ),
    )


def _https() -> Finding:
    secure = settings.SESSION_COOKIE_SECURE and settings.PUBLIC_ADDRESS.startswith("https://")
    return _good_if(
        secure,
        "HTTPS",
        say(
            "在前面放一个 HTTPS 代理，设置 GEZHI_HTTPS=yes 和 GEZHI_PUBLIC_ADDRESS=https://…",
            "put an HTTPS proxy in front; set GEZHI_HTTPS=yes and GEZHI_PUBLIC_ADDRESS=https://…",
        ),
    )


def _proxy() -> Finding:
    return _good_if(
        not settings.SESSION_COOKIE_SECURE or settings.SECURE_PROXY_SSL_HEADER is not None,
        say("代理会告知访客用的是 HTTPS", "the proxy tells that visitors come by HTTPS"),
        say(
            "设置 GEZHI_PROXIES=1（前面有几层代理就写几），并让代理自己写 X-Forwarded-Proto 和 X-Forwarded-For；"
            "否则不会发送 HSTS，限速也会把所有访客当成一个",
            "set GEZHI_PROXIES=1 (as many as stand in front), and let the proxy itself write X-Forwarded-Proto and "
            "X-Forwarded-For; until then HSTS is not sent, and all visitors are braked as one",
        ),
    )


def _data_keys() -> Finding:
    what = say("数据密钥", "the data keys")
    try:
        crypto.check_keys()
    except crypto.KeysMissing as missing:
        return Finding(Mark.WRONG, what, str(missing))
    path = Path(settings.DATA_KEYS_FILE)
    if settings.DATA_KEYS or not path.exists():
        return Finding(Mark.GOOD, what)
    mode = stat.S_IMODE(path.stat().st_mode)
    return _good_if(
        mode & 0o077 == 0,
        what,
        say(f"别人也能读：chmod 600 {path}（现在 {mode:o}）", f"others can read them: chmod 600 {path} (now {mode:o})"),
    )


def _disk() -> Finding:
    folder = next(path for path in (settings.HOME, *settings.HOME.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    return _good_if(
        free > 10 * ENOUGH_DISK,
        say(f"磁盘剩余 {free // 10**9} GB（{settings.HOME}）", f"{free // 10**9} GB of disk left at {settings.HOME}"),
        say("清理磁盘或把 GEZHI_HOME 移到更大的磁盘", "free some space, or move GEZHI_HOME to a larger disk"),
        Mark.WRONG if free < ENOUGH_DISK else Mark.REMINDER,
    )


def _zone() -> Finding:
    try:
        ZoneInfo(settings.TIME_ZONE)
    except (ZoneInfoNotFoundError, ValueError):
        return Finding(
            Mark.WRONG,
            say("时区", "the time zone"),
            say(f"GEZHI_TIME_ZONE={settings.TIME_ZONE} 不存在", f"GEZHI_TIME_ZONE={settings.TIME_ZONE} is unknown"),
        )
    return Finding(Mark.GOOD, say(f"时区 {settings.TIME_ZONE}", f"time zone {settings.TIME_ZONE}"))


def _mail() -> Finding:
    return _good_if(
        "smtp.EmailBackend" in str(settings.MAILERS["default"]["BACKEND"]),
        say("邮件", "mail"),
        say(
            "设置 GEZHI_MAIL_HOST 等；在此之前邮件只存到 GEZHI_HOME/mail",
            "set GEZHI_MAIL_HOST and the rest; until then letters are only laid into GEZHI_HOME/mail",
        ),
        Mark.REMINDER,
    )


def _backups() -> Finding:
    return Finding(
        Mark.REMINDER,
        say("备份", "backups"),
        say(
            f"每天 pg_dump 数据库，连同 {settings.MEDIA_ROOT}；数据密钥另存别处",
            f"pg_dump the database daily, with {settings.MEDIA_ROOT}; keep the data keys elsewhere",
        ),
    )


def _database() -> Finding:
    what = say("数据库", "the database")
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        return Finding(
            Mark.WRONG,
            what,
            say("连不上：", "can't be reached: ")
            + str(error).strip().splitlines()[0]
            + say("。检查 DATABASE_URL，或先运行 `gezhi up`", ". Check DATABASE_URL, or run `gezhi up` first"),
        )
    major = int(_shown("server_version_num")) // 10_000
    return _good_if(
        OLDEST <= major <= NEWEST,
        f"{what} PostgreSQL {major}",
        say(f"需要 PostgreSQL {OLDEST} 至 {NEWEST}", f"PostgreSQL {OLDEST} to {NEWEST} is needed"),
    )


def _migrations() -> Finding:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _good_if(
        not waiting,
        say("数据表是最新的", "the tables are up to date"),
        say(
            f"有 {len(waiting)} 步未执行：运行 `gezhi up` 或 `gezhi manage migrate`",
            f"{len(waiting)} steps are missing: run `gezhi up` or `gezhi manage migrate`",
        ),
    )


def _durable() -> Finding:
    values = {name: _shown(name) for name in ("fsync", "full_page_writes", "synchronous_commit")}
    off = [name for name, value in values.items() if value == "off"]
    return _good_if(
        not off,
        say("已确认的写入不会丢失", "confirmed writes survive a crash"),
        say(f"在 postgresql.conf 里打开 {', '.join(off)}", f"turn on {', '.join(off)} in postgresql.conf"),
    )


def _letters() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(show_trgm('积水'))")
        known = cursor.fetchone()[0]
    return _good_if(
        known > 0,
        say("中文可以用索引查找", "Chinese words are found by index"),
        say(
            "数据库的 LC_CTYPE 不认中文字，查找会逐行翻：导出后用 LC_CTYPE 'C.UTF-8' 新建数据库再导入",
            "the database's LC_CTYPE knows no Chinese characters, so a search reads every row: dump it, create it anew "
            "with LC_CTYPE 'C.UTF-8' and restore",
        ),
        Mark.REMINDER,
    )


def _sealed(now: datetime) -> Finding:
    from gezhi.duties import operations as duties  # noqa: PLC0415  the rooms need Django set up
    from gezhi.registers import operations as registers  # noqa: PLC0415

    there = connection.introspection.table_names()
    left = registers.remaining(now) if "registers_sealing" in there else {}
    left |= duties.remaining(now) if "duties_activity" in there else {}
    named = ", ".join(f"{register} ({rows})" for register, rows in left.items())
    return _good_if(
        not left,
        say("敏感字段都已加密保存", "what is sensitive in registers and activities is sealed"),
        say(
            f"方案后来列为敏感的字段还有明文：{named}。后台任务会处理；也可运行 `gezhi registers seal --again`",
            f"fields that a later plan made sensitive still lie open: {named}. The background worker sees to it; "
            "`gezhi registers seal --again` does it now",
        ),
    )


def _shown(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        return str(cursor.fetchone()[0])


def _worker(now: datetime) -> Finding:
    what = say("后台任务在运行", "the background worker is alive")
    do = say(
        "启动它：`gezhi up`，或 `python -m gezhi.host.worker`", "start it: `gezhi up`, or `python -m gezhi.host.worker`"
    )
    if "procrastinate_workers" not in connection.introspection.table_names():
        return Finding(Mark.WRONG, what, do)
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(last_heartbeat) FROM procrastinate_workers")
        heard = cursor.fetchone()[0]
    return _good_if(heard is not None and now - heard < _WORKER_SILENCE, what, do)


def _owner() -> Finding:
    return _good_if(
        os.geteuid() != 0,
        say("不以 root 运行", "not run as root"),
        say("建一个普通用户来运行格治", "make an ordinary user for Gezhi"),
        Mark.REMINDER,
    )


_PLAIN: tuple[Callable[[], Finding], ...] = (
    _secret_key,
    _debug,
    _hosts,
    _https,
    _proxy,
    _data_keys,
    _disk,
    _zone,
    _mail,
    _owner,
    _backups,
)
_IN_DATABASE: tuple[Callable[[], Finding], ...] = (_migrations, _durable, _letters)
