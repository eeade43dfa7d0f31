"""The audit log: what was done in the house's books and who read contact details, filtered, paged by key, exported."""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, Protocol
from uuid import UUID

from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext, pgettext

from gezhi.cases import queries as cases
from gezhi.cases.models import ContactLook
from gezhi.foundation import journal
from gezhi.foundation import queries as books
from gezhi.foundation.models import JournalEntry
from gezhi.people import queries as people
from gezhi.people.models import Account
from gezhi.registers import queries as registers
from gezhi.registers.models import Look
from gezhi.web.setup.pages import for_setup, shown

A_PAGE = 50
MOST_EXPORTED = 50_000
LOOKS = "contact"
_MARKS, _BEGAN = "setup.audit.marks", "setup.audit.began"
_WHOLE_DAY = 24 * 3600


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log."""

    at: datetime
    key: str
    book: str
    action: str
    actor: str
    subject: str
    facts: tuple[tuple[str, str], ...]


@for_setup
def audit(request: HttpRequest, account: Account, now: datetime) -> HttpResponse:
    """Show the log, the newest first, with the filters as links and what the check of the chains says."""
    sought = _sought(request)
    rows = _page(account, sought, now, request.GET.get("before", ""))
    more = len(rows) > A_PAGE
    lines = _lines(rows[:A_PAGE])
    words = {
        "lines": lines,
        "next": lines[-1].key if more else "",
        "sought": sought,
        "who": request.GET.get("who", "")[:60],
        "since": request.GET.get("since", "")[:10],
        "until": request.GET.get("until", "")[:10],
        "kinds": _kinds(),
        "chosen": f"{sought.book}:{sought.action}" if sought.action else sought.book,
        "books": _states(now),
        "newest": lines[0].at if lines and not request.GET.get("before") else None,
    }
    return shown(request, account, now, "setup/audit.html", words)


@for_setup
def export(request: HttpRequest, account: Account, now: datetime) -> StreamingHttpResponse:
    """Send what the filters leave as a CSV table."""
    sought = _sought(request)
    heads = [gettext("When"), gettext("Who"), gettext("Book"), gettext("What"), gettext("Object"), gettext("Facts")]
    answer = StreamingHttpResponse(_csv(heads, _all(account, sought, now)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return answer


# ── what is looked for ──


def _sought(request: HttpRequest) -> books.Sought:
    book, _, action = request.GET.get("what", "")[:100].partition(":")
    return books.Sought(
        book=book,
        action=action,
        actor=_actor(request.GET.get("who", "")[:60].strip()),
        words=request.GET.get("q", "")[:60].strip(),
        since=_midnight(request.GET.get("since", ""), 0),
        until=_midnight(request.GET.get("until", ""), 1),
    )


def _actor(words: str) -> str:
    """Return the id of whom the words name, `-` for nobody there is."""
    if not words:
        return ""
    found = people.named(words)
    return str(found.pk) if found else "-"


def _midnight(written: str, days: int) -> datetime | None:
    try:
        day = date.fromisoformat(written) + timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    return timezone.make_aware(datetime.combine(day, time.min))


def _page(account: Account, sought: books.Sought, now: datetime, before: str) -> list[Any]:
    """Return one page and one row more, from both tables in one order."""
    found: list[Any] = []
    for rows in _sources(account, sought, now):
        found += list(_older(rows, before)[: A_PAGE + 1])
    found.sort(key=lambda row: (row.at, row.pk), reverse=True)
    return found[: A_PAGE + 1]


def _sources(account: Account, sought: books.Sought, now: datetime) -> Iterator[QuerySet[Any]]:
    if sought.book != LOOKS:
        yield books.entries(sought)
    if sought.book in ("", LOOKS) and not sought.action:
        reader = _id(sought.actor)
        if reader is not None or not sought.actor:
            narrowed = {"reader": reader, "words": sought.words, "since": sought.since, "until": sought.until}
            yield cases.contact_looks(account=account, now=now, **narrowed)  # type: ignore[arg-type]
            yield registers.looks(**narrowed)  # type: ignore[arg-type]


def _older(rows: QuerySet[Any], before: str) -> QuerySet[Any]:
    at, _, key = before.partition("_")
    try:
        moment, last = datetime.fromisoformat(at), UUID(key)
    except ValueError:
        return rows
    return rows.filter(Q(at__lt=moment) | Q(at=moment, id__lt=last))


def _id(written: str) -> UUID | None:
    try:
        return UUID(written)
    except ValueError:
        return None


# ── what is shown ──


def _lines(rows: Iterable[Any]) -> list[Line]:
    rows = list(rows)
    names = people.names({found for row in rows for found in _ids(row)})
    return [_line(row, names) for row in rows]


def _ids(row: JournalEntry | ContactLook | Look) -> list[UUID]:
    if isinstance(row, ContactLook | Look):
        return []
    return [found for found in (_id(row.actor), _id(row.subject)) if found is not None]


def _line(row: JournalEntry | ContactLook | Look, names: dict[str, str]) -> Line:
    key = f"{row.at.isoformat()}_{row.pk}"
    if isinstance(row, Look):
        who = row.account.name if row.account else gettext("the system")
        seen = ((gettext("purpose"), row.purpose),) if row.purpose else ()
        did = gettext("opened a care case") if row.opened_on else gettext("read what is masked")
        return Line(row.at, key, gettext("Personal data"), did, who, row.entry.code, seen)
    if isinstance(row, ContactLook):
        facts = ((gettext("purpose"), row.purpose),)
        return Line(row.at, key, gettext("Personal data"), gettext("read contact details"), row.account.name,
                    row.case.number, facts)  # fmt: skip
    actor = names.get(row.actor, row.actor) if row.actor else gettext("the system")
    subject = names.get(row.subject, row.subject)
    book, action = _book(row.book), _deed(row.book, row.action)
    return Line(
        row.at,
        key,
        book,
        action,
        actor,
        subject,
        tuple(
            (_fact(name), _said(value)) for name, value in row.body.items() if value not in (None, "", [], {}, False)
        ),
    )


def _fact(name: str) -> str:
    """Return the words for a fact's name; one that has none stands as it was written down."""
    known = {
        "kind": gettext("kind"),
        "appointment": gettext("appointment"),
        "post": gettext("post"),
        "area": gettext("area"),
        "areas": gettext("areas"),
        "count": gettext("how many"),
        "department": gettext("department"),
        "since": gettext("from"),
        "until": pgettext("period", "until"),
        "on": gettext("as of"),
        "last_day": gettext("last day"),
        "stand_in": gettext("stands in"),
        "accounts": gettext("accounts"),
        "appointments": gettext("appointments"),
        "token": gettext("token"),
        "scopes": gettext("scopes"),
        "register": gettext("register"),
        "purpose": gettext("purpose"),
        "topic": gettext("topic"),
        "topics": gettext("topics"),
        "webhook": gettext("webhook"),
        "url": gettext("address"),
        "reason": gettext("reason"),
        "old_valid_hours": gettext("hours that the old one stays valid"),
    }
    return known.get(name, name)


