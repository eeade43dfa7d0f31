"""What telephones bring of duties: what was done, with its findings, and why a round was missed or somebody is away."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from gezhi.duties import operations as duties
from gezhi.duties import plans, queries
from gezhi.duties.answers import private_of
from gezhi.duties.errors import Conflict, NotFound
from gezhi.duties.models import Activity
from gezhi.sync.errors import ActivityChanged, RecordRefused, SigningChanged
from gezhi.sync.operations.context import Taking
from gezhi.sync.operations.done import Done
from gezhi.sync.operations.reports import words_of
from gezhi.sync.queries.changed import what_changed
from gezhi.sync.queries.standing import activity_stands
from gezhi.sync.shapes import Record

_PHOTOS = ("photos_before", "photos_after")


def activity(taking: Taking, record: Record) -> Done:
    """Record an activity, or end one that was begun on a page (`activity`) or under an earlier key (`of`).

    Its times are put right like the record's own, and one of the future is refused. Where it was never heard of under
    `of`, it is recorded whole.
    """
    data = record.data
    running = id_of(data.get("activity"), "activity") or _under(taking, data)
    if running is not None:
        return _end(taking, record, running)
    began = taking.moment(data.get("began"), "began")
    if began is None:
        raise RecordRefused("bad_input", _("Say when it began."), field="began")
    recorded = duties.record(
        actor=taking.actor, now=taking.now, key=record.key, duty=words_of(data, "duty"), began=began,
        area=words_of(data, "area") or None, entry=words_of(data, "entry") or None, place=_place(data.get("place")),
        confirms=id_of(data.get("confirms"), "confirms"), start=id_of(data.get("start"), "start"),
        ended=taking.moment(data.get("ended"), "ended"), **_said(taking, record),
    )  # fmt: skip
    return _recorded(taking, record, recorded)


def _end(taking: Taking, record: Record, running: UUID) -> Done:
    row = queries.own(account=taking.actor, pk=running)
    if row is not None and row.ended is not None:
        if _stands_so(taking, row, record.data):  # a page had sent it already, and its reply was lost
            return Done(row.duty, {"activity": str(row.pk), "version": row.version, "cases": []}, fresh=False)
        raise ActivityChanged(running)  # on a page, or on another telephone
    recorded = duties.finish(
        actor=taking.actor, now=taking.now, activity=running, ended=taking.moment(record.data.get("ended"), "ended"),
        **_said(taking, record),
    )  # fmt: skip
    return _recorded(taking, record, recorded)


def _stands_so(taking: Taking, row: Activity, data: Mapping[str, Any]) -> bool:
    """Say whether an activity stands already as it is brought: nothing in it differs, nothing comes in addition."""
    _theirs, differing = activity_stands(taking.actor, row.pk, data)
    return not (differing or data.get("findings") or data.get("photos"))


def amend(taking: Taking, record: Record) -> Done:
    """Put one's own activity right after sending, add what was found, or take it back (`withdraw` says why).

    `answers` are those that changed: the others stay, also those that no telephone holds.
    """
    data = record.data
    taking.when(record)
    pk = id_of(data.get("activity"), "activity") or _under(taking, data)
    row = queries.own(account=taking.actor, pk=pk) if pk else None
    if row is None:
        raise NotFound
    try:
        if words_of(data, "withdraw"):
            recorded = duties.withdraw(
                actor=taking.actor, now=taking.now, activity=row.pk, reason=words_of(data, "withdraw")
            )
        else:
            recorded = duties.correct(
                actor=taking.actor, now=taking.now, activity=row.pk, base=record.base or row.version,
                answers=_merged(taking, row, data), form_print=record.form,
                remarks=words_of(data, "remarks") if "remarks" in data else None,
                others=_ids(data["others"], "others") if "others" in data else None,
                findings=[_finding(taking, one) for one in data.get("findings", ())],
                photos=taking.files(data.get("photos", ())),
            )  # fmt: skip
    except Conflict as error:
        raise ActivityChanged(row.pk) from error
    return _recorded(taking, record, recorded)


def _merged(taking: Taking, row: Activity, data: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return all answers with those that changed in them; None where none did."""
    if not data.get("answers"):
        return None
    given = {**row.answers, **private_of(row.sealed), **taking.answers(data["answers"])}
    return {name: value for name, value in given.items() if name and value is not None}


