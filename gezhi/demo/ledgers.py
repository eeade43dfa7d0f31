"""The demo's registers: made-up households, residents, shops, firms and facilities of the home village's grids."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import shapely
from django.utils import timezone

from gezhi.demo.script import plan
from gezhi.demo.staff import Staff
from gezhi.registers import ledgers
from gezhi.registers import operations as registers
from gezhi.registers.access import Standpoint
from gezhi.registers.ledgers import Ledger
from gezhi.registers.models import Entry
from gezhi.registers.operations.writing import By
from gezhi.schemes.filled import fill
from gezhi.territory import queries as territory
from gezhi.territory.models import Area

DATA = Path(__file__).parent / "data"


@cache
def script() -> dict[str, Any]:
    """Return what stands in the demo's registers: data/ledgers.toml."""
    with (DATA / "ledgers.toml").open("rb") as file:
        return tomllib.load(file)


def write_down(staff: Staff, rng: Random, at: datetime) -> int:
    """Fill the registers of the grids at home; return how many entries there are."""
    on = timezone.localdate(at)
    home = territory.by_code(plan()["home"]["village"], on)
    if home is None:
        return 0
    grids = list(territory.subtree(home.path, on).filter(level=plan()["home"].get("level", "grid")))
    known = ledgers.ledgers(on)
    made = 0
    for recipe in script()["register"]:
        if recipe["id"] in known:
            made += sum(_Writing(staff, rng, at, known).grid(recipe, grid) for grid in grids)
    return made


class _Writing:
    """Somebody writes down what stands in one grid."""

    def __init__(self, staff: Staff, rng: Random, at: datetime, known: Mapping[str, Ledger]) -> None:
        self._staff, self._rng, self._at, self._known = staff, rng, at, known
        # numbers that begin with 154 were given to nobody
        self._phones = (f"1540000{n:04}" for n in count(rng.randrange(9_000)))

    def grid(self, recipe: Mapping[str, Any], grid: Area) -> int:
        """Write the entries of one register in a grid, and what is part of them."""
        ledger = self._known[recipe["id"]]
        spots = _spots(grid, self._rng)
        drafts = [self._draft(recipe, ledger, grid, next(spots)) for _ in range(recipe["each"])]
        entries = registers.open_many(ledger=ledger, drafts=drafts, by=self._by(grid))
        if recipe["id"] == script()["register"][1]["id"]:
            self._differ(ledger, entries[: script()["words"]["differing"]])
        return len(entries) + self._parts(recipe, entries, grid)

    def _by(self, grid: Area) -> By:
        worker = next((one for key, one in self._staff.at.items() if key.endswith(f"@{grid.code}")), None)
        side = next((key.split("@")[0] for key in self._staff.at if key.endswith(f"@{grid.code}")), "office")
        return By(worker, Standpoint(side), self._at)

    def _draft(self, recipe: Mapping[str, Any], ledger: Ledger, grid: Area, spot: Any) -> registers.Draft:
        rng, words = self._rng, script()["words"]
        said = {
            "road": rng.choice(plan()["roads"]), "house": rng.randint(1, 128), "entrance": rng.randint(1, 4),
            "door": rng.randint(1, 6) * 100 + rng.randint(1, 4), "shop": rng.choice(words["shops"]),
            "firm": rng.choice(words["firms"]), "facility": rng.choice(words["facilities"]),
        }  # fmt: skip
        answers = {key: recipe[key].format(**said) for key in ("name", "address")}
        answers |= self._answers(recipe["fields"])
        answers["place"] = {"lon": round(spot.x, 6), "lat": round(spot.y, 6)}
        return registers.Draft(self._checked(ledger, answers), grid)

    def _checked(self, ledger: Ledger, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Hold made-up answers against the form, so that a form that changes is noticed here."""
        filled = fill(ledger.form, answers, at=self._at, scheme=ledger.scheme)
        if filled.faults:
            raise ValueError(f"demo, {ledger.id}: {filled.faults[0].text.en}")
        return filled.values

    def _answers(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        return {
            key: self._answer(key, spec) for key, spec in fields.items() if self._rng.random() < spec.get("share", 1.0)
        }

    def _answer(self, key: str, spec: Mapping[str, Any]) -> Any:
        rng, names = self._rng, plan()["names"]
        if key == "phone":
            return next(self._phones)
        if spec.get("person"):
            return rng.choice(names["family"]) + rng.choice(names["given"])
        if "range" in spec:
            return rng.randint(*spec["range"])
        if "some" in spec:
            return rng.sample(spec["some"], rng.randint(1, 2))
        return rng.choice(spec["from"])

    def _parts(self, recipe: Mapping[str, Any], entries: list[Entry], grid: Area) -> int:
        part = recipe.get("parts")
        if part is None or part["register"] not in self._known:
            return 0
        ledger = self._known[part["register"]]
        drafts = [
            registers.Draft(
                self._checked(ledger, registers.linked(ledger, self._answers(part["fields"]), whole)), grid,
                part_of=whole.pk,
            )
            for whole in entries
            if self._rng.random() < part["share"]
        ]  # fmt: skip
        return len(registers.open_many(ledger=ledger, drafts=drafts, by=self._by(grid)))

    def _differ(self, ledger: Ledger, entries: list[Entry]) -> None:
        """Let a department have some values otherwise."""
        clerk = next((one for key, one in self._staff.at.items() if key.startswith("department:")), None)
        for entry in entries if clerk else ():
            count_there = int(entry.data.get("people", 1))
            registers.save(
                actor=clerk, now=self._at, register=ledger.id, entry=entry, answers={"people": count_there + 1},
                note="户籍窗口核对",
            )  # fmt: skip


def _spots(grid: Area, rng: Random) -> Iterator[Any]:
    """Yield points inside a grid without end."""
    shape = shapely.from_wkb(bytes(grid.boundary or b""))
    shapely.prepare(shape)
    west, south, east, north = shape.bounds
    while True:
        point = shapely.Point(rng.uniform(west, east), rng.uniform(south, north))
        if shape.contains(point):
            yield point
