"""Calls that wait at the same moment share one statement.

Under load most of what a short statement costs is the way to the database, its start and its commit. So the first call
leads and runs at once; whoever comes while it is under way waits, and the next leader takes all of them along. A call
that is alone waits for nobody.
"""

from collections.abc import Callable, Sequence
from threading import Lock

from django.db import connection


class _Waiting[Item, Answer]:
    """One call: what it brings, and the lock that it sleeps on until it has its answer or has to lead."""

    __slots__ = ("answer", "asleep", "failed", "item", "leads")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.answer: Answer | None = None
        self.failed = False
        self.leads = False
        self.asleep = Lock()
        self.asleep.acquire()


class Together[Item, Answer]:
    """Runs a function of many items for the calls of all threads of a process, each bringing one item.

    `run` returns an answer (never None) for each item, in order, and is complete when it returns: it commits. An item
    that makes it fail harms no other: each call then runs alone, and only the one at fault raises.
    """

    def __init__(self, run: Callable[[Sequence[Item]], Sequence[Answer]], most: int = 64) -> None:
        self._run = run
        self._most = most
        self._lock = Lock()
        self._busy = False
        self._waiting: list[_Waiting[Item, Answer]] = []

    def ask(self, item: Item) -> Answer:
        """Return the answer for one item. Within a transaction of the caller's own it runs in that, alone."""
        if connection.in_atomic_block:
            return self._run([item])[0]
        mine = _Waiting[Item, Answer](item)
        with self._lock:
            self._waiting.append(mine)
            mine.leads, self._busy = not self._busy, True
        if not mine.leads:
            mine.asleep.acquire()
        if mine.leads:
            self._lead()
        if mine.failed or mine.answer is None:
            return self._run([item])[0]
        return mine.answer

    def _lead(self) -> None:
        """Run for all who wait, then wake them and hand the lead to whoever came meanwhile."""
        with self._lock:
            taken, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        try:
            for one, answer in zip(taken, self._run([one.item for one in taken]), strict=True):
                one.answer = answer
        except Exception:  # noqa: BLE001  each of them runs again alone and meets its own error
            for one in taken:
                one.failed = True
        finally:
            with self._lock:
                following = next(iter(self._waiting), None)
                self._busy = following is not None
            for one in taken:
                one.leads = False
                one.asleep.release()
            if following is not None:
                following.leads = True
                following.asleep.release()
