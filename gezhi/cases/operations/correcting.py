"""Correcting what one has sent oneself: another item, another place, a word or a photo more.

Nothing is overwritten in silence. What was and what is stands in the log; another item or area begins the way anew by
the same operations, and within the same bounds, as for anybody who works on the case.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from gezhi.cases.access import account_id, took_in
from gezhi.cases.errors import BadInput, Forbidden, Impossible
from gezhi.cases.models import Case, CaseSound, CaseWords
from gezhi.cases.operations.door import Open, open_locked, own_desks, write
from gezhi.cases.operations.moving import change_item, place
from gezhi.cases.operations.report import ADDRESS_LENGTH, one_line, plain, words_of
from gezhi.cases.operations.talking import attach, comment
from gezhi.foundation import words
from gezhi.people.models import Account
from gezhi.schemes.model import CLOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What is to be put right; what is None or empty stays as it is. `text` and `files` are added, never exchanged."""

    item: str = ""
    area: str = ""
    address: str | None = None
    point: tuple[float, float] | None = None
    text: str = ""
    files: tuple[UUID, ...] = ()


def correct(
    *, actor: Account, number: str, correction: Correction, version: int | None = None, now: datetime
) -> tuple[str, ...]:
    """Put right what the actor has sent; return what was: `address`, `text`, `item`, `area`. All of it, or nothing.

    Only for whoever took the case in, while it is open. Raises `Impossible` where the plan no longer lets it be moved.
    """
    with transaction.atomic():
        opened = open_locked(actor=actor, number=number, version=version, now=now)
        if not took_in(actor, opened.case):
            raise Forbidden(_("Only who took this case in can correct it. Make a note instead."))
        opened.settle_expired()
        if opened.state.step == CLOSED:
            raise Impossible(_("This case is closed. If the matter is back, report it again; the two will be linked."))
        done = ["address"] if _where(opened, actor, correction) else []
        before = opened.case
        write(opened)
        if correction.text or correction.files:
            _add(actor, number, correction, now)
            done.append("text")
        reason = str(_("Corrected after sending."))
        if correction.item and correction.item != before.item:
            _retitle(opened, correction.item)
            change_item(actor=actor, number=number, item=correction.item, reason=reason, now=now)
            done.append("item")
        if correction.area and (before.area is None or correction.area != before.area.code):
            place(actor=actor, number=number, area=correction.area, reason=reason, now=now)
            done.append("area")
        if not done:
            raise BadInput(_("Nothing was changed: say what is to be put right."), field="text")
        return tuple(done)


def _where(opened: Open, actor: Account, correction: Correction) -> bool:
    """Write down another address or point, with what stood there before."""
    case, said = opened.case, []
    if correction.address is not None and (address := one_line(correction.address)) != case.address:
        if len(address) > ADDRESS_LENGTH:
            raise BadInput(_("At most %(most)s characters, please.") % {"most": ADDRESS_LENGTH}, field="address")
        said.append(f"{case.address or '—'} → {address or '—'}")
        opened.extra["address"] = address
        _reword(case, case.title, address)
    if correction.point is not None and correction.point != (case.lon, case.lat):
        lon, lat = correction.point
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise BadInput(_("These are no degrees of longitude and latitude."), field="lon")
        was = f"{case.lon:.5f}, {case.lat:.5f}" if case.lon is not None and case.lat is not None else "—"
        said.append(f"{was} → {lon:.5f}, {lat:.5f}")
        opened.extra |= {"lon": lon, "lat": lat, "crs": "wgs84", "border_m": None}
    if said:
        by = own_desks(opened, actor, "")
        opened.note("correct", by=by[0].key if by else "", actor=account_id(actor), reason="; ".join(said))
    return bool(said)


def _add(actor: Account, number: str, correction: Correction, now: datetime) -> None:
    text = plain(correction.text)
    if text:
        comment(actor=actor, number=number, text=text, files=correction.files, now=now)
    else:
        attach(actor=actor, number=number, files=correction.files, role="report", now=now)


def _retitle(opened: Open, item: str) -> None:
    """Give a case that bears its item's name the new item's: nobody wrote a title for it."""
    old, new = opened.scheme.items.get(opened.case.item), opened.scheme.items.get(item)
    if old is None or new is None or opened.case.title not in (old.title.zh, old.title.en):
        return
    title = new.title.zh if opened.case.title == old.title.zh else new.title.en
    Case.objects.unscoped(reason="locked above").filter(pk=opened.case.pk).update(title=title)
    _reword(opened.case, title, opened.extra.get("address", opened.case.address))


def _reword(case: Case, title: str, address: str) -> None:
    """Let the search find it under what it says now."""
    CaseWords.objects.filter(case=case).update(words=words_of(title, address, case.text))
    # where it was not heard yet, it will be heard as it reads now
    CaseSound.objects.filter(case=case).update(heard=words.sound(f"{title} {address}"))
