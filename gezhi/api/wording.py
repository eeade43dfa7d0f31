"""What is wrong with a body, in the caller's language: the decoder's own words are made for one language only."""

import re
from collections.abc import Callable

from django.utils.translation import gettext as _

_PLACE = re.compile(r" - at `(?P<place>[^`]*)`$")
_BYTE = re.compile(r" \(byte (?P<byte>\d+)\)$")

type _Say = Callable[[re.Match[str]], str]


def said(message: str) -> str:
    """Return what a decoding error says, with the place that it names."""
    found = _PLACE.search(message)
    words = _told(message[: found.start()] if found else message)
    place = (found["place"] if found else "").removeprefix("$").lstrip(".")
    return _("%(place)s: %(why)s") % {"place": place, "why": words} if place else words


def broken(message: str) -> str:
    """Return why a body is no JSON at all."""
    if "truncated" in message:
        return _("it ends too early")
    found = _BYTE.search(message)
    return _("it is malformed at byte %(byte)s") % {"byte": found["byte"]} if found else message


def _told(words: str) -> str:
    for pattern, say in _SAYINGS:
        if found := pattern.fullmatch(words):
            return say(found)
    return _("it does not have the form that the description asks for (%(why)s)") % {"why": words}


def _kind(names: str) -> str:
    """Say a kind of value; several where one of them is expected."""
    known = {
        "object": _("an object {…}"),
        "array": _("a list […]"),
        "str": _("text"),
        "int": _("a whole number"),
        "float": _("a number"),
        "bool": _("true or false"),
        "null": _("null"),
        "datetime": _("a date with time"),
        "date": _("a date"),
        "uuid": _("a UUID"),
    }
    return _(" or ").join(known.get(one, one) for one in names.split(" | "))


def _length(found: re.Match[str]) -> str:
    most, n = found["sign"] == "<=", {"n": found["n"]}
    if found["kind"] == "str":
        return _("at most %(n)s characters") % n if most else _("at least %(n)s characters") % n
    return _("at most %(n)s entries") % n if most else _("at least %(n)s entries") % n


def _bound(found: re.Match[str]) -> str:
    n = {"n": found["n"]}
    patterns = {
        "<=": _("at most %(n)s"),
        ">=": _("at least %(n)s"),
        "<": _("less than %(n)s"),
        ">": _("more than %(n)s"),
    }
    return patterns[found["sign"]] % n


_SAYINGS: tuple[tuple[re.Pattern[str], _Say], ...] = (
    (
        re.compile(r"Object missing required field `(?P<name>[^`]*)`"),
        lambda found: _("the field “%(name)s” is missing") % {"name": found["name"]},
    ),
    (
        re.compile(r"Object contains unknown field `(?P<name>[^`]*)`"),
        lambda found: _("there is no field “%(name)s”: leave it out") % {"name": found["name"]},
    ),
    (
        re.compile(r"Expected `(?P<wanted>[^`]*)`, got `(?P<got>[^`]*)`"),
        lambda found: (
            _("%(wanted)s is expected, not %(got)s") % {"wanted": _kind(found["wanted"]), "got": _kind(found["got"])}
        ),
    ),
    (re.compile(r"Expected `(?P<kind>\w+)` of length (?P<sign><=|>=) (?P<n>\d+)"), _length),
    (re.compile(r"Expected `(?:int|float)` (?P<sign><=|>=|<|>) (?P<n>-?[\d.]+)"), _bound),
    (
        re.compile(r"Expected `str` matching regex (?P<rule>.*)"),
        lambda found: _("text of the form %(rule)s is expected") % {"rule": found["rule"]},
    ),
    (
        re.compile(r"Invalid enum value (?P<value>.*)"),
        lambda found: _("%(value)s is none of the values that the description names") % {"value": found["value"]},
    ),
    (
        re.compile(r"Invalid RFC3339 encoded .*"),
        lambda _found: _("write date and time with an offset, such as 2026-05-09T10:20:00+08:00"),
    ),
    (
        re.compile(r"Expected `datetime` with .*"),
        lambda _found: _("write date and time with an offset, such as 2026-05-09T10:20:00+08:00"),
    ),
    (re.compile(r"Invalid UUID"), lambda _found: _("a UUID is expected")),
)
