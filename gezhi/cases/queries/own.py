"""What somebody did: the cases they took in or acted on, a diary of each act, and what came back to them.

Everything is read from the log and only of cases that the person may still see; nothing is counted up or compared.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec
from django.db.models import Exists, OuterRef

from gezhi.cases.access import CaseRows, account_id, keys_of
from gezhi.cases.models import Case, CaseEvent, Hold
from gezhi.cases.operations.log import RECORD
from gezhi.cases.queries.paging import Page, cursor_of, read_cursor
from gezhi.cases.queries.queue import QueueRow
from gezhi.enactment import queries as enactment
from gezhi.people.access import standing
from gezhi.people.models import Account
from gezhi.schemes.state import Event
from gezhi.schemes.text import Text

# How far back “what became of it” looks, and how many cases at most.
LOOKED_BACK = timedelta(days=180)
MOST = 600
MOST_ENTRIES = 400
MOST_TAKEN_IN = 200
LOOKED_THROUGH = 3000
_HEAVY = ("text", "contact", "state", "log_head", "area__boundary", "area__parent__boundary")
# A look at a contact is noted for who audits; a file that came with an act is said by the act.
_SILENT = ("look_at_contact", "attach")

type State = Literal["passed_on", "closed"]


@dataclass(frozen=True, slots=True)
class Act:
    """One act of a person: when, what (the plan's words, or empty for a note of the log), on which case."""

    at: datetime
    kind: str
    action: str
    title: Text
    number: str
    case: str
    place: str


def passed_on(
    *, account: Account, now: datetime, state: State, since: datetime | None = None, cursor: str = "", size: int = 30
) -> Page[Case]:
    """Return what became of the cases that somebody took in or acted on and that wait elsewhere now, newest first.

    `closed`: those that ended, from `since` on.
    """
    rows = Case.objects.visible_to(account, now=now).filter(pk__in=_touched(account, now))
    if state == "closed":
        rows = rows.filter(closed_at__isnull=False)
        rows = rows.filter(closed_at__gte=since) if since else rows
    else:
        mine = Hold.objects.filter(case=OuterRef("pk"), until=None, desk_key__in=keys_of(standing(account, now)))
        rows = rows.filter(closed_at=None).exclude(Exists(mine))
    if cursor:
        rows = rows.filter(pk__lt=read_cursor(cursor)[1])
    found = list(rows.select_related("area__parent").defer(*_HEAVY).order_by("-pk")[: size + 1])
    more = len(found) > size
    return Page(tuple(found[:size]), cursor_of(None, found[size - 1].pk) if more else "")


def diary(*, account: Account, now: datetime, since: datetime, until: datetime) -> tuple[Act, ...]:
    """Return what somebody did from `since` to before `until`, in order, of the cases that they may still see."""
    events = list(
        CaseEvent.objects.filter(actor=account_id(account), at__gte=since, at__lt=until)
        .exclude(kind=RECORD, action__in=_SILENT)
        .order_by("at", "case_id", "seq")
        .only("case", "seq", "at", "kind", "action")[:MOST_ENTRIES]
    )
    taken = list(_taken_in(account, now, since=since, until=until)[:MOST_ENTRIES])
    known = {case.pk: case for case in taken}
    others = {event.case_id for event in events} - set(known)
    known |= {case.pk: case for case in _seen(account, now, others)}
    acts = [_act(known[one.case_id], one.at, one.kind, one.action) for one in events if one.case_id in known]
    acts += [_act(case, case.opened_at, "open", "") for case in taken]
    return tuple(sorted(acts, key=lambda act: act.at))


def frequent_items(*, account: Account, now: datetime, most: int) -> list[str]:
    """Return the items that somebody reports most, filled up with those most reported around them."""
    recent = _taken_in(account, now).order_by("-pk").values_list("item", flat=True)[:MOST_TAKEN_IN]
    own = [item for item, _ in Counter(recent).most_common(most)]
    if len(own) >= most:
        return own
    around = Case.objects.visible_to(account, now=now).order_by("-pk").values_list("item", flat=True)[:MOST_TAKEN_IN]
    return list(dict.fromkeys([*own, *(item for item, _ in Counter(around).most_common())]))[:most]


def came_back(rows: Iterable[QueueRow]) -> dict[UUID, str]:
    """Return which of the rows were at the same desk for the same step before, with the reason given. Two queries."""
    at = {row.case.pk: (row.desk_key, row.step) for row in rows if not row.part}
    before = Hold.objects.filter(case__in=at, part=0, until__isnull=False).values_list("case_id", "desk_key", "step")
    again = {case for case, desk, step in before if at[case] == (desk, step)}
    if not again:
        return {}
    last = CaseEvent.objects.filter(case__in=again, kind="act").order_by("case_id", "-seq").distinct("case_id")
    reasons = {row.case_id: _reason(row) for row in last}
    return {case: reasons.get(case, "") for case in again}


def sent_under(*, account: Account, key: str, now: datetime) -> Case | None:
    """Return the case that somebody took in under a key of their own, if they may still see it."""
    rows = Case.objects.visible_to(account, now=now).filter(client_key=f"{account_id(account)}:{key}")
    return rows.defer(*_HEAVY).first() if key else None


def _touched(account: Account, now: datetime) -> list[UUID]:
    """Return the cases that somebody acted on or took in, lately: two index reads, bounded."""
    acted = CaseEvent.objects.filter(actor=account_id(account), kind="act", at__gte=now - LOOKED_BACK)
    ids = list(acted.order_by("-at").values_list("case_id", flat=True)[:MOST])
    ids += list(_taken_in(account, now).order_by("-pk").values_list("pk", flat=True)[:MOST_TAKEN_IN])
    return list(dict.fromkeys(ids))


def _taken_in(
    account: Account, now: datetime, *, since: datetime | None = None, until: datetime | None = None
) -> CaseRows:
    """Return what somebody took in, among the newest that they may see: nobody's page reads a whole district."""
    seen = Case.objects.visible_to(account, now=now).filter(opened_at__gte=since or now - LOOKED_BACK)
    seen = seen.filter(opened_at__lt=until) if until else seen
    rows = Case.objects.unscoped(reason="of those that the next line's query may see").filter(
        pk__in=seen.order_by("-pk").values("pk")[:LOOKED_THROUGH], client_key__startswith=f"{account_id(account)}:"
    )
    return rows.select_related("area").defer(*_HEAVY)


def _seen(account: Account, now: datetime, ids: Iterable[UUID]) -> Sequence[Case]:
    wanted = list(ids)
    if not wanted:
        return ()
    rows = Case.objects.visible_to(account, now=now).filter(pk__in=wanted)
    return list(rows.select_related("area").defer(*_HEAVY))


def _act(case: Case, at: datetime, kind: str, action: str) -> Act:
    plan = enactment.scheme(case.scheme_version_id).procedures.get(case.procedure)
    done = plan.actions.get(action) if plan and kind != RECORD else None
    place = " ".join(part for part in (case.area.name if case.area else "", case.address) if part)
    return Act(at, kind, action, done.title if done else Text("", ""), case.number, case.title, place)


def _reason(row: CaseEvent) -> str:
    answers = msgspec.json.decode(row.body, type=Event).answers
    return str(answers.get("reason", ""))