def _said(value: Any) -> str:
    if value is True:
        return "✓"
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if value in Account.Kind.values:
        return str(Account.Kind(value).label)
    try:
        return timezone.localtime(datetime.fromisoformat(value)).strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return value


def _book(name: str) -> str:
    known = {
        "schemes": gettext("Schemes"),
        "people": gettext("People"),
        "territory": gettext("Areas"),
        "notices": gettext("Webhooks"),
        "registers": gettext("Registers"),
        "duties": gettext("Duties"),
        "bulk": gettext("Bulk actions"),
        "views": gettext("Saved views"),
        "exports": gettext("Exports of cases"),
        LOOKS: gettext("Personal data"),
    }
    return known.get(name, name)


def _deed(book: str, action: str) -> str:
    known = {
        "enact": gettext("put into force"),
        "cancel": gettext("took back a planned version"),
        "draft": gettext("began a draft"),
        "change": gettext("changed a draft"),
        "discard": gettext("dropped a draft"),
        "accept_reminder": gettext("accepted a reminder"),
        "withdraw_acceptance": gettext("accepts a reminder no longer"),
        "appoint": gettext("gave a post"),
        "end_appointment": gettext("ended an appointment"),
        "continue_appointment": gettext("carried an appointment on"),
        "withdraw_appointment": gettext("withdrew an appointment"),
        "leave": gettext("set the last day"),
        "create_account": gettext("made an account"),
        "change_profile": gettext("changed a profile"),
        "import_staff": gettext("imported people"),
        "deactivate": gettext("closed an account"),
        "reactivate": gettext("opened an account again"),
        "issue_slip": gettext("printed a slip"),
        "use_slip": gettext("signed in by a slip"),
        "change_password": gettext("changed the password"),
        "set_password": gettext("set a password"),
        "end_sessions": gettext("ended all sessions"),
        "clear_lock": gettext("lifted a lock"),
        "begin_second_factor": gettext("began a second factor"),
        "confirm_second_factor": gettext("confirmed the second factor"),
        "drop_second_factor": gettext("dropped the second factor"),
        "renew_recovery_codes": gettext("renewed recovery codes"),
        "issue_token": gettext("made a token"),
        "revoke_token": gettext("revoked a token"),
        "add_endpoint": gettext("added a webhook"),
        "renew_secret": gettext("renewed a webhook's secret"),
        "disable_endpoint": gettext("switched a webhook off"),
        "enable_endpoint": gettext("switched a webhook on"),
        "endpoint_gave_up": gettext("a webhook failed too often and was switched off"),
        "send_again": gettext("sent a message again"),
        "send_test": gettext("tried a webhook"),
        "import": gettext("imported a table"),
        "undo_import": gettext("took an import back"),
        "export": gettext("exported a register"),
        "erase": gettext("erased an entry"),
        "seal": gettext("sealed what became sensitive"),
        "assign_care": gettext("assigned a care case anew"),
        "subject_access": gettext("answered what is held about a person"),
        "duties:go_away": gettext("entered an absence"),
        "duties:come_back": gettext("took an absence back"),
        "duties:object": gettext("objected to a missed round"),
        "duties:take_back": gettext("took an objection back"),
        "duties:decide": gettext("decided on an objection"),
        "duties:receive": gettext("received a report"),
        "duties:draw": gettext("drew a sample"),
        "duties:close": gettext("closed a leaf"),
        "duties:reopen": gettext("opened a leaf again"),
        "bulk:begin": gettext("began a bulk action"),
        "views:save": gettext("saved a view"),
        "views:change": gettext("changed a view"),
        "views:move": gettext("moved a view"),
        "views:delete": gettext("deleted a view"),
        "exports:export": gettext("exported cases"),
    }
    return known.get(f"{book}:{action}", known.get(action, action.replace("_", " "))) if book else action


