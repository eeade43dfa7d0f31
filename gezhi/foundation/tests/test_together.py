"""Calls that wait at the same moment share one run; none waits alone, loses its answer, or suffers for another."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import transaction

from gezhi.foundation.memory import Memory
from gezhi.foundation.together import Together


class _Recorder:
    """Doubles numbers, notes with whom each came, and holds the first run until the others wait."""

    def __init__(self) -> None:
        self.runs: list[list[int]] = []
        self.began, self.go = Event(), Event()

    def __call__(self, items: Sequence[int]) -> list[int]:
        self.runs.append(list(items))
        self.began.set()
        assert self.go.wait(10)
        if 13 in items:
            raise ValueError("thirteen")
        return [2 * item for item in items]


def _all_at_once(together: Together[int, int], recorder: _Recorder, items: Sequence[int]) -> list[int | Exception]:
    """Ask for the first item; when its run is under way, for the others; then let it go on."""
    with ThreadPoolExecutor(len(items)) as pool:
        first = pool.submit(together.ask, items[0])
        assert recorder.began.wait(10)
        others = [pool.submit(together.ask, item) for item in items[1:]]
        while len(together._waiting) < len(others):
            pass
        recorder.go.set()
        told: list[int | Exception] = []
        for call in [first, *others]:
            error = call.exception(10)
            told.append(error if isinstance(error, Exception) else call.result())
        return told


def test_who_waits_shares_the_next_run_and_each_gets_its_own_answer() -> None:
    recorder = _Recorder()
    assert _all_at_once(Together(recorder), recorder, range(1, 9)) == [2, 4, 6, 8, 10, 12, 14, 16]
    assert recorder.runs[0] == [1]
    assert sorted(recorder.runs[1]) == [2, 3, 4, 5, 6, 7, 8]
    assert len(recorder.runs) == 2


def test_no_run_takes_more_than_it_may() -> None:
    recorder = _Recorder()
    assert _all_at_once(Together(recorder, most=3), recorder, range(1, 9)) == [2, 4, 6, 8, 10, 12, 14, 16]
    assert [len(run) for run in recorder.runs] == [1, 3, 3, 1]


def test_what_fails_fails_alone() -> None:
    recorder = _Recorder()
    told = _all_at_once(Together(recorder), recorder, [1, 2, 13, 4])
    assert told[:2] == [2, 4]
    assert told[3] == 8
    assert isinstance(told[2], ValueError)
    # The lead was handed on: whoever comes later is answered.
    assert Together(recorder).ask(5) == 10


def test_the_lead_is_free_again_after_a_failure() -> None:
    recorder = _Recorder()
    recorder.go.set()
    together = Together(recorder)
    with pytest.raises(ValueError, match="thirteen"):
        together.ask(13)
    assert together.ask(7) == 14


@pytest.mark.django_db
def test_within_a_transaction_nobody_else_is_taken_along() -> None:
    recorder = _Recorder()
    recorder.go.set()
    together = Together(recorder)
    with transaction.atomic():
        together._busy = True  # another thread leads: waiting for it could be waiting for oneself
        assert together.ask(3) == 6
    assert recorder.runs == [[3]]


def test_memory_asks_once_and_again_after_it_was_told_to_forget() -> None:
    asked: list[str] = []

    def ask() -> int:
        asked.append("")
        return len(asked)

    memory: Memory[int] = Memory()
    assert [memory.get("a", ask), memory.get("a", ask), memory.get("b", ask)] == [1, 1, 2]
    memory.forget()
    assert memory.get("a", ask) == 3


def test_memory_keeps_no_answer_that_was_asked_for_before_it_forgot() -> None:
    memory: Memory[str] = Memory()

    def ask() -> str:
        memory.forget()
        return "old"

    assert memory.get("a", ask) == "old"
    assert memory.get("a", lambda: "new") == "new"


def _nothing() -> str:
    raise LookupError("nothing")


def test_memory_keeps_no_failure() -> None:
    memory: Memory[str] = Memory()
    with pytest.raises(LookupError):
        memory.get("a", _nothing)
    assert memory.get("a", lambda: "something") == "something"
