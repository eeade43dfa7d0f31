"""Recording what was done: checked, placed, marked where it is odd, its findings handed on, once per client key.

What somebody really did is not thrown away: a clock ahead, a check-in far off, a grid split meanwhile, a form that
changed are kept and marked. Refused is only what nobody could use: no such duty, not this person's, answers that do
not fit the very form that they were given to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gezhi.cases.access import account_id
from gezhi.cases.operations.report import plain
from gezhi.duties import marks, plans
from gezhi.duties.access import grant_for
from gezhi.duties.answers import Answered, answered
from gezhi.duties.errors import BadAnswers, BadInput, Forbidden
from gezhi.duties.models import SEALED, Activity, ActivityFile, Start
from gezhi.duties.operations import log
from gezhi.duties.operations.drawing import tick_off
from gezhi.duties.operations.findings import Found, check, keep
from gezhi.duties.operations.grounds import Ground, ground_of
from gezhi.duties.operations.hours import note_hours
from gezhi.duties.operations.lapsing import lapse
from gezhi.duties.operations.reporting import hand_in
from gezhi.duties.places import Place, is_far, placed
from gezhi.duties.plans import Planned
from gezhi.duties.queries import sums
from gezhi.duties.queries.doers import done_by, may_confirm
from gezhi.foundation import files
from gezhi.foundation.journal import GENESIS
from gezhi.people.access import Grant, standing
from gezhi.people.models import Account
from gezhi.registers.values import photos_in, sensitive_ids
from gezhi.schemes.forms import Form
from gezhi.territory.models import Area

KEY_LENGTH = 100
REMARK_LENGTH = 4000
# Clocks of phones differ by so much without meaning anything.
_SKEW = timedelta(minutes=5)
_YEARS_BACK = timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a record: `accepted`, or `duplicate` when the key had brought it before.

    `notes` say in words what is odd about it; `cases` are the numbers of the cases that its findings became.
    """

    outcome: str
    activity: Activity
    cases: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """Everything of an activity but where and for what: as it is sent at its end, or at once."""

    began: datetime
    ended: datetime | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    form_print: str = ""
    place: Place | None = None
    others: tuple[UUID, ...] = ()
    findings: tuple[Found, ...] = ()
    photos: tuple[UUID, ...] = ()
    remarks: str = ""
    nil: bool = False
    agrees: bool | None = None


def record(
    *, actor: Account, now: datetime, key: str, duty: str, began: datetime, ended: datetime | None = None,
    area: Area | str | None = None, entry: UUID | str | None = None, answers: Mapping[str, Any] | None = None,
    place: tuple[float, float, float] | Place | None = None, findings: Sequence[Found] = (),
    photos: Sequence[UUID] = (), others: Sequence[UUID] = (), remarks: str = "", nil: bool = False,
    agrees: bool | None = None, confirms: UUID | None = None, start: UUID | None = None, form_print: str = "",
) -> Recorded:  # fmt: skip
    """Record an activity for a duty: about an area, or about an entry of a register.

    `ended` is None while it is under way: `finish` completes it. `key` is the sender's own, once per activity. Raises
    `BadInput`, `BadAnswers`, `Forbidden`; then nothing was kept.
    """
    if not key or len(key) > KEY_LENGTH or key != plain(key):
        raise BadInput(_("A client key has 1 to %(most)s characters.") % {"most": KEY_LENGTH}, field="key")
    known = _known(actor, key)
    if known is not None:
        return _again(known)
    sent = Sent(
        began, ended, answers or {}, form_print, placed(place), tuple(dict.fromkeys(others)), tuple(findings),
        tuple(dict.fromkeys(photos)), plain(remarks), nil, agrees,
    )  # fmt: skip
    _check_sent(sent, now)
    at = min(began, now)
    planned = _planned(duty, at, now)
    ground = ground_of(planned, actor, area=area, entry=entry, place=sent.place, at=at, now=now)
    grant = _grant(planned, actor, ground, at, now)
    row = Activity(
        key=f"{account_id(actor)}:{key}", account=actor, desk_key=_desk_key(grant), recorded_at=now,
        confirms_id=confirms, log_head=GENESIS, **_of_plan(planned, ground), **_of_start(planned, ground, start),
    )  # fmt: skip
    try:
        with transaction.atomic():
            return _write(row, planned, ground, sent)
    except IntegrityError:
        known = _known(actor, key)
        if known is None:
            raise
        return _again(known)


