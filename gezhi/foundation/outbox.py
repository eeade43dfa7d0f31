"""Effects that leave through rows: written with their cause, carried out afterwards, each subscriber once.

`tell` is called inside the operation's transaction. `relay` (run by the worker) hands each row to the subscribers of
its topic in a transaction with the mark that they are done, so a subscriber's own rows are written exactly once even
if the machine dies.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from gezhi.foundation.models import Outbox

Subscriber = Callable[[dict[str, Any], datetime], None]

log = logging.getLogger(__name__)
_subscribers: dict[str, dict[str, Subscriber]] = {}
_FIRST_WAIT = timedelta(seconds=5)
_LONGEST_WAIT = timedelta(hours=1)


def subscribe(topic: str, name: str, subscriber: Subscriber) -> None:
    """Register a subscriber under a lasting name (from `AppConfig.ready`); it is called with the body and now."""
    _subscribers.setdefault(topic, {})[name] = subscriber


def tell(topic: str, body: Mapping[str, Any], now: datetime) -> Outbox:
    """Write an effect down, in the caller's transaction."""
    return Outbox.objects.create(topic=topic, body=dict(body), at=now, next_try=now)


def relay(now: datetime, limit: int = 200) -> int:
    """Carry out up to `limit` waiting effects, oldest first; return how many were finished.

    Several workers may relay at once. What fails is logged, kept with its error, and tried again later and later.
    """
    waiting = Outbox.objects.filter(done_at=None, next_try__lte=now).order_by("next_try", "id")
    finished = 0
    for pk in list(waiting.values_list("pk", flat=True)[:limit]):
        finished += _carry_out(pk, now)
    return finished


@transaction.atomic
def _carry_out(pk: Any, now: datetime) -> bool:
    row = Outbox.objects.select_for_update(skip_locked=True).filter(pk=pk, done_at=None).first()
    if row is None:
        return False
    failures = []
    for name, subscriber in _subscribers.get(row.topic, {}).items():
        if name in row.done_by:
            continue
        try:
            with transaction.atomic():
                subscriber(row.body, now)
        except Exception as error:
            log.exception("outbox %s: subscriber %s failed on %s", row.pk, name, row.topic)
            failures.append(f"{name}: {type(error).__name__}: {error}")
        else:
            row.done_by = [*row.done_by, name]
    row.tries += 1
    row.error = "\n".join(failures)
    if failures:
        row.next_try = now + min(_FIRST_WAIT * 2 ** min(row.tries - 1, 12), _LONGEST_WAIT)
    else:
        row.done_at = now
    row.save(update_fields=["tries", "error", "next_try", "done_at", "done_by"])
    return not failures
