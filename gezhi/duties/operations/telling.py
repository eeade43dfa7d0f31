"""Telling of reports: who receives them hears that one was handed in, who wrote one that it was received."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from gezhi.duties import plans
from gezhi.duties.access import can_see, receivers, receives
from gezhi.duties.models import Report
from gezhi.duties.plans import Planned
from gezhi.notices import operations as notices
from gezhi.people import queries as people
from gezhi.people.models import Account
from gezhi.schemes.state import Desk
from gezhi.territory import queries as territory

# Where the pages show a report; their own tests hold them to it.
LINK = "/desk/reports/{report}"
OWN_LINK = "/field/activity/{report}"
TOPIC = "duties.report"


def tell_receivers(body: dict[str, Any], now: datetime) -> None:
    """Tell those who receive a report by the plan, and may see it, that it was handed in."""
    report, planned = _report(body["report"])
    if report is None or planned is None or report.received_at is not None:
        return
    row = report.activity
    for language, accounts in by_language(_receivers(report, planned, now)):
        with translation.override(language):
            words = {
                "who": row.account.name, "title": planned.duty.title.say(language),
                "place": territory.short_name(row.area.name),
            }  # fmt: skip
            notices.send(
                to=accounts, key=f"report/{report.pk}/handed", topic=TOPIC, now=now,
                subject=_("%(title)s from %(place)s: %(who)s handed a report in") % words,
                body=_("Of %(first)s to %(last)s. Receive it, with a word to it or without.")
                % {"first": report.first, "last": report.last},
                link=LINK.format(report=report.pk),
            )  # fmt: skip


def tell_writer(body: dict[str, Any], now: datetime) -> None:
    """Tell who wrote a report that it was received and whether there is an answer. The answer stands on its page."""
    report, planned = _report(body["report"])
    if report is None or planned is None or report.received_by is None:
        return
    writer = report.activity.account
    if not (writer.is_active and can_see(writer, report.activity, now)):
        return
    for language, accounts in by_language([writer]):
        with translation.override(language):
            words = {"who": report.received_by.name, "title": planned.duty.title.say(language), "last": report.last}
            answered = _("%(who)s answered your report of %(last)s: %(title)s") % words
            received = _("%(who)s received your report of %(last)s: %(title)s") % words
            notices.send(
                to=accounts, key=f"report/{report.pk}/received", topic=TOPIC, now=now, body="",
                subject=answered if report.answer else received, link=OWN_LINK.format(report=report.pk),
            )  # fmt: skip


def _report(pk: str) -> tuple[Report | None, Planned | None]:
    rows = Report.objects.filter(pk=UUID(pk), activity__withdrawn_at=None)
    rows = rows.select_related("activity__area", "activity__account", "received_by").defer("activity__area__boundary")
    found = rows.first()
    return found, plans.of_version(found.activity.scheme_version_id, found.activity.duty) if found else None


def _receivers(report: Report, planned: Planned, now: datetime) -> list[Account]:
    """Return who holds a receiving post at the report's area or above it, had no part in it and may see it."""
    row = report.activity
    posts = receivers(planned.duty, planned.scheme, row.desk_key)
    chain = territory.chain(row.area.code, timezone.localdate(now))
    found = people.holders([Desk("post", post, area.code) for post in posts for area in chain], now)
    return [one for one in found if receives(one, row, planned, now) and can_see(one, row, now)]


def by_language(accounts: Iterable[Account]) -> list[tuple[str, list[Account]]]:
    """Return accounts by the language that each is told in."""
    found: dict[str, list[Account]] = {}
    for one in accounts:
        found.setdefault(one.language or "zh-hans", []).append(one)
    return list(found.items())
