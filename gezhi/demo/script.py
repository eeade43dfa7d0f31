"""The demo's data files, read once."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


@cache
def plan() -> dict[str, Any]:
    """Return who works in the demo district and how its months went: data/demo.toml."""
    return _read("demo.toml")


@cache
def matters() -> list[dict[str, Any]]:
    """Return what is reported in the demo district: data/matters.toml."""
    listed: list[dict[str, Any]] = _read("matters.toml")["matter"]
    return listed


def _read(name: str) -> dict[str, Any]:
    with (DATA / name).open("rb") as file:
        return tomllib.load(file)
