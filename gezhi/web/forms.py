"""Draws and reads any form of a scheme: on the desk and in the field, for entries and activities, without scripts too.

`draw` makes boxes of a form's fields with what is known so far, `read` takes what was sent as raw answers for
`gezhi.schemes.filled.fill`, whose faults go back into `draw`: nothing that was typed is lost. A field's name in the
page is its path (`rooms.0.area`). Conditions come along as trees, so that the page asks only for what is asked for.

What is sensitive is drawn masked: left empty it stays as it is.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import get_language, gettext

from gezhi.foundation import files
from gezhi.registers.values import point_of
from gezhi.schemes.filled import Fault
from gezhi.schemes.forms import SILENT, Field, Form
from gezhi.schemes.trees import tree
from gezhi.web import areas, questions, wording
from gezhi.web.picking import Picker
from gezhi.web.questions import Kept, Offer

MOST_ROWS = 30
SHORT = 6
_CLEAR = "clear"


@dataclass(slots=True)
class Box:
    """One field as a page draws it. `boxes` are those of a group, `rows` those of a repeat's rounds."""

    path: str
    field: Field
    label: str
    hint: str
    unit: str
    value: Any = ""
    error: str = ""
    masked: str = ""
    when: str = ""
    offers: tuple[Offer, ...] = ()
    kept: tuple[Kept, ...] = ()
    boxes: tuple["Box", ...] = ()
    rows: tuple[tuple["Box", ...], ...] = ()
    # Of a place: the bounds of its map. Of an entry: what the one named is called, and what a search without scripts
    # has found.
    called: str = ""
    found: tuple[Offer, ...] = ()
    looked: bool = False
    view: str = ""

    @property
    def id(self) -> str:
        """The element's id, so that an error list can lead to it."""
        return f"f-{self.path}"

    @property
    def name(self) -> str:
        """The field's name in what is sent."""
        return self.path

    @property
    def folds(self) -> bool:
        """Whether it can lie folded where there is little room: rows that nobody must write, wrote, or wrote wrong."""
        rows = self.kind == "repeat" and not (self.required or self.error or self.masked or len(self.rows) > 1)
        return rows and not any(box.error for row in self.rows for box in row)

    @property
    def kind(self) -> str:
        """The field's kind."""
        return self.field.kind

    @property
    def required(self) -> bool:
        """Whether it must be filled in; what is masked is there already."""
        return self.field.required and not self.masked

    @property
    def short(self) -> bool:
        """Whether the choice is small enough to show all of it at once."""
        return len(self.offers) <= SHORT


@dataclass(slots=True)
class Drawn:
    """A form as a page draws it."""

    form: Form
    boxes: tuple[Box, ...]
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def has_photos(self) -> bool:
        """Whether the form must be sent as multipart."""
        return any(one.kind == "photos" for one in self.form.by_id.values())


@dataclass(frozen=True, slots=True)
class Sent:
    """Raw answers of a form, and what could not even be taken (a photo that is none), by path."""

    answers: dict[str, Any]
    refused: dict[str, str]
    form_print: str


def draw(
    form: Form,
    answers: Mapping[str, Any] | None = None,
    *,
    masked: Mapping[str, str] | None = None,
    faults: Iterable[Fault] = (),
    refused: Mapping[str, str] | None = None,
    offers: Mapping[str, Sequence[Offer]] | None = None,
    picker: Picker | None = None,
) -> Drawn:
    """Return the form with answers so far.

    `masked` are the sensitive ones that are there and not shown, by id; `offers` what fields of kind `area` may choose
    from, by the field's id; `picker` looks up what fields of kind `entry` name.
    """
    errors = dict(refused or {})
    for fault in faults:
        errors.setdefault(fault.path, fault.text.say(get_language() or "zh-hans"))
    drawing = _Drawing(errors, masked or {}, offers or {}, picker)
    boxes = drawing.all(form.fields, answers or {}, "")
    return Drawn(form, boxes, errors)


def read(form: Form, request: HttpRequest, *, actor: str, now: datetime, masked: Iterable[str] = ()) -> Sent:
    """Return what was sent. What is masked and was left empty is not among the answers: it stays."""
    reading = _Reading(request, actor, now, frozenset(masked))
    answers = reading.all(form.fields, "")
    return Sent(answers, reading.refused, request.POST.get("form_print", "")[:16])


