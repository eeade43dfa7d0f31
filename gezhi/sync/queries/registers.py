"""Entries of own grids on a telephone: what a visit needs, never what is sealed, never a care case.

They lie in buckets by register: a changed entry makes its bucket come again, and one that left is simply not in it.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language

from gezhi.people.models import Account
from gezhi.registers import access, ledgers
from gezhi.registers.ledgers import Ledger
from gezhi.registers.models import Entry, State
from gezhi.registers.queries import sealed_at
from gezhi.registers.values import sensitive_ids
from gezhi.schemes.filled import describe
from gezhi.schemes.forms import Form
from gezhi.sync.queries.asking import say
from gezhi.sync.queries.ground import Grid

# Whoever answers for more ground than this looks entries up where there is a network.
MOST_GRIDS, MOST_ENTRIES, BUCKETS = 12, 4000, 16
_SHOWN = ("id", "register", "code", "name", "address", "area__code", "lon", "lat", "version", "data", "part_of_id")


def known(account: Account, now: datetime) -> dict[str, Ledger]:
    """Return the registers that the sender writes in, without care registers."""
    found = ledgers.ledgers(timezone.localdate(now))
    return {
        id_: one for id_, one in found.items() if not one.register.care and access.writes_somewhere(account, one, now)
    }


def shelf_part(shelves: Mapping[str, Ledger]) -> dict[str, Any]:
    """Return the part `registers`: what may be written down."""
    return {
        "registers": [
            {"id": one.id, "title": say(one.register.title), "form": one.form.id, "name": one.register.name,
             "address": one.register.address, "part_of": one.register.part_of}
            for one in shelves.values()
        ]
    }  # fmt: skip


def form_parts(forms: Iterable[Form]) -> dict[str, Any]:
    """Return the parts `forms/ID`."""
    language = get_language() or "zh-hans"
    return {f"forms/{one.id}": describe(one, language) for one in forms}


def marks(account: Account, now: datetime, shelves: Mapping[str, Ledger], grids: Sequence[Grid]) -> dict[str, str]:
    """Return bucket → mark of what is in it: two columns of each entry, and nothing that it says.

    What was sealed since counts no version, and comes again all the same: the telephone still shows it.
    """
    found: dict[str, list[str]] = {}
    if not shelves or not grids or len(grids) > MOST_GRIDS:
        return {}
    rows = _rows(account, now, shelves, grids).values_list("pk", "version", "register")[:MOST_ENTRIES]
    for pk, version, register in rows:
        found.setdefault(bucket(register, str(pk)), []).append(f"{pk}.{version}")
    sealed = sealed_at(shelves)
    prints = {id_: f"{one.form.print} {sealed.get(id_, '')}" for id_, one in shelves.items()}
    return {name: f"{prints[name.split('/')[1]]} {' '.join(sorted(some))}" for name, some in found.items()}


def parts(
    account: Account, now: datetime, shelves: Mapping[str, Ledger], grids: Sequence[Grid], wanted: Sequence[str]
) -> dict[str, Any]:
    """Return the wanted buckets `entries/REGISTER/N`."""
    if not wanted:
        return {}
    hidden = {id_: sensitive_ids(one.form) for id_, one in shelves.items()}
    found: dict[str, Any] = {name: {"entries": []} for name in wanted}
    asked = {name.split("/")[1] for name in wanted}
    rows = _rows(account, now, {id_: shelves[id_] for id_ in asked}, grids).values_list(*_SHOWN)[:MOST_ENTRIES]
    for row in rows:
        one = dict(zip(_SHOWN, row, strict=True))
        name = bucket(one["register"], str(one["id"]))
        if name in found:
            found[name]["entries"].append(_shown(one, hidden[one["register"]]))
    return found


def bucket(register: str, pk: str) -> str:
    """Return the part in which an entry comes."""
    return f"entries/{register}/{zlib.crc32(pk.encode()) % BUCKETS}"


def _rows(account: Account, now: datetime, shelves: Mapping[str, Ledger], grids: Sequence[Grid]) -> Any:
    within = Q(area__in=[area.pk for area in grids], register__in=list(shelves), state=State.ACTIVE, care=False)
    return Entry.objects.visible_to(account, now=now).filter(within).order_by("pk")


def _shown(one: Mapping[str, Any], hidden: frozenset[str]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": str(one["id"]), "register": one["register"], "code": one["code"], "name": one["name"],
        "address": one["address"], "area": one["area__code"], "lon": one["lon"], "lat": one["lat"],
        "version": one["version"], "part_of": str(one["part_of_id"] or ""),
        "data": {name: value for name, value in one["data"].items() if name not in hidden},
    }  # fmt: skip
    return {name: value for name, value in told.items() if value not in ("", None, {})}
