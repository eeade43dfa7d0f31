"""What one piece of work asks in many places and is told once: a page, an answer, a telephone's push."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Once[Kept]:
    """Holds what is kept while a piece of work lasts, for its own thread alone; between works there is nothing."""

    def __init__(self, name: str, make: Callable[[], Kept]) -> None:
        self._make = make
        self._kept: ContextVar[Kept | None] = ContextVar(name, default=None)

    @property
    def kept(self) -> Kept | None:
        """What is kept so far; None outside such a piece of work, where everything is asked anew."""
        return self._kept.get()

    @contextmanager
    def during(self) -> Iterator[None]:
        """Keep what is asked until the work ends. One within another begins with nothing."""
        token = self._kept.set(self._make())
        try:
            yield
        finally:
            self._kept.reset(token)
