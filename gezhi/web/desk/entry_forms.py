"""Writing a new entry, and changing one: the form of the register, refused or taken, nothing that was typed lost."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gezhi.foundation import clock
from gezhi.people.access import reach
from gezhi.people.models import Account
from gezhi.registers import access, operations, queries
from gezhi.registers.errors import AskArea, BadAnswers, NotFound, Refused
from gezhi.registers.ledgers import Ledger
from gezhi.registers.models import Entry
from gezhi.registers.operations import Saved, linked, save
from gezhi.registers.queries import EntryPage
from gezhi.schemes.forms import Form
from gezhi.territory import queries as territory
from gezhi.web import forms
from gezhi.web.desk.entries import find as find_entry
from gezhi.web.desk.frame import frame
from gezhi.web.desk.ledgers import find
from gezhi.web.forms import Drawn, Sent
from gezhi.web.picking import Picker
from gezhi.web.questions import Offer
from gezhi.web.staff import for_staff

MOST_AREAS = 400


@dataclass(frozen=True, slots=True)
class At:
    """Who writes in which register, when; the entry that is changed, or the one that a new one is part of."""

    request: HttpRequest
    account: Account
    ledger: Ledger
    now: datetime
    found: EntryPage | None = None
    whole: Entry | None = None

    @property
    def form(self) -> Form:
        """The register's form."""
        return self.ledger.form

    def offers(self) -> dict[str, Sequence[Offer]]:
        """Return the areas to choose from, for fields that ask for one."""
        wanted = [one.id for one in self.form.by_id.values() if one.kind == "area"]
        return dict.fromkeys(wanted, areas(self.account, self.now)) if wanted else {}

    def draw(self, answers: Mapping[str, Any], **more: Any) -> Drawn:
        """Return the form with answers."""
        picker = Picker(self.account, self.now, self.request.POST.get("more", ""))
        return forms.draw(self.form, answers, offers=self.offers(), picker=picker, **more)


@dataclass(slots=True)
class Screen:
    """The form as it is shown: what goes with it, what was refused, which areas to choose from."""

    drawn: Drawn
    key: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    area: str = ""
    refusal: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    sides: Sequence[Offer] = ()
    alike: Sequence[Any] = ()


@never_cache
@require_http_methods(["GET", "POST"])
@for_staff
def new(request: HttpRequest, account: Account, register: str) -> HttpResponse:
    """Write a new entry down; what may be the same is shown before a second one is made."""
    now = clock.now()
    ledger = find(register, now)
    if not access.writes_somewhere(account, ledger, now):
        raise PermissionDenied(gettext("This register is written by other posts or departments."))
    at = At(request, account, ledger, now, whole=_whole(request, account, ledger, now))
    if request.method == "GET":
        known = linked(ledger, {}, at.whole)
        screen = Screen(at.draw(known), area=at.whole.area.code if at.whole else "")
        return _show(at, screen)
    sent = forms.read(ledger.form, request, actor=str(account.pk), now=now)
    screen = _kept(at, sent)
    if "more" in request.POST:
        return _show(at, screen)
    saved = None if screen.errors else _open(at, screen, sent)
    if saved is None:
        return _show(at, screen, status=422)
    messages.success(request, gettext("Written down as %(code)s.") % {"code": saved.entry.code})
    return redirect("web:desk_entry", register=register, code=saved.entry.code)


@never_cache
@require_http_methods(["GET", "POST"])
@for_staff
def edit(request: HttpRequest, account: Account, register: str, code: str) -> HttpResponse:
    """Change an entry. What is masked stays unless it is written anew, or was shown for a reason (`purpose`)."""
    now = clock.now()
    found = find_entry(account, register, code, now)
    if not found.may_write:
        raise PermissionDenied(gettext("This entry is written by other posts or departments, or was ended."))
    at = At(request, account, found.ledger, now, found=found)
    if request.method == "GET":
        return _show(at, Screen(at.draw(found.plain, masked=found.masked)))
    if "purpose" in request.POST:
        return _revealed(at, found)
    masked = {} if request.POST.get("revealed") == "yes" and found.may_unmask else found.masked
    sent = forms.read(found.form, request, actor=str(account.pk), now=now, masked=masked)
    screen = _kept(at, sent, masked)
    if "more" in request.POST:
        return _show(at, screen)
    saved = None if screen.errors else _save(at, found, screen, sent)
    if saved is None:
        return _show(at, screen, status=422)
    _say(request, saved)
    return redirect("web:desk_entry", register=register, code=saved.entry.code)


def _revealed(at: At, found: EntryPage) -> HttpResponse:
    """Show the form with what is masked, for a purpose that is written down."""
    purpose = at.request.POST.get("purpose", "")
    try:
        values = operations.unmask(actor=at.account, now=at.now, entry=found.entry, purpose=purpose)
    except Refused as refused:
        return _show(at, Screen(at.draw(found.plain, masked=found.masked), refusal=str(refused)), status=422)
    return _show(at, Screen(at.draw({**found.plain, **values})), revealed=True)


