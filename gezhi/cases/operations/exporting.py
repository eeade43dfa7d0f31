"""A list taken out as a file is written down: who took which list, with which filters, when."""

from datetime import datetime

from gezhi.foundation import journal
from gezhi.people.access import Denied, reach
from gezhi.people.models import Account

BOOK = "exports"


def note_export(*, actor: Account, what: str, query: str, form: str, now: datetime) -> None:
    """Write down that a list is taken out. Who holds no post takes nothing out."""
    if not reach(actor, now).grants:
        raise Denied
    journal.record(BOOK, "export", actor=str(actor.pk), subject=what, now=now, body={"query": query, "form": form})
