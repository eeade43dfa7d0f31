"""Importing areas: send a file, look at what it would do on the map and row by row, mend or take it over."""

import csv
import io
import json
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language, gettext, pgettext
from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.writer.excel import save_workbook

from gezhi.enactment import queries as enactment
from gezhi.people import operations, uploads
from gezhi.people.models import Account, Upload
from gezhi.people.operations.uploads import UploadRefused, findings_of, read_areas
from gezhi.territory import atlas
from gezhi.territory import queries as territory
from gezhi.territory.drafts import FIELDS, Draft
from gezhi.territory.models import CrsName
from gezhi.territory.tables import UnreadableError
from gezhi.web.setup import fields
from gezhi.web.setup.areas import level_titles
from gezhi.web.setup.beginning import is_empty
from gezhi.web.setup.fields import Form
from gezhi.web.setup.ground_map import collection, feature
from gezhi.web.setup.pages import deed_for_setup, for_setup, form_for_setup, shown

MOST_SHOWN = 300
_ROWS_TO_FILL = 2_000
MOST_DRAWN, MOST_AROUND = 3000, 300
_WORKING = {Upload.State.CHECKING, Upload.State.TAKING}
_HEADINGS = ("代码", "名称", "上级代码", "层级", "户数", "人口")
_EXAMPLE = ("511111102202001", "第一网格", "511111102202")


@form_for_setup
def start(request: HttpRequest, account: Account, now: datetime) -> HttpResponse:
    """Take a file of areas, or show those that were sent before."""
    form = fields.read(request)
    form.said.setdefault("on", timezone.localdate(now).isoformat())
    form.said.setdefault("crs", CrsName.WGS84)
    if request.method == "POST":
        row = _kept(request, account, form, now)
        if row is not None:
            return redirect("web:setup_import_areas_run", upload=row.pk)
    words = {
        "form": form,
        "levels": level_titles(timezone.localdate(now)),
        "systems": CrsName.choices,
        "earlier": uploads_of(account, Upload.Purpose.AREAS),
        "most": uploads.MOST_BYTES // 2**20,
    }
    return shown(request, account, now, "setup/ground/import.html", words, status=422 if form.errors else 200)


def uploads_of(account: Account, purpose: Upload.Purpose) -> list[Upload]:
    """Return the files that somebody sent lately, newest first, without their content."""
    rows = Upload.objects.filter(account=account, purpose=purpose).defer("content")
    return list(rows.order_by("-created_at")[:8])


def _kept(request: HttpRequest, account: Account, form: Form, now: datetime) -> Upload | None:
    data = sent_file(request, form)
    options = _options(form)
    if data is None or form.errors:
        return None
    try:
        return operations.keep_upload(
            actor=account, purpose=Upload.Purpose.AREAS, name=data[0], data=data[1], options=options, now=now
        )
    except ValidationError as error:
        form.errors["file"] = " ".join(error.messages)
        return None


def sent_file(request: HttpRequest, form: Form) -> tuple[str, bytes] | None:
    """Return the name and the bytes of the file that was sent, within bounds."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or not file.name:
        form.errors["file"] = gettext("Please choose a file.")
        return None
    if file.size is not None and file.size > uploads.MOST_BYTES:
        form.errors["file"] = gettext("The file is larger than %(most)d MB. Divide it, or use the command line.") % {
            "most": uploads.MOST_BYTES // 2**20
        }
        return None
    return file.name, file.read()


def _options(form: Form) -> dict[str, Any]:
    on = form.day("on")
    crs = form.said.get("crs", "")
    if crs not in CrsName.values:
        form.errors["crs"] = gettext("Please choose the coordinate system.")
    columns = {name: form.said.get(f"column_{name}", "") for name in FIELDS}
    return {
        "on": on.isoformat() if on else "",
        "crs": crs,
        "level": form.text("level", 40),
        "columns": {name: word for name, word in columns.items() if word},
        "levels": list(enactment.level_words(on).items()) if on else [],
    }


@form_for_setup
def run(request: HttpRequest, account: Account, now: datetime, upload: UUID) -> HttpResponse:
    """Show what a file would do; check it again with other options, or take it over."""
    row = own(account, upload, Upload.Purpose.AREAS)
    form = fields.read(request)
    if request.method == "POST":
        _do(request, account, row, form, now)
        if not form.errors:
            return redirect("web:setup_import_areas_run", upload=row.pk)
    findings = findings_of(row)
    language = get_language() or "zh-hans"
    listed = [(number, one, one.say(language)) for number, one in enumerate(findings[:MOST_SHOWN], 1)]
    suspected = next((one for one in findings if one.key == "crs_suspected"), None)
    words = {
        "upload": row,
        "form": form,
        "working": row.state in _WORKING,
        "findings": listed,
        "wrong": sum(not one.is_note for one in findings),
        "more": len(findings) - len(listed) + row.result.get("more", 0),
        "better": suspected.values if suspected else None,
        "points": json.dumps(_points(listed)),
        "levels": level_titles(timezone.localdate(now)),
        "systems": CrsName.choices,
        "columns": _columns(row),
        "on": _day(row.options.get("on", "")),
        "beginning": is_empty(now),
    }
    return shown(request, account, now, "setup/ground/import_run.html", words, status=422 if form.errors else 200)


def own(account: Account, upload: UUID, purpose: Upload.Purpose) -> Upload:
    """Return a file that somebody sent; another's is as if there were none."""
    row = Upload.objects.filter(pk=upload, account=account, purpose=purpose).first()
    if row is None:
        raise Http404
    return row


