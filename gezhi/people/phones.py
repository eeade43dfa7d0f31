"""Telephone numbers: one spelling for each, and the keyed hash by which one is found."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from gezhi.foundation import crypto

_SEPARATORS = re.compile(r"[\s\-()./·—–]+")
_HOME_COUNTRY = re.compile(r"^(?:\+86|0086|86(?=1\d{10}$))")
_NUMBER = re.compile(r"^\+?\d{5,15}$")


def normal(raw: str) -> str:
    """Return a number without separators and without the home country's prefix. Raises `ValidationError`."""
    number = _SEPARATORS.sub("", unicodedata.normalize("NFKC", raw))
    number = _HOME_COUNTRY.sub("", number)
    if not _NUMBER.match(number):
        raise ValidationError(_("“%(raw)s” is not a telephone number: write 5 to 15 digits.") % {"raw": raw})
    return number


def key(number: str) -> str:
    """Return the keyed hash of a normal number; empty for none."""
    return crypto.hash_secret(f"phone:{number}") if number else ""
