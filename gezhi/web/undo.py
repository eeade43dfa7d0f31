"""Taking back what was just done: the message that it is done carries the button that undoes it.

For what can be taken back, this stands instead of the question “Are you sure?”.
"""

from django.contrib import messages
from django.http import HttpRequest

_MARK = "undo:"


def done(request: HttpRequest, words: str, undo: str) -> None:
    """Say that something is done; `undo` is the address that takes it back when something is sent there (POST)."""
    messages.success(request, words, extra_tags=f"{_MARK}{undo}")


def address(tags: str | None) -> str:
    """Return where a message's undoing is sent to; empty when there is none."""
    return (tags or "").removeprefix(_MARK) if (tags or "").startswith(_MARK) else ""
