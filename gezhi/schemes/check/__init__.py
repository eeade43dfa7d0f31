"""The check of a scheme before it is put into force: every finding with file, line, clause and a plain message."""

from collections.abc import Mapping
from pathlib import Path

from gezhi.schemes.check import (
    bounds,
    conditions,
    duties,
    flows,
    forbidden,
    forms,
    hours,
    references,
    registers,
    wording,
)
from gezhi.schemes.check.judge import Judge
from gezhi.schemes.documents import Source
from gezhi.schemes.model import Finding, SchemeError
from gezhi.schemes.source import read

__all__ = ["check"]


def check(
    path_or_files: Path | str | Source | Mapping[str, str], *, filled: Mapping[str, int] | None = None
) -> list[Finding]:
    """Return what is wrong (`error`) or worth a second thought (`reminder`), errors first, in order of the files.

    `filled` tells how many people hold each post in the territory at hand; empty posts are then reminded of.
    """
    try:
        document, scheme = read(path_or_files)
    except SchemeError as bad:
        return bad.findings
    if scheme is not None:
        judge = Judge(document, scheme)
        for look in (references, conditions, flows, bounds, forms, registers, duties, hours, wording, forbidden):
            look.look(judge)
        if filled is not None:
            references.unfilled(judge, filled)
    order = {"error": 0, "reminder": 1}
    return sorted(
        dict.fromkeys(document.findings),
        key=lambda one: (order[one.severity], one.place.file, one.place.line, one.path),
    )
