"""Reports that were handed in: those to receive first; each as it was on that day, as a page and as a paper."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from gezhi.cases.operations import note_export
from gezhi.duties import operations, plans, queries
from gezhi.duties.access import receivers, receives
from gezhi.duties.errors import DutyError
from gezhi.duties.models import Activity, Report
from gezhi.duties.plans import Planned
from gezhi.duties.queries import Line
from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.territory import queries as territory
from gezhi.web import papers, wording
from gezhi.web.desk.frame import frame
from gezhi.web.field.showing_duties import Answer, answers_in_words
from gezhi.web.papers import Paper
from gezhi.web.staff import for_staff


@never_cache
@require_GET
@for_staff
def page(request: HttpRequest, account: Account) -> HttpResponse:
    """Show the reports that somebody receives, wrote, or answers for."""
    now, which = clock.now(), request.GET.get("which", "")
    waiting = queries.to_receive(account=account, now=now)
    rows = waiting if which == "waiting" else queries.reports(account=account, now=now, mine=which == "mine")
    shown = {
        "now": now, "frame": frame(account, now), "which": which if which in ("waiting", "mine") else "",
        "waiting": len(waiting), "rows": [_row(one) for one in rows],
    }  # fmt: skip
    return render(request, "desk/reports.html", shown)


def _row(one: Report) -> dict[str, object]:
    planned = plans.of_version(one.activity.scheme_version_id, one.activity.duty)
    return {
        "row": one, "title": wording.say(planned.duty.title) if planned else one.activity.duty,
        "place": territory.short_name(one.activity.area.name), "writer": one.activity.account.name,
    }  # fmt: skip


@never_cache
@require_http_methods(["GET", "POST"])
@for_staff
def one(request: HttpRequest, account: Account, pk: UUID) -> HttpResponse:
    """Show a report; hand it out as a file; receive it."""
    now, error = clock.now(), ""
    report = queries.report(account=account, pk=pk, now=now)
    planned = plans.of_version(report.activity.scheme_version_id, report.activity.duty) if report else None
    if report is None or planned is None:
        raise Http404
    if request.method == "POST":
        try:
            operations.receive(actor=account, report=pk, answer=request.POST.get("answer", ""), now=now)
        except DutyError as refused:
            error = str(refused)
        else:
            messages.success(request, gettext("Received. Whoever wrote it sees that, and your answer."))
            return redirect("web:desk_report", pk=pk)
    activity = report.activity
    lines = queries.lines_of(report, reader=account, now=now)
    private = queries.own_answers(account=account, row=activity)
    answers = answers_in_words(planned, activity.answers, private)
    kind = request.GET.get("as", "")
    if kind in papers.KINDS and not error:
        note_export(actor=account, what="report", query=f"report={pk}", form=kind, now=now)
        return papers.respond(_paper(report, planned, lines, answers), kind)
    shown = _row(report) | {
        "now": now, "frame": frame(account, now), "error": error, "lines": lines, "answers": answers,
        "figures": figures_in_words(report), "activity": activity, "clause": planned.duty.clause,
        "may_receive": report.received_at is None and activity.withdrawn_at is None
        and receives(account, activity, planned, now),
        "waits_for": waits_for(planned, activity), "sent": request.POST, "before": queries.told_before(report),
    }  # fmt: skip
    return render(request, "desk/report.html", shown, status=422 if error else 200)


def waits_for(planned: Planned, row: Activity) -> str:
    """Return the posts that receive a report, in words; none where the plan names none."""
    posts = receivers(planned.duty, planned.scheme, row.desk_key)
    return gettext(", ").join(wording.say(planned.scheme.posts[one].title) for one in posts)


def figures_in_words(report: Report) -> list[tuple[str, int]]:
    """Return the figures of a report with their names."""
    titles = (
        gettext("Patrols"), gettext("Visits"), gettext("Inspections"), gettext("Findings"),
        gettext("Put right on the spot"), gettext("Cases taken in"), gettext("Cases closed"),
        gettext("Register changes"),
    )  # fmt: skip
    return list(zip(titles, queries.counted(report.figures), strict=True))


def _paper(report: Report, planned: Planned, lines: list[Line], answers: list[Answer]) -> Paper:
    activity = report.activity
    said = [(gettext("Figures of the area"), gettext("; ").join(f"{name} {n}" for name, n in figures_in_words(report)))]
    said += [(one.title, one.words or "\n".join(_words(row) for row in one.rows)) for one in answers]
    if activity.nil:
        said.append((pgettext("what was written", "Report"), gettext("Nothing to report")))
    if (before := queries.told_before(report)) is not None:
        words = gettext("The report handed in at %(at)s told of this day already; its figures are in both.")
        said.append((report.first.isoformat(), words % {"at": _when(before.handed_at)}))
    if report.answer:
        said.append((pgettext("to a report", "Answer"), report.answer))
    rows = tuple((_when(one.at), one.did, one.what, one.place, one.note, one.case) for one in lines)
    area = territory.short_name(activity.area.name)
    return Paper(
        title=f"{area} {wording.say(planned.duty.title)}", unit=activity.area.name,
        dates=f"{report.first.isoformat()} – {report.last.isoformat()}",
        columns=(
            gettext("Time"), pgettext("in a diary", "Done"), gettext("On what"), gettext("Place"),
            gettext("Process and result"), gettext("Case"),
        ),
        rows=rows or ((gettext("nothing recorded"), *[""] * 5),), remark=activity.remarks, facts=tuple(said),
        name=f"report-{activity.area.code}-{report.last.isoformat()}", widths=(9, 13, 17, 12, 30, 12), wide=True,
        sign=_signed(report),
    )  # fmt: skip


def _words(row: tuple[Answer, ...]) -> str:
    return gettext("; ").join(f"{one.title}: {one.words}" for one in row)


def _signed(report: Report) -> str:
    by, at = (report.received_by.name, report.received_at) if report.received_by else ("____________", None)
    return gettext("Handed in by: %(writer)s %(handed)s    Received by: %(reader)s %(received)s") % {
        "writer": report.activity.account.name, "handed": _when(report.handed_at), "reader": by,
        "received": _when(at) if at else "____________",
    }  # fmt: skip


def _when(at: datetime) -> str:
    return timezone.localtime(at).strftime("%m-%d %H:%M")
