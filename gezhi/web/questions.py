"""Forms made from what a scheme asks: the same fields on the portal, in the field and at the desk.

A photo that was sent once is kept even when another answer is missing: its signed id comes back as a hidden field, so
that nobody photographs twice.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext

from gezhi.foundation import files
from gezhi.foundation.models import StoredFile
from gezhi.schemes.durations import BadDuration, Duration, Unit
from gezhi.schemes.model import Question
from gezhi.web import wording

MOST_PHOTOS = 9
MOST_LETTERS = 4000
# The box by which a resident lets a photo's place be used.
PHOTO_PLACE = "photo_place"
_SALT = "gezhi.web.kept-file"


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that may be chosen."""

    value: str
    title: str
    help: str = ""
    # What a search box finds it by beside its title; figures to compare by (words, whether they are bad news);
    # whether it is the one that fits.
    words: str = ""
    figures: tuple[tuple[str, bool], ...] = ()
    suggested: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """A photo that arrived with an earlier try: the signed id to send back, and what to show."""

    token: str
    name: str
    photo: bool


@dataclass(slots=True)
class Field:
    """One question as a page draws it."""

    name: str
    kind: str
    label: str
    hint: str
    required: bool
    value: Any = ""
    error: str = ""
    offers: tuple[Offer, ...] = ()
    low: str = ""
    high: str = ""
    rows: int = 3
    kept: tuple[Kept, ...] = ()

    @property
    def id(self) -> str:
        """The element's id, so that an error list can lead to it."""
        return f"f-{self.name}"

    @property
    def short(self) -> bool:
        """Whether the choice is small enough to show all of it at once."""
        return len(self.offers) <= 6


@dataclass(slots=True)
class Form:
    """Questions with what was answered so far."""

    fields: list[Field]
    answers: dict[str, Any] = field(default_factory=dict)

    @property
    def errors(self) -> dict[str, str]:
        """Field name → what is wrong with it, in the order of the form."""
        return {one.name: one.error for one in self.fields if one.error}

    @property
    def has_photos(self) -> bool:
        """Whether the form must be sent as multipart."""
        return any(one.kind == "photos" for one in self.fields)


type Offers = Mapping[str, Sequence[Offer]]


def blank(questions: Sequence[Question], offers: Offers, now: datetime, *, prefix: str = "") -> Form:
    """Return the form as it is first shown. `offers` gives departments, persons and areas by the question's kind."""
    return Form([_field(question, offers, now, prefix) for question in questions])


def read(
    questions: Sequence[Question], request: HttpRequest, offers: Offers, now: datetime, *, actor: str, prefix: str = ""
) -> Form:
    """Read what was sent: `answers` holds what is valid, typed; a field that is wrong says why and keeps its words."""
    form = blank(questions, offers, now, prefix=prefix)
    for question, one in zip(questions, form.fields, strict=True):
        try:
            answer = _READERS[question.kind](one, question, _Sent(request.POST, request.FILES, actor, now))
        except BadAnswer as bad:
            one.error = bad.message
            continue
        if answer not in (None, "", []):
            form.answers[question.id] = answer
        elif question.required:
            one.error = _missing(one)
    return form


