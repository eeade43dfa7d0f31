"""Making an installation ready to serve: keys, tables, words, static files, demo. Each step may be repeated."""

import hashlib
import importlib
import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import django
import polib
import psycopg
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError
from django.utils import translation

from gezhi.foundation import clock, crypto
from gezhi.host import words
from gezhi.host.words import Trouble

Progress = Callable[[str, int, int], None]


def connect() -> None:
    """Load the rooms and reach the database. Raises `Trouble` when it can't be reached."""
    django.setup()
    try:
        connection.ensure_connection()
    except (OperationalError, psycopg.OperationalError) as error:
        place = connection.settings_dict
        where = f"{place['HOST'] or 'local socket'}:{place['PORT'] or 5432}/{place['NAME']}"
        why = str(error).strip().splitlines()[0]
        raise Trouble(
            f"连不上数据库 {where}：{why}\n请检查 DATABASE_URL、数据库是否在运行；或去掉 DATABASE_URL 使用内置数据库。",
            f"The database {where} can't be reached: {why}\n"
            "Check DATABASE_URL and whether the server runs; or unset DATABASE_URL to use the embedded one.",
        ) from error


def make_keys() -> bool:
    """Make the data keys for a new database. Raises `Trouble` when an old database has lost its keys."""
    path = Path(settings.DATA_KEYS_FILE)
    if not settings.DATA_KEYS and not path.exists():
        if "django_migrations" in connection.introspection.table_names():
            raise Trouble(
                f"数据库里已有数据，但数据密钥 {path} 不在。请从备份恢复它，或设置 GEZHI_DATA_KEYS。什么都没有改动。",
                f"The database has data, but its data keys, {path}, are gone. Restore them from your backup, "
                "or set GEZHI_DATA_KEYS. Nothing was changed.",
            )
        return crypto.make_keys_file(path)
    try:
        crypto.check_keys()
    except crypto.KeysMissing as error:
        raise Trouble(f"数据密钥不可用：{error}", str(error)) from error
    return False


def migrate(progress: Progress) -> int:
    """Bring the tables up to date; return how many migrations were applied."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    done = 0

    def tell(action: Any, migration: Any = None, fake: bool = False) -> None:  # noqa: ARG001, FBT001, FBT002  Django's
        nonlocal done
        if action == "apply_success":
            done += 1
            progress(str(migration), done, len(plan))

    executor.progress_callback = cast("Any", tell)
    if plan:
        # Rather fail and be run again than stand in everybody's way behind a long transaction.
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '10s'")
        state = executor.migrate(executor.loader.graph.leaf_nodes(), plan=plan)
        _after_migrate(state.apps, plan)
    return done


def _after_migrate(state_apps: Any, plan: Any) -> None:
    from django.core.management.sql import emit_post_migrate_signal  # noqa: PLC0415  needs the loaded rooms

    emit_post_migrate_signal(verbosity=0, interactive=False, db="default", apps=state_apps, plan=plan)


def compile_words() -> int:
    """Compile every room's .po files that are newer than their .mo; return how many."""
    compiled = 0
    for po in _word_files():
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        try:
            polib.pofile(str(po)).save_as_mofile(str(mo))
        except PermissionError as error:
            raise Trouble(
                f"无法写入 {mo}。请用安装格治的用户运行一次 `gezhi up`。",
                f"{mo} can't be written. Run `gezhi up` once as the user who installed Gezhi.",
            ) from error
        compiled += 1
    return compiled


def _word_files() -> Iterator[Path]:
    for folder in {Path(folder) for folder in settings.LOCALE_PATHS}:
        yield from sorted(folder.glob("*/LC_MESSAGES/*.po"))


def collect_static() -> bool:
    """Gather and compress the static files when one of them changed; return whether that was needed."""
    stamp = Path(settings.STATIC_ROOT).with_name("static-stamp")
    marks = sorted(
        f"{path} {facts.st_size} {facts.st_mtime_ns}"
        for finder in get_finders()
        for path, storage in finder.list([])
        for facts in [Path(storage.path(path)).stat()]
    )
    mark = hashlib.sha256("\n".join(marks).encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == mark and Path(settings.STATIC_ROOT, "staticfiles.json").exists():
        return False
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(mark)
    return True


def load_demo(progress: Progress) -> bool:
    """Load the demo district into an empty database, in one transaction; return whether it was loaded."""
    if importlib.util.find_spec("gezhi.demo.operations") is None or not _is_empty():
        return False
    demo = importlib.import_module("gezhi.demo.operations")
    with transaction.atomic():
        demo.load(clock.now(), progress)
    return True


def demo_people() -> list[tuple[str, str, str]]:
    """Return (what they are, name to log in with, password) of the demo's cast; empty when this is no demo."""
    if importlib.util.find_spec("gezhi.demo.queries") is None:
        return []
    demo = importlib.import_module("gezhi.demo.queries")
    with translation.override(words.language()):
        people: list[tuple[str, str, str]] = demo.people()
    return people


def nobody() -> bool:
    """Say whether no account was made yet."""
    return not apps.get_model("people.Account")._default_manager.exists()


def _is_empty() -> bool:
    return not any(apps.get_model(name)._default_manager.exists() for name in ("people.Account", "territory.Area"))
