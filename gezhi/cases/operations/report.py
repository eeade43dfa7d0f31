"""What somebody sends in, and what is kept of it: cleaned, bounded, with every refusal naming its field."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from gezhi.cases.errors import BadInput
from gezhi.cases.models import Channel
from gezhi.foundation import words
from gezhi.people.models import Account
from gezhi.schemes.state import Desk

TEXT_LENGTH = 12_000
TITLE_LENGTH = 60
ADDRESS_LENGTH = 300
CONTACT_LENGTH = 200
KEY_LENGTH = 100
# A key that a stranger might guess would let the stranger ask for another's tracking code.
PUBLIC_KEY_LENGTH = 16
FILES = 20
# What the opening asks is short; the rest of a matter stands in its text and files.
FACTS_BYTES = 64_000
_CHANNELS = frozenset(Channel.values)
# Controls but line end and tab, and halves of surrogate pairs.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_SENTENCE = re.compile(r"[。！？!?\n；;]|\.(?=\s|$)")
# Overrides of writing direction: harmless in a paragraph, but in a title they turn the line around them.
_OVERRIDES = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_YEARS_BACK = timedelta(days=50 * 366)


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A matter as it is sent in.

    `client_key` is made by the sender, once per matter: the same key again finds the same case. `lon`, `lat` are
    degrees in `crs` (wgs84, cgcs2000, gcj02, bd09). `area` is an area's code, chosen by hand; it wins over the point.
    `about` names the desks or persons complained about (`grid_worker@CODE`, `department:ID`, `person:UUID`).
    `received_at` dates an import back to when the matter came in; `happened_at` is when it was seen. `facts` answers
    what the opening asks.
    """

    client_key: str
    item: str
    channel: str
    scheme: str = ""
    title: str = ""
    text: str = ""
    lon: float | None = None
    lat: float | None = None
    crs: str = "wgs84"
    address: str = ""
    area: str = ""
    anonymous: bool = False
    contact: str = ""
    urgency: str = ""
    facts: Mapping[str, Any] = {}
    about: tuple[str, ...] = ()
    reporter: Account | None = None
    received_by: Desk | None = None
    received_at: datetime | None = None
    happened_at: datetime | None = None
    files: tuple[UUID, ...] = ()
    parent: str = ""


def clean(report: Report, *, now: datetime) -> Report:
    """Return the report as it is kept. Raises `BadInput` for what can't be accepted."""
    _check_key(report)
    _check_times(report, now)
    if report.channel not in _CHANNELS:
        raise BadInput(
            _("“%(channel)s” is not a channel; use one of %(known)s.")
            % {"channel": report.channel[:40], "known": ", ".join(Channel.values)},
            field="channel",
        )
    if len(report.files) > FILES:
        raise BadInput(
            _("At most %(most)s files can come with a report; send the others as a comment.") % {"most": FILES},
            field="files",
        )
    if report.facts and len(msgspec.json.encode(report.facts)) > FACTS_BYTES:
        raise BadInput(_("The facts are longer than %(most)s bytes of JSON.") % {"most": FACTS_BYTES}, field="facts")
    text = _bounded(plain(report.text), TEXT_LENGTH, "text")
    return msgspec.structs.replace(
        report,
        text=text,
        scheme=plain(report.scheme),
        area=plain(report.area),
        urgency=plain(report.urgency),
        title=_title(report, text),
        address=_bounded(one_line(report.address), ADDRESS_LENGTH, "address"),
        contact="" if report.anonymous else _bounded(one_line(report.contact), CONTACT_LENGTH, "contact"),
        reporter=None if report.anonymous else report.reporter,
    )


def plain(raw: str) -> str:
    """Return text without what can't be stored or seen: NUL and other controls; line ends become one kind."""
    if raw.isprintable():
        return raw.strip()
    return _UNSEEN.sub("", raw.replace("\r\n", "\n").replace("\r", "\n")).strip()


def plain_answers(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return answers or facts with every text in them as `plain` leaves it."""
    return {plain(name): _plain_value(value) for name, value in given.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, Mapping):
        return plain_answers(value)
    return [_plain_value(one) for one in value] if isinstance(value, list | tuple) else value


def words_of(title: str, address: str, text: str) -> str:
    """Return what of a case can be searched: title, address and the text's beginning; never a contact.

    A title or an address that stands in the text is found there.
    """
    begins = text[:2000]
    parts = [part for part in (title, address) if part and part not in begins]
    return words.stored("\n".join([*parts, begins] if begins else parts))


def one_line(raw: str) -> str:
    """Return text on one line, in its own writing direction."""
    if not raw.isprintable():
        raw = plain(raw).translate(_OVERRIDES)
    return " ".join(raw.split())


def _title(report: Report, text: str) -> str:
    given = one_line(report.title)
    if given:
        return _bounded(given, 200, "title")
    first = one_line(_SENTENCE.split(text[:500], maxsplit=1)[0]) if text else ""
    return first if len(first) <= TITLE_LENGTH else first[: TITLE_LENGTH - 1] + "…"


def _bounded(text: str, most: int, name: str) -> str:
    if len(text) > most:
        raise BadInput(
            _("This is %(length)s characters long; at most %(most)s can be kept. Shorten it, or attach it as a file.")
            % {"length": len(text), "most": most},
            field=name,
        )
    return text


def _check_key(report: Report) -> None:
    key = report.client_key
    if not key or len(key) > KEY_LENGTH or key != plain(key):
        raise BadInput(_("A client key has 1 to %(most)s characters.") % {"most": KEY_LENGTH}, field="client_key")


def _check_times(report: Report, now: datetime) -> None:
    for name, at in (("happened_at", report.happened_at), ("received_at", report.received_at)):
        if at is None:
            continue
        if at.tzinfo is None:
            raise BadInput(
                _("Give the time with its offset from UTC, for example 2026-05-09T10:20:00+08:00."), field=name
            )
        if at > now:
            raise BadInput(_("This time has not come yet. Give when it was seen, or leave it empty."), field=name)
        if at < now - _YEARS_BACK:
            raise BadInput(_("This time is more than fifty years back. Check the year."), field=name)
    if report.received_at is not None and report.channel != Channel.IMPORT:
        raise BadInput(_("Only an import may be dated back to when the matter came in."), field="received_at")
