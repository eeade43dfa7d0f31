"""Entries that may be the same thing as another: of the same name and address in the same area."""

from gezhi.registers.models import Entry, State

MOST = 5


def alike(entry: Entry) -> list[Entry]:
    """Return current entries of the same register and area with the same name and, where both have one, address.

    A masked name says too little, and what is said of care cases would itself tell who is one.
    """
    if entry.care or not entry.name or "*" in entry.name or entry.name == entry.code:
        return []
    rows = Entry.objects.unscoped(reason="of the same area and register, which the writer sees")
    same = rows.filter(register=entry.register, area=entry.area_id, name=entry.name, state=State.ACTIVE, care=False)
    return [one for one in same.exclude(pk=entry.pk)[: MOST * 4] if _same_place(one, entry)][:MOST]


def _same_place(one: Entry, other: Entry) -> bool:
    return not one.address or not other.address or _flat(one.address) == _flat(other.address)


def _flat(address: str) -> str:
    return "".join(address.split()).replace("号", "").replace("栋", "").casefold()