def _kinds() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for book, action in books.actions():
        if not any(value == book for value, _ in found):
            found.append((book, _book(book)))
        found.append((f"{book}:{action}", f"{_book(book)} · {_deed(book, action)}"))
    return [*found, (LOOKS, f"{_book(LOOKS)} · {gettext('read contact details')}")]


def _states(now: datetime) -> list[tuple[str, int, int | None]]:
    """Return what the check of the chains says. It goes on where the last one ended; once a day it begins anew."""
    marks: dict[str, tuple[int, bytes]] = cache.get(_MARKS) or {}
    found = books.states({name: journal.Mark(*mark) for name, mark in marks.items()})
    whole = {one.name: (one.mark.seq, one.mark.link) for one in found if one.broken is None}
    if marks:
        # the day goes on counting from the check that began at the beginning
        cache.set(_MARKS, whole, max(1, int(cache.get(_BEGAN, 0)) + _WHOLE_DAY - int(now.timestamp())))
    else:
        cache.set(_BEGAN, int(now.timestamp()), _WHOLE_DAY)
        cache.set(_MARKS, whole, _WHOLE_DAY)
    return [(_book(one.name), one.entries, one.broken) for one in found]


# ── the table to take along ──


class _Writer(Protocol):
    def write(self, line: str, /) -> str: ...


class _Echo:
    def write(self, line: str, /) -> str:
        """Hand a line on."""
        return line


def _csv(heads: list[str], lines: Iterable[Line]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(heads)
    for one in lines:
        facts = "; ".join(f"{name}: {value}" for name, value in one.facts)
        cells = (
            timezone.localtime(one.at).isoformat(timespec="seconds"),
            one.actor,
            one.book,
            one.action,
            one.subject,
            facts,
        )
        yield writer.writerow([plain(cell) for cell in cells])


def plain(cell: str) -> str:
    """Return a cell that no spreadsheet runs as a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _all(account: Account, sought: books.Sought, now: datetime) -> Iterator[Line]:
    before, left = "", MOST_EXPORTED
    while left > 0:
        rows = _page(account, sought, now, before)
        lines = _lines(rows[:A_PAGE])
        yield from islice(lines, left)
        left -= len(lines)
        if len(rows) <= A_PAGE:
            return
        before = lines[-1].key