class BadAnswer(Exception):
    """An answer can't be taken; the message says why and what to write."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class _Sent:
    data: QueryDict
    files: "MultiValueDict[str, UploadedFile[Any]]"
    actor: str
    now: datetime


def _field(question: Question, offers: Offers, now: datetime, prefix: str) -> Field:
    own = tuple(Offer(option.id, wording.say(option.title)) for option in question.choices)
    kind = {"departments": "departments", "department": "departments"}.get(question.kind, question.kind)
    low, high = _bounds(question, now)
    return Field(
        name=f"{prefix}{question.id}",
        kind=question.kind,
        label=wording.say(question.title),
        hint=wording.say(question.hint),
        required=question.required,
        offers=own or tuple(offers.get(kind, ())),
        low=low,
        high=high,
    )


def _bounds(question: Question, now: datetime) -> tuple[str, str]:
    if question.kind != "date":
        return question.low, question.high
    return _day_after(question.low, now), _day_after(question.high, now)


def _day_after(limit: str, now: datetime) -> str:
    """Return the day that a date question's bound in days means, counted from now.

    Bounds in workdays and months are the plan's calendar's: the browser is told none, so that it refuses no day that
    the plan allows, and the engine says whether the answer fits.
    """
    try:
        span = Duration.parse(limit)
    except BadDuration:
        return ""
    if span.unit is not Unit.DAYS:
        return ""
    return (timezone.localdate(now) + timedelta(days=span.amount)).isoformat()


def _missing(one: Field) -> str:
    if one.kind == "photos":
        return gettext("“%(label)s”: add at least one photo.") % {"label": one.label}
    if one.kind in ("text", "whole", "money", "date"):
        return gettext("“%(label)s”: please write it.") % {"label": one.label}
    return gettext("“%(label)s”: please choose.") % {"label": one.label}


def _read_text(one: Field, _: Question, sent: _Sent) -> str:
    one.value = sent.data.get(one.name, "").strip()
    if len(one.value) > MOST_LETTERS:
        raise BadAnswer(
            gettext("“%(label)s”: at most %(most)d characters; you wrote %(n)d.")
            % {"label": one.label, "most": MOST_LETTERS, "n": len(one.value)}
        )
    return str(one.value)


def _read_choice(one: Field, _: Question, sent: _Sent) -> str:
    one.value = sent.data.get(one.name, "")
    if one.value and one.value not in {offer.value for offer in one.offers}:
        raise BadAnswer(gettext("“%(label)s”: choose one of those offered.") % {"label": one.label})
    return str(one.value)


def _read_choices(one: Field, _: Question, sent: _Sent) -> list[str]:
    one.value = sent.data.getlist(one.name)
    if not set(one.value) <= {offer.value for offer in one.offers}:
        raise BadAnswer(gettext("“%(label)s”: choose one of those offered.") % {"label": one.label})
    return list(one.value)


def _read_whole(one: Field, question: Question, sent: _Sent) -> int | None:
    one.value = sent.data.get(one.name, "").strip()
    if not one.value:
        return None
    if not one.value.lstrip("-").isdecimal():
        raise BadAnswer(gettext("“%(label)s”: write a whole number.") % {"label": one.label})
    number = int(one.value)
    _within(one, number, question)
    return number


def _read_money(one: Field, question: Question, sent: _Sent) -> float | None:
    one.value = sent.data.get(one.name, "").replace(",", "").strip()
    if not one.value:
        return None
    try:
        amount = Decimal(one.value)
    except InvalidOperation:
        raise BadAnswer(gettext("“%(label)s”: write an amount such as 120 or 99.50.") % {"label": one.label}) from None
    if not amount.is_finite() or amount < 0:
        raise BadAnswer(gettext("“%(label)s”: write an amount such as 120 or 99.50.") % {"label": one.label})
    _within(one, amount, question)
    return float(amount)


def _within(one: Field, number: int | Decimal, question: Question) -> None:
    low, high = (Decimal(bound) if bound else None for bound in (question.low, question.high))
    if (low is not None and number < low) or (high is not None and number > high):
        raise BadAnswer(
            gettext("“%(label)s”: from %(low)s to %(high)s.")
            % {"label": one.label, "low": question.low or "0", "high": question.high or "∞"}
        )


def _read_date(one: Field, _: Question, sent: _Sent) -> str:
    one.value = sent.data.get(one.name, "").strip()
    if not one.value:
        return ""
    try:
        day = date.fromisoformat(one.value)
    except ValueError:
        raise BadAnswer(gettext("“%(label)s”: write a date such as 2026-05-12.") % {"label": one.label}) from None
    if (one.low and day < date.fromisoformat(one.low)) or (one.high and day > date.fromisoformat(one.high)):
        raise BadAnswer(
            gettext("“%(label)s”: from %(low)s to %(high)s.") % {"label": one.label, "low": one.low, "high": one.high}
        )
    return day.isoformat()


def _read_yes_no(one: Field, _: Question, sent: _Sent) -> bool | None:
    one.value = sent.data.get(one.name, "")
    return {"yes": True, "no": False}.get(one.value)


def _read_photos(one: Field, _: Question, sent: _Sent) -> list[str]:
    rows = kept_files(sent.data.getlist(f"{one.name}.kept"))
    fresh: list[StoredFile] = []
    refused: list[str] = []
    for upload in sent.files.getlist(one.name):
        if len(rows) + len(fresh) >= MOST_PHOTOS:
            refused.append(gettext("At most %(most)d photos; the rest was left out.") % {"most": MOST_PHOTOS})
            break
        try:
            fresh.append(files.store(upload, actor=sent.actor, now=sent.now))
        except files.FileRefused as refusal:
            refused.append(refusal.message)
    if fresh and not sent.actor and PHOTO_PLACE not in sent.data:
        # a resident's photo keeps its place only by the resident's word, also where no script holds it back
        files.forget_place([row.pk for row in fresh])
    rows += fresh
    one.kept = tuple(keep(row) for row in rows)
    if refused:
        raise BadAnswer(" ".join(refused))
    return [str(row.pk) for row in rows]


def keep(row: StoredFile) -> Kept:
    """Return what a form sends back so that a stored file need not be sent again."""
    token = signing.dumps(str(row.pk), salt=_SALT)
    return Kept(token=token, name=row.name, photo=row.kind == StoredFile.Kind.PHOTO)


def kept_files(tokens: Sequence[str]) -> list[StoredFile]:
    """Return the files behind signed ids that a form sent back, in order; forged or forgotten ones are left out."""
    return stored([found for token in tokens[:MOST_PHOTOS] if (found := kept_id(token))])


def stored(ids: Sequence[str]) -> list[StoredFile]:
    """Return stored files by their ids, in order, those that are still there."""
    rows = {str(row.pk): row for row in StoredFile.objects.filter(pk__in=ids)} if ids else {}
    return [rows[one] for one in dict.fromkeys(ids) if one in rows]


def kept_id(token: str) -> str:
    """Return the file id that a signed token names, or an empty string when it is forged or older than a day."""
    try:
        return str(signing.loads(token, salt=_SALT, max_age=24 * 3600))
    except signing.BadSignature:
        return ""


_READERS: dict[str, Callable[[Field, Question, _Sent], Any]] = {
    "text": _read_text,
    "choice": _read_choice,
    "department": _read_choice,
    "departments": _read_choices,
    "person": _read_choice,
    "area": _read_choice,
    "whole": _read_whole,
    "money": _read_money,
    "date": _read_date,
    "yes_no": _read_yes_no,
    "photos": _read_photos,
}