def _do(request: HttpRequest, account: Account, row: Upload, form: Form, now: datetime) -> None:
    try:
        if "take" in form.said or "take_good" in form.said:
            done = operations.take_over_areas(actor=account, upload=row, keep_good="take_good" in form.said, now=now)
            if done.state == Upload.State.TAKEN:
                messages.success(request, gettext("Taken over."))
            return
        options = _options(form)
        if not form.errors:
            operations.check_again(actor=account, upload=row, options=options, now=now)
    except UploadRefused as error:
        form.errors["file"] = str(error)
    except ValidationError as error:
        form.errors["file"] = " ".join(error.messages)


def _points(listed: list[tuple[int, Any, str]]) -> list[dict[str, Any]]:
    """Return where findings lie, for those that say a place."""
    return [
        {
            "lon": float(one.values["lon"]),
            "lat": float(one.values["lat"]),
            "label": str(number),
            "note": one.key == "shape_gap",
            "says": words,
        }
        for number, one, words in listed
        if "lon" in one.values and "lat" in one.values
    ]


def _columns(row: Upload) -> list[tuple[str, str, str]]:
    """Return each field with its words and the column chosen for it."""
    titles = {
        "code": gettext("Area code"),
        "name": pgettext("area", "Name"),
        "parent": gettext("Code of the area above"),
        "level": gettext("Level"),
        "kind": pgettext("area", "Kind"),
        "households": gettext("Households"),
        "people": gettext("People living there"),
    }
    chosen = row.options.get("columns", {})
    return [(name, titles[name], chosen.get(name, "")) for name in FIELDS]


def _day(words: str) -> date | None:
    return date.fromisoformat(words) if words else None


@for_setup
def run_map(request: HttpRequest, account: Account, now: datetime, upload: UUID) -> HttpResponse:  # noqa: ARG001
    """Answer with the areas of a file for the map: those with an error stand out."""
    row = own(account, upload, Upload.Purpose.AREAS)
    if not row.content:
        return collection([])
    try:
        _sheet, drafted = read_areas(row)
    except UnreadableError:
        return collection([])
    bad = {one.row for one in findings_of(row) if one.spoils_row}
    drawable = [one for one in drafted.drafts if one.shape is not None and _on_earth(one.shape)]
    lowest = max((len(one.code) for one in drawable), default=0)
    wanted = [one for one in drawable if len(one.code) == lowest or len(drawable) < MOST_DRAWN // 10]
    drawn = [
        feature(one.shape, code=one.code or str(one.row), name=territory.short_name(one.name),
                mark="bad" if one.row in bad else "new")
        for one in wanted[:MOST_DRAWN]
    ]  # fmt: skip
    return collection([*_around(wanted, _day(row.options.get("on", ""))), *drawn])


def _around(wanted: list[Draft], on: date | None) -> list[dict[str, Any]]:
    """Return what lies there already, at the same levels, to see the file's areas beside it."""
    if not wanted:
        return []
    boxes = [one.shape.bounds for one in wanted]
    west, south = min(box[0] for box in boxes), min(box[1] for box in boxes)
    east, north = max(box[2] for box in boxes), max(box[3] for box in boxes)
    near = territory.areas(on).filter(level__in={one.level for one in wanted}).exclude(boundary=None)
    near = near.filter(west__lte=east, east__gte=west, south__lte=north, north__gte=south)
    near = near.exclude(code__in=[one.code for one in wanted])[:MOST_AROUND]
    shapes = atlas.shapes(list(near), on) if on else {}
    return [
        feature(shapes[one.pk], code=one.code, name=territory.short_name(one.name), mark="beside")
        for one in near
        if one.pk in shapes
    ]


def _on_earth(shape: Any) -> bool:
    west, south, east, north = shape.bounds if not shape.is_empty else (999, 0, 0, 0)
    return -180 <= west <= east <= 180 and -90 <= south <= north <= 90


@deed_for_setup
def drop(request: HttpRequest, account: Account, now: datetime, upload: UUID) -> HttpResponse:
    """Forget a file."""
    row = Upload.objects.filter(pk=upload, account=account).first()
    if row is None:
        raise Http404
    staff = row.purpose == Upload.Purpose.STAFF
    operations.drop_upload(actor=account, upload=row, now=now)
    messages.success(request, gettext("The file is forgotten."))
    return redirect("web:setup_people_import" if staff else "web:setup_areas_import")


@for_setup
def template(request: HttpRequest, account: Account, now: datetime, kind: str) -> HttpResponse:  # noqa: ARG001
    """Answer with the table to fill in: headings, and one row as an example, in the plan's words for its levels."""
    levels = list(level_titles(timezone.localdate(now)).values()) or ["grid"]
    example = (*_EXAMPLE, levels[-1], "320", "980")
    if kind == "csv":
        out = io.StringIO()
        csv.writer(out).writerows([_HEADINGS, example])
        return _file(out.getvalue().encode("utf-8-sig"), "text/csv", "areas.csv")
    if kind != "xlsx":
        raise Http404
    book = Workbook()
    sheet = book.active
    for place, (heading, word) in enumerate(zip(_HEADINGS, example, strict=True), 1):
        sheet.cell(1, place, heading)  # type: ignore[union-attr]
        # codes as text, so that a spreadsheet keeps all their digits
        cell = sheet.cell(2, place, word)  # type: ignore[union-attr]
        cell.number_format = "@"
    words = ",".join(levels)
    # a list that is written into the cell's rule itself holds 255 signs at most
    if len(words) <= 255 and '"' not in words:
        choice = DataValidation(type="list", formula1=f'"{words}"', allow_blank=True, showErrorMessage=False)
        choice.add(f"D2:D{_ROWS_TO_FILL}")
        sheet.add_data_validation(choice)  # type: ignore[union-attr]
    body = io.BytesIO()
    save_workbook(book, body)
    return _file(body.getvalue(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "areas.xlsx")


def _file(body: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(body, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
