"""The sweeper: what fell due happens exactly once, at a cost of what fell due.

It reads one partial index. A case is claimed with its row lock (`skip locked`, so that several workers share the
work); the engine gives what expired, each at its own instant, and the same transaction moves `wake_at` on. A worker
that dies leaves the row as it was for the next one; after downtime everything that was missed happens in its order.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from gezhi.cases.models import Case, SupervisionWatch
from gezhi.cases.operations.door import Open, begin, write
from gezhi.schemes import engine
from gezhi.schemes.state import SYSTEM

_CLAIM = 50
_AGAIN = timedelta(minutes=15)
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Swept:
    """What one sweep did: cases touched, events written, cases that a fault kept (named in `failed`)."""

    cases: int = 0
    events: int = 0
    failed: tuple[str, ...] = ()


def sweep(*, now: datetime, limit: int = 500) -> Swept:
    """Settle up to `limit` cases whose time has come.

    A case that can't be settled is kept, marked and tried again later.
    """
    swept = Swept()
    while swept.cases + len(swept.failed) < limit:
        claimed = _claim(now, min(_CLAIM, limit - swept.cases - len(swept.failed)), swept)
        if not claimed:
            break
    return swept


@transaction.atomic
def _claim(now: datetime, most: int, swept: Swept) -> int:
    rows = Case.objects.unscoped(reason="time passes for every case").filter(wake_at__lte=now)
    due = list(rows.order_by("wake_at").select_for_update(skip_locked=True, of=("self",))[:most])
    for case in due:
        try:
            with transaction.atomic():
                swept.events += _settle(case, now)
                swept.cases += 1
        except Exception as error:
            log.exception("case %s could not be settled at its due time", case.number)
            trouble = f"{type(error).__name__}: {error}"[:2000]
            Case.objects.unscoped(reason="the fault is kept where the office sees it").filter(pk=case.pk).update(
                trouble=trouble, wake_at=now + _AGAIN
            )
            swept.failed = (*swept.failed, case.number)
    return len(due)


def _settle(case: Case, now: datetime) -> int:
    opened = begin(case, now)
    opened.settle_expired()
    _tell_watchers(opened)
    if case.trouble:
        opened.extra["trouble"] = ""
    if not opened.events:
        # Nothing was due after all (the rule moved): the columns are written again, so that it sleeps on.
        opened.extra["trouble"] = ""
    write(opened)
    return len(opened.events)


def _tell_watchers(opened: Open) -> None:
    """Tell superiors whose limit for a supervised case has passed, once."""
    if not opened.case.supervised:
        return
    passed = SupervisionWatch.objects.filter(Q(until=None), case=opened.case, limit_at__lte=opened.now, told_at=None)
    for watch in passed:
        opened.note("watch_overdue", by=SYSTEM.key, actor="", watch=str(watch.pk), desk=watch.desk_key)
        opened.tell("case.watch_overdue", watch=str(watch.pk), to=watch.desk_key)
        opened.extra["supervised"] = True
    passed.update(told_at=opened.now)


def recount(*, now: datetime, limit: int = 500) -> int:
    """Recompute due times that were marked provisional, after a year's calendar came out; return how many moved.

    Those at the turn of this year, too: the next year's notice may move its last days.
    Called when a calendar or a scheme's holidays change; those concerned are told again by the scheme's templates.
    """
    moved = 0
    open_cases = Case.objects.unscoped(reason="a calendar counts for every case").filter(closed_at=None)
    turn = datetime(timezone.localdate(now).year, 12, 29, tzinfo=timezone.get_current_timezone())
    about = (turn, turn + timedelta(days=3))
    uncertain = Q(state__clocks__contains=[{"provisional": True}]) | Q(step_due__range=about) | Q(case_due__range=about)
    provisional = open_cases.filter(uncertain).values_list("pk", flat=True)
    # All of them: those that stand still stay provisional, and must not hide what lies behind them.
    for pk in list(provisional):
        if moved >= limit:
            break
        with transaction.atomic():
            case = Case.objects.unscoped(reason="locked to be recounted").select_for_update(of=("self",)).get(pk=pk)
            opened = begin(case, now)
            outcome = engine.recount(opened.scheme, opened.state, opened.now)
            if outcome is not None:
                opened.accept(outcome)
                write(opened)
                moved += 1
    return moved
