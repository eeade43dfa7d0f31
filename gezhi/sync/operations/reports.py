"""Reports from a telephone: many at once in one statement, or one with what was done about it on the spot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gezhi.cases import operations as cases
from gezhi.cases.errors import AskArea, CaseError
from gezhi.schemes.state import Refused
from gezhi.sync.errors import RecordRefused
from gezhi.sync.operations.context import Taking
from gezhi.sync.operations.done import Done
from gezhi.sync.queries.ground import metres_to
from gezhi.sync.shapes import Choice, Record
from gezhi.territory import queries as territory

CHANNEL = "field"
# A position so far from the grid that was named is kept and marked.
FAR_M = 500
# Facts of a case that its own door writes: whom it is about, when it was, how sure the place is.
_OWN_FACTS = frozenset({"about", "anonymous", "happened_at", "position_off_m", "urgency"})


@dataclass(frozen=True, slots=True)
class _Prepared:
    report: cases.Report
    warnings: tuple[str, ...]
    marks: dict[str, Any]


def is_plain(record: Record) -> bool:
    """Say whether it is a report with nothing done about it yet: those are taken together."""
    return record.kind == "report" and not record.data.get("then")


def in_bulk(taking: Taking, records: Sequence[Record]) -> list[Done | CaseError | Refused | RecordRefused]:
    """Take in plain reports; each gets its case or its error."""
    prepared: list[_Prepared | RecordRefused] = []
    for record in records:
        try:
            prepared.append(_prepare(taking, record))
        except RecordRefused as error:
            prepared.append(error)
    opened = iter(
        cases.open_batch(
            actor=taking.actor, reports=[one.report for one in prepared if isinstance(one, _Prepared)], now=taking.now
        )
    )
    return [_answer(taking, one, next(opened)) if isinstance(one, _Prepared) else one for one in prepared]


def _answer(
    taking: Taking, prepared: _Prepared, opened: cases.Opened | CaseError | Refused
) -> Done | CaseError | Refused:
    return _done(taking, prepared, opened) if isinstance(opened, cases.Opened) else opened


def report(taking: Taking, record: Record) -> Done:
    """Take in one report, and do what was done about it; what the plan then refuses is kept as a note."""
    prepared = _prepare(taking, record)
    opened = cases.open_case(actor=taking.actor, report=prepared.report, now=taking.now)
    done = _done(taking, prepared, opened)
    then = record.data.get("then")
    if not then or not opened.fresh:
        return done
    why = _then(taking, opened.number, then)
    if not why:
        return done
    words = _("Taken in, but not yet more than that: %(why)s Your words are kept as a note.") % {"why": why}
    return Done(done.subject, done.facts, (*done.warnings, words), done.marks)


def _prepare(taking: Taking, record: Record) -> _Prepared:
    data = record.data
    at = taking.when(record)
    point = point_of(data.get("lon"), data.get("lat"))
    area, warnings = _area_now(str(data.get("area") or ""), point, taking.now)
    marks: dict[str, Any] = {}
    if area and point and (far := metres_to(area, point, taking.now)) > FAR_M:
        marks["position_off_m"] = round(far)
        warnings += (
            _("The position lies %(km).1f km from the grid that was chosen. It was kept and is marked.")
            % {"km": far / 1000},
        )
    asked = taking.answers(data.get("facts") or {})
    facts = {name: value for name, value in asked.items() if name not in _OWN_FACTS} | marks
    made = cases.Report(
        client_key=record.key, item=words_of(data, "item"), channel=CHANNEL, text=words_of(data, "text"),
        title=words_of(data, "title"), lon=point[0] if point else None, lat=point[1] if point else None, area=area,
        address=words_of(data, "address"), urgency=words_of(data, "urgency"), facts=facts,
        happened_at=at if at < taking.now else None, files=taking.files(data.get("photos", ())),
    )  # fmt: skip
    return _Prepared(made, warnings, marks)


def _area_now(code: str, point: tuple[float, float] | None, now: datetime) -> tuple[str, tuple[str, ...]]:
    """Return the grid as it stands today: one that was split or merged meanwhile is followed, or asked for."""
    if not code or "\x00" in code:
        return "", ()
    on = timezone.localdate(now)
    if territory.by_code(code, on) is not None:
        return code, ()
    after = territory.successors(code, on)
    if len(after) == 1:
        return after[0].code, (_("The grid was changed meanwhile; it is now %(name)s.") % {"name": after[0].name},)
    if after and point is not None:
        return "", (_("The grid was split meanwhile; the position decides which part it is."),)
    if after:
        choices = tuple(Choice(one.code, one.name) for one in after)
        raise RecordRefused(
            "grid_split", _("The grid was split meanwhile. Which part is it in?"), field="area", choices=choices
        )
    raise RecordRefused("bad_input", _("There is no such grid (any more). Choose another one."), field="area")


def point_of(lon: Any, lat: Any) -> tuple[float, float] | None:
    """Return degrees as numbers; None where there are none. Raises `RecordRefused`."""
    if lon in (None, "") or lat in (None, ""):
        return None
    try:
        return float(lon), float(lat)
    except (TypeError, ValueError):
        raise RecordRefused("bad_input", _("These are no degrees of longitude and latitude."), field="lon") from None


def words_of(data: dict[str, Any], name: str) -> str:
    """Return a text of a record's data; empty where there is none. Raises `RecordRefused` for what is no text."""
    value = data.get(name) or ""
    if not isinstance(value, str):
        raise RecordRefused("bad_input", _("“%(name)s” must be text.") % {"name": name}, field=name)
    return value


def _done(taking: Taking, prepared: _Prepared, opened: cases.Opened) -> Done:
    facts: dict[str, Any] = {"number": opened.number, "placed": opened.placed}
    if opened.step_due:
        facts["due"] = opened.step_due.isoformat()
    marks = prepared.marks
    if marks and opened.fresh:
        _mark(taking, opened.number, marks["position_off_m"])
    return Done(opened.number, facts, prepared.warnings, marks, fresh=opened.fresh)


def _mark(taking: Taking, number: str, far: int) -> None:
    """Let whoever works on the case read that the position is doubtful, where the sender may see the case."""
    try:
        words = _("The phone stood %(km).1f km from the grid that was chosen.") % {"km": far / 1000}
        cases.comment(actor=taking.actor, number=number, text=words, now=taking.now)
    except CaseError:
        return


def _then(taking: Taking, number: str, then: Any) -> str:
    """Do on the new case what was done on the spot; return why the plan refuses it. Then a note keeps the words."""
    if not isinstance(then, dict):
        raise RecordRefused("bad_input", _("“%(name)s” must be an object.") % {"name": "then"}, field="then")
    answers = taking.answers(then.get("answers", {}))
    try:
        cases.act(
            actor=taking.actor,
            number=number,
            action=str(then.get("action", "")),
            answers=answers,
            version=1,
            now=taking.now,
        )
    except Refused as error:
        why = error.en if (get_language() or "").startswith("en") else error.zh
    except AskArea:
        raise
    except CaseError as error:
        why = str(error)
    else:
        return ""
    said = "\n".join(one for one in answers.values() if isinstance(one, str) and len(one) > 3)
    shown = [UUID(one) for value in answers.values() if isinstance(value, list) for one in value if _is_id(one)]
    if said:
        cases.comment(actor=taking.actor, number=number, text=said, files=shown, now=taking.now)
    elif shown:
        cases.attach(actor=taking.actor, number=number, files=shown, role="comment", now=taking.now)
    return why


def _is_id(word: Any) -> bool:
    try:
        UUID(str(word))
    except ValueError:
        return False
    return True
