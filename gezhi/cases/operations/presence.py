"""Who has a case open just now: short-lived rows that colleagues on the same page are told of, no record of work."""

from datetime import datetime, timedelta

from gezhi.cases.models import WORD_LENGTH, Case, Presence
from gezhi.people.models import Account

# A page in sight says every `BEAT_SECONDS` that it is there; who has not said so for this long is gone.
BEAT_SECONDS = 25
GONE_AFTER = timedelta(seconds=60)


def here(*, actor: Account, case: Case, writing: str = "", now: datetime) -> list[Presence]:
    """Note that the actor has a case open that the actor may see; return the colleagues who have it open, too."""
    Presence.objects.bulk_create(
        [Presence(case=case, account=actor, seen_at=now, writing=writing[:WORD_LENGTH])],
        update_conflicts=True, unique_fields=["case", "account"], update_fields=["seen_at", "writing"],
    )  # fmt: skip
    others = Presence.objects.filter(case=case, seen_at__gt=now - GONE_AFTER, account__is_active=True)
    return list(others.exclude(account=actor).select_related("account").order_by("account__name")[:20])


def gone(*, actor: Account, case: Case) -> None:
    """Forget that the actor has a case open: the page was left."""
    Presence.objects.filter(case=case, account=actor).delete()


def forget_old(*, now: datetime) -> int:
    """Delete what is no longer true; return how many rows. Nothing is kept of it."""
    return Presence.objects.filter(seen_at__lte=now - GONE_AFTER).delete()[0]
