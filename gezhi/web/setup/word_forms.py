"""Words and hours of a plan, changed on a page: a post's name, a notice's words, business hours, when a light turns."""

import re
from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext

from gezhi.enactment import operations
from gezhi.schemes.durations import BadDuration, Duration
from gezhi.schemes.model import Scheme
from gezhi.schemes.worktime import WorktimeError, parse_windows
from gezhi.web import wording
from gezhi.web.setup import notices

POST, NOTICE, HOURS = ("title", "title_en"), ("subject", "subject_en", "body", "body_en"), ("hours",)
LONGEST_BODY = 2000
_BETWEEN = re.compile(r"[,，、;；\s]+")


def post(request: HttpRequest, scheme: Scheme) -> tuple[str, dict[str, str]]:
    """Return a post's name as values of a form."""
    found = scheme.posts.get(request.GET.get("id", ""))
    if found is None:
        raise Http404
    return wording.say(found.title), {"title": found.title.zh, "title_en": found.title.en}


def notice(request: HttpRequest, scheme: Scheme, now: datetime) -> tuple[str, dict[str, str], tuple[str, ...]]:
    """Return a notice's words as values of a form, with the facts that it may name."""
    found = next((one for one in notices.letters(scheme, now) if one.notice.id == request.GET.get("id", "")), None)
    if found is None:
        raise Http404
    words = found.notice
    values = {
        "subject": words.subject.zh, "subject_en": words.subject.en, "body": words.body.zh, "body_en": words.body.en,
    }  # fmt: skip
    return found.title, values, found.facts


def hours(scheme: Scheme) -> dict[str, str]:
    """Return the hours of business as one line."""
    return {"hours": ", ".join(scheme.calendar.hours)}


def post_change(request: HttpRequest, values: Mapping[str, str]) -> operations.WordsChange:
    """Return the change of a post's name."""
    if not values["title"]:
        raise ValidationError(gettext("Give it a name."))
    return operations.WordsChange(
        ("posts", request.GET.get("id", "")), {"title": (values["title"], values["title_en"])}
    )


def notice_change(request: HttpRequest, values: Mapping[str, str]) -> operations.WordsChange:
    """Return the change of a notice's words."""
    if not (values["subject"] and values["body"]):
        raise ValidationError(gettext("A notice needs a subject and words in Chinese."))
    words = {"subject": (values["subject"], values["subject_en"]), "body": (values["body"], values["body_en"])}
    return operations.WordsChange(("notices", request.GET.get("id", "")), words)


def hours_change(values: Mapping[str, str]) -> operations.HoursChange:
    """Return the change of the hours of business."""
    written = tuple(one for one in _BETWEEN.split(values["hours"].strip()) if one)
    if not written:
        raise ValidationError(gettext("Write the hours as 08:30-12:00, 14:00-17:30: one after the other."))
    try:
        parse_windows(written)
    except WorktimeError as bad:
        raise ValidationError(wording.say(bad.text)) from None
    return operations.HoursChange(written)


def warning(values: Mapping[str, str]) -> str | None:
    """Return how long before its end a limit turns yellow, as the plan writes it; None leaves it as it is."""
    amount = values.get("warn_amount", "")
    if not amount:
        return None
    if not (amount.isascii() and amount.isdigit()):
        raise ValidationError(gettext("Write how many: a whole number, without a sign."))
    try:
        return str(Duration.parse(f"{amount} {values.get('warn_unit', '')}"))
    except BadDuration as bad:
        raise ValidationError(wording.say(bad.text)) from None
