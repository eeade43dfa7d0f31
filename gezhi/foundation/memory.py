"""Answers that every request asks for and that hardly ever change, kept for a second."""

from collections.abc import Callable, Hashable
from time import monotonic

SECONDS = 1.0
_MOST = 1000


class Memory[Answer]:
    """Keeps answers by key for `SECONDS` in this process.

    What another process changes is seen when they have passed; whoever changes it here calls `forget`.
    """

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[float, Answer]] = {}

    def get(self, key: Hashable, ask: Callable[[], Answer]) -> Answer:
        """Return the answer for a key, asking for it unless it is still kept. What `ask` raises is not kept."""
        present, here = monotonic(), self._kept
        kept = here.get(key)
        if kept is None or kept[0] < present:
            if len(here) > _MOST:
                self.forget()
            # If somebody calls `forget` meanwhile, this goes into the dict that is given up, as it should.
            kept = here[key] = (present + SECONDS, ask())
        return kept[1]

    def forget(self) -> None:
        """Ask again at once."""
        self._kept = {}
