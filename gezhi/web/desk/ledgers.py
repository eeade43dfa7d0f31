"""Registers on the desk: which there are, and the lists of their entries with filters that are links."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gezhi.foundation import clock
from gezhi.people.access import reach
from gezhi.people.models import Account
from gezhi.registers import access, ledgers, operations, queries
from gezhi.registers.errors import NotFound
from gezhi.registers.ledgers import Ledger
from gezhi.registers.models import Entry, State
from gezhi.registers.queries import Shelf, Wanted
from gezhi.schemes.forms import Field
from gezhi.territory import queries as territory
from gezhi.territory.models import Area
from gezhi.web import spots, wording
from gezhi.web.desk.frame import frame
from gezhi.web.staff import for_staff

_MOST_AREAS = 60


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as a line of a list: nothing that is sensitive."""

    entry: Entry
    name: str
    place: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter."""

    value: str
    title: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """A facet, or the area, with what may be chosen; its name in the address."""

    name: str
    title: str
    choices: tuple[Choice, ...]

    @property
    def chosen(self) -> str:
        """What is chosen, in words."""
        return next((_brief(one.title) for one in self.choices if one.chosen), "")


@never_cache
@require_GET
@for_staff
def shelves(request: HttpRequest, account: Account) -> HttpResponse:
    """Show the registers that the reader has to do with; care registers apart and quietly."""
    now = clock.now()
    found = queries.shelves(account=account, now=now)
    words = request.GET.get("q", "").strip()[:80]
    hits = queries.entries(account=account, now=now, wanted=Wanted(words=words)).rows if words else ()
    known = ledgers.ledgers(timezone.localdate(now))
    shown = {
        "now": now, "frame": frame(account, now), "words": words,
        "shelves": [one for one in found if not one.ledger.register.care],
        "care": [one for one in found if one.ledger.register.care],
        "most": queries.MOST_COUNTED,
        "rows": [(known[one.register], row_of(one, known[one.register])) for one in hits if one.register in known],
    }  # fmt: skip
    return render(request, "desk/registers/shelves.html", shown)


@never_cache
@require_GET
@for_staff
def register(request: HttpRequest, account: Account, register: str) -> HttpResponse:
    """Show the entries of a register, the newest first."""
    now = clock.now()
    ledger = find(register, now)
    writes = access.writes_somewhere(account, ledger, now)
    if not writes and not _reads(account, ledger, now):
        raise Http404
    wanted, area = _wanted(request, ledger, now)
    on_map = request.GET.get("view") == "map"
    page = queries.entries(
        account=account, now=now, wanted=wanted, after="" if on_map else request.GET.get("after", ""),
        size=spots.MOST if on_map else queries.A_PAGE,
    )  # fmt: skip
    narrowed = bool(wanted.words or wanted.facets or wanted.area or wanted.waiting or wanted.state != State.ACTIVE)
    shown = {
        "now": now, "frame": frame(account, now), "ledger": ledger, "wanted": wanted, "writes": writes,
        "rows": [row_of(one, ledger) for one in page.rows], "more": page.next, "narrowed": narrowed,
        "filters": [*_facets(request, ledger), *_areas(account, area, now)],
        "area": area, "imports": queries.imports(ledger.id, most=1) if writes else [],
        "ended": wanted.state == State.ENDED, "on_map": on_map, "most": spots.MOST,
        "map": spots.map_of(page.rows) if on_map else None,
    }  # fmt: skip
    return render(request, "desk/registers/register.html", shown)


def find(register: str, now: datetime) -> Ledger:
    """Return a register in force, or answer 404."""
    try:
        return ledgers.ledger(register, timezone.localdate(now))
    except NotFound as missing:
        raise Http404(str(missing)) from missing


def row_of(entry: Entry, ledger: Ledger) -> Row:
    """Return a line of a list."""
    known = ledger.form.by_id
    language = get_language() or "zh-hans"
    tags = [operations.said(known[key], value, language) for key, value in entry.facets.items() if key in known]
    place = " · ".join(part for part in (territory.short_name(entry.area.name), entry.address) if part)
    return Row(entry, entry.name, place, tuple(_brief(tag) for tag in tags if tag))


def _brief(title: str) -> str:
    """Return what stands before the explanation: 一类户：希望常有人上门 → 一类户."""
    return re.split(r"[：:（(]", title)[0].strip() or title


def _reads(account: Account, ledger: Ledger, now: datetime) -> bool:
    sees = reach(account, now)
    if ledger.register.care:
        return queries.of(account=account, now=now, wanted=Wanted(register=ledger.id, state="")).exists()
    return bool(sees.area_paths)


def _wanted(request: HttpRequest, ledger: Ledger, now: datetime) -> tuple[Wanted, Area | None]:
    given = request.GET
    code = given.get("area", "")[:40]
    area = territory.by_code(code, timezone.localdate(now)) if code else None
    facets = {one.id: given[f"f.{one.id}"][:64] for one in ledger.facets if given.get(f"f.{one.id}")}
    wanted = Wanted(
        register=ledger.id,
        words=given.get("q", "").strip()[:80],
        area=area.path if area else "",
        facets=facets,
        state=State.ENDED if given.get("state") == "ended" else State.ACTIVE,
        waiting=given.get("waiting") == "yes",
        placed=given.get("view") == "map",
    )
    return wanted, area


def _facets(request: HttpRequest, ledger: Ledger) -> list[Filter]:
    return [_facet(request, one) for one in ledger.facets]


def _facet(request: HttpRequest, one: Field) -> Filter:
    name = f"f.{one.id}"
    offered = [(option.id, wording.say(option.title) or option.id) for option in one.choices]
    if one.kind == "yes_no":
        offered = [("true", gettext("Yes")), ("false", gettext("No"))]
    chosen = request.GET.get(name, "")
    return Filter(
        name, wording.say(one.title), tuple(Choice(value, title, value == chosen) for value, title in offered)
    )


def _areas(account: Account, area: Area | None, now: datetime) -> list[Filter]:
    """Return the areas to go down to: those directly below the chosen one, or below one's own."""
    on = timezone.localdate(now)
    own = list(territory.areas(on).filter(path__in=reach(account, now).area_paths))
    start = [area] if area else own
    below = list(territory.areas(on).filter(parent__in=start)[:_MOST_AREAS])
    offered = ([area] if area else []) + (below if area or len(own) == 1 else own)
    if not offered:
        return []
    here = area.code if area else ""
    choices = tuple(Choice(one.code, territory.short_name(one.name), one.code == here) for one in offered)
    return [Filter("area", gettext("Area"), choices)]


def offers(ledger: Ledger) -> dict[str, Any]:
    """Return what the titles of a page say of a register."""
    return {"title": wording.say(ledger.register.title), "purpose": wording.say(ledger.form.purpose)}


__all__ = ["Row", "Shelf", "find", "offers", "register", "row_of", "shelves"]
