"""A plan to take along: as a workbook for the office, as the files of its folder."""

import io
import zipfile
from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from gezhi.people.models import Account
from gezhi.schemes import source, workbook
from gezhi.web.setup import plans
from gezhi.web.setup.pages import for_setup
from gezhi.web.setup.plans import Plan

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@for_setup
def as_workbook(_request: HttpRequest, account: Account, now: datetime, plan: UUID) -> HttpResponse:
    """Send a plan as a workbook; it comes back by the upload."""
    found = plans.find(plan, account, now)
    document, scheme = source.read(plans.text_of(found))
    if scheme is None:
        raise Http404
    out = io.BytesIO()
    workbook.export(document, out)
    return sent(out.getvalue(), XLSX, f"{_name(found)}.xlsx")


@for_setup
def as_folder(_request: HttpRequest, account: Account, now: datetime, plan: UUID) -> HttpResponse:
    """Send a plan's files as a zip."""
    found = plans.find(plan, account, now)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parcel:
        for name, text in sorted(plans.text_of(found).files.items()):
            parcel.writestr(name, text)
    return sent(out.getvalue(), "application/zip", f"{_name(found)}.zip")


def sent(raw: bytes, media_type: str, name: str) -> HttpResponse:
    """Return a file to keep."""
    answer = HttpResponse(raw, content_type=media_type)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return answer


def _name(plan: Plan) -> str:
    return f"{plan.row.scheme or 'scheme'}-{plan.version or 'draft'}".replace("/", "-")
