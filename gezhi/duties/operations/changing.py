"""After recording: put right, sign, take back. What was stays in the log."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gezhi.cases.access import account_id
from gezhi.cases.operations.report import plain
from gezhi.duties import marks, plans
from gezhi.duties.answers import answered
from gezhi.duties.errors import BadAnswers, BadInput, Conflict, Forbidden, NotFound
from gezhi.duties.models import Activity, Drawn, Finding, Start
from gezhi.duties.operations import log
from gezhi.duties.operations.declining import tell_declined
from gezhi.duties.operations.findings import TEXT_LENGTH, Found, check, keep
from gezhi.duties.operations.recording import (
    REMARK_LENGTH,
    Recorded,
    Sent,
    all_there,
    check_said,
    counts,
    fill_round,
    form_today,
    keep_answered,
    keep_photos,
    require_files,
)  # fmt: skip
from gezhi.duties.plans import Planned
from gezhi.people.access import standing
from gezhi.people.models import Account


def correct(
    *, actor: Account, now: datetime, activity: UUID, base: int = 0, answers: Mapping[str, Any] | None = None,
    remarks: str | None = None, others: Sequence[UUID] | None = None, findings: Sequence[Found] = (),
    photos: Sequence[UUID] = (), form_print: str = "", key: str = "",
) -> Recorded:  # fmt: skip
    """Put one's own record right, or add findings to it. `base` is the version that was seen (0: whatever stands).

    `form_print` names the form that the answers were given to: that of the record, or the one that the plan has now.
    A finding that stands there already, word for word, is not added again: a retry opens no second case. `key` is the
    sender's own for what is added: the same key again adds nothing, whatever it says.

    What was signed was signed as it stood then: answers, findings or people put right ask for a new signature. Raises
    `Conflict` when it changed since.
    """
    with transaction.atomic():
        row, planned = _own(actor, activity, now)
        if base and row.version != base:
            raise Conflict(row.version)
        before = log.facts(row)
        if answers is not None:
            _answer(row, _asked(row, planned, form_print, now), answers, now)
        if remarks is not None:
            row.remarks = plain(remarks)[:REMARK_LENGTH]
        if others is not None:
            row.others = [one for one in dict.fromkeys(others) if one != actor.pk]
        if row.ended is not None:
            _check_again(row, planned, joined=others is not None)
        added, numbers = _add(actor, row, planned, findings, key=key, now=now)
        if findings and not added and not photos and answers is None and remarks is None and others is None:
            return Recorded("duplicate", row, numbers, tuple(marks.words(row)))
        require_files(row, photos, ())
        keep_photos(row, photos)
        if answers is not None or others is not None or added:
            row.signed_by, row.signed_at = None, None
        row.declined_by, row.declined_at, row.declined_why = None, None, ""
        _count(row, planned)
        return replace(_written(row, "correct", before, actor, now), cases=numbers)


def _check_again(row: Activity, planned: Planned, *, joined: bool) -> None:
    """Hold what was put right to what the record was held to, so that no correction lets in what recording refused."""
    if joined:
        check_said(row, planned, Sent(row.began, others=tuple(row.others), remarks=row.remarks, agrees=row.agrees))
    if row.agrees is False and not row.remarks:
        raise BadInput(_("Say in what it differs from the record."), field="remarks")
    if planned.duty.closes == "report" and not (row.nil or row.remarks or row.found or row.answers or row.sealed):
        raise BadInput(_("Write the report."), field="remarks")
    if planned.duty.together:
        alone = [] if all_there(row, planned) else [marks.ALONE]
        row.marks = [*(one for one in row.marks if one != marks.ALONE), *alone]


def _count(row: Activity, planned: Planned) -> None:
    """Fill the round by what counts now, or free what waited for it where it no longer does."""
    counted, row.counts = row.counts, counts(row, planned)
    if row.counts:
        fill_round(row)
    elif counted:
        _free(row)


def _free(row: Activity) -> None:
    Start.objects.filter(answered_by=row).update(answered_by=None)
    Drawn.objects.filter(verified_by=row).update(verified_by=None)


def sign(*, actor: Account, now: datetime, activity: UUID, base: int = 0) -> Recorded:
    """Sign an activity, where its round is closed by a signature: as the post that the plan names, never one's own.

    `base` is the version that was seen (0: whatever stands). Raises `Conflict` when it changed since, and `NotFound`
    for one that was taken back.
    """
    with transaction.atomic():
        row, planned = _to_sign(actor, activity, now)
        if row.signed_by_id == actor.pk:
            return Recorded("duplicate", row)
        if base and row.version != base:
            raise Conflict(row.version)
        if row.signed_at is not None:
            return Recorded("duplicate", row)
        before = log.facts(row)
        row.signed_by, row.signed_at = actor, now
        row.declined_by, row.declined_at, row.declined_why = None, None, ""
        _count(row, planned)
        return _written(row, "sign", before, actor, now)


def decline(*, actor: Account, now: datetime, activity: UUID, reason: str, base: int = 0) -> Recorded:
    """Not sign an activity, and say why, as who would sign it. Its doer is told and puts it right or takes it back.

    `base` as with `sign`; what is signed by now is a `Conflict`, too.
    """
    why = plain(reason)
    if not why:
        raise BadInput(_("Say why you don't sign."), field="reason")
    if len(why) > REMARK_LENGTH:
        too_long = _("This answer has %(n)d characters; at most %(most)d fit. Shorten it and send again.")
        raise BadInput(too_long % {"n": len(why), "most": REMARK_LENGTH}, field="reason")
    with transaction.atomic():
        row, planned = _to_sign(actor, activity, now)
        if row.declined_by_id == actor.pk and row.declined_why == why:
            return Recorded("duplicate", row)
        if row.signed_at is not None or (base and row.version != base):
            raise Conflict(row.version)
        before = log.facts(row)
        row.declined_by, row.declined_at, row.declined_why = actor, now, why
        recorded = _written(row, "decline", before, actor, now)
        tell_declined(row, planned, now)
        return recorded


def _to_sign(actor: Account, activity: UUID, now: datetime) -> tuple[Activity, Planned]:
    """Return what somebody may sign, held. Raises `NotFound`, and `Forbidden` for who only sees it."""
    seen = Activity.objects.visible_to(actor, now=now).filter(pk=activity, withdrawn_at=None, ended__isnull=False)
    rows = Activity.objects.unscoped(reason="seen in the line above").select_for_update()
    row = rows.filter(pk__in=seen.values("pk")).first()
    planned = plans.of_version(row.scheme_version_id, row.duty) if row else None
    if row is None or planned is None:
        raise NotFound
    if not may_sign(actor, row, planned, now):
        raise Forbidden(_("This is signed by the post that the plan names, and not by who did it."))
    return row, planned


def may_sign(account: Account, row: Activity, planned: Planned, now: datetime) -> bool:
    """Say whether somebody signs this: holds the post over its area, and neither did it nor took part."""
    if not planned.duty.signed_by or account.pk in (row.account_id, *row.others):
        return False
    return any(
        grant.post == planned.duty.signed_by and grant.path and row.area_path.startswith(grant.path)
        for grant in standing(account, now).reach.grants
    )


def withdraw(*, actor: Account, now: datetime, activity: UUID, reason: str) -> Recorded:
    """Take one's own record back, with a reason. Its cases stay; it no longer fills its round."""
    if not plain(reason):
        raise BadInput(_("Say why it is taken back."), field="reason")
    with transaction.atomic():
        row, _planned = _own(actor, activity, now)
        before = log.facts(row)
        row.withdrawn_at, row.counts = now, False
        row.remarks = "\n".join(part for part in (row.remarks, plain(reason)) if part)[:REMARK_LENGTH]
        _free(row)
        return _written(row, "withdraw", before, actor, now)


