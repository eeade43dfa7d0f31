"""What the handlers of records share: the sender, the time by both clocks, which photos are here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from gezhi.people.models import Account
from gezhi.sync.errors import RecordRefused
from gezhi.sync.models import Upload
from gezhi.sync.shapes import Record

# Below this a difference is the way of the request, not a wrong clock.
_EXACT = timedelta(seconds=90)
# A record made and sent at once may be ahead by so much.
_AHEAD = timedelta(minutes=2)
_UPLOAD = "p-"


@dataclass(slots=True)
class Taking:
    """One push: its sender, the clock here, and the shift that puts the sender's times right."""

    actor: Account
    now: datetime
    shift: timedelta
    photos: dict[str, UUID] = field(default_factory=dict)

    def when(self, record: Record) -> datetime:
        """Return when it was done, by the clock here. Raises `RecordRefused` for what lies in the future."""
        return self.put_right(record.at, "at")

    def moment(self, raw: Any, name: str) -> datetime | None:
        """Return an instant of the sender's clock, put right. Raises `RecordRefused` for none, and for the future."""
        if raw in (None, ""):
            return None
        try:
            at = datetime.fromisoformat(str(raw))
        except ValueError:
            raise RecordRefused("bad_input", _("“%(name)s” is no time.") % {"name": name}, field=name) from None
        return self.put_right(at, name)

    def put_right(self, at: datetime, name: str) -> datetime:
        """Return an instant by the clock here. Raises `RecordRefused` for what lies in the future."""
        if at.tzinfo is None:
            raise RecordRefused("bad_input", _("Give the time with its offset from UTC."), field=name)
        at += self.shift
        if at > self.now + _AHEAD:
            raise RecordRefused(
                "future",
                _("This is dated in the future (%(at)s). Put the time right and send it again.")
                % {"at": timezone.localtime(at).strftime("%Y-%m-%d %H:%M")},
                field=name,
            )
        return min(at, self.now)

    def files(self, keys: Any, name: str = "photos") -> tuple[UUID, ...]:
        """Return the files behind the keys of photos. Raises `RecordRefused` naming those that are not here."""
        wanted = [str(one) for one in keys] if isinstance(keys, list | tuple) else []
        missing = tuple(one for one in wanted if one not in self.photos)
        if missing:
            raise RecordRefused(
                "photos_missing",
                _("%(n)d photos are not here yet, or not whole. Send them again first.") % {"n": len(missing)},
                field=name,
                missing=missing,
            )
        return tuple(self.photos[one] for one in wanted)

    def answers(self, given: Any) -> dict[str, Any]:
        """Return answers with each photo's key exchanged for its file."""
        if not isinstance(given, dict):
            raise RecordRefused("bad_input", _("The answers are no object."), field="answers")
        return {
            name: [str(one) for one in self.files(value, name)] if _are_photos(value) else value
            for name, value in given.items()
        }


def shift_of(said_now: datetime, now: datetime) -> timedelta:
    """Return what to add to the sender's times: how far its clock is behind, in whole seconds."""
    if said_now.tzinfo is None:
        return timedelta()
    off = now - said_now
    return timedelta(seconds=round(off.total_seconds())) if abs(off) > _EXACT else timedelta()


def photos_of(actor: Account, records: Iterable[Record]) -> dict[str, UUID]:
    """Return key → file of the photos that the records name and that are here as a whole. One query."""
    keys = {one for record in records for one in _keys_in(record.data)}
    if not keys:
        return {}
    rows = Upload.objects.filter(account=actor, key__in=keys, file__isnull=False)
    return {key: file for key, file in rows.values_list("key", "file_id") if file is not None}


def _keys_in(node: Any) -> Iterator[str]:
    if isinstance(node, str) and node.startswith(_UPLOAD):
        yield node
    elif isinstance(node, dict):
        for one in node.values():
            yield from _keys_in(one)
    elif isinstance(node, list):
        for one in node:
            yield from _keys_in(one)


def _are_photos(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, str) and one.startswith(_UPLOAD) for one in value)
    )
