"""Whom this room tells: who settles it where two sides differ; who can give care cases of people who left to others."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from gezhi.foundation import outbox
from gezhi.notices import operations as notices
from gezhi.people import queries as people
from gezhi.people.models import Account
from gezhi.registers import ledgers
from gezhi.registers.access import can_see
from gezhi.registers.errors import NotFound
from gezhi.registers.ledgers import Ledger
from gezhi.registers.models import Entry
from gezhi.registers.operations.writing import PROPOSED
from gezhi.schemes.state import Desk
from gezhi.schemes.text import Text
from gezhi.territory import queries as territory

LINK = "/desk/registers/{register}/entry/{code}"
_SUBJECT = Text("台账“{register}”的一条有不同意见", "Two sides differ about an entry of “{register}”")
_BODY = Text("{code} 待您核定：逐项采用或不采用。", "{code} waits for you: take or leave each point.")


def register() -> None:
    """Subscribe under a name that stays."""
    outbox.subscribe(PROPOSED, "registers.tell_deciders", tell_deciders)


def tell_deciders(body: dict[str, Any], now: datetime) -> None:
    """Tell those who settle differences of a register where the entry lies, once for each writing.

    Nothing of the entry is said but its code: messages go further than its page does.
    """
    entry = Entry.objects.unscoped(reason="its effects are carried out by nobody in particular").get(
        pk=UUID(body["entry"])
    )
    try:
        ledger = ledgers.ledger(entry.register, timezone.localdate(now))
    except NotFound:
        return  # the plan has no such register any more
    if not entry.waiting:
        return  # settled meanwhile
    for reader in _deciders(ledger, entry, now):
        language = reader.language or "zh-hans"
        words = {"register": ledger.register.title.say(language), "code": entry.code}
        notices.send(
            to=[reader], key=f"entry.proposed/{entry.pk}/{body['at']}", topic=PROPOSED, channels=("inbox",), now=now,
            subject=_SUBJECT.say(language).format(**words), body=_BODY.say(language).format(**words),
            link=LINK.format(register=entry.register, code=entry.code),
        )  # fmt: skip


def _deciders(ledger: Ledger, entry: Entry, now: datetime) -> list[Account]:
    """Return who holds the deciding post at the entry's area or above, and may see the entry."""
    post = ledger.scheme.posts.get(ledger.register.decides)
    if post is None:
        return []
    chain = territory.chain(entry.area.code, timezone.localdate(now))
    desks = [Desk("post", post.id, area.code) for area in chain if area.level == post.at]
    return [one for one in people.holders(desks, now) if can_see(one, entry, now)]
