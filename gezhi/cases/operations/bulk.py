"""One thing done to several cases: each through the one door, in a transaction of its own, once.

A run is written down before anything is done, with a line per case. Each line is settled in the very transaction of
its change, so that a second press, a retry or a crash in the middle does nothing twice and skips nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gezhi.cases.errors import BadInput, CaseError, NotFound
from gezhi.cases.models import BulkLine, BulkRun
from gezhi.cases.operations.door import act
from gezhi.cases.operations.report import plain_answers
from gezhi.cases.operations.talking import comment
from gezhi.cases.operations.watching import supervise
from gezhi.foundation import journal
from gezhi.people.models import Account
from gezhi.schemes.state import Refused
from gezhi.schemes.text import Text

BOOK = "bulk"
MOST_CASES = 100
KINDS = ("act", "note", "supervise")


@dataclass(frozen=True, slots=True)
class Aim:
    """A case of a run as it was seen in the preview."""

    number: str
    title: str
    version: int


def begin_bulk(
    *, actor: Account, key: UUID, kind: str, title: str, aims: Sequence[Aim], action: str = "",
    answers: Mapping[str, Any] | None = None, back: str = "", now: datetime,
) -> BulkRun:  # fmt: skip
    """Write down what is to be done to which cases. The same key again gives the same run, whatever comes with it."""
    if kind not in KINDS:
        raise BadInput(_("This can't be done to several cases at once."), field="kind")
    if not aims:
        raise BadInput(_("Select at least one case."), field="case")
    if len(aims) > MOST_CASES:
        raise BadInput(_("At most %(most)s cases at once.") % {"most": MOST_CASES}, field="case")
    with transaction.atomic():
        run, fresh = BulkRun.objects.get_or_create(
            pk=key,
            defaults={
                "account": actor, "kind": kind, "action": action, "title": title[:200], "back": back[:800], "at": now,
                "answers": plain_answers(answers or {}),
            },
        )  # fmt: skip
        if run.account_id != actor.pk:
            raise NotFound
        if fresh:
            BulkLine.objects.bulk_create([
                BulkLine(run=run, place=place, number=one.number, title=one.title, version=one.version)
                for place, one in enumerate(aims, start=1)
            ])  # fmt: skip
            journal.record(
                BOOK, "begin", actor=str(actor.pk), subject=str(run.pk), now=now,
                body={"kind": kind, "action": action, "cases": [one.number for one in aims]},
            )  # fmt: skip
    return run


def carry_on_bulk(*, actor: Account, run: UUID, most: int = MOST_CASES, now: datetime) -> int:
    """Settle up to so many waiting lines of one's own run; return how many were settled.

    Two that carry on at the same moment take different lines.
    """
    found = BulkRun.objects.filter(pk=run, account=actor).first()
    if found is None:
        raise NotFound
    settled = 0
    while settled < most and _settle_next(actor, found, now):
        settled += 1
    return settled


def _settle_next(actor: Account, run: BulkRun, now: datetime) -> bool:
    with transaction.atomic():
        waiting = BulkLine.objects.select_for_update(skip_locked=True, of=("self",)).order_by("place")
        line = waiting.filter(run=run, state=BulkLine.State.WAITING).first()
        if line is None:
            return False
        try:
            with transaction.atomic():
                line.state = _DOES[run.kind](actor, run, line, now)
        except Refused as why:
            line.state = BulkLine.State.REFUSED
            line.said, line.clause = Text(why.zh, why.en).say(get_language() or "zh-hans"), why.clause
        except CaseError as why:
            line.state, line.said = BulkLine.State.REFUSED, str(why)
        line.settled_at = now
        line.save(update_fields=["state", "said", "clause", "settled_at"])
    return True


def _act(actor: Account, run: BulkRun, line: BulkLine, now: datetime) -> BulkLine.State:
    done = act(actor=actor, number=line.number, action=run.action, answers=run.answers, version=line.version, now=now)
    return BulkLine.State.PROPOSED if done.proposal else BulkLine.State.DONE


def _note(actor: Account, run: BulkRun, line: BulkLine, now: datetime) -> BulkLine.State:
    comment(actor=actor, number=line.number, text=str(run.answers.get("text", "")), now=now)
    return BulkLine.State.DONE


def _supervise(actor: Account, run: BulkRun, line: BulkLine, now: datetime) -> BulkLine.State:
    day = str(run.answers.get("limit_at", ""))
    supervise(
        actor=actor, number=line.number, reason=str(run.answers.get("reason", "")),
        limit_at=datetime.fromisoformat(day) if day else None, now=now,
    )  # fmt: skip
    return BulkLine.State.DONE


_DOES: dict[str, Callable[[Account, BulkRun, BulkLine, datetime], BulkLine.State]] = {
    "act": _act,
    "note": _note,
    "supervise": _supervise,
}
