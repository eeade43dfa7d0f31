"""Taking in cases and files."""

import msgspec
from django.http import HttpResponse
from django.utils.translation import gettext as _

from gezhi.api.doors import Call, door
from gezhi.api.faults import ApiError, answer, fault_of
from gezhi.api.shapes import BatchAnswer, BatchEntry, NewCase, NewCases, Opened, Stored
from gezhi.cases import operations
from gezhi.cases.errors import CaseError
from gezhi.foundation import files
from gezhi.schemes.state import Refused

_one = msgspec.json.Decoder(NewCase)
_many = msgspec.json.Decoder(NewCases)


@door("cases:write")
def post_case(call: Call) -> HttpResponse:
    """Take in one case: 201 with its number and tracking code, 200 when this client key had made it before."""
    case = call.body(_one)
    opened = operations.open_case(actor=call.account, report=_report(case), now=call.now)
    return answer(_opened(opened), 201 if opened.fresh else 200)


@door("cases:batch")
def post_batch(call: Call) -> HttpResponse:
    """Take in several cases in one transaction; each gets its own result, and one that is refused stops no other."""
    batch = call.body(_many)
    reports = [_report(case) for case in batch.cases]
    results = operations.open_batch(actor=call.account, reports=reports, now=call.now)
    created = sum(isinstance(one, operations.Opened) and one.fresh for one in results)
    refused = sum(isinstance(one, Exception) for one in results)
    body = tuple(_result(one) for one in results)
    return answer(BatchAnswer(body, created, len(results) - created - refused, refused))


@door("cases:write")
def post_file(call: Call) -> HttpResponse:
    """Take in a photo or document (multipart field `file`) to be named in a case or an answer."""
    upload = call.request.FILES.get("file")
    if upload is None:
        raise ApiError(422, "bad_input", _("Send the file as multipart field “file”."), field="file")
    try:
        stored = files.store(upload, actor=str(call.account.pk), now=call.now)
    except files.FileRefused as error:
        raise ApiError(422, "file_refused", str(error), field="file") from error
    return answer(Stored(stored.pk, stored.kind, stored.size), 201)


def _report(case: NewCase) -> operations.Report:
    return operations.Report(
        client_key=case.client_key, item=case.item, channel=case.channel, scheme=case.scheme, title=case.title,
        text=case.text, lon=case.lon, lat=case.lat, crs=case.crs, address=case.address, area=case.area,
        anonymous=case.anonymous, contact=case.contact, urgency=case.urgency, facts=case.facts, about=case.about,
        received_at=case.received_at, happened_at=case.happened_at, files=case.files,
    )  # fmt: skip


def _result(one: operations.Opened | CaseError | Refused) -> BatchEntry:
    return BatchEntry(case=_opened(one)) if isinstance(one, operations.Opened) else BatchEntry(error=fault_of(one))


def _opened(one: operations.Opened) -> Opened:
    return Opened(one.number, one.secret, one.fresh, one.step, one.desk_key, one.step_due, one.case_due, one.placed)
