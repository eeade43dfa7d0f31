"""A person's messages as the desk and the account's page show them: by case, with what may be filtered and marked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest

from gezhi.notices import operations, queries
from gezhi.notices.models import Message
from gezhi.people.models import Account
from gezhi.web.components import Page, pages

SIZE = 40
# What may be shown alone: the word in the address → the topics that it stands for.
KINDS = {"named": ("case.mentioned",), "decide": ("case.proposed", "case.decided")}


@dataclass(frozen=True, slots=True)
class Group:
    """What belongs to one case, or a single message that belongs to none."""

    number: str
    brief: str
    messages: tuple[Message, ...]

    @property
    def unread(self) -> tuple[Message, ...]:
        """Those that nobody has read."""
        return tuple(one for one in self.messages if one.read_at is None)


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page of it. `show` is empty, `unread`, or one of `KINDS`."""

    show: str
    groups: tuple[Group, ...]
    unread: int
    page: Page


def read(request: HttpRequest, account: Account) -> Inbox:
    """Return the page that the address asks for: three queries."""
    show = request.GET.get("show", "")
    rows = queries.inbox(account, unread_only=show == "unread")
    if show in KINDS:
        rows = rows.filter(topic__in=KINDS[show])
    sheet = Paginator(rows, SIZE).get_page(request.GET.get("page"))
    return Inbox(
        show=show if show in KINDS or show == "unread" else "",
        groups=tuple(_grouped(sheet.object_list)),
        unread=queries.unread_count(account),
        page=pages(sheet.number, sheet.paginator.num_pages),
    )


def mark(request: HttpRequest, account: Account, now: datetime) -> None:
    """Mark the named messages as read or unread; all of them as read where none is named."""
    chosen = list(queries.inbox(account).filter(pk__in=_ids(request.POST.getlist("message"))))
    if request.POST.get("do") == "unread":
        operations.mark_unread(account=account, messages=chosen)
    elif chosen or request.POST.get("do") == "all":
        operations.mark_read(account=account, messages=chosen or None, now=now)


def opened(account: Account, message: UUID, now: datetime) -> Message | None:
    """Return one of the account's messages, now read."""
    found = queries.inbox(account).filter(pk=message).first()
    if found is not None:
        operations.mark_read(account=account, messages=[found], now=now)
    return found


def _grouped(found: Iterable[Message]) -> list[Group]:
    """Put together what is about one case, in the order of the newest message of each.

    The address at the end of a template's words is for mails: here the subject leads there.
    """
    by_case: dict[str, list[Message]] = {}
    for one in found:
        if one.link:
            one.body = one.body.replace(f"{settings.PUBLIC_ADDRESS}{one.link}", "").strip()
        by_case.setdefault(one.about or str(one.pk), []).append(one)
    return [Group(messages[0].about, messages[0].brief, tuple(messages)) for messages in by_case.values()]


def _ids(raw: Iterable[str]) -> list[UUID]:
    found = []
    for one in raw:
        try:
            found.append(UUID(one))
        except ValueError:
            continue
    return found
