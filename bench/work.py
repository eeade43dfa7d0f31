"""Processor time that a measurement took, by who spent it: the product's server, PostgreSQL, the clients."""

import os
import resource
from pathlib import Path

WHO = ("server", "PostgreSQL", "clients")
_TICK = os.sysconf("SC_CLK_TCK")


class Work:
    """Notes processor time and says what was spent since it last did."""

    def __init__(self, server: int) -> None:
        self._server, self._database = server, _postmaster()
        self._last = self._noted()

    def since_last(self, cases: float) -> dict[str, float]:
        """Return milliseconds per case for each of `WHO` since the last call (or the making)."""
        before, self._last = self._last, self._noted()
        return {who: 1000 * (now - then) / cases for who, now, then in zip(WHO, self._last, before, strict=True)}

    def _noted(self) -> tuple[float, float, float]:
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        return _spent(self._server), _spent(self._database), ended.ru_utime + ended.ru_stime


def _postmaster() -> int:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        return int(_fields(cursor.fetchone()[0])[1])


def _spent(root: int) -> float:
    """Return the seconds of a process and of all below it, those included that have ended."""
    parents = {int(entry.name): _fields(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit()}
    below, seconds = {root}, 0.0
    for pid, fields in sorted(parents.items()):
        if fields and (pid == root or int(fields[1]) in below):
            below.add(pid)
            seconds += sum(map(int, fields[11:15])) / _TICK
    return seconds


def _fields(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat after the name, the state first; none of a process that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return []