def finish(
    *, actor: Account, now: datetime, activity: UUID, ended: datetime | None = None,
    answers: Mapping[str, Any] | None = None, findings: Sequence[Found] = (), photos: Sequence[UUID] = (),
    others: Sequence[UUID] = (), remarks: str = "", nil: bool = False, agrees: bool | None = None, form_print: str = "",
) -> Recorded:  # fmt: skip
    """End an activity that was begun at the place, with what it asks. Ending twice is the same as once."""
    with transaction.atomic():
        rows = Activity.objects.unscoped(reason="its doer ends it").select_for_update()
        row = rows.filter(pk=activity, account=actor, withdrawn_at=None).first()
        if row is None:
            raise Forbidden(_("Only who began it may end it."))
        if row.ended is not None:
            return _again(row)
        planned = plans.of_version(row.scheme_version_id, row.duty)
        if planned is None:
            raise BadInput(_("The plan no longer has this duty."), field="duty")
        sent = Sent(
            row.began, max(_aware(ended) or now, row.began), answers or {}, form_print, None,
            tuple(dict.fromkeys((*row.others, *others))), tuple(findings), tuple(dict.fromkeys(photos)),
            plain(remarks), nil, agrees,
        )  # fmt: skip
        _check_sent(sent, now)
        row.marks = list(dict.fromkeys([*row.marks, *_clock_marks(sent, now)]))
        before = log.facts(row)
        numbers = _complete(actor, row, planned, sent, now)
        log.append(row, "finish", before=before, actor=account_id(actor), now=now)
        row.version += 1
        row.save()
        return Recorded("accepted", row, numbers, tuple(marks.words(row)))


def _write(row: Activity, planned: Planned, ground: Ground, sent: Sent) -> Recorded:
    actor, now = row.account, row.recorded_at
    row.began, row.day = sent.began, planned.days.local_date(min(sent.began, now))
    _place(row, planned, ground, sent)
    row.marks = [*ground.marks, *row.marks, *_clock_marks(sent, now)]
    row.others = list(sent.others)
    row.changed_at = now
    row.save(force_insert=True)
    numbers: tuple[str, ...] = ()
    if sent.ended is not None:
        numbers = _complete(actor, row, planned, sent, now)
    log.append(row, "record", before={}, actor=account_id(actor), now=now)
    row.save()
    return Recorded("accepted", row, numbers, tuple(marks.words(row)))


def _complete(actor: Account, row: Activity, planned: Planned, sent: Sent, now: datetime) -> tuple[str, ...]:
    """Fill in what an ended activity states, and hand its findings on. The caller writes log and row."""
    today = form_today(row, now)
    found = answered(planned, sent.answers, form_print=sent.form_print, at=min(sent.began, now), today=today)
    _check_answers(planned, sent, found)
    check_said(row, planned, sent)
    check(sent.findings, photos=planned.duty.photos, on=row.day)
    require_files(row, sent.photos, sent.findings, answered=sent.answers, form=planned.form)
    row.ended, row.changed_at = sent.ended, now
    row.scheme_version_id = found.version
    row.answers, row.sealed, row.faults = found.plain, found.sealed, found.faults
    row.form, row.form_print = planned.duty.form, found.form_print
    row.remarks, row.nil, row.agrees = sent.remarks[:REMARK_LENGTH], sent.nil, sent.agrees
    row.others = [one for one in sent.others if one != actor.pk]
    row.marks = list(dict.fromkeys([*row.marks, *_late_marks(row, planned, found)]))
    row.counts = counts(row, planned)
    row.save()
    keep_photos(row, sent.photos)
    keep_answered(row, planned.form, sent.answers, today)
    kept = keep(actor, row, sent.findings, first=row.found + 1, now=now)
    row.found += len(kept)
    fill_round(row)
    lapse(row, planned, now)
    hand_in(row, planned, now)
    return tuple(one.number for one in kept if one.number)


def form_today(row: Activity, now: datetime) -> Form | None:
    """Return the form as the plan has it now; None for what is recorded on its day at once, under that plan anyway.

    What was begun earlier today was begun under the plan of then: another may have come into force since.
    """
    if row.day >= timezone.localdate(now) and row.recorded_at == now:
        return None
    planned = plans.find(f"{row.scheme}.{row.duty}", timezone.localdate(now))
    return planned.form if planned else None


def counts(row: Activity, planned: Planned) -> bool:
    """Say whether an activity fills its round: ended, whole, in the plan's hours, signed where asked, not withdrawn."""
    signed = planned.duty.closes != "signature" or row.signed_at is not None
    return row.ended is not None and row.withdrawn_at is None and signed and not {*row.marks} & marks.UNCOUNTED


def fill_round(row: Activity) -> None:
    """Let what waits for this know that it is done, once it counts: the start that it answers, the drawn object."""
    _answer_start(row)
    tick_off(row)


def _late_marks(row: Activity, planned: Planned, found: Answered) -> list[str]:
    odd = [*([marks.FORM_CHANGED] if found.faults else []), *note_hours(row, planned)]
    if planned.duty.together and not all_there(row, planned):
        odd.append(marks.ALONE)
    if row.entry_id is not None and _somebody_else(row):
        odd.append(marks.SAME_DAY)
    return odd