def _own(actor: Account, activity: UUID, now: datetime) -> tuple[Activity, Planned]:
    rows = Activity.objects.unscoped(reason="its doer changes it").select_for_update()
    row = rows.filter(pk=activity, withdrawn_at=None).first()
    if row is None:
        raise NotFound
    if row.account_id != actor.pk:
        if not Activity.objects.visible_to(actor, now=now).filter(pk=activity).exists():
            raise NotFound
        raise Forbidden(_("Only who recorded this may change it. Add what you know as a remark to your own record."))
    planned = plans.of_version(row.scheme_version_id, row.duty)
    if planned is None:
        raise NotFound
    return row, planned


def _asked(row: Activity, planned: Planned, form_print: str, now: datetime) -> Planned:
    """Return the duty as it asks now, where the answers were given to that; else as the record has it."""
    found = plans.find(f"{row.scheme}.{row.duty}", timezone.localdate(now)) if form_print else None
    return found if found is not None and found.form is not None and found.form.print == form_print else planned


def _answer(row: Activity, planned: Planned, answers: Mapping[str, Any], now: datetime) -> None:
    today = form_today(row, now)
    found = answered(planned, answers, form_print="", at=min(row.began, now), today=today)
    if found.refused:
        raise BadAnswers(found.refused)
    require_files(row, (), (), answered=answers, form=planned.form)
    keep_answered(row, planned.form, answers, today)
    row.answers, row.sealed, row.faults, row.form_print = found.plain, found.sealed, [], found.form_print
    row.marks = [one for one in row.marks if one != marks.FORM_CHANGED]
    row.scheme_version_id, row.form = found.version, planned.duty.form


def _unknown(row: Activity, findings: Sequence[Found], key: str) -> list[Finding | Found]:
    """Return for each finding the row that it stands in already, or the finding itself where it is new."""
    kept = list(Finding.objects.filter(activity=row).order_by("place"))
    if key:
        known = [one for one in kept if one.key == key]
        return [*known] if known else [*findings]
    said = [(one, _words(one.item, one.text, one.way, one.interim, one.until)) for one in kept]
    found: list[Finding | Found] = []
    for one in findings:
        words = _words(one.item, plain(one.text)[:TEXT_LENGTH], one.way, plain(one.interim)[:TEXT_LENGTH], one.until)
        same = next((pair for pair in said if pair[1] == words), None)
        if same is not None:
            said.remove(same)
        found.append(same[0] if same else one)
    return found


def _words(*said: object) -> tuple[object, ...]:
    return said


def _add(
    actor: Account, row: Activity, planned: Planned, findings: Sequence[Found], *, key: str, now: datetime
) -> tuple[list[Finding], tuple[str, ...]]:
    """Add findings that do not stand there yet; return the new ones, and the cases of all of them."""
    sorted_out = _unknown(row, findings, key) if findings else []
    fresh = [one for one in sorted_out if isinstance(one, Found)]
    check(fresh, photos=planned.duty.photos, on=row.day)
    require_files(row, (), fresh)
    kept = keep(actor, row, fresh, first=row.found + 1, now=now, key=key) if fresh else []
    row.found += len(kept)
    made = iter(kept)
    rows = [one if isinstance(one, Finding) else next(made) for one in sorted_out]
    return kept, tuple(one.number for one in rows if one.number)


def _written(row: Activity, kind: str, before: dict[str, Any], actor: Account, now: datetime) -> Recorded:
    row.changed_at = now
    row.version += 1
    log.append(row, kind, before=before, actor=account_id(actor), now=now)
    row.save()
    return Recorded("accepted", row, (), tuple(marks.words(row)))
