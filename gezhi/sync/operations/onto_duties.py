"""What telephones bring of duties: what was done, with its findings, and why a round was missed or somebody is away."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from gezhi.duties import operations as duties
from gezhi.sync.errors import RecordRefused
from gezhi.sync.operations.context import Taking
from gezhi.sync.operations.done import Done
from gezhi.sync.operations.reports import words_of
from gezhi.sync.shapes import Record

_PHOTOS = ("photos_before", "photos_after")


def activity(taking: Taking, record: Record) -> Done:
    """Record an activity; its times are put right like the record's own, and one of the future is refused."""
    data = record.data
    if data.get("activity"):
        return _end(taking, record)
    began = taking.moment(data.get("began"), "began")
    if began is None:
        raise RecordRefused("bad_input", _("Say when it began."), field="began")
    recorded = duties.record(
        actor=taking.actor, now=taking.now, key=record.key, duty=words_of(data, "duty"), began=began,
        ended=taking.moment(data.get("ended"), "ended"), area=words_of(data, "area") or None,
        entry=words_of(data, "entry") or None, answers=taking.answers(data.get("answers", {})),
        place=_place(data.get("place")), findings=[_finding(taking, one) for one in data.get("findings", ())],
        photos=taking.files(data.get("photos", ())), others=_ids(data.get("others", ()), "others"),
        remarks=words_of(data, "remarks"), nil=bool(data.get("nil")), agrees=data.get("agrees"),
        confirms=_id(data.get("confirms"), "confirms"), start=_id(data.get("start"), "start"), form_print=record.form,
    )  # fmt: skip
    return _recorded(recorded)


def _end(taking: Taking, record: Record) -> Done:
    """End an activity that was begun on a page of the server."""
    data = record.data
    running = _id(data["activity"], "activity")
    if running is None:
        raise RecordRefused("bad_input", _("“%(name)s” is no id.") % {"name": "activity"}, field="activity")
    recorded = duties.finish(
        actor=taking.actor, now=taking.now, activity=running, ended=taking.moment(data.get("ended"), "ended"),
        answers=taking.answers(data.get("answers", {})),
        findings=[_finding(taking, one) for one in data.get("findings", ())],
        photos=taking.files(data.get("photos", ())), others=_ids(data.get("others", ()), "others"),
        remarks=words_of(data, "remarks"), nil=bool(data.get("nil")), agrees=data.get("agrees"),
        form_print=record.form,
    )  # fmt: skip
    return _recorded(recorded)


def _recorded(recorded: duties.Recorded) -> Done:
    row = recorded.activity
    facts: dict[str, Any] = {"activity": str(row.pk), "cases": list(recorded.cases)}
    subject = recorded.cases[0] if recorded.cases else row.duty
    marks = {"distance_m": round(row.distance_m)} if row.distance_m else {}
    return Done(subject, facts, recorded.notes, marks, fresh=recorded.outcome == "accepted")


def excuse(taking: Taking, record: Record) -> Done:
    """Say why a round was missed (`duty`, `area`, `on`), or for what `reason` one is away (`first`, `last`)."""
    data = record.data
    taking.when(record)
    if data.get("first"):
        away = duties.go_away(
            actor=taking.actor, account=taking.actor, now=taking.now, first=_day(data, "first"),
            last=_day(data, "last"), reason=words_of(data, "reason"),
        )  # fmt: skip
        return Done(f"{away.first} – {away.last}")
    row = duties.object_to(
        actor=taking.actor, now=taking.now, duty=words_of(data, "duty"), area=words_of(data, "area"),
        on=_day(data, "on"), reason=words_of(data, "reason"),
    )  # fmt: skip
    return Done(row.duty, {"period": row.period})


def _finding(taking: Taking, raw: Any) -> duties.Found:
    if not isinstance(raw, Mapping):
        raise RecordRefused("bad_input", _("A finding is an object."), field="findings")
    found = dict(raw)
    for name in _PHOTOS:
        found[name] = [str(one) for one in taking.files(found.get(name, ()), f"findings.{name}")]
    found["answers"] = taking.answers(found.get("answers", {}))
    return duties.from_json(found)


def _place(raw: Any) -> tuple[float, float, float] | None:
    if not isinstance(raw, list) or len(raw) != 3:
        return None
    try:
        return float(raw[0]), float(raw[1]), float(raw[2] or 0)
    except (TypeError, ValueError):
        raise RecordRefused("bad_input", _("These are no degrees of longitude and latitude."), field="place") from None


def _id(raw: Any, name: str) -> UUID | None:
    return next(iter(_ids([raw], name)), None) if raw else None


def _ids(raw: Any, name: str) -> tuple[UUID, ...]:
    try:
        return tuple(UUID(str(one)) for one in raw)
    except (TypeError, ValueError):
        raise RecordRefused("bad_input", _("“%(name)s” is no id.") % {"name": name}, field=name) from None


def _day(data: Mapping[str, Any], name: str) -> date:
    try:
        return datetime.fromisoformat(str(data.get(name, ""))).date()
    except ValueError:
        raise RecordRefused("bad_input", _("“%(name)s” is no day.") % {"name": name}, field=name) from None