def all_there(row: Activity, planned: Planned) -> bool:
    """Say whether somebody of each post that goes together took part."""
    people = Account.objects.filter(pk__in=[row.account_id, *row.others], is_active=True)
    held = {
        grant.post
        for one in people
        for grant in standing(one, min(row.began, row.recorded_at)).reach.grants
        if not grant.path or row.area_path.startswith(grant.path) or grant.path.startswith(row.area_path)
    }
    return set(planned.duty.who) <= held


def _somebody_else(row: Activity) -> bool:
    rows = Activity.objects.unscoped(reason="whether the household was visited by two").filter(
        scheme=row.scheme, duty=row.duty, entry=row.entry_id, day=row.day, withdrawn_at=None
    )
    rows = rows.exclude(account=row.account_id).exclude(account__in=row.others)
    return rows.exclude(others__contains=[row.account_id]).exists()


def _check_answers(planned: Planned, sent: Sent, found: Answered) -> None:
    duty = planned.duty
    if found.refused:
        raise BadAnswers(found.refused)
    if sent.nil and not duty.nil:
        raise BadInput(_("The plan takes no report of nothing for this duty."), field="nil")
    if duty.closes == "report" and not (sent.nil or sent.remarks or sent.findings or found.plain or found.sealed):
        say = _("Write what there is to report, or say that there is nothing.") if duty.nil else _("Write the report.")
        raise BadInput(say, field="remarks")


def check_said(row: Activity, planned: Planned, sent: Sent) -> None:
    """Hold a verification to the line that nobody confirms his own work, and a difference to its reason."""
    if not planned.duty.verifies:
        if row.confirms_id is not None:
            raise BadInput(_("Only a verification confirms another activity."), field="confirms")
        return
    if sent.agrees is None:
        raise BadInput(_("Say whether what you found agrees with the record."), field="agrees")
    if not sent.agrees and not sent.remarks:
        raise BadInput(_("Say in what it differs from the record."), field="remarks")
    if row.confirms_id is not None and not may_confirm(planned, row, row.confirms_id):
        raise BadInput(_("This verification names an activity of another duty or place."), field="confirms")
    doers = done_by(planned, row)
    if doers & {row.account_id, *sent.others}:
        raise Forbidden(_("Who did it does not verify it. Somebody else of the same post has to go."))


def _check_sent(sent: Sent, now: datetime) -> None:
    if sent.agrees is not None and not isinstance(sent.agrees, bool):
        raise BadInput(_("Say whether what you found agrees with the record."), field="agrees")
    for name, at in (("began", sent.began), ("ended", sent.ended)):
        if at is None:
            continue
        if at.tzinfo is None:
            say = _("Give the time with its offset from UTC, for example 2026-05-09T10:20:00+08:00.")
            raise BadInput(say, field=name)
        if at < now - _YEARS_BACK:
            raise BadInput(_("This time is more than three years back. Check the year."), field=name)
    if sent.ended is not None and sent.ended < sent.began:
        raise BadInput(_("It ended before it began. Put one of the two times right."), field="ended")


def _aware(at: datetime | None) -> datetime | None:
    if at is not None and at.tzinfo is None:
        say = _("Give the time with its offset from UTC, for example 2026-05-09T10:20:00+08:00.")
        raise BadInput(say, field="ended")
    return at


def _clock_marks(sent: Sent, now: datetime) -> list[str]:
    ahead = max(sent.began, sent.ended or sent.began) > now + _SKEW
    return [marks.CLOCK] if ahead else []


def _planned(duty: str, at: datetime, now: datetime) -> Planned:
    """Return the duty as it stood on the day; as it stands now where it is new since."""
    found = plans.find(duty, _local(at)) or plans.find(duty, _local(now))
    if found is None:
        words = _("No plan in force has the duty “%(duty)s”. Fetch the duties again; what you wrote is kept.")
        raise BadInput(words % {"duty": duty[:80]}, field="duty")
    return found


def _local(at: datetime) -> date:
    return timezone.localdate(at)


def _grant(planned: Planned, actor: Account, ground: Ground, at: datetime, now: datetime) -> Grant:
    """Return by which appointment it is done: as held on the day, else as held now."""
    for instant in (at, now):
        grant = grant_for(planned.duty, standing(actor, instant), ground.area.path)
        if grant is not None:
            return grant
    posts = [planned.scheme.posts[one].title for one in planned.duty.who if one in planned.scheme.posts]
    raise Forbidden(
        _("This is done by %(posts)s of %(area)s, and you held no such post there on that day.")
        % {"posts": "、".join(one.zh for one in posts), "area": ground.area.name}
    )


def _desk_key(grant: Grant) -> str:
    return f"{grant.post}@{grant.area}"