@dataclass
class _Drawing:
    errors: dict[str, str]
    masked: Mapping[str, str]
    offers: Mapping[str, Sequence[Offer]]
    picker: Picker | None

    def all(self, fields: Iterable[Field], answers: Mapping[str, Any], prefix: str) -> tuple[Box, ...]:
        return tuple(self._one(one, answers, prefix) for one in fields)

    def _one(self, one: Field, answers: Mapping[str, Any], prefix: str) -> Box:
        path = f"{prefix}{one.id}"
        box = Box(
            path, one, wording.say(one.title), wording.say(one.hint), wording.say(one.unit),
            error=self.errors.get(path, ""), masked="" if prefix else self.masked.get(one.id, ""),
            when=json.dumps(tree(one.when)) if one.when and tree(one.when) else "",
        )  # fmt: skip
        if one.kind == "group":
            box.boxes = self.all(one.fields, answers, prefix)
            return box
        value = answers.get(one.id)
        if one.kind == "repeat":
            rows = [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
            shown = [*rows, {}] if not box.masked else rows
            box.rows = tuple(self.all(one.fields, row, f"{path}.{n}.") for n, row in enumerate(shown[:MOST_ROWS]))
            return box
        own = [Offer(option.id, wording.say(option.title) or option.id) for option in one.choices]
        box.offers = tuple(own or self.offers.get(one.id, ()))
        box.value = _shown(one, value)
        if one.kind == "place" and self.picker is not None:
            box.view = areas.view_to_pick(point_of(value), self.picker.home)
        if one.kind == "entry" and self.picker is not None:
            if self.picker.asked == path:
                box.found = tuple(self.picker.found(one.register, box.value))
                box.looked = True
            elif box.value:
                box.called = self.picker.called(one.register, box.value)
        if one.kind == "photos":
            box.kept = tuple(questions.keep(row) for row in questions.stored([str(pk) for pk in value or ()]))
        return box


def _shown(one: Field, value: Any) -> Any:
    if value is None:
        return [] if one.kind == "choices" else ""
    if one.kind == "yes_no":
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else str(value)
    if one.kind == "moment":
        return str(value)[:16]
    if one.kind in ("choices", "place", "photos"):
        return value
    return str(value)


@dataclass
class _Reading:
    request: HttpRequest
    actor: str
    now: datetime
    masked: frozenset[str]
    refused: dict[str, str] = field(default_factory=dict)

    def all(self, fields: Iterable[Field], prefix: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for one in fields:
            if one.kind == "group":
                found |= self.all(one.fields, prefix)
            elif one.kind not in SILENT:
                value = self._value(one, f"{prefix}{one.id}")
                if prefix or one.id not in self.masked or not _empty(value) or self._clears(one.id):
                    found[one.id] = value
        return found

    def _clears(self, name: str) -> bool:
        return self.request.POST.get(f"{name}.{_CLEAR}") == "yes"

    def _value(self, one: Field, path: str) -> Any:
        sent = self.request.POST
        match one.kind:
            case "repeat":
                return self._rows(one, path)
            case "choices":
                return [value for value in sent.getlist(path) if value]
            case "place":
                return self._place(path)
            case "photos":
                return self._photos(path)
            case _:
                return sent.get(path, "").strip()

    def _rows(self, one: Field, path: str) -> list[dict[str, Any]]:
        """Return the rounds in which anything was written; the page sends how many it drew."""
        said = self.request.POST.get(f"{path}.rows", "")
        count = min(int(said), MOST_ROWS) if said.isdecimal() else 0
        rows = [self.all(one.fields, f"{path}.{n}.") for n in range(count)]
        return [row for row in rows if not all(_empty(value) for value in row.values())]

    def _place(self, path: str) -> dict[str, str] | str:
        sent = self.request.POST
        parts = {part: sent.get(f"{path}.{part}", "").strip() for part in ("lon", "lat", "accuracy")}
        if not parts["lon"] and not parts["lat"]:
            return ""
        return {part: value for part, value in parts.items() if value}

    def _photos(self, path: str) -> list[str]:
        rows = questions.kept_files(self.request.POST.getlist(f"{path}.kept"))
        uploads: list[UploadedFile[Any]] = self.request.FILES.getlist(path)
        for upload in uploads:
            if len(rows) >= questions.MOST_PHOTOS:
                self.refused[path] = gettext("At most %(most)d photos; the rest was left out.") % {
                    "most": questions.MOST_PHOTOS
                }
                break
            try:
                rows.append(files.store(upload, actor=self.actor, now=self.now))
            except files.FileRefused as refusal:
                self.refused[path] = refusal.message
        return [str(row.pk) for row in rows]


def _empty(value: Any) -> bool:
    return value in ("", None, [], {})