def _under(taking: Taking, data: Mapping[str, Any]) -> UUID | None:
    row = queries.sent_under(account=taking.actor, key=words_of(dict(data), "of"))
    return row.pk if row else None


def _said(taking: Taking, record: Record) -> dict[str, Any]:
    """Return what an activity says at its end."""
    data = record.data
    return {
        "answers": taking.answers(data.get("answers", {})), "photos": taking.files(data.get("photos", ())),
        "findings": [_finding(taking, one) for one in data.get("findings", ())],
        "others": _ids(data.get("others", ()), "others"), "remarks": words_of(data, "remarks"),
        "nil": bool(data.get("nil")), "agrees": data.get("agrees"), "form_print": record.form,
    }  # fmt: skip


def _recorded(taking: Taking, record: Record, recorded: duties.Recorded) -> Done:
    row = recorded.activity
    facts: dict[str, Any] = {"activity": str(row.pk), "version": row.version, "cases": list(recorded.cases)}
    subject = recorded.cases[0] if recorded.cases else row.duty
    marks = {"distance_m": round(row.distance_m)} if row.distance_m else {}
    words = _form_changed(taking, record, row)
    if words:
        facts["form_changed"] = True
    return Done(subject, facts, (*recorded.notes, *words), marks, fresh=recorded.outcome == "accepted")


def _form_changed(taking: Taking, record: Record, row: Activity) -> tuple[str, ...]:
    """Say what the plan asks by now, where the telephone asked something else."""
    if row.ended is None or row.withdrawn_at is not None:
        return ()
    today = plans.find(f"{row.scheme}.{row.duty}", timezone.localdate(taking.now))
    then = plans.of_version(row.scheme_version_id, row.duty)
    return what_changed(record.form, today.form if today else None, then.form if then else None)


def sign(taking: Taking, record: Record) -> Done:
    """Sign a record of somebody else, or (`agrees` false) say why not. `base` is the version that was looked at.

    What was put right, signed or taken back meanwhile is a conflict: nobody signs what he has not seen.
    """
    data = record.data
    taking.when(record)
    pk = id_of(data.get("activity"), "activity")
    if pk is None or not isinstance(data.get("agrees"), bool):
        raise RecordRefused("bad_input", _("Say which record it is, and whether you agree."), field="agrees")
    if not record.base:
        raise RecordRefused("bad_input", _("Say which version of the record you looked at."), field="base")
    given: dict[str, Any] = {"actor": taking.actor, "now": taking.now, "activity": pk, "base": record.base}
    try:
        done = duties.sign(**given) if data["agrees"] else duties.decline(**given, reason=words_of(data, "reason"))
    except Conflict as error:
        raise SigningChanged(pk) from error
    except NotFound:
        if queries.withdrawn(account=taking.actor, pk=pk, now=taking.now) is None:
            raise
        raise SigningChanged(pk) from None
    row = done.activity
    facts = {"activity": str(row.pk), "version": row.version}
    return Done(row.duty, facts, fresh=done.outcome == "accepted")


def excuse(taking: Taking, record: Record) -> Done:
    """Say why a round was missed (`duty`, `area`, `on`), or for what `reason` one is away (`first`, `last`).

    `back` is an absence that is taken back, `take_back` an objection that still waits.
    """
    data = record.data
    taking.when(record)
    if back := id_of(data.get("back"), "back"):
        row = duties.come_back(actor=taking.actor, absence=back, now=taking.now)
        return Done(f"{row.first} – {row.last}")
    if said := id_of(data.get("take_back"), "take_back"):
        return Done(duties.take_back_objection(actor=taking.actor, objection=said, now=taking.now).duty)
    if data.get("first"):
        away = duties.go_away(
            actor=taking.actor, account=taking.actor, now=taking.now, first=_day(data, "first"),
            last=_day(data, "last"), reason=words_of(data, "reason"),
        )  # fmt: skip
        return Done(f"{away.first} – {away.last}")
    objection = duties.object_to(
        actor=taking.actor, now=taking.now, duty=words_of(data, "duty"), area=words_of(data, "area"),
        on=_day(data, "on"), reason=words_of(data, "reason"),
    )  # fmt: skip
    return Done(objection.duty, {"period": objection.period})


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


def id_of(raw: Any, name: str) -> UUID | None:
    """Return an id of a record's data; None where there is none. Raises `RecordRefused` for what is no id."""
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
