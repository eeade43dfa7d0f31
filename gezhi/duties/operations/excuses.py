"""Being away, and objections to a missed round. Both are journalled; of why somebody is away only the kind is kept.

The plan says who decides (`excused_by` of a post, else its superior). A leave that leaves a post empty is told to them.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from gezhi.cases.access import account_id
from gezhi.cases.operations.report import plain
from gezhi.duties import plans
from gezhi.duties.access import oversees
from gezhi.duties.errors import BadInput, Forbidden, NotFound
from gezhi.duties.excusing import Excusers, excusers, excuses
from gezhi.duties.models import Absence, Objection
from gezhi.duties.queries.gaps import gaps
from gezhi.foundation import journal
from gezhi.notices import operations as notices
from gezhi.people import queries as people
from gezhi.people.access import standing
from gezhi.people.models import Account
from gezhi.territory import queries as territory

BOOK = "duties"
REASON_LENGTH = 1000
_LONGEST = timedelta(days=366)
_OBJECT_WITHIN = timedelta(days=92)


def go_away(*, actor: Account, now: datetime, account: Account, first: date, last: date, reason: str) -> Absence:
    """Enter that somebody is away from a day to another, both included: oneself, or somebody of an office below."""
    if reason not in Absence.Reason.values:
        raise BadInput(_("Choose what kind of absence it is."), field="reason")
    today = timezone.localdate(now)
    if last < first or last - first > _LONGEST or abs(first - today) > _LONGEST:
        raise BadInput(_("The last day comes after the first, within a year."), field="last")
    _require_over(actor, account, now)
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).only("pk").get(pk=account.pk)  # one absence at a time
        clash = Absence.objects.filter(account=account, first__lte=last, last__gte=first, withdrawn_at=None).first()
        if clash is not None:
            raise BadInput(
                _("An absence from %(first)s to %(last)s is entered already; take it back first.")
                % {"first": clash.first, "last": clash.last},
                field="first",
            )
        row = Absence.objects.create(account=account, first=first, last=last, reason=reason, entered_by=actor, at=now)
        body = {"account": str(account.pk), "first": first.isoformat(), "last": last.isoformat(), "reason": reason}
        journal.record(BOOK, "go_away", actor=account_id(actor), now=now, subject=str(row.pk), body=body)
        _tell_of_gaps(row, now)
    return row


def come_back(*, actor: Account, now: datetime, absence: UUID) -> Absence:
    """Take an entered absence back: it was entered wrongly, or ended early. Rounds are owed again."""
    with transaction.atomic():
        row = Absence.objects.select_for_update().filter(pk=absence, withdrawn_at=None).first()
        if row is None:
            raise NotFound
        _require_over(actor, row.account, now)
        row.withdrawn_at = now
        row.save(update_fields=["withdrawn_at"])
        journal.record(BOOK, "come_back", actor=account_id(actor), now=now, subject=str(row.pk))
    return row


def object_to(*, actor: Account, now: datetime, duty: str, area: str, on: date, reason: str) -> Objection:
    """Say why a round of one's own was missed; the post that the plan names decides. `on` is a day of the round."""
    if not plain(reason):
        raise BadInput(_("Say why the round was missed."), field="reason")
    if on > timezone.localdate(now):
        raise BadInput(_("This round is not over yet."), field="on")
    planned = plans.find(duty, on)
    ground = territory.by_code(area, on)
    one = planned.round_on(on) if planned else None
    if planned is None or ground is None or one is None:
        raise NotFound
    today = planned.days.local_date(now)
    if one.due >= today:
        raise BadInput(_("This round is not over yet."), field="on")
    if today - one.last > _OBJECT_WITHIN:
        raise BadInput(_("This round lies more than three months back."), field="on")
    then = plans.midnight(one.last, planned.days) + timedelta(hours=12)
    held = [
        grant for instant in (then, now) for grant in standing(actor, instant).reach.grants
        if grant.post in planned.duty.who and grant.path and ground.path.startswith(grant.path)
    ]  # fmt: skip
    if not held:
        raise Forbidden(_("This round was not yours."))
    try:
        with transaction.atomic():
            row = Objection.objects.create(
                scheme=planned.scheme.id, duty=planned.duty.id, area=ground, area_path=ground.path, period=one.period,
                first=one.first, last=one.last, account=actor, reason=plain(reason)[:REASON_LENGTH], at=now,
            )  # fmt: skip
            journal.record(BOOK, "object", actor=account_id(actor), now=now, subject=str(row.pk))
    except IntegrityError as error:
        raise BadInput(_("You have said why this round was missed; see its answer below."), field="reason") from error
    return row


