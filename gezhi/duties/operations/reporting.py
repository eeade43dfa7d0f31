"""Handing a report in, which freezes what it says by itself, and receiving it."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from gezhi.cases.access import account_id
from gezhi.cases.operations.report import plain
from gezhi.duties import plans
from gezhi.duties.access import receives
from gezhi.duties.errors import BadInput, Forbidden, NotFound
from gezhi.duties.models import Activity, Report
from gezhi.duties.plans import Planned
from gezhi.duties.queries import handed
from gezhi.foundation import journal, outbox
from gezhi.people.models import Account

BOOK = "duties"
HANDED_IN, RECEIVED = "report.handed_in", "report.received"
# What of a line may name somebody, in whatever language.
_NAMING = ("what", "note", "place", "entry")
ANSWER_LENGTH = 2000


def hand_in(row: Activity, planned: Planned, now: datetime) -> None:
    """Freeze what a report says: lines of activities and cases, figures of its area. Once; the caller has the lock.

    Labels of lines are kept in every language, so that each reader finds them in the reader's own.
    """
    if planned.duty.activity != "report" or row.ended is None:
        return
    said = handed.draft(row=row, planned=planned, now=now, languages=[code for code, _name in settings.LANGUAGES])
    Report.objects.bulk_create(
        [
            Report(
                activity=row, first=said.first, last=said.last, handed_at=now,
                figures=dict(zip(handed.COUNTED, handed.counted(said.figures), strict=True)),
                lines=[handed.frozen(one, others) for one, others in zip(said.lines, said.others, strict=True)],
            )
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    outbox.tell(HANDED_IN, {"report": str(row.pk)}, now)


def receive(*, actor: Account, now: datetime, report: UUID, answer: str = "") -> Report:
    """Receive a report that was handed in, with a word to it or without. Twice is the same as once.

    Another answer than the one that stands is refused, so that nobody believes that it was kept.
    """
    words = plain(answer)
    if len(words) > ANSWER_LENGTH:
        say = _("This answer has %(n)d characters; at most %(most)d fit. Shorten it and send again.")
        raise BadInput(say % {"n": len(words), "most": ANSWER_LENGTH}, field="answer")
    with transaction.atomic():
        seen = Activity.objects.visible_to(actor, now=now).filter(pk=report, withdrawn_at=None)
        rows = Report.objects.select_for_update(of=("self",)).filter(activity__in=seen.values("pk"))
        row = rows.select_related("activity").first()
        planned = plans.of_version(row.activity.scheme_version_id, row.activity.duty) if row else None
        if row is None or planned is None:
            raise NotFound
        if not receives(actor, row.activity, planned, now):
            raise Forbidden(_("A report is received by the post that the plan names, and not by who wrote it."))
        if row.received_at is not None and words not in ("", row.answer):
            raise BadInput(_("This report was received already; your answer was not kept."), field="answer")
        if row.received_at is None:
            row.received_by, row.received_at, row.answer = actor, now, words
            row.save(update_fields=["received_by", "received_at", "answer"])
            journal.record(BOOK, "receive", actor=account_id(actor), now=now, subject=str(row.pk))
            outbox.tell(RECEIVED, {"report": str(row.pk)}, now)
    return row


def rename(entry: UUID, name: str) -> None:
    """Let the lines of reports about an entry say what its register shows of its name."""
    for row in Report.objects.select_for_update().filter(lines__contains=[{"entry": str(entry)}]):
        row.lines = [_renamed(one, name) if one.get("entry") == str(entry) else one for one in row.lines]
        row.save(update_fields=["lines"])


def _renamed(line: dict[str, str], name: str) -> dict[str, str]:
    return {key: name if key.partition(":")[0] == "what" else value for key, value in line.items()}


def forget(entry: UUID) -> None:
    """Take an erased entry's name and words out of the reports that have them; that something was done stays."""
    for row in Report.objects.select_for_update().filter(lines__contains=[{"entry": str(entry)}]):
        row.lines = [
            {name: value for name, value in one.items() if name.partition(":")[0] not in _NAMING}
            if one.get("entry") == str(entry)
            else one
            for one in row.lines
        ]
        row.save(update_fields=["lines"])
