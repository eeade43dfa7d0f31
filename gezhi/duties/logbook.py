"""Rows of an activity's log: appended, never changed; only put under seal, or emptied of what may not be kept."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NoReturn

from django.db import models

if TYPE_CHECKING:
    from gezhi.duties.models import ActivityEvent


class LogClosed(TypeError):
    """The log of an activity is append-only: nothing written there is changed or removed."""


class ActivityLogRows(models.QuerySet["ActivityEvent"]):
    """Rows of the log, readable and appendable."""

    def update(self, **_kwargs: Any) -> NoReturn:
        """Refuse."""
        raise LogClosed("activity events are never updated; append a new one through gezhi.duties.operations")

    def delete(self) -> NoReturn:
        """Refuse."""
        raise LogClosed("activity events are never deleted")

    def emptied(self) -> int:
        """Take the words out, the links stay: for what may no longer be kept."""
        return super().update(body="", sealed=None)

    def sealed_now(self, events: "Iterable[ActivityEvent]") -> None:
        """Put the words under seal, as they are: the links are computed over them and hold as before."""
        for one in events:
            models.QuerySet.update(self.filter(pk=one.pk), body="", sealed=one.words)
