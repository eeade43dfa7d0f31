"""Mail once a workday: what is unread in a person's inbox, as a list that says number, item, place and link only.

Each person has a row that says up to when messages were gathered. It is locked, the mail is written and the row moved
on in one transaction: whatever happens to the worker, there is one digest for a workday and no message is in two.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gezhi.notices.models import MailWish, Message
from gezhi.people.models import Account

TOPIC = "digest"
STOP_LINK = "/account/mail/stop/{token}"
INBOX_LINK = "/account/messages"
# A digest lists so many matters and says how many more there are.
MOST_LISTED = 30
# A message bears the moment at which its writing began: what is younger may not be seen yet, and is for the next one.
_LATE = timedelta(minutes=2)
_SALT = "gezhi.notices.stop-mail"
_LANGUAGE = "zh-hans"


def wish_mail(*, actor: Account, mode: str, now: datetime) -> MailWish:
    """Let a person say when to be written to by mail. A digest begins with what comes from now on.

    Who says the same again loses nothing that waits for the next digest.
    """
    said = {"mode": MailWish.Mode(mode), "changed_at": now, "digested_at": now}
    with transaction.atomic():
        wish, made = MailWish.objects.select_for_update().get_or_create(account=actor, defaults=said)
        if not made and wish.mode != mode:
            for name, value in said.items():
                setattr(wish, name, value)
            wish.save(update_fields=list(said))
    return wish


def stop_mail(*, token: str, now: datetime) -> bool:
    """Stop all mail to whoever a mail's link belongs to, signed in or not; False where the link is none of ours."""
    account = of_token(token)
    if account is None:
        return False
    wish_mail(actor=account, mode=MailWish.Mode.NEVER, now=now)
    return True


def stop_token(account: Account | UUID) -> str:
    """Return what the link that stops mail carries."""
    return signing.dumps(str(account.pk if isinstance(account, Account) else account), salt=_SALT)


def of_token(token: str) -> Account | None:
    """Return whose link it is."""
    try:
        return Account.objects.filter(pk=UUID(signing.loads(token, salt=_SALT))).first()
    except (signing.BadSignature, ValueError):
        return None


def write_digests(*, now: datetime, limit: int = 200) -> int:
    """Write what is due since eight o'clock of this day, a workday; return how many people were looked at."""
    if now < _eight(now):
        return 0
    due = MailWish.objects.filter(_due(now)).order_by("digested_at")
    return sum(_write_one(pk, now) for pk in list(due.values_list("pk", flat=True)[:limit]))


def _eight(now: datetime) -> datetime:
    """Return this day's eight o'clock: whoever has been looked at since then has had this day's digest."""
    return timezone.localtime(now).replace(hour=8, minute=0, second=0, microsecond=0)


def _due(now: datetime) -> Q:
    return Q(mode=MailWish.Mode.DAILY, digested_at__lt=_eight(now) - _LATE)


@transaction.atomic
def _write_one(pk: UUID, now: datetime) -> bool:
    wish = (
        MailWish.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(_due(now), pk=pk)
        .select_related("account")
        .first()
    )
    if wish is None:
        return False
    unread = Message.objects.filter(
        account=wish.account, channel=Message.Channel.INBOX, read_at=None,
        created_at__gt=wish.digested_at, created_at__lte=now - _LATE,
    ).order_by("-created_at")  # fmt: skip
    found = list(unread.only("about", "brief", "subject", "link")[:500])
    if found and wish.account.email and wish.account.is_active:
        with translation.override(wish.account.language or _LANGUAGE):
            _letter(wish.account, found, now).save(force_insert=True)
    wish.digested_at = now - _LATE
    wish.save(update_fields=["digested_at"])
    return True


def _letter(account: Account, found: list[Message], now: datetime) -> Message:
    lines = list(_lines(found))
    more = len(lines) - MOST_LISTED
    if more > 0:
        lines = [*lines[:MOST_LISTED], _("and %(n)d more") % {"n": more}]
    subject = ngettext("%(n)d unread message", "%(n)d unread messages", len(found)) % {"n": len(found)}
    on = timezone.localdate(now)
    return Message(
        key=f"{TOPIC}/{on.isoformat()}", channel=Message.Channel.MAIL, recipient=str(account.pk), account=account,
        topic=TOPIC, subject=subject, body="\n".join(lines), link=INBOX_LINK, created_at=now,
        state=Message.State.WAITING, next_attempt_at=now,
    )  # fmt: skip


def _lines(found: Iterable[Message]) -> Iterable[str]:
    """Yield one line for each case, the newest first: number, item, place, how many messages, link."""
    grouped: dict[str, list[Message]] = {}
    for one in found:
        grouped.setdefault(one.about or str(one.pk), []).append(one)
    home = settings.PUBLIC_ADDRESS.rstrip("/")
    for messages in grouped.values():
        newest = messages[0]
        # what is about no case is the house's own word (a webhook that gave up)
        words = newest.brief or (_("A message") if newest.about else newest.subject)
        times = f" ×{len(messages)}" if len(messages) > 1 else ""
        yield f"{words}{times}\n  {home}{newest.link}" if newest.link else f"{words}{times}"
