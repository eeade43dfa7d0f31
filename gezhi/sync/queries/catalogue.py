"""The catalogue on a telephone: what can be reported, by heading, with the sender's own most frequent items first."""

from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import get_language

from gezhi.cases import queries as cases
from gezhi.enactment import queries as enactment
from gezhi.people.models import Account
from gezhi.schemes.durations import BadDuration, Duration
from gezhi.schemes.model import Item, Scheme
from gezhi.sync.queries.asking import say
from gezhi.territory import pinyin

CHIPS = 5


def part(account: Account, now: datetime) -> dict[str, Any]:
    """Return the part `items`."""
    groups = [
        one for version, _ in _plans(timezone.localdate(now)) for one in _groups(version, get_language() or "zh-hans")
    ]
    known = [entry["id"] for group in groups for entry in group["entries"]]
    wanted = cases.frequent_items(account=account, now=now, most=CHIPS)
    return {"chips": [one for one in dict.fromkeys([*wanted, *known]) if one in known][:CHIPS], "groups": groups}


def _plans(on: date) -> list[tuple[UUID, Scheme]]:
    return [(version.pk, scheme) for version, scheme in enactment.all_in_force(on)]


@lru_cache(maxsize=32)
def _groups(version: UUID, language: str) -> list[dict[str, Any]]:
    """Return the headings of a version of a plan in a language; a version never changes."""
    scheme = enactment.scheme(version)
    headings = {item.parent for item in scheme.items.values()}
    found: dict[str, dict[str, Any]] = {}
    for item in scheme.items.values():
        if item.procedure and item.id not in headings:
            top = scheme.items[scheme.lineage(item.id)[-1]].title.say(language)
            found.setdefault(top, {"title": top, "entries": []})["entries"].append(_entry(item))
    return list(found.values())


def _entry(item: Item) -> dict[str, Any]:
    title = say(item.title)
    told = {
        "id": item.id, "title": title, "words": pinyin.keys(title), "limit": _limit(item.limit),
        "divert": say(item.divert),
        "note": say(item.note),
    }  # fmt: skip
    return {name: value for name, value in told.items() if value}


def _limit(limit: str) -> str:
    try:
        return say(Duration.parse(limit).text) if limit else ""
    except BadDuration:
        return ""
