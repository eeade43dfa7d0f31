"""What telephones bring to cases that are there: an action, a correction of one's own report, a note, photos."""

from datetime import timedelta
from typing import Any

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _

from gezhi.cases import operations as cases
from gezhi.cases.errors import Conflict, NotFound
from gezhi.cases.models import CaseEvent
from gezhi.cases.operations.log import desk_from
from gezhi.cases.queries import sent_under
from gezhi.schemes.state import Event
from gezhi.sync.errors import RecordRefused
from gezhi.sync.operations.context import Taking
from gezhi.sync.operations.done import Done
from gezhi.sync.operations.reports import point_of, words_of
from gezhi.sync.shapes import Record

# Done so much before it came here: then the case's story says when it was done.
_LATE = timedelta(minutes=10)


def act(taking: Taking, record: Record) -> Done:
    """Do an action. `base` is the version that was seen: where others acted since, it is a conflict."""
    data, at = record.data, taking.when(record)
    number = _number(taking, record)
    desk = words_of(data, "desk")
    try:
        acted = cases.act(
            actor=taking.actor, number=number, action=words_of(data, "action"),
            answers=taking.answers(data.get("answers", {})), desk=desk_from(desk) if desk else None,
            part=int(data.get("part") or 0), version=record.base, now=taking.now,
        )  # fmt: skip
    except Conflict as conflict:
        # a page of the server had sent it already, and its reply was lost
        if _was_mine(taking, number, record, conflict):
            return Done(number, {"number": number, "version": conflict.version}, fresh=False)
        raise
    if taking.now - at > _LATE:
        _say_when(taking, record, number)
    facts: dict[str, Any] = {"number": number, "version": acted.version, "step": acted.step}
    if acted.step_due:
        facts["due"] = acted.step_due.isoformat()
    warnings = (_("It was proposed and waits for a decision."),) if acted.proposal else ()
    return Done(number, facts, warnings)


def correct(taking: Taking, record: Record) -> Done:
    """Put one's own report right, also one whose number the telephone never heard (`of`: the key it was sent under)."""
    data = record.data
    number = _number(taking, record)
    correction = cases.Correction(
        item=words_of(data, "item"), area=words_of(data, "area"),
        address=words_of(data, "address") if "address" in data else None,
        point=point_of(data.get("lon"), data.get("lat")), text=words_of(data, "text"),
        files=taking.files(data.get("photos", ())),
    )  # fmt: skip
    cases.correct(actor=taking.actor, number=number, correction=correction, version=record.base, now=taking.now)
    return Done(number, {"number": number})


def note(taking: Taking, record: Record) -> Done:
    """Note something for colleagues: also how one's own version of a conflict is kept."""
    number = _number(taking, record)
    files = taking.files(record.data.get("photos", ()))
    cases.comment(actor=taking.actor, number=number, text=words_of(record.data, "text"), files=files, now=taking.now)
    return Done(number, {"number": number})


def photos(taking: Taking, record: Record) -> Done:
    """Put photos with a report that went ahead of them."""
    number = _number(taking, record)
    files = taking.files(record.data.get("photos", ()))
    if not files:
        raise RecordRefused("bad_input", _("No photo came with it."), field="photos")
    cases.attach(actor=taking.actor, number=number, files=files, role="report", now=taking.now)
    return Done(number, {"number": number})


def _was_mine(taking: Taking, number: str, record: Record, conflict: Conflict) -> bool:
    """Say whether what happened meanwhile is this very act, in the same words."""
    action, said = record.data.get("action"), record.data.get("answers") or {}
    since = [one.at for one in conflict.meanwhile if one.action == action and one.actor == str(taking.actor.pk)]
    rows = CaseEvent.objects.filter(case__number=number, kind="act", action=action, at__in=since) if since else ()
    words = {name: value for name, value in said.items() if not isinstance(value, list)}
    return any(words.items() <= msgspec.json.decode(row.body, type=Event).answers.items() for row in rows)


def _number(taking: Taking, record: Record) -> str:
    """Return the number of the case that is meant: by itself, or by the key of the report that made it."""
    number = words_of(record.data, "number")
    if number:
        return number
    found = sent_under(account=taking.actor, key=words_of(record.data, "of"), now=taking.now)
    if found is None:
        raise NotFound
    return found.number


def _say_when(taking: Taking, record: Record, number: str) -> None:
    """Note when it was really done: clocks count from when it came, and an objection needs the difference."""
    at = timezone.localtime(taking.when(record))
    words = _("Done on the phone at %(at)s; it came here when there was a network again.") % {
        "at": f"{at:%Y-%m-%d %H:%M}"
    }
    try:
        cases.comment(actor=taking.actor, number=number, text=words, now=taking.now)
    except NotFound:
        return  # it has left the worker's sight by this very action
