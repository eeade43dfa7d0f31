"""Supervision: a superior watches a case, may set a time for an answer, and is told when it passes."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from gezhi.cases.access import SUPERVISE, account_id, keys_of, may
from gezhi.cases.errors import BadInput, Forbidden, Impossible
from gezhi.cases.models import SupervisionWatch
from gezhi.cases.operations.door import Open, check_text, open_locked, write
from gezhi.cases.operations.report import plain
from gezhi.people.access import standing
from gezhi.people.models import Account
from gezhi.schemes.model import CLOSED
from gezhi.schemes.state import Desk


def supervise(
    *, actor: Account, number: str, reason: str, limit_at: datetime | None = None, now: datetime
) -> SupervisionWatch:
    """Put a case under supervision, perhaps with a time by which it must be done. Needs the right `supervise` there."""
    with transaction.atomic():
        opened = open_locked(actor=actor, number=number, now=now)
        if not may(actor, SUPERVISE, opened.case, opened.now):
            raise Forbidden(
                _("This needs the right “%(right)s”, which a post has by the scheme.") % {"right": SUPERVISE}
            )
        if opened.state.step == CLOSED:
            raise Impossible(_("This case is closed."))
        if limit_at is not None and limit_at <= opened.now:
            raise BadInput(_("The time set must lie ahead."), field="limit_at")
        key = _key(opened, actor)
        if SupervisionWatch.objects.filter(case=opened.case, desk_key=key, until=None).exists():
            raise Impossible(_("Your office supervises this case already."))
        watch = SupervisionWatch.objects.create(
            case=opened.case, desk_key=key, actor=account_id(actor), since=opened.now, limit_at=limit_at,
            reason=check_text(plain(reason), most=2000, name="reason"),
        )  # fmt: skip
        opened.extra["supervised"] = True
        holders = sorted({hold.desk.key for hold in opened.state.holds if hold.until is None})
        opened.note(
            "supervise",
            by=key,
            actor=account_id(actor),
            reason=watch.reason,
            limit=limit_at.isoformat() if limit_at else "",
        )
        opened.tell("case.supervised", watch=str(watch.pk), holders=holders)
        write(opened)
        return watch


def release(*, actor: Account, number: str, now: datetime) -> None:
    """End one's own office's supervision of a case."""
    with transaction.atomic():
        opened = open_locked(actor=actor, number=number, now=now)
        keys = keys_of(standing(actor, opened.now))
        mine = SupervisionWatch.objects.filter(case=opened.case, until=None, desk_key__in=keys)
        key = mine.values_list("desk_key", flat=True).first()
        if key is None:
            raise Impossible(_("Your office does not supervise this case."))
        mine.update(until=opened.now)
        opened.extra["supervised"] = SupervisionWatch.objects.filter(case=opened.case, until=None).exists()
        opened.note("release", by=key, actor=account_id(actor))
        write(opened)


def _key(opened: Open, actor: Account) -> str:
    """Return the desk of the appointment that gives the right here."""
    who = standing(actor, opened.now)
    for grant in who.reach.grants:
        if SUPERVISE not in grant.rights:
            continue
        if grant.department and f"department:{grant.department}" in opened.case.sight_keys:
            return f"department:{grant.department}"
        if grant.path and opened.case.area_path.startswith(grant.path):
            return Desk("post", grant.post, grant.area).key
    return keys_of(who)[0]
