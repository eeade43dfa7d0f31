"""How often a duty is done, changed on a page."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext

from gezhi.enactment import operations
from gezhi.schemes.duties import PERIODS
from gezhi.schemes.explain_duties import PERIOD_WORDS, rate_text
from gezhi.schemes.model import Scheme
from gezhi.web import wording

FIELDS = ("amount", "per", "share")


def entry(request: HttpRequest, scheme: Scheme) -> tuple[str, dict[str, str], dict[str, list[tuple[str, str]]], str]:
    """Return a duty's name, its rate as values of a form, what may be chosen, and the rate in words."""
    duty = scheme.duties.get(request.GET.get("id", ""))
    if duty is None or duty.rate is None:
        raise Http404
    values = {"amount": str(duty.rate.amount), "per": duty.rate.per, "share": "yes" if duty.rate.share else ""}
    choices = {
        "per": [(one, wording.say(PERIOD_WORDS[one])) for one in PERIODS],
        "share": [("", gettext("times")), ("yes", gettext("per cent of them"))],
    }
    return wording.say(duty.title), values, choices, wording.say(rate_text(duty.rate))


def change(request: HttpRequest, values: Mapping[str, str]) -> operations.RateChange:
    """Return the change that a form asks for."""
    amount = values.get("amount", "")
    if not (amount.isascii() and amount.isdigit()):
        raise ValidationError(gettext("Write how many: a whole number, without a sign."))
    sign = "%" if values.get("share") else ""
    return operations.RateChange(request.GET.get("id", ""), f"{int(amount)}{sign} per {values.get('per', '')}")