def _open(at: At, screen: Screen, sent: Sent) -> Saved | None:
    try:
        saved = save(
            actor=at.account, now=at.now, register=at.ledger.id, answers=sent.answers, area=screen.area or None,
            key=screen.key, form_print=sent.form_print, part_of=at.whole,
        )  # fmt: skip
    except Refused as refused:
        _refuse(at, screen, sent, refused)
        return None
    if saved.alike:
        words = ", ".join(f"{one.name} ({one.code})" for one in saved.alike)
        said = gettext("There may be the same already: %(words)s. Merge them below.") % {"words": words}
        messages.warning(at.request, said)
    return saved


def _save(at: At, found: EntryPage, screen: Screen, sent: Sent) -> Saved | None:
    base = at.request.POST.get("base", "")
    try:
        return save(
            actor=at.account, now=at.now, register=found.entry.register, answers=sent.answers, entry=found.entry,
            base=int(base) if base.isdecimal() else 0, key=screen.key, form_print=sent.form_print,
            note=at.request.POST.get("note", "").strip()[:200],
        )  # fmt: skip
    except Refused as refused:
        _refuse(at, screen, sent, refused)
        return None


def _say(request: HttpRequest, saved: Saved) -> None:
    if saved.outcome == operations.CONFLICT:
        words = gettext(
            "Somebody changed the same while you were writing. Both versions stand side by side below; nothing is lost."
        )
        messages.warning(request, words)
    elif saved.outcome == operations.PROPOSED_ONLY:
        words = gettext("Another side has it otherwise. What you wrote is proposed and waits for a decision.")
        messages.warning(request, words)
    else:
        messages.success(request, gettext("Saved."))


def _kept(at: At, sent: Sent, masked: Mapping[str, str] | None = None) -> Screen:
    drawn = at.draw(sent.answers, masked=masked, refused=sent.refused)
    key = at.request.POST.get("key", "")[:100] or secrets.token_urlsafe(18)
    return Screen(drawn, key=key, area=at.request.POST.get("area", "")[:40], errors=dict(sent.refused))


def _refuse(at: At, screen: Screen, sent: Sent, refused: Refused) -> None:
    """Say why at its place, and keep what was typed."""
    if isinstance(refused, BadAnswers):
        masked = {box.field.id: box.masked for box in screen.drawn.boxes if box.masked}
        screen.drawn = at.draw(sent.answers, faults=refused.faults, refused=sent.refused, masked=masked)
        screen.errors |= screen.drawn.errors
        return
    if isinstance(refused, AskArea):
        screen.sides = [Offer(code, name) for code, name in refused.choices]
    if refused.field in ("area", "code"):
        screen.errors[refused.field] = str(refused)
    else:
        screen.refusal = str(refused)


def _whole(request: HttpRequest, account: Account, ledger: Ledger, now: datetime) -> Entry | None:
    """Return the entry that a new one is part of, as the address or the form names it by its code."""
    code = (request.POST if request.method == "POST" else request.GET).get("part_of", "")[:80]
    if not code or not ledger.register.part_of:
        return None
    try:
        return queries.entry(account=account, now=now, register=ledger.register.part_of, code=code)
    except NotFound:
        return None


def areas(account: Account, now: datetime) -> list[Offer]:
    """Return the lowest areas within the account's reach to choose from; everything for a department's people."""
    on = timezone.localdate(now)
    own = reach(account, now)
    rows = territory.areas(on)
    levels = territory.levels(on)
    if not levels:
        return []
    deepest = max(levels, key=lambda level: levels[level])
    rows = rows.filter(level=deepest)
    paths = own.area_paths
    found = [one for one in rows if not paths or any(one.path.startswith(path) for path in paths)][:MOST_AREAS]
    return [Offer(one.code, territory.short_name(one.name)) for one in found]


def _show(at: At, screen: Screen, *, revealed: bool = False, status: int = 200) -> HttpResponse:
    request, found = at.request, at.found
    offered = screen.sides or ([] if found else areas(at.account, at.now))
    if len(offered) == 1 and not screen.area:
        screen.area = offered[0].value
    shown = {
        "now": at.now, "frame": frame(at.account, at.now), "ledger": at.ledger, "screen": screen, "drawn": screen.drawn,
        "errors": screen.errors, "found": found, "whole": at.whole, "areas": offered,
        "base": request.POST.get("base", "") or (found.entry.version if found else ""),
        "revealed": revealed or request.POST.get("revealed") == "yes",
        "has_place": at.ledger.register.place in at.form.by_id,
    }  # fmt: skip
    return render(request, "desk/registers/form.html", shown, status=status)