def decide(*, actor: Account, now: datetime, objection: UUID, accept: bool, why: str = "") -> Objection:
    """Accept an objection or not (with a reason), as the post that the plan names for it, never one's own."""
    if not accept and not plain(why):
        raise BadInput(_("Say why the objection is not accepted."), field="why")
    with transaction.atomic():
        row = Objection.objects.select_for_update().filter(pk=objection).first()
        if row is None or not (oversees(actor, row.area_path, now) or row.account_id == actor.pk):
            raise NotFound
        if row.account_id == actor.pk:
            raise Forbidden(_("Nobody decides on an objection of his own."))
        if actor.pk not in deciders(row, excusers(now)):
            raise Forbidden(_("The post that the plan names decides on this; yours may read it."))
        if row.state != Objection.State.OPEN:
            raise BadInput(_("This objection has been decided already."), field="why")
        row.state = Objection.State.ACCEPTED if accept else Objection.State.DECLINED
        row.decided_by, row.decided_at, row.why = actor, now, plain(why)[:REASON_LENGTH]
        row.save()
        journal.record(BOOK, "decide", actor=account_id(actor), now=now, subject=str(row.pk), body={"state": row.state})
    return row


def take_back_objection(*, actor: Account, now: datetime, objection: UUID) -> Objection:
    """Take one's own objection back while it waits."""
    with transaction.atomic():
        row = Objection.objects.select_for_update().filter(
            pk=objection, account=actor, state=Objection.State.OPEN
        ).first()  # fmt: skip
        if row is None:
            raise NotFound
        row.state = Objection.State.WITHDRAWN
        row.save(update_fields=["state"])
        journal.record(BOOK, "take_back", actor=account_id(actor), now=now, subject=str(row.pk))
    return row


def deciders(row: Objection, known: Excusers) -> set[UUID]:
    """Return who decides on an objection; nobody where the plan names no post, or nobody is there."""
    planned = plans.find(f"{row.scheme}.{row.duty}", row.last)
    return known.of(row.account_id, row.area_path, planned.duty.who, scheme=row.scheme) if planned else set()


def _tell_of_gaps(row: Absence, now: datetime) -> None:
    """Tell those who decide that a post stands empty while somebody is away."""
    empty = gaps(first=row.first, last=row.last, account=row.account, now=now)
    if not empty:
        return
    known = excusers(now)
    for one in empty:
        whom = Account.objects.filter(pk__in=known.of(row.account_id, one.area.path, (one.post,)) - {row.entered_by_id})
        by_language: dict[str, list[Account]] = {}
        for account in whom:
            by_language.setdefault(account.language or "zh-hans", []).append(account)
        for language, accounts in by_language.items():
            with translation.override(language):
                place = territory.short_name(one.area.name)
                notices.send(
                    to=accounts, key=f"absence/{row.pk}/{one.post}/{one.area.code}", topic="duties.gap", now=now,
                    subject=_("Nobody stands in: %(place)s %(post)s") % {"place": place, "post": one.title(language)},
                    body=_("Away from %(first)s to %(last)s, and nobody else holds the post there. Name a stand-in.")
                    % {"first": one.since, "last": one.until},
                    link=f"/desk/rounds?area={one.area.code}",
                )  # fmt: skip


def _require_over(actor: Account, account: Account, now: datetime) -> None:
    if actor.pk != account.pk and not excuses(actor, account, now):
        raise Forbidden(_("Absences are entered by oneself or by the post that the plan names for it."))


def excused_by(account: Account, now: datetime) -> list[Account]:
    """Return whose absences somebody enters: those whom the plan gives to the own post, and oneself."""
    known = excusers(now)
    below = {row.pk: row for row in colleagues_below(account, now)}
    return [row for pk, row in below.items() if pk == account.pk or excuses(account, row, now, known)]


def colleagues_below(account: Account, now: datetime) -> list[Account]:
    """Return whom somebody may enter an absence for: who holds a post below the own areas, and oneself."""
    found = {account.pk: account}
    for path in standing(account, now).reach.area_paths:
        for row in people.at_area(path, now):
            if row.area is not None and row.area.path != path:
                found.setdefault(row.account_id, row.account)
    return list(found.values())
