"""How many cases are open under which plan and about what: counts only, of no named case."""

from typing import Any
from uuid import UUID

from django.db.models import Count

from gezhi.cases.models import Case, Hold


def open_by_version() -> dict[UUID, int]:
    """Return plan version → how many cases that began under it are still open."""
    return {row["case__scheme_version"]: row["n"] for row in _open("case__scheme_version")}


def open_by_item() -> dict[tuple[str, str], int]:
    """Return (scheme, item) → how many cases about it are open."""
    return {(row["case__scheme"], row["case__item"]): row["n"] for row in _open("case__scheme", "case__item")}


def any_case() -> bool:
    """Say whether any case ever came in."""
    return Case.objects.unscoped(reason="whether there is any at all").exists()


def _open(*by: str) -> list[dict[str, Any]]:
    held = Hold.objects.filter(until=None, case__closed_at=None)
    return list(held.order_by().values(*by).annotate(n=Count("case", distinct=True)))
