"""How often and at which hours a duty is done, changed on a page."""

import re
from collections.abc import Mapping, Sequence
from itertools import chain

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext

from gezhi.enactment import operations
from gezhi.schemes.duties import PERIODS, BadDuty, Duty, Rate
from gezhi.schemes.explain_duties import PERIOD_WORDS, when_text
from gezhi.schemes.model import Scheme
from gezhi.schemes.stretches import BadStretch, Stretch, faults
from gezhi.web import wording

FIELDS = ("amount", "per", "share", "hours")
_BETWEEN = re.compile(r"[,，、;；\s]+")


def entry(request: HttpRequest, scheme: Scheme) -> tuple[str, dict[str, str], dict[str, list[tuple[str, str]]], str]:
    """Return a duty's name, rate and hours as values of a form, what may be chosen, and both in words.

    A duty on days of a rule has no rate to choose; what an event starts is done at any hour.
    """
    duty = _duty(request, scheme)
    values = {"hours": ", ".join(map(str, duty.hours))}
    if duty.rate is not None:
        values |= {"amount": str(duty.rate.amount), "per": duty.rate.per, "share": "yes" if duty.rate.share else ""}
    choices = {
        "per": [(one, wording.say(PERIOD_WORDS[one])) for one in PERIODS],
        "share": [("", gettext("times")), ("yes", gettext("per cent of them"))],
    }
    if duty.rate is None:
        choices = {}
    return wording.say(duty.title), values, choices, wording.say(when_text(scheme, duty))


def change(request: HttpRequest, scheme: Scheme, values: Mapping[str, str]) -> operations.RateChange:
    """Return the change that a form asks for."""
    duty = _duty(request, scheme)
    rate = _rate(values) if duty.rate is not None else None
    hours = _hours(values, rate, duty.minutes)
    return operations.RateChange(duty.id, _written(rate) if rate and rate != duty.rate else "", hours)


def _duty(request: HttpRequest, scheme: Scheme) -> Duty:
    duty = scheme.duties.get(request.GET.get("id", ""))
    if duty is None or duty.starts_on:
        raise Http404
    return duty


def _rate(values: Mapping[str, str]) -> Rate:
    amount = values.get("amount", "")
    if not (amount.isascii() and amount.isdigit()):
        raise ValidationError(gettext("Write how many: a whole number, without a sign."))
    try:
        return Rate.parse(f"{int(amount)}{'%' if values.get('share') else ''} per {values.get('per', '')}")
    except BadDuty as bad:
        raise ValidationError(wording.say(bad.text)) from None


def _written(rate: Rate) -> str:
    return f"{rate.amount}{'%' if rate.share else ''} per {rate.per}"


def _hours(values: Mapping[str, str], rate: Rate | None, minutes: int) -> tuple[str, ...]:
    try:
        some: Sequence[Stretch] = [Stretch.parse(one) for one in _BETWEEN.split(values.get("hours", "")) if one]
    except BadStretch as bad:
        raise ValidationError(wording.say(bad.text)) from None
    wrong = [wording.say(text) for _, text in faults(some, a_day=rate.a_day if rate else 0, minutes=minutes)]
    if wrong:
        raise ValidationError(list(chain(wrong)))
    return tuple(map(str, some))