def _of_plan(planned: Planned, ground: Ground) -> dict[str, Any]:
    return {
        "scheme": planned.scheme.id, "scheme_version_id": planned.version, "duty": planned.duty.id,
        "kind": planned.duty.activity, "area": ground.area, "area_path": ground.area.path, "entry_id": ground.entry_id,
        "entry_name": ground.name, "guarded": ground.guarded,
    }  # fmt: skip


def _of_start(planned: Planned, ground: Ground, start: UUID | None) -> dict[str, Any]:
    """Return the case of a start; one of another duty or place leads to no case of others."""
    rows = Start.objects.filter(pk=start, scheme=planned.scheme.id, duty=planned.duty.id) if start else ()
    row = next((one for one in rows if _near(ground.area.path, one.area_path)), None)
    return {"case_id": row.case_id} if row and row.case_id else {}


def _near(path: str, other: str) -> bool:
    return path.startswith(other) or other.startswith(path)


def _place(row: Activity, planned: Planned, ground: Ground, sent: Sent) -> None:
    row.marks = []
    if sent.place is None:
        row.marks = [marks.NO_PLACE] if planned.duty.on_site else []
        return
    row.lon, row.lat, row.accuracy_m = sent.place.lon, sent.place.lat, sent.place.accuracy_m or None
    row.distance_m = ground.metres_from(sent.place)
    if is_far(sent.place, row.distance_m):
        row.marks = [marks.FAR]


def require_files(
    row: Activity, photos: Sequence[UUID], findings: Sequence[Found], *, answered: Mapping[str, Any] | None = None,
    form: Form | None = None,
) -> None:  # fmt: skip
    """Raise BadInput for photos that are not the doer's own, or are used for something else.

    Looked at are those of the activity, of what it found, and those that its answers name by their ids.
    """
    named = [str(one) for one in photos]
    named += [str(photo) for one in findings for photo in (*one.photos_before, *one.photos_after)]
    named += photos_in(form, answered) if form is not None and answered else []
    if not named:
        return
    own = set(ActivityFile.objects.filter(activity=row).values_list("file_id", flat=True))
    bad = files.foreign(named, actor=account_id(row.account), own=own)
    if bad:
        raise BadInput(
            _("These photos are not here (any more), or not yours to use; take or send them again: %(files)s")
            % {"files": ", ".join(bad)},
            field="photos",
        )


def keep_photos(row: Activity, photos: Sequence[UUID]) -> None:
    """Keep photos with an activity; whether they are here and the sender's was asked before."""
    ActivityFile.objects.bulk_create(
        [ActivityFile(activity=row, file_id=one, role="record") for one in photos], ignore_conflicts=True
    )


def keep_answered(row: Activity, form: Form | None, answers: Mapping[str, Any], today: Form | None = None) -> None:
    """Hold the photos that answers name, so that they go with the activity; those of sensitive fields show nowhere."""
    if form is None:
        return
    hidden = sensitive_ids(form) | (sensitive_ids(today) if today is not None else frozenset())
    ActivityFile.objects.bulk_create(
        [
            ActivityFile(activity=row, file_id=UUID(file), role=SEALED if field in hidden else "answer")
            for file, field in photos_in(form, answers).items()
        ],
        ignore_conflicts=True,
    )


def _answer_start(row: Activity) -> None:
    """Let the oldest open start that this activity fits be answered by it."""
    if not row.counts:
        return
    waiting = Start.objects.filter(
        scheme=row.scheme, duty=row.duty, answered_by=None, called_off_at=None, entry=row.entry_id
    )
    if row.case_id:
        waiting = waiting.filter(case_id=row.case_id)
    elif not waiting.exists():
        return
    else:
        # what waits on ground that was drawn anew waits on what stands there now
        waiting = waiting.filter(area__in=sums.lineage([row.area_id])[row.area_id])
    first = waiting.order_by("at").values_list("pk", flat=True).first()
    if first is not None:
        Start.objects.filter(pk=first).update(answered_by=row)


def _known(actor: Account, key: str) -> Activity | None:
    rows = Activity.objects.unscoped(reason="the sender's own key names the sender's own activity")
    return rows.filter(key=f"{account_id(actor)}:{key}").first()


def _again(row: Activity) -> Recorded:
    numbers = tuple(row.findings.exclude(number="").order_by("place").values_list("number", flat=True))
    return Recorded("duplicate", row, numbers, tuple(marks.words(row)))


def from_json(raw: Mapping[str, Any]) -> Found:
    """Return a finding as a record of the field app brings it; raise BadInput for what is none."""
    try:
        return msgspec.convert(dict(raw), Found, strict=False)
    except msgspec.ValidationError as error:
        raise BadInput(_("This finding can't be read: %(why)s") % {"why": error}, field="findings") from error
