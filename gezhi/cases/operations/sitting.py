"""What is the same for all reports that one sender brings at one moment, worked out once for them all."""

from datetime import datetime
from functools import cached_property

from django.utils import timezone

from gezhi.cases.access import account_id
from gezhi.foundation import binary, crypto
from gezhi.people.access import first_desk
from gezhi.people.models import Account
from gezhi.schemes.state import Desk

OFFICE_CHANNELS = frozenset({"field", "hotline", "counter", "phone", "reception"})


class Sitting:
    """A sender and a moment."""

    def __init__(self, actor: Account | None, now: datetime) -> None:
        self.actor = actor
        self.now = now
        self.sender = account_id(actor)
        # Whole seconds, as the engine counts.
        self.at = now.replace(microsecond=0)
        self.today = timezone.localdate(now)
        self.moment = binary.moment(now)
        self.ring = crypto.ring()

    def desk_of(self, channel: str) -> Desk | None:
        """Return who was asked first: the desk at which the office took it in."""
        return self._desk if channel in OFFICE_CHANNELS else None

    @cached_property
    def _desk(self) -> Desk | None:
        return None if self.actor is None else first_desk(self.actor, self.now)
