"""What was just done and can be taken back for some minutes: a supervision, a file out of sight, one's own note."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext

from gezhi.cases.operations import MENDABLE
from gezhi.cases.queries import CasePage
from gezhi.people.models import Account


@dataclass(frozen=True, slots=True)
class Undo:
    """Something to take back: what was done, where the button leads, how long it is offered."""

    done: str
    address: str
    at: datetime
    until: datetime
    do: str = ""


def offers(page: CasePage, account: Account, now: datetime) -> list[Undo]:
    """Return what the reader did on this case in the last minutes and may take back, the newest first."""
    lately = [one for one in _found(page, account) if now - one.at <= MENDABLE]
    return sorted(lately, key=lambda one: one.at, reverse=True)[:2]


def _found(page: CasePage, account: Account) -> Iterator[Undo]:
    number, who = page.case.number, str(account.pk)
    for watch in page.watches:
        if watch.until is None and watch.actor == who:
            yield _undo(gettext("Put under supervision"), reverse("web:desk_release", args=[number]), watch.since)
    for file in page.withdrawn:
        # the operation asks the log who withdrew it; here it is enough that it was just now
        at = file.withdrawn_at
        if at is not None and _withdrew(page, who, at):
            yield _undo(
                gettext("File taken out of sight"), reverse("web:desk_restore_file", args=[number, file.pk]), at
            )
    for entry in page.story:
        if entry.kind == "comment" and entry.actor == who and not entry.taken_back and not entry.before:
            words = gettext("Words for the reporter") if entry.public else gettext("Internal note")
            address = reverse("web:desk_correct", args=[number, entry.comment])
            yield _undo(words, address, entry.at, do="take_back")


def _withdrew(page: CasePage, who: str, at: datetime) -> bool:
    return any(one.action == "withdraw_file" and one.at == at and one.actor == who for one in page.story)


def _undo(done: str, address: str, at: datetime, do: str = "") -> Undo:
    return Undo(done, address, at, at + MENDABLE, do)
